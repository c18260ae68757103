"""Mock integrations, such as answers to CORS preflights: no function, just what the document says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from emulator.api_gateway.gateway_responses import CONFIGURATION, GatewayError, render
from emulator.api_gateway.openapi import Operation


def respond(operation: Operation, context: Mapping[str, Any]) -> web.Response:
    """Answer as the integration's responses say. Raises GatewayError if they do not fit together."""
    integration = operation.integration
    template = integration.get("requestTemplates", {}).get("application/json", "{}")
    try:
        status = str(json.loads(template)["statusCode"])
    except (ValueError, KeyError, TypeError) as err:
        raise GatewayError(CONFIGURATION) from err
    chosen = _select(integration.get("responses", {}), status)
    result = web.Response(status=int(chosen.get("statusCode", status)))
    for name, value in chosen.get("responseParameters", {}).items():
        header = name.removeprefix("method.response.header.")
        result.headers[header] = str(value).strip("'")
    body = chosen.get("responseTemplates", {}).get("application/json")
    result.headers["Content-Type"] = "application/json"
    if body:
        result.text = render(body, context)
    return result


def _select(responses: Mapping[str, Any], status: str) -> Mapping[str, Any]:
    """The response whose key (a pattern) fits the status, or the default one."""
    for pattern, found in responses.items():
        if pattern != "default" and re.fullmatch(pattern, status):
            chosen: Mapping[str, Any] = found
            return chosen
    if "default" not in responses:
        raise GatewayError(CONFIGURATION)
    default: Mapping[str, Any] = responses["default"]
    return default
