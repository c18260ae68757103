"""Functions as Lambda keeps them: create, read, update, delete."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from tests.emulator.asking import code_of, eventually
from tests.emulator.conftest import ROLE

HELLO = "def handler(event, context): return 'hello'"


def zipped(source: str, path: str = "app.py") -> bytes:
    """A zip with one file."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(path, source)
    return archive.getvalue()


def invoke(client: Any, name: str, event: Any = None) -> Any:
    """A function's answer."""
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()
    return json.loads(answer["Payload"].read())


def test_a_function_from_a_zip_runs_and_describes_itself(emulator: Any, name: str) -> None:
    """CreateFunction with a zip; GetFunction says AWS's defaults."""
    client = emulator.client("lambda")
    options = {"FunctionName": name, "Runtime": "python3.13", "Role": ROLE, "Handler": "app.handler"}
    client.create_function(**options, Code={"ZipFile": zipped(HELLO)}, Tags={"door": "front"})
    client.get_waiter("function_active_v2").wait(FunctionName=name)
    found = client.get_function(FunctionName=name)
    configuration = found["Configuration"]
    assert (configuration["Timeout"], configuration["MemorySize"], configuration["Version"]) == (
        3,
        128,
        "$LATEST",
    )
    assert configuration["FunctionArn"].endswith(f":function:{name}")
    assert found["Tags"] == {"door": "front"}
    assert invoke(client, name) == "hello"
    assert invoke(client, configuration["FunctionArn"]) == "hello"


def test_code_can_come_from_a_bucket_and_be_replaced(emulator: Any, name: str) -> None:
    """UpdateFunctionCode: the next invocation runs the new code."""
    client, s3 = emulator.client("lambda"), emulator.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="one.zip", Body=zipped(HELLO))
    options = {"FunctionName": name, "Runtime": "python3.13", "Role": ROLE, "Handler": "app.handler"}
    before = client.create_function(**options, Code={"S3Bucket": name, "S3Key": "one.zip"})
    assert invoke(client, name) == "hello"
    after = client.update_function_code(FunctionName=name, ZipFile=zipped("def handler(e, c): return 'new'"))
    assert after["CodeSha256"] != before["CodeSha256"]
    assert invoke(client, name) == "new"


def test_what_is_saved_in_a_folder_used_in_place_runs_next(
    emulator: Any, name: str, make_function: Any
) -> None:
    """Saving a .py file recycles the worker."""
    folder = make_function(name, HELLO)
    client = emulator.client("lambda")
    assert invoke(client, name) == "hello"
    (folder / "app.py").write_text("def handler(event, context): return 'saved'")
    eventually(lambda: invoke(client, name) == "saved")


def test_configuration_changes_take_effect(emulator: Any, name: str, make_function: Any) -> None:
    """UpdateFunctionConfiguration changes what is named and restarts the function."""
    make_function(name, "import os\ndef handler(event, context): return os.environ.get('COLOUR')")
    client = emulator.client("lambda")
    assert invoke(client, name) is None
    changed = client.update_function_configuration(
        FunctionName=name, Environment={"Variables": {"COLOUR": "green"}}, Timeout=9
    )
    assert (changed["Timeout"], changed["MemorySize"]) == (9, 128)
    assert invoke(client, name) == "green"


def test_layers_are_on_the_path_in_both_layouts(
    emulator: Any, name: str, make_function: Any, tmp_path: Any
) -> None:
    """A layer folder holds python/, or the packages themselves."""
    client = emulator.client("lambda")
    with_python = {"ZipFile": zipped("VALUE = 'zipped'", "python/in_zip.py")}
    (tmp_path / "layer").mkdir()
    (tmp_path / "layer" / "in_folder.py").write_text("VALUE = 'folder'")
    plain = {"S3Bucket": "hot-reload", "S3Key": str(tmp_path / "layer")}
    layers = [
        client.publish_layer_version(LayerName=f"{name}-{number}", Content=content)
        for number, content in enumerate((with_python, plain))
    ]
    source = "import in_zip, in_folder\ndef handler(event, context): return [in_zip.VALUE, in_folder.VALUE]"
    make_function(name, source, Layers=[layer["LayerVersionArn"] for layer in layers])
    assert invoke(client, name) == ["zipped", "folder"]


