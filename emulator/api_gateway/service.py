"""API Gateway: the control plane's operations, and the address under which stages are served."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp import web

from emulator.api_gateway.invocation import SERVED_PATH, Server
from emulator.api_gateway.models import Deployment, RestApi, RestApis, Stage, new_id, now
from emulator.api_gateway.openapi import Specification, SpecificationError
from emulator.aws_protocol import AwsError, Fields, ModelledService
from emulator.service import Settings

_SETTINGS = re.compile(
    r"/(?P<resource>\*|~1[^/]*)/(?P<method>\*|[A-Z]+)/(throttling|logging|metrics|caching)/[A-Za-z]+"
)
_EMPTY = {"openapi": "3.0.1", "paths": {}}


class ApiGateway(ModelledService):
    """REST APIs. Those of HTTP and WebSocket are another service on AWS and not here."""

    service_name = "apigateway"
    scopes = ("apigateway", "execute-api")
    operations: Mapping[str, str] = {
        "CreateDeployment": "",
        "CreateRestApi": "an API without methods; PutRestApi brings them",
        "CreateStage": "",
        "DeleteDeployment": "",
        "DeleteRestApi": "",
        "DeleteStage": "",
        "GetDeployment": "",
        "GetDeployments": "",
        "GetExport": "the document as imported",
        "GetRestApi": "",
        "GetRestApis": "",
        "GetStage": "",
        "GetStages": "",
        "ImportRestApi": "OpenAPI 3.0; integrations aws_proxy and mock; Cognito authorizers",
        "PutRestApi": "mode overwrite",
        "UpdateStage": "deployment, variables, description, method settings",
    }

    async def start(self, settings: Settings) -> None:
        """Load the APIs and be ready to serve them."""
        self._apis = RestApis(settings.data_dir / "api_gateway" / "apis.json")
        self._apis.load()
        self._session = aiohttp.ClientSession()
        self._server = Server(self._apis, settings, self._session)

    async def close(self) -> None:
        """Let go of connections."""
        await self._session.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a call of the control plane, or a request to a deployed API."""
        served = SERVED_PATH.fullmatch(request.path)
        if served:
            return await self._server.serve(request, served["api"], served["stage"], served["path"] or "/")
        return await super().handle(request)

    # --- APIs -----------------------------------------------------------------------------------------

    async def import_rest_api(self, fields: Fields) -> Fields:
        """Make an API of an OpenAPI document."""
        return self._add(_document(fields["body"]))

    async def create_rest_api(self, fields: Fields) -> Fields:
        """Make an API without methods."""
        info = {"title": fields["name"], "version": fields.get("version", "1")}
        return self._add({**_EMPTY, "info": {**info, "description": fields.get("description", "")}})

    async def put_rest_api(self, fields: Fields) -> Fields:
        """Replace an API's document; stages serve what was deployed until the next deployment."""
        if fields.get("mode", "merge") != "overwrite":
            raise AwsError("BadRequestException", "The emulator's PutRestApi has the mode overwrite only")
        api = self._apis.get(fields["restApiId"])
        api.document = _document(fields["body"])
        self._apis.save()
        return _api(api)

    async def get_rest_api(self, fields: Fields) -> Fields:
        """One API."""
        return _api(self._apis.get(fields["restApiId"]))

    async def get_rest_apis(self, _: Fields) -> Fields:
        """All APIs."""
        return {"items": [_api(api) for api in self._apis.all()]}

    async def delete_rest_api(self, fields: Fields) -> None:
        """Delete an API with its stages."""
        self._apis.remove(fields["restApiId"])

    async def get_export(self, fields: Fields) -> Fields:
        """The document that a stage serves."""
        stage = self._apis.stage(fields["restApiId"], fields["stageName"])
        deployment = self._apis.get(fields["restApiId"]).deployments[stage.deployment_id]
        return {"contentType": "application/json", "body": json.dumps(deployment.document).encode()}

    def _add(self, document: Mapping[str, Any]) -> Fields:
        api = RestApi(new_id(), new_id(), dict(document), now())
        self._apis.add(api)
        return _api(api)

    # --- deployments ----------------------------------------------------------------------------------

    async def create_deployment(self, fields: Fields) -> Fields:
        """Freeze what the API is now; with a stage name, serve it there."""
        api = self._apis.get(fields["restApiId"])
        if not api.document.get("paths"):
            raise AwsError("BadRequestException", "The REST API doesn't contain any methods")
        deployment = Deployment(new_id(6), api.document, fields.get("description", ""), now())
        api.deployments[deployment.deployment_id] = deployment
        name = fields.get("stageName")
        if name:
            stage = api.stages.setdefault(name, Stage(name, deployment.deployment_id, created_at=now()))
            stage.deployment_id = deployment.deployment_id
            stage.variables |= fields.get("variables", {})
        self._apis.save()
        return _deployment(deployment)

    async def get_deployment(self, fields: Fields) -> Fields:
        """One deployment."""
        return _deployment(self._deployment(fields["restApiId"], fields["deploymentId"]))

    async def get_deployments(self, fields: Fields) -> Fields:
        """An API's deployments."""
        return {
            "items": [_deployment(item) for item in self._apis.get(fields["restApiId"]).deployments.values()]
        }

    async def delete_deployment(self, fields: Fields) -> None:
        """Delete a deployment that no stage serves."""
        api = self._apis.get(fields["restApiId"])
        deployment = self._deployment(api.api_id, fields["deploymentId"])
        if any(stage.deployment_id == deployment.deployment_id for stage in api.stages.values()):
            raise AwsError(
                "BadRequestException", "Active stages pointing to this deployment must be moved or deleted"
            )
        del api.deployments[deployment.deployment_id]
        self._apis.save()

    def _deployment(self, api_id: str, deployment_id: str) -> Deployment:
        deployments = self._apis.get(api_id).deployments
        if deployment_id not in deployments:
            raise AwsError("NotFoundException", "Invalid Deployment identifier specified", 404)
        return deployments[deployment_id]

    # --- stages ---------------------------------------------------------------------------------------

    async def create_stage(self, fields: Fields) -> Fields:
        """Serve a deployment under a name."""
        api, name = self._apis.get(fields["restApiId"]), fields["stageName"]
        if name in api.stages:
            raise AwsError("ConflictException", "Stage already exists", 409)
        self._deployment(api.api_id, fields["deploymentId"])
        stage = Stage(
            name,
            fields["deploymentId"],
            description=fields.get("description", ""),
            variables=fields.get("variables", {}),
            tracing=bool(fields.get("tracingEnabled", False)),
            created_at=now(),
        )
        api.stages[name] = stage
        self._apis.save()
        return _stage(stage)

    async def get_stage(self, fields: Fields) -> Fields:
        """One stage."""
        return _stage(self._apis.stage(fields["restApiId"], fields["stageName"]))

    async def get_stages(self, fields: Fields) -> Fields:
        """An API's stages."""
        return {"item": [_stage(stage) for stage in self._apis.get(fields["restApiId"]).stages.values()]}

    async def update_stage(self, fields: Fields) -> Fields:
        """Change a stage by patch operations; all or none."""
        stage = self._apis.stage(fields["restApiId"], fields["stageName"])
        changed = Stage(
            **{**vars(stage), "variables": dict(stage.variables), "settings": dict(stage.settings)}
        )
        for operation in fields.get("patchOperations", []):
            if operation["path"] == "/deploymentId":
                self._deployment(fields["restApiId"], operation["value"])
            _patch(changed, operation)
        vars(stage).update(vars(changed))
        self._apis.save()
        return _stage(stage)

    async def delete_stage(self, fields: Fields) -> None:
        """Stop serving under a name."""
        stage = self._apis.stage(fields["restApiId"], fields["stageName"])
        del self._apis.get(fields["restApiId"]).stages[stage.name]
        self._apis.save()


