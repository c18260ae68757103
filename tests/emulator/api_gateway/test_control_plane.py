"""API Gateway's operations, and documents that cannot be served."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Emulator
from tests.emulator.api_gateway.conftest import Api
from tests.emulator.asking import code_of


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ({"x-amazon-apigateway-integration": {"type": "http_proxy"}}, "integration type http_proxy"),
        ({"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "x"}}, "names no Lambda function"),
        ({"x-amazon-apigateway-integration": "none"}, "no integration"),
        ({"security": [{"nobody": []}]}, "no security scheme nobody"),
        ({"security": [{"key": []}]}, "Cognito user pools only"),
        ({"x-amazon-apigateway-request-validator": "strict"}, "no request validator strict"),
        ({"parameters": [{"$ref": "#/components/parameters/No"}]}, "#/components/parameters/No"),
    ],
)
def test_a_document_that_cannot_be_served_is_refused(api: Api, operation: dict[str, Any], words: str) -> None:
    """With the operation and the reason."""
    components = {"securitySchemes": {"key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}}
    body = json.dumps(api.document({"/a": {"get": operation}}, components=components)).encode()

    with pytest.raises(api.client.exceptions.BadRequestException, match=words):
        api.client.import_rest_api(body=body)


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"swagger": "2.0", "paths": {}}'])
def test_what_is_no_openapi_document_is_refused(emulator: Emulator, body: bytes) -> None:
    """BadRequestException."""
    client = emulator.client("apigateway")

    assert code_of(lambda: client.import_rest_api(body=body)) == "BadRequestException"


def test_an_api_is_described_and_deleted(api: Api) -> None:
    """APIs, deployments and stages, and what is missing."""
    api.deploy({"/a": {"get": {}}})
    client, where = api.client, {"restApiId": api.api_id}

    assert client.get_rest_api(**where)["name"] == api.function
    assert api.api_id in [item["id"] for item in client.get_rest_apis()["items"]]
    stage = client.get_stage(**where, stageName="live")
    assert [item["id"] for item in client.get_deployments(**where)["items"]] == [stage["deploymentId"]]
    exported = json.loads(client.get_export(**where, stageName="live", exportType="oas30")["body"].read())
    assert list(exported["paths"]) == ["/a"]

    delete = {"deploymentId": stage["deploymentId"], **where}
    assert code_of(lambda: client.delete_deployment(**delete)) == "BadRequestException"
    assert code_of(lambda: client.get_stage(**where, stageName="no")) == "NotFoundException"
    again = {"stageName": "live", "deploymentId": stage["deploymentId"], **where}
    assert code_of(lambda: client.create_stage(**again)) == "ConflictException"
    assert code_of(lambda: client.create_stage(**{**again, "stageName": "x", "deploymentId": "no"})) == (
        "NotFoundException"
    )
    client.delete_stage(**where, stageName="live")
    assert client.get_stages(**where)["item"] == []
    assert code_of(lambda: client.get_rest_api(restApiId="nothing")) == "NotFoundException"


def test_method_settings_are_set_and_taken_away(api: Api) -> None:
    """All or none of the changes."""
    api.deploy({"/a": {"get": {}}})
    where = {"restApiId": api.api_id, "stageName": "live"}

    def patch(*operations: dict[str, str]) -> dict[str, Any]:
        answer: dict[str, Any] = api.client.update_stage(**where, patchOperations=list(operations))
        return answer

    limit = {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "5"}
    assert patch(limit)["methodSettings"]["*/*"]["throttlingRateLimit"] == 5.0
    wrong = {"op": "replace", "path": "/colour", "value": "red"}
    assert code_of(lambda: patch({"op": "replace", "path": "/description", "value": "x"}, wrong)) == (
        "BadRequestException"
    )
    assert api.client.get_stage(**where)["description"] == ""
    assert patch({"op": "remove", "path": limit["path"]})["methodSettings"] == {}


def test_an_operation_that_is_missing_is_named(emulator: Emulator) -> None:
    """Never a silent success."""
    client = emulator.client("apigateway")

    with pytest.raises(client.exceptions.ClientError, match="no operation GetUsagePlans") as refused:
        client.get_usage_plans()
    assert refused.value.response["Error"]["Code"] == "UnknownOperationException"