def test_versions_of_a_layer_only_count_up(emulator: Any, name: str) -> None:
    """A number is never used again."""
    client = emulator.client("lambda")
    content = {"ZipFile": zipped("VALUE = 1", "python/in_zip.py")}
    layers = [client.publish_layer_version(LayerName=name, Content=content) for _ in range(2)]
    assert [layer["Version"] for layer in layers] == [1, 2]
    assert client.get_layer_version(LayerName=name, VersionNumber=1)["LayerVersionArn"].endswith(":1")
    assert client.get_layer_version_by_arn(Arn=layers[1]["LayerVersionArn"])["Version"] == 2
    client.delete_layer_version(LayerName=name, VersionNumber=2)
    assert client.publish_layer_version(LayerName=name, Content=content)["Version"] == 3
    versions = client.list_layer_versions(LayerName=name)["LayerVersions"]
    assert [version["Version"] for version in versions] == [3, 1]
    assert (
        code_of(lambda: client.get_layer_version(LayerName=name, VersionNumber=2))
        == "ResourceNotFoundException"
    )
    assert name in [layer["LayerName"] for layer in client.list_layers()["Layers"]]


def test_a_deleted_function_is_gone(emulator: Any, name: str, make_function: Any) -> None:
    """DeleteFunction, and everything after it is refused."""
    make_function(name, HELLO)
    client = emulator.client("lambda")
    pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    assert name in [function["FunctionName"] for page in pages for function in page["Functions"]]
    client.delete_function(FunctionName=name)
    for call in (client.get_function, client.delete_function, client.invoke, client.get_policy):
        assert code_of(lambda call=call: call(FunctionName=name)) == "ResourceNotFoundException"  # type: ignore[misc]


@pytest.mark.parametrize(
    "wrong",
    [
        {"Code": {"ZipFile": b"no zip"}},
        {"Code": {"S3Bucket": "hot-reload", "S3Key": "/no/such/folder"}},
        {"Code": {"S3Bucket": "no-such-bucket", "S3Key": "any"}},
        {"Runtime": "nodejs22.x"},
        {"Timeout": 901},
        {"Handler": "nodot"},
        {"Environment": {"Variables": {"AWS_REGION": "x"}}},
        {"Environment": {"Variables": {"LONG": "x" * 5000}}},
        {"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:none:1"]},
    ],
)
def test_what_aws_refuses_is_refused(emulator: Any, name: str, wrong: dict[str, Any]) -> None:
    """Bad code, runtime, limits, reserved variables, missing layers."""
    client = emulator.client("lambda", parameter_validation=False)
    options = {"FunctionName": name, "Runtime": "python3.13", "Role": ROLE, "Handler": "app.handler"}
    good = {**options, "Code": {"ZipFile": zipped(HELLO)}}
    assert code_of(lambda: client.create_function(**{**good, **wrong})) == "InvalidParameterValueException"


def test_a_name_is_taken_once(emulator: Any, name: str, make_function: Any) -> None:
    """A second function of the name is a conflict, and so is a second statement of an id."""
    folder = make_function(name, HELLO)
    client = emulator.client("lambda")
    again = {"FunctionName": name, "Runtime": "python3.13", "Role": ROLE, "Handler": "app.handler"}
    code = {"S3Bucket": "hot-reload", "S3Key": str(folder)}
    assert code_of(lambda: client.create_function(**again, Code=code)) == "ResourceConflictException"
    permission = {
        "FunctionName": name,
        "StatementId": "one",
        "Action": "lambda:InvokeFunction",
        "Principal": "*",
    }
    client.add_permission(**permission)
    assert code_of(lambda: client.add_permission(**permission)) == "ResourceConflictException"


def test_permissions_are_a_policy(emulator: Any, name: str, make_function: Any) -> None:
    """AddPermission, GetPolicy, RemovePermission."""
    make_function(name, HELLO)
    client = emulator.client("lambda")
    topic = "arn:aws:sns:us-east-1:123456789012:topic"
    client.add_permission(
        FunctionName=name,
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    (statement,) = json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": topic}}
    client.remove_permission(FunctionName=name, StatementId="sns")
    assert code_of(lambda: client.get_policy(FunctionName=name)) == "ResourceNotFoundException"
    remove = lambda: client.remove_permission(FunctionName=name, StatementId="sns")  # noqa: E731  # reads better here
    assert code_of(remove) == "ResourceNotFoundException"


def test_tags_come_and_go(emulator: Any, name: str, make_function: Any) -> None:
    """TagResource, UntagResource, ListTags."""
    make_function(name, HELLO)
    client = emulator.client("lambda")
    arn = client.get_function_configuration(FunctionName=name)["FunctionArn"]
    client.tag_resource(Resource=arn, Tags={"door": "front", "home": "ours"})
    client.untag_resource(Resource=arn, TagKeys=["home"])
    assert client.list_tags(Resource=arn)["Tags"] == {"door": "front"}


def test_an_operation_lambda_has_not_is_named(emulator: Any, name: str) -> None:
    """No silent success for what is missing."""
    client = emulator.client("lambda")
    assert code_of(lambda: client.publish_version(FunctionName=name)) == "UnknownOperationException"
