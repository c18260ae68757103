"""Lambda: functions, layers, permissions, versions and aliases."""

from __future__ import annotations

import io
import uuid
import zipfile
from typing import Any

from emulator.cloudformation.resource_types import (
    NOT_ENCRYPTED_HERE,
    ONE_MACHINE,
    TAGS,
    Made,
    Properties,
    Request,
    ResourceType,
    names,
)

FOLDERS = "hot-reload"
_CONFIGURATION = (
    "Description",
    "Handler",
    "Role",
    "Runtime",
    "Timeout",
    "MemorySize",
    "Environment",
    "Layers",
    "TracingConfig",
    "EphemeralStorage",
    "DeadLetterConfig",
    "LoggingConfig",
)
_RESET: dict[str, Any] = {
    "Environment": {"Variables": {}},
    "Layers": [],
    "Description": "",
    "DeadLetterConfig": {},
}
_PERMISSION = (
    "Action",
    "EventSourceToken",
    "FunctionName",
    "FunctionUrlAuthType",
    "Principal",
    "PrincipalOrgID",
    "SourceAccount",
    "SourceArn",
)


def _create_function(request: Request) -> Made:
    name = request.name("FunctionName", 64)
    answer = request.call(
        "lambda",
        "CreateFunction",
        FunctionName=name,
        Code=_code(request),
        **request.pick("Architectures", "PackageType", *_CONFIGURATION),
    )
    request.claim(name)
    if "ReservedConcurrentExecutions" in request.properties:
        _reserve(request, name)
    return Made(name, {"Arn": answer["FunctionArn"]})


def _update_function(request: Request) -> Made:
    name = request.physical_id
    changed = {
        option: request.properties.get(option, _RESET.get(option))
        for option in _CONFIGURATION
        if request.changed(option)
    }
    if changed:
        request.call("lambda", "UpdateFunctionConfiguration", FunctionName=name, **changed)
    if request.changed("Code"):
        request.call("lambda", "UpdateFunctionCode", FunctionName=name, **_code(request))
    if request.changed("ReservedConcurrentExecutions"):
        if "ReservedConcurrentExecutions" in request.properties:
            _reserve(request, name)
        else:
            request.call("lambda", "DeleteFunctionConcurrency", FunctionName=name)
    return Made(name, request.attributes)


def _delete_function(request: Request) -> None:
    request.call("lambda", "DeleteFunction", FunctionName=request.physical_id)


def _code(request: Request) -> dict[str, Any]:
    """Code as the API takes it: an object in S3, or the template's text as the index file of an archive."""
    code = _in_place(request.properties["Code"])
    if "ZipFile" not in code:
        return code
    runtime = str(request.properties.get("Runtime", ""))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("index.js" if runtime.startswith("nodejs") else "index.py", code.pop("ZipFile"))
    return {**code, "ZipFile": archive.getvalue()}


def _in_place(code: Properties) -> dict[str, Any]:
    """A folder of this machine (bucket hot-reload) by its absolute path: SAM takes away the first slash."""
    if code.get("S3Bucket") == FOLDERS:
        return {**code, "S3Key": "/" + str(code["S3Key"]).lstrip("/")}
    return dict(code)


def _reserve(request: Request, name: str) -> None:
    request.call(
        "lambda", "PutFunctionConcurrency", FunctionName=name, **request.pick("ReservedConcurrentExecutions")
    )


def _add_permission(request: Request) -> Made:
    statement = f"{request.stack.name}-{request.logical_id}-{uuid.uuid4().hex[:12]}"
    request.call("lambda", "AddPermission", StatementId=statement, **request.pick(*_PERMISSION))
    return Made(statement, {"Id": statement})


def _remove_permission(request: Request) -> None:
    request.call(
        "lambda",
        "RemovePermission",
        FunctionName=request.properties["FunctionName"],
        StatementId=request.physical_id,
    )


def _publish_layer(request: Request) -> Made:
    arn = request.call(
        "lambda",
        "PublishLayerVersion",
        LayerName=request.name("LayerName", 140),
        Content=_in_place(request.properties["Content"]),
        **request.pick("Description", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo"),
    )["LayerVersionArn"]
    return Made(arn, {"LayerVersionArn": arn})


def _delete_layer(request: Request) -> None:
    layer, _, version = request.physical_id.rpartition(":")
    request.call("lambda", "DeleteLayerVersion", LayerName=layer, VersionNumber=int(version))


def _publish_version(request: Request) -> Made:
    answer = request.call(
        "lambda", "PublishVersion", **request.pick("FunctionName", "Description", "CodeSha256")
    )
    return Made(answer["FunctionArn"], {"FunctionArn": answer["FunctionArn"], "Version": answer["Version"]})


def _delete_version(request: Request) -> None:
    """The version goes with its function; on AWS it is retained by SAM in any case."""
    function, _, version = request.physical_id.rpartition(":")
    request.call("lambda", "DeleteFunction", FunctionName=function, Qualifier=version)


def _create_alias(request: Request) -> Made:
    arn = request.call(
        "lambda",
        "CreateAlias",
        **request.pick("FunctionName", "FunctionVersion", "Name", "Description", "RoutingConfig"),
    )["AliasArn"]
    return Made(arn, {"AliasArn": arn})


def _update_alias(request: Request) -> Made:
    request.call(
        "lambda",
        "UpdateAlias",
        **request.pick("FunctionName", "FunctionVersion", "Name", "Description", "RoutingConfig"),
    )
    return Made(request.physical_id, request.attributes)


def _delete_alias(request: Request) -> None:
    request.call("lambda", "DeleteAlias", **request.pick("FunctionName", "Name"))


TYPES = (
    ResourceType(
        "AWS::Lambda::Function",
        names("Architectures Code FunctionName PackageType ReservedConcurrentExecutions")
        | frozenset(_CONFIGURATION),
        _create_function,
        _delete_function,
        _update_function,
        replacing=names("FunctionName PackageType Architectures"),
        required=names("Code Role"),
        accepted={
            "KmsKeyArn": NOT_ENCRYPTED_HERE,
            "RecursiveLoop": ONE_MACHINE,
            "RuntimeManagementConfig": "functions run in this machine's Python",
            "SnapStart": "functions stay warm here",
            "Tags": TAGS,
            "VpcConfig": ONE_MACHINE,
        },
    ),
    ResourceType(
        "AWS::Lambda::Permission",
        frozenset(_PERMISSION),
        _add_permission,
        _remove_permission,
        required=names("Action FunctionName Principal"),
    ),
    ResourceType(
        "AWS::Lambda::LayerVersion",
        names("LayerName Content Description CompatibleRuntimes CompatibleArchitectures LicenseInfo"),
        _publish_layer,
        _delete_layer,
        required=names("Content"),
    ),
    ResourceType(
        "AWS::Lambda::Version",
        names("FunctionName Description CodeSha256"),
        _publish_version,
        _delete_version,
        required=names("FunctionName"),
    ),
    ResourceType(
        "AWS::Lambda::Alias",
        names("FunctionName FunctionVersion Name Description RoutingConfig"),
        _create_alias,
        _delete_alias,
        _update_alias,
        replacing=names("FunctionName Name"),
        required=names("FunctionName FunctionVersion Name"),
    ),
)
