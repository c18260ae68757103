"""AWS::Include and the translation of SAM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from emulator.cloudformation.errors import TemplateError
from emulator.cloudformation.intrinsics import Scope
from emulator.cloudformation.template import SECTIONS, load_template
from emulator.cloudformation.transforms import SERVERLESS, apply_transforms


def _transform(text: str, **parameters: str) -> dict[str, Any]:
    scope = Scope(parameters=parameters, pseudo={"AWS::Region": "us-east-1"})
    return apply_transforms(
        load_template(text), scope, "us-east-1", lambda bucket, key: f"In: {bucket}/{key}"
    )


def _including(location: str) -> str:
    return (
        "Resources: {Q: {Type: T, Properties: {Own: 1,"
        f" 'Fn::Transform': {{Name: AWS::Include, Parameters: {{Location: {location}}}}}}}}}}}"
    )


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_an_include_reads_a_file_of_this_machine(tmp_path: Path, scheme: str) -> None:
    """The file's content, with its own tags, stands where the transform stood; what is there stays."""
    file = tmp_path / "part.yaml"
    file.write_text("Own: 2\nArn: !GetAtt Other.Arn\n")

    template = _transform(_including(f"{scheme}{file}"))

    assert template["Resources"]["Q"]["Properties"] == {"Own": 1, "Arn": {"Fn::GetAtt": ["Other", "Arn"]}}


def test_an_include_reads_s3() -> None:
    """The location may hold parameters."""
    template = _transform(_including("!Sub 's3://parts/${File}'"), File="a.yaml")

    assert template["Resources"]["Q"]["Properties"]["In"] == "parts/a.yaml"


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("relative.yaml", "not a valid S3 uri"),
        ("/no/such/file.yaml", "No such file"),
        ("https://a/b", "not a valid"),
    ],
)
def test_an_include_that_cannot_be_read_is_refused(location: str, words: str) -> None:
    """With the location in the reason."""
    with pytest.raises(TemplateError, match=words):
        _transform(_including(location))


def test_sam_is_translated_without_the_network() -> None:
    """A function brings its role; managed policies are known by name; Globals have gone."""
    template = _transform(
        f"""
        Transform: {SERVERLESS}
        Globals: {{Function: {{Timeout: 7}}}}
        Resources:
          Hello:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: s3://bucket/key.zip
              Policies: AWSLambdaKinesisExecutionRole
        """
    )

    assert template["Resources"]["Hello"]["Type"] == "AWS::Lambda::Function"
    assert template["Resources"]["Hello"]["Properties"]["Timeout"] == 7
    managed = template["Resources"]["HelloRole"]["Properties"]["ManagedPolicyArns"]
    assert "arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole" in managed
    assert set(template) <= SECTIONS - {"Globals", "Transform"}


def test_an_invalid_sam_template_says_what_is_wrong() -> None:
    """The translator's reason, with the resource's name."""
    with pytest.raises(TemplateError, match="Hello"):
        _transform(f"Transform: {SERVERLESS}\nResources: {{Hello: {{Type: AWS::Serverless::Function}}}}")


def test_an_unknown_transform_is_refused() -> None:
    """Nothing is silently left out."""
    with pytest.raises(TemplateError, match="No transform named MyMacro"):
        _transform("Transform: MyMacro\nResources: {Q: {Type: T}}")
