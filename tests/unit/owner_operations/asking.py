"""Asks the owner API: from a proxy event to what the page reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from openapi_schema_validator import OAS30Validator

from functions.owner_api.app import handler
from smart_door.domain.settings import SetUp
from tests.unit.lambda_context import FakeContext

SPECIFICATION = yaml.safe_load((Path(__file__).parents[3] / "api-specs" / "owner.yaml").read_text())
SET_UP = SetUp(99.0, 10.0, 15.0, 5.0, 24.0, 30.0, 90.0)
VISITOR = "/api/owner/visitors/{visitor_id}"
V1 = {"visitor_id": "v1"}


def ask(
    method: str,
    resource: str,
    path: dict[str, str] | None = None,
    body: Any = None,
    query: dict[str, str] | None = None,
    groups: str = "owner",
    member_id: str = "1",
) -> tuple[int, dict[str, Any]]:
    """Ask, and hold a good answer against the specification."""
    event = {
        "httpMethod": method,
        "resource": resource,
        "pathParameters": path,
        "queryStringParameters": query,
        "body": None if body is None else json.dumps(body),
        "requestContext": {
            "authorizer": {
                "claims": {
                    "email": "owner@example.com",
                    "sub": "1",
                    "cognito:username": member_id,
                    "cognito:groups": groups,
                }
            }
        },
    }
    response = handler(event, FakeContext())
    is_json = response["headers"]["Content-Type"] == "application/json"
    answer = json.loads(response["body"]) if is_json else {"file": response["body"]}
    responses = SPECIFICATION["paths"][resource][method.lower()]["responses"]
    assert str(response["statusCode"]) in responses, answer
    if response["statusCode"] == 200 and is_json:
        schema = responses["200"]["content"]["application/json"]["schema"]
        whole = {"allOf": [schema], "components": SPECIFICATION["components"]}
        assert [error.message for error in OAS30Validator(whole).iter_errors(answer)] == []
    return response["statusCode"], answer
