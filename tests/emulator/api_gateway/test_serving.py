"""Requests to deployed APIs: routes, events, answers and API Gateway's own errors."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.emulator.api_gateway.conftest import Api


def test_a_request_becomes_an_event(api: Api) -> None:
    """Everything of the request is where payload format 1.0 has it."""
    api.deploy({"/doors/{door_id}/visits": {"post": {}}})

    status, event, headers = api.ask(
        "POST",
        "/doors/front%20door/visits?a=1&a=2&b=%C3%BC",
        body="hello",
        headers={"X-Mine": "yes", "Content-Type": "text/plain", "User-Agent": "tester"},
    )

    assert status == 200
    assert headers["Content-Type"] == "application/json"
    assert event["resource"] == "/doors/{door_id}/visits"
    assert event["path"] == "/doors/front door/visits"
    assert event["httpMethod"] == "POST"
    assert event["pathParameters"] == {"door_id": "front door"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": ["ü"]}
    assert event["queryStringParameters"]["b"] == "ü"
    assert event["headers"]["X-Mine"] == "yes"
    assert event["multiValueHeaders"]["X-Mine"] == ["yes"]
    assert (event["body"], event["isBase64Encoded"]) == ("hello", False)
    context = event["requestContext"]
    assert (context["stage"], context["apiId"], context["resourcePath"]) == (
        "live",
        api.api_id,
        "/doors/{door_id}/visits",
    )
    assert context["path"] == "/live/doors/front door/visits"
    assert context["identity"]["userAgent"] == "tester"
    assert context["requestId"] == headers["x-amzn-RequestId"]
    assert "authorizer" not in context


def test_what_a_request_does_not_have_is_null(api: Api) -> None:
    """No query, no path parameters, no body."""
    api.deploy({"/": {"get": {}}})

    _, event, _ = api.ask("GET", "/")

    assert [
        event[name] for name in ("queryStringParameters", "pathParameters", "body", "stageVariables")
    ] == ([None] * 4)


def test_the_most_specific_path_wins(api: Api) -> None:
    """A literal before a parameter before a greedy one."""
    api.deploy(
        {"/{all+}": {"x-amazon-apigateway-any-method": {}}, "/a/{id}": {"get": {}}, "/a/b": {"get": {}}}
    )

    found = [api.ask(method, path)[1]["resource"] for method, path in (
        ("GET", "/a/b"), ("GET", "/a/c"), ("DELETE", "/x/y/z"),
    )]  # fmt: skip

    assert found == ["/a/b", "/a/{id}", "/{all+}"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/no"), ("DELETE", "/door"), ("GET", "/door/more")])
def test_an_unknown_route_asks_for_a_token(api: Api, method: str, path: str) -> None:
    """API Gateway's famous answer, not a 404."""
    api.deploy({"/door": {"get": {}}})

    status, body, headers = api.ask(method, path)

    assert (status, body) == (403, {"message": "Missing Authentication Token"})
    assert headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


def test_an_unknown_stage_is_forbidden(api: Api) -> None:
    """So is an unknown API."""
    api.deploy({"/door": {"get": {}}})

    assert api.ask("GET", "/door", stage="other")[:2] == (403, {"message": "Forbidden"})


def test_the_answer_is_the_functions(api: Api) -> None:
    """Status, headers (several of a name too) and body; reserved headers are renamed."""
    api.deploy({"/door": {"post": {}}})
    answer = {
        "statusCode": "418",
        "headers": {"Content-Type": "text/plain", "WWW-Authenticate": "x", "X-Number": 3},
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
        "body": "short and stout",
    }

    status, body, headers = api.ask("POST", "/door", json={"answer": answer})

    assert (status, body) == (418, b"short and stout")
    assert headers["Content-Type"] == "text/plain"
    assert headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    assert (headers["x-amzn-Remapped-WWW-Authenticate"], headers["X-Number"]) == ("x", "3")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "text",
        {},
        {"statusCode": "good"},
        {"statusCode": 9000},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"a": {"b": 1}}},
        {"statusCode": 200, "multiValueHeaders": {"a": "b"}},
    ],
)
def test_a_malformed_answer_is_a_bad_gateway(api: Api, answer: Any) -> None:
    """502, with the body that API Gateway has for it."""
    api.deploy({"/door": {"post": {}}})

    assert api.ask("POST", "/door", json={"answer": answer})[:2] == (
        502,
        {"message": "Internal server error"},
    )


