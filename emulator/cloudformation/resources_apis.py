"""API Gateway: REST APIs, their deployments and stages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from emulator.cloudformation.resource_types import (
    NOT_BILLED,
    ONE_MACHINE,
    TAGS,
    Made,
    Request,
    ResourceType,
    keep,
    names,
)

_METHOD_SETTINGS = {
    "ThrottlingRateLimit": "throttling/rateLimit",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "LoggingLevel": "logging/loglevel",
    "DataTraceEnabled": "logging/dataTrace",
    "MetricsEnabled": "metrics/enabled",
    "CachingEnabled": "caching/enabled",
}


def _create_api(request: Request) -> Made:
    answer = _import(request, None) if _has_body(request) else _create_empty(request)
    attributes = {"RestApiId": answer["id"], "RootResourceId": answer["rootResourceId"]}
    return Made(answer["id"], attributes)


def _create_empty(request: Request) -> dict[str, Any]:
    return request.call(
        "apigateway", "CreateRestApi", name=request.name("Name", 128), **_description(request)
    )


def _update_api(request: Request) -> Made:
    if _has_body(request):
        _import(request, request.physical_id)
    return Made(request.physical_id, request.attributes)


def _has_body(request: Request) -> bool:
    return "Body" in request.properties or "BodyS3Location" in request.properties


def _import(request: Request, api_id: str | None) -> dict[str, Any]:
    """Import or overwrite the API from its OpenAPI document."""
    document = request.properties.get("Body")
    if document is None:
        where = request.properties["BodyS3Location"]
        document = json.loads(
            request.call("s3", "GetObject", Bucket=where["Bucket"], Key=where["Key"])["Body"].read()
        )
    if "Name" in request.properties:
        document = {**document, "info": {**document.get("info", {}), "title": request.properties["Name"]}}
    body = json.dumps(document).encode()
    if api_id:
        return request.call("apigateway", "PutRestApi", restApiId=api_id, mode="overwrite", body=body)
    return request.call("apigateway", "ImportRestApi", failOnWarnings=True, body=body)


def _description(request: Request) -> dict[str, Any]:
    description = request.properties.get("Description")
    return {"description": description} if description else {}


def _delete_api(request: Request) -> None:
    request.call("apigateway", "DeleteRestApi", restApiId=request.physical_id)


def _create_deployment(request: Request) -> Made:
    identity = request.call(
        "apigateway",
        "CreateDeployment",
        restApiId=request.properties["RestApiId"],
        stageName=request.properties.get("StageName"),
        **_description(request),
    )["id"]
    return Made(identity, {"DeploymentId": identity})


def _delete_deployment(request: Request) -> None:
    request.call(
        "apigateway",
        "DeleteDeployment",
        restApiId=request.properties["RestApiId"],
        deploymentId=request.physical_id,
    )


def _create_stage(request: Request) -> Made:
    api_id, name = request.properties["RestApiId"], request.properties["StageName"]
    request.call(
        "apigateway",
        "CreateStage",
        restApiId=api_id,
        stageName=name,
        deploymentId=request.properties["DeploymentId"],
        variables=request.properties.get("Variables"),
        tracingEnabled=request.properties.get("TracingEnabled"),
        **_description(request),
    )
    request.claim(name)
    changes = [_operation("replace", *item) for item in _settings(request, request.properties).items()]
    if changes:
        _change_stage(request, name, changes)
    return Made(name)


def _update_stage(request: Request) -> Made:
    name = request.physical_id
    wanted, had = _settings(request, request.properties), _settings(request, request.old)
    changes = [_operation("remove", path, None) for path in had if path not in wanted]
    changes += [
        _operation("replace", path, value) for path, value in wanted.items() if had.get(path) != value
    ]
    if request.changed("DeploymentId"):
        changes.append(_operation("replace", "/deploymentId", request.properties["DeploymentId"]))
    variables, before = (source.get("Variables", {}) for source in (request.properties, request.old))
    changes += [_operation("replace", f"/variables/{key}", value) for key, value in variables.items()]
    changes += [_operation("remove", f"/variables/{key}", None) for key in before if key not in variables]
    if changes:
        _change_stage(request, name, changes)
    return Made(name, request.attributes)


def _change_stage(request: Request, name: str, changes: list[dict[str, str]]) -> None:
    request.call(
        "apigateway",
        "UpdateStage",
        restApiId=request.properties["RestApiId"],
        stageName=name,
        patchOperations=changes,
    )


def _settings(request: Request, properties: Mapping[str, Any]) -> dict[str, str]:
    """MethodSettings as the paths that UpdateStage takes: /{resource}/{method}/throttling/rateLimit."""
    found = {}
    for setting in properties.get("MethodSettings", []):
        options = dict(setting)
        resource, method = options.pop("ResourcePath", "/*"), options.pop("HttpMethod", "*")
        where = "/*/*" if resource == "/*" else f"/{resource.replace('/', '~1')}/{method}"
        for name, value in options.items():
            if name not in _METHOD_SETTINGS:
                raise request.fail(f"the emulator does not have the property MethodSettings.{name}")
            found[f"{where}/{_METHOD_SETTINGS[name]}"] = str(value)
    return found


def _operation(verb: str, path: str, value: Any) -> dict[str, str]:
    return {"op": verb, "path": path} if value is None else {"op": verb, "path": path, "value": str(value)}


def _delete_stage(request: Request) -> None:
    request.call(
        "apigateway", "DeleteStage", restApiId=request.properties["RestApiId"], stageName=request.physical_id
    )


def _account(request: Request) -> Made:
    """Where API Gateway writes its logs on AWS; here they are in the emulator's own log."""
    return Made(request.physical_id or f"{request.stack.name}-{request.logical_id}")


def _nothing(_: Request) -> None:
    """There is nothing to take away."""


TYPES = (
    ResourceType(
        "AWS::ApiGateway::RestApi",
        names("Name Description Body BodyS3Location"),
        _create_api,
        _delete_api,
        _update_api,
        accepted={
            "DisableExecuteApiEndpoint": ONE_MACHINE,
            "EndpointConfiguration": ONE_MACHINE,
            "FailOnWarnings": "imports are always strict here",
            "Parameters": ONE_MACHINE,
            "SecurityPolicy": ONE_MACHINE,
            "Tags": TAGS,
        },
    ),
    ResourceType(
        "AWS::ApiGateway::Deployment",
        names("RestApiId StageName Description"),
        _create_deployment,
        _delete_deployment,
        keep,
        replacing=names("RestApiId StageName"),
        required=names("RestApiId"),
    ),
    ResourceType(
        "AWS::ApiGateway::Stage",
        names("RestApiId StageName DeploymentId Variables MethodSettings Description TracingEnabled"),
        _create_stage,
        _delete_stage,
        _update_stage,
        replacing=names("RestApiId StageName"),
        required=names("RestApiId StageName DeploymentId"),
        accepted={
            "AccessLogSetting": "the emulator's own log says what was asked",
            "CacheClusterEnabled": NOT_BILLED,
            "CacheClusterSize": NOT_BILLED,
            "Tags": TAGS,
        },
    ),
    ResourceType(
        "AWS::ApiGateway::Account",
        names("CloudWatchRoleArn"),
        _account,
        _nothing,
        _account,
    ),
)
