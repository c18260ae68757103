"""Request validation, as far as API Gateway goes and no further."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.api_gateway.conftest import Api

VALIDATORS: dict[str, Any] = {
    "x-amazon-apigateway-request-validators": {
        "all": {"validateRequestBody": True, "validateRequestParameters": True},
        "none": {"validateRequestBody": False, "validateRequestParameters": False},
    },
    "x-amazon-apigateway-request-validator": "all",
    "components": {
        "schemas": {
            "Visit": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "faces": {"type": "array", "items": {"$ref": "#/components/schemas/Face"}},
                },
            },
            "Face": {"type": "object", "required": ["index"], "properties": {"index": {"type": "integer"}}},
        }
    },
}
BODY = {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Visit"}}}}}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"name": "a", "faces": [{"index": 1}]}', 200),
        ('{"name": ""}', 400),
        ('{"name": "a", "more": 1}', 400),
        ('{"name": "a", "faces": [{"index": "1"}]}', 400),
        ("{}", 400),
        ("[]", 400),
        ("not json", 400),
        ("", 400),
    ],
)
def test_a_body_must_be_what_its_schema_says(api: Api, body: str, status: int) -> None:
    """References inside the document count too."""
    api.deploy({"/visits": {"post": {**BODY}}}, **VALIDATORS)

    got, answer, _ = api.ask("POST", "/visits", body=body, headers={"Content-Type": "application/json"})

    assert got == status
    if status == 400:
        assert answer == {"message": "Invalid request body"}


def test_a_media_type_without_a_schema_is_not_checked(api: Api) -> None:
    """So on AWS: functions must not rely on the schema alone."""
    api.deploy({"/visits": {"post": {**BODY}}}, **VALIDATORS)

    assert api.ask("POST", "/visits", body="x", headers={"Content-Type": "text/plain"})[0] == 200


def test_a_missing_parameter_is_named(api: Api) -> None:
    """Query and header; of their values nothing is checked but that they are there."""
    parameters = [
        {"name": "limit", "in": "query", "required": True, "schema": {"type": "integer", "maximum": 3}},
        {"name": "X-Door", "in": "header", "required": True},
    ]
    api.deploy({"/visits": {"get": {"parameters": parameters}}}, **VALIDATORS)

    status, body, _ = api.ask("GET", "/visits")
    assert (status, body) == (400, {"message": "Missing required request parameters: [limit, X-Door]"})
    assert api.ask("GET", "/visits?limit=many", headers={"X-Door": "front"})[0] == 200


def test_an_operation_may_choose_another_validator(api: Api) -> None:
    """Its own name of a validator wins over the document's."""
    operation = {**BODY, "x-amazon-apigateway-request-validator": "none"}
    api.deploy({"/visits": {"post": operation}}, **VALIDATORS)

    assert api.ask("POST", "/visits", body="{}", headers={"Content-Type": "application/json"})[0] == 200