def test_a_function_that_raises_is_a_bad_gateway(api: Api) -> None:
    """Its error never reaches the client."""
    api.deploy({"/door": {"post": {}}})

    assert api.ask("POST", "/door", json={"raise": "secret"})[:2] == (
        502,
        {"message": "Internal server error"},
    )


def test_without_permission_the_function_is_not_called(api: Api) -> None:
    """The function's policy must name API Gateway and this API; AWS answers 500 without it."""
    api.deploy({"/door": {"get": {}}})
    api.functions.remove_permission(FunctionName=api.function, StatementId=api.api_id)

    assert api.ask("GET", "/door")[:2] == (500, {"message": "Internal server error"})


def test_binary_bodies_travel_as_base64(api: Api) -> None:
    """For the media types that the document names."""
    api.deploy({"/photo": {"post": {}}}, **{"x-amazon-apigateway-binary-media-types": ["image/*"]})
    jpeg = b"\xff\xd8\xff\x00"

    _, event, _ = api.ask("POST", "/photo", body=jpeg, headers={"Content-Type": "image/jpeg"})
    assert (base64.b64decode(event["body"]), event["isBase64Encoded"]) == (jpeg, True)

    answer = {
        "statusCode": 200,
        "headers": {"Content-Type": "image/jpeg"},
        "body": base64.b64encode(jpeg).decode(),
        "isBase64Encoded": True,
    }
    assert api.ask("POST", "/photo", json={"answer": answer})[1] == jpeg


def test_a_body_over_ten_megabytes_is_refused(api: Api) -> None:
    """413, before the function is called."""
    api.deploy({"/door": {"post": {}}})

    status, body, _ = api.ask("POST", "/door", body=b"x" * (10 * 1024**2 + 1))

    assert (status, body) == (413, {"message": "Request Too Long"})


def test_a_mock_integration_answers_a_preflight(api: Api) -> None:
    """CORS without a function."""
    responses = {
        "default": {
            "statusCode": "204",
            "responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'*'"},
        }
    }
    mock = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 204}'},
        "responses": responses,
    }
    api.deploy({"/door": {"options": {"x-amazon-apigateway-integration": mock}}})

    status, _, headers = api.ask("OPTIONS", "/door")

    assert (status, headers["Access-Control-Allow-Origin"]) == (204, "*")


def test_the_document_words_the_gateways_answers(api: Api) -> None:
    """Status, template with context variables, and headers."""
    template = '{"code": "$context.error.responseType", "was": $context.error.messageString}'
    custom = {
        "MISSING_AUTHENTICATION_TOKEN": {
            "statusCode": 404,
            "responseParameters": {"gatewayresponse.header.X-Kind": "'nothing'"},
            "responseTemplates": {"application/json": template},
        }
    }
    api.deploy({"/door": {"get": {}}}, **{"x-amazon-apigateway-gateway-responses": custom})

    status, body, headers = api.ask("GET", "/other")

    assert status == 404
    assert body == {"code": "MISSING_AUTHENTICATION_TOKEN", "was": "Missing Authentication Token"}
    assert headers["X-Kind"] == "nothing"


def test_requests_beyond_the_burst_are_throttled(api: Api) -> None:
    """429, by the stage's method settings; other methods are not touched."""
    api.deploy({"/door": {"get": {}, "post": {}}})
    settings = {"/~1door/GET/throttling/rateLimit": "0.01", "/~1door/GET/throttling/burstLimit": "2"}
    changes = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
    api.client.update_stage(restApiId=api.api_id, stageName="live", patchOperations=changes)

    statuses = [api.ask("GET", "/door")[0] for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert api.ask("GET", "/door")[1] == {"message": "Too Many Requests"}
    assert api.ask("POST", "/door")[0] == 200


def test_a_changed_api_counts_from_its_next_deployment(api: Api) -> None:
    """A stage serves what was deployed."""
    api.deploy({"/old": {"get": {}}})
    body = json.dumps(api.document({"/new": {"get": {}}})).encode()
    api.client.put_rest_api(restApiId=api.api_id, mode="overwrite", body=body)
    assert (api.ask("GET", "/old")[0], api.ask("GET", "/new")[0]) == (200, 403)

    api.client.create_deployment(restApiId=api.api_id, stageName="live")
    assert (api.ask("GET", "/old")[0], api.ask("GET", "/new")[0]) == (403, 200)
