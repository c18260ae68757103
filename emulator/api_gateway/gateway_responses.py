"""What API Gateway itself answers when something is wrong, as the API's document customises it.

Source: "Gateway response types for API Gateway" and "Data models and mapping templates" of the AWS
documentation. Templates are not VTL: only simple variables are replaced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

_VARIABLE = re.compile(r"\$(context|stageVariables|input)\.([A-Za-z0-9_.]+)")
_SERVER_ERROR = '{"message": "Internal server error"}'


@dataclass(frozen=True)
class Kind:
    """A gateway response type with its defaults."""

    name: str
    status: int
    error_type: str
    message: str


UNAUTHORIZED = Kind("UNAUTHORIZED", 401, "UnauthorizedException", "Unauthorized")
ACCESS_DENIED = Kind(
    "ACCESS_DENIED", 403, "AccessDeniedException", "User is not authorized to access this resource"
)
MISSING_TOKEN = Kind(
    "MISSING_AUTHENTICATION_TOKEN", 403, "MissingAuthenticationTokenException", "Missing Authentication Token"
)
BAD_BODY = Kind("BAD_REQUEST_BODY", 400, "BadRequestException", "Invalid request body")
BAD_PARAMETERS = Kind(
    "BAD_REQUEST_PARAMETERS", 400, "BadRequestException", "Missing required request parameters"
)
TOO_LARGE = Kind("REQUEST_TOO_LARGE", 413, "RequestTooLargeException", "Request Too Long")
THROTTLED = Kind("THROTTLED", 429, "TooManyRequestsException", "Too Many Requests")
CONFIGURATION = Kind("API_CONFIGURATION_ERROR", 500, "InternalServerErrorException", "Internal server error")
AUTHORIZER_CONFIGURATION = Kind("AUTHORIZER_CONFIGURATION_ERROR", 500, "AuthorizerConfigurationException", "")
INTEGRATION_FAILURE = Kind("DEFAULT_5XX", 502, "InternalServerErrorException", "Internal server error")
INTEGRATION_TIMEOUT = Kind(
    "INTEGRATION_TIMEOUT", 504, "InternalServerErrorException", "Endpoint request timed out"
)


class GatewayError(Exception):
    """Raised where a request ends before its integration answers."""

    def __init__(self, kind: Kind, message: str = "", validation_error: str = "") -> None:
        super().__init__(message or kind.message)
        self.kind = kind
        self.message = message
        self.validation_error = validation_error

    def respond(self, custom: Mapping[str, Any], context: Mapping[str, Any]) -> web.Response:
        """The answer.

        `custom` are x-amazon-apigateway-gateway-responses, `context` the request's $context.
        """
        kind = self.kind
        default = custom.get("DEFAULT_4XX" if kind.status < 500 else "DEFAULT_5XX", {})
        chosen = custom.get(kind.name, default)
        message = self.message or kind.message
        known = {
            **context,
            "error.message": message,
            "error.messageString": json.dumps(message),
            "error.responseType": kind.name,
            "error.validationErrorString": json.dumps(self.validation_error),
        }
        template = chosen.get("responseTemplates", {}).get("application/json")
        if template is None:
            plain = kind.status >= 500 and message == "Internal server error"
            template = _SERVER_ERROR if plain else '{"message":$context.error.messageString}'
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": kind.error_type}
        for name, value in chosen.get("responseParameters", {}).items():
            headers[name.removeprefix("gatewayresponse.header.")] = _parameter(str(value), known)
        return web.Response(
            status=int(chosen.get("statusCode", kind.status)),
            text=render(template, known),
            headers=headers,
        )


def render(template: str, known: Mapping[str, Any]) -> str:
    """Replace $context variables by their values; an unknown one becomes nothing, as on AWS."""

    def value(match: re.Match[str]) -> str:
        return str(known.get(match[2], "")) if match[1] == "context" else ""

    return _VARIABLE.sub(value, template)


def _parameter(value: str, known: Mapping[str, Any]) -> str:
    """A header's value: 'static text' in quotes, or context.name."""
    if value.startswith("'") and value.endswith("'"):
        return value[1:-1]
    return str(known.get(value.removeprefix("context."), ""))
