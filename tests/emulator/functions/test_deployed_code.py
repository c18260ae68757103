"""Code from zips: where its imports come from, and how large it may be."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from emulator.aws_protocol import AwsError
from emulator.functions.code import MAX_UNZIPPED_BYTES, MAX_UPLOAD_BYTES, place_code
from tests.emulator.asking import code_of
from tests.emulator.conftest import ROLE

OPTIONS = {"Runtime": "python3.13", "Role": ROLE, "Handler": "app.handler", "Timeout": 20}
WHERE = """
import importlib.util
def handler(names, context):
    found = {name: importlib.util.find_spec(name) for name in names}
    return {name: spec and spec.origin for name, spec in found.items()}
"""


def zipped(**files: str | bytes) -> bytes:
    """A zip of modules, by name; in a layer below python/ with `python__` before the name."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(f"{name.replace('__', '/')}.py", content)
    return archive.getvalue()


def layer(client: Any, name: str, **files: str | bytes) -> str:
    """A layer of these files; its version's ARN."""
    content = {"ZipFile": zipped(**files)}
    arn: str = client.publish_layer_version(LayerName=name, Content=content)["LayerVersionArn"]
    return arn


def test_imports_come_from_the_function_then_its_layers_then_the_runtime(emulator: Any, name: str) -> None:
    """What is installed on this machine otherwise is not there, as it is not on AWS."""
    client = emulator.client("lambda")
    layers = [
        layer(client, f"{name}-a", python__both="", python__first="", python__six=""),
        layer(client, f"{name}-b", python__first=""),
    ]
    code = {"ZipFile": zipped(app=WHERE, both="")}
    client.create_function(FunctionName=name, Code=code, Layers=layers, **OPTIONS)
    wanted = ["both", "first", "six", "boto3", "numpy", "smart_door", "emulator", "pytest"]
    answer = client.invoke(FunctionName=name, Payload=json.dumps(wanted))
    found = json.loads(answer["Payload"].read())

    function_folder = client.get_function(FunctionName=name)["Code"]["Location"].removeprefix("file://")
    a_folder = client.get_layer_version_by_arn(Arn=layers[0])["Content"]["Location"].removeprefix("file://")
    assert found == {
        "both": f"{function_folder}/both.py",
        "first": f"{a_folder}/python/first.py",
        "six": f"{a_folder}/python/six.py",
        "boto3": str(emulator.data_dir / "lambda/runtime/boto3/__init__.py"),
        **dict.fromkeys(("numpy", "smart_door", "emulator", "pytest")),
    }


def test_a_zip_without_the_handler_fails_when_it_is_invoked(emulator: Any, name: str) -> None:
    """As on AWS it can be created, and says what could not be imported."""
    client = emulator.client("lambda")
    client.create_function(FunctionName=name, Code={"ZipFile": zipped(other="")}, **OPTIONS)
    answer = client.invoke(FunctionName=name)
    error = json.loads(answer["Payload"].read())
    assert answer["FunctionError"] == "Unhandled"
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert "No module named 'app'" in error["errorMessage"]


def test_too_many_layers_are_refused(emulator: Any, name: str) -> None:
    """Five at most, and one version of each."""
    client = emulator.client("lambda")
    six = [layer(client, f"{name}-{number}", python__a="") for number in range(6)]
    code = {"ZipFile": zipped(app=WHERE)}
    create = partial(client.create_function, FunctionName=name, Code=code, **OPTIONS)
    for layers in (six, [six[0], layer(client, f"{name}-0", python__a="")]):
        assert code_of(partial(create, Layers=layers)) == "InvalidParameterValueException"
    create(Layers=six[:5])
    update = partial(client.update_function_configuration, FunctionName=name, Layers=six)
    assert code_of(update) == "InvalidParameterValueException"


def test_a_function_and_its_layers_have_one_limit_together(emulator: Any, name: str) -> None:
    """Each is small enough, the sum is not: refused at creation and at updates, which change nothing."""
    client = emulator.client("lambda")
    half = 20 * 1024**2
    layers = [layer(client, f"{name}-{number}", python__large=bytes(half)) for number in range(2)]
    rest = zipped(app=bytes(MAX_UNZIPPED_BYTES - 2 * half))
    create = partial(client.create_function, FunctionName=name, **OPTIONS)

    assert code_of(partial(create, Code={"ZipFile": rest}, Layers=layers)) == "InvalidParameterValueException"
    before = create(Code={"ZipFile": zipped(app=WHERE)}, Layers=layers)
    update = partial(client.update_function_code, FunctionName=name, ZipFile=rest)
    assert code_of(update) == "InvalidParameterValueException"
    after = client.get_function_configuration(FunctionName=name)
    assert after["CodeSha256"] == before["CodeSha256"]


@pytest.mark.parametrize(
    ("archive", "code"),
    [
        (lambda: zipped(app=bytes(MAX_UNZIPPED_BYTES)), "InvalidParameterValueException"),
        (zipped, "InvalidParameterValueException"),
        (partial(bytes, MAX_UPLOAD_BYTES + 1), "RequestEntityTooLargeException"),
    ],
    ids=["too large unzipped", "empty", "too large to send"],
)
def test_a_zip_over_the_limits_is_not_unpacked(
    archive: Callable[[], bytes], code: str, tmp_path: Path
) -> None:
    """Lambda's limits, and an empty zip."""
    with pytest.raises(AwsError) as refused:
        place_code({"ZipFile": archive()}, tmp_path)
    assert refused.value.code == code
    assert not [*tmp_path.iterdir()]