def _document(body: bytes) -> dict[str, Any]:
    """Check a document. Raises BadRequestException saying what is wrong with it."""
    try:
        document = json.loads(body)
    except ValueError as err:
        raise AwsError(
            "BadRequestException", "The document is not JSON; YAML is read by the AWS tools only"
        ) from err
    if not isinstance(document, dict):
        raise AwsError("BadRequestException", "Invalid OpenAPI input.")
    try:
        Specification(document)
    except SpecificationError as err:
        raise AwsError("BadRequestException", str(err)) from err
    return document


def _patch(stage: Stage, operation: Mapping[str, str]) -> None:
    verb, path, value = operation["op"], operation["path"], operation.get("value", "")
    if verb not in ("replace", "add", "remove"):
        raise AwsError("BadRequestException", f"Invalid patch operation {verb}")
    if path == "/deploymentId":
        stage.deployment_id = value
    elif path == "/description":
        stage.description = value
    elif path == "/tracingEnabled":
        stage.tracing = value.lower() == "true"
    elif path.startswith("/variables/"):
        _change(stage.variables, verb, path.removeprefix("/variables/"), value)
    elif _SETTINGS.fullmatch(path):
        _change(stage.settings, verb, path, value)
    else:
        raise AwsError("BadRequestException", f"Invalid patch path {path}")


def _change(values: dict[str, str], verb: str, name: str, value: str) -> None:
    if verb == "remove":
        values.pop(name, None)
    else:
        values[name] = value


def _api(api: RestApi) -> Fields:
    return {
        "id": api.api_id,
        "name": api.name,
        "description": api.document.get("info", {}).get("description", ""),
        "createdDate": api.created_at,
        "apiKeySource": "HEADER",
        "endpointConfiguration": {"types": ["REGIONAL"]},
        "rootResourceId": api.root_resource_id,
    }


def _deployment(deployment: Deployment) -> Fields:
    return {
        "id": deployment.deployment_id,
        "description": deployment.description,
        "createdDate": deployment.created_at,
    }


def _stage(stage: Stage) -> Fields:
    settings: dict[str, dict[str, Any]] = {}
    for path, value in stage.settings.items():
        _, resource, method, group, name = path.split("/")
        found = settings.setdefault(f"{resource.removeprefix('~1')}/{method}", {})
        if group == "throttling":
            found["throttlingRateLimit" if name == "rateLimit" else "throttlingBurstLimit"] = float(value)
    for found in settings.values():
        if "throttlingBurstLimit" in found:
            found["throttlingBurstLimit"] = int(found["throttlingBurstLimit"])
    return {
        "stageName": stage.name,
        "deploymentId": stage.deployment_id,
        "description": stage.description,
        "variables": stage.variables,
        "tracingEnabled": stage.tracing,
        "methodSettings": settings,
        "createdDate": stage.created_at,
        "lastUpdatedDate": stage.created_at,
    }
