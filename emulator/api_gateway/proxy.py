"""Lambda proxy integration: the request as an event (payload 1.0), the function's answer as a response.

Source: "Lambda proxy integrations in API Gateway" of the AWS documentation.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from multidict import CIMultiDictProxy, MultiMapping

from emulator.api_gateway.gateway_responses import INTEGRATION_FAILURE, GatewayError
from emulator.api_gateway.models import Stage
from emulator.api_gateway.openapi import Match
from emulator.service import REGION

_REMAPPED = frozenset({"connection", "date", "server", "trailer", "upgrade", "www-authenticate"})
_HOP_BY_HOP = frozenset({"content-length", "transfer-encoding"})


@dataclass(frozen=True)
class Incoming:
    """A request at the gateway. `path` is decoded and without the stage."""

    api_id: str
    account_id: str
    request_id: str
    stage: Stage
    method: str
    path: str
    query: MultiMapping[str]
    headers: CIMultiDictProxy[str]
    body: bytes
    source_ip: str

    def context(self, match: Match | None = None) -> dict[str, Any]:
        """The request context that events and templates have in common."""
        now = time.time()
        resource = match.operation.path if match else self.path
        return {
            "accountId": self.account_id,
            "apiId": self.api_id,
            "deploymentId": self.stage.deployment_id,
            "domainName": f"{self.api_id}.execute-api.{REGION}.amazonaws.com",
            "domainPrefix": self.api_id,
            "extendedRequestId": self.request_id,
            "httpMethod": self.method,
            "path": f"/{self.stage.name}{self.path}",
            "protocol": "HTTP/1.1",
            "requestId": self.request_id,
            "requestTime": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": int(now * 1000),
            "resourceId": f"{zlib.crc32(resource.encode()):08x}"[:6],
            "resourcePath": resource,
            "stage": self.stage.name,
        }


def event(
    incoming: Incoming, match: Match, claims: Mapping[str, str] | None, binary_types: tuple[str, ...]
) -> dict[str, Any]:
    """The event of a request, format version 1.0."""
    context = incoming.context(match)
    context["identity"] = {
        "accessKey": None,
        "accountId": None,
        "caller": None,
        "cognitoAuthenticationProvider": None,
        "cognitoAuthenticationType": None,
        "cognitoIdentityId": None,
        "cognitoIdentityPoolId": None,
        "principalOrgId": None,
        "sourceIp": incoming.source_ip,
        "user": None,
        "userAgent": incoming.headers.get("User-Agent"),
        "userArn": None,
    }
    if claims is not None:
        context["authorizer"] = {"claims": dict(claims)}
    is_binary = _is_binary(incoming.headers.get("Content-Type", ""), binary_types)
    body = base64.b64encode(incoming.body).decode() if is_binary else incoming.body.decode("utf-8", "replace")
    return {
        "resource": match.operation.path,
        "path": incoming.path,
        "httpMethod": incoming.method,
        "headers": dict(incoming.headers) or None,
        "multiValueHeaders": _lists(incoming.headers),
        "queryStringParameters": dict(incoming.query) or None,
        "multiValueQueryStringParameters": _lists(incoming.query),
        "pathParameters": dict(match.path_parameters) or None,
        "stageVariables": dict(incoming.stage.variables) or None,
        "requestContext": context,
        "body": body or None,
        "isBase64Encoded": is_binary and bool(body),
    }


def response(answer: Any, binary_types: tuple[str, ...]) -> web.Response:
    """The response that a function's answer describes. Raises GatewayError for a malformed one (502)."""
    if not isinstance(answer, Mapping):
        raise GatewayError(INTEGRATION_FAILURE)
    body = answer.get("body")
    if not isinstance(body, str | None):
        raise GatewayError(INTEGRATION_FAILURE)
    result = web.Response(status=_status(answer), body=(body or "").encode())
    result.headers["Content-Type"] = "application/json"
    _set_headers(result, answer)
    if answer.get("isBase64Encoded") and _is_binary(result.headers["Content-Type"], binary_types):
        try:
            result.body = base64.b64decode(body or "", validate=True)
        except binascii.Error as err:
            raise GatewayError(INTEGRATION_FAILURE) from err
    return result


def _status(answer: Mapping[str, Any]) -> int:
    try:
        status = int(answer["statusCode"])
    except (KeyError, TypeError, ValueError) as err:
        raise GatewayError(INTEGRATION_FAILURE) from err
    if not 100 <= status <= 599:
        raise GatewayError(INTEGRATION_FAILURE)
    return status


def _set_headers(result: web.Response, answer: Mapping[str, Any]) -> None:
    single, multiple = answer.get("headers") or {}, answer.get("multiValueHeaders") or {}
    if not isinstance(single, Mapping) or not isinstance(multiple, Mapping):
        raise GatewayError(INTEGRATION_FAILURE)
    together: dict[str, list[Any]] = {name: [value] for name, value in single.items()}
    for name, values in multiple.items():
        if not isinstance(values, list):
            raise GatewayError(INTEGRATION_FAILURE)
        together[name] = values
    for name, values in together.items():
        if any(isinstance(value, (Mapping, list)) for value in values):
            raise GatewayError(INTEGRATION_FAILURE)
        if name.lower() in _HOP_BY_HOP:
            continue
        shown = f"x-amzn-Remapped-{name}" if name.lower() in _REMAPPED else name
        result.headers.popall(shown, None)
        for value in values:
            result.headers.add(shown, json.dumps(value) if isinstance(value, bool) else str(value))


def _lists(values: MultiMapping[str]) -> dict[str, list[str]] | None:
    return {name: values.getall(name) for name in dict.fromkeys(values)} or None


def _is_binary(content_type: str, binary_types: tuple[str, ...]) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    family = media_type.partition("/")[0]
    return any(allowed in ("*/*", media_type, f"{family}/*") for allowed in binary_types)
