"""Request validation, as far as API Gateway goes: required parameters, and the body's JSON schema."""

from __future__ import annotations

import json
from collections.abc import Mapping

from emulator.api_gateway.gateway_responses import BAD_BODY, BAD_PARAMETERS, GatewayError
from emulator.api_gateway.openapi import Operation

DEFAULT_MEDIA_TYPE = "application/json"


def check_parameters(
    operation: Operation, path: Mapping[str, str], query: Mapping[str, str], headers: Mapping[str, str]
) -> None:
    """Raise GatewayError if a required parameter is missing or blank."""
    if not operation.checks_parameters:
        return
    given = {"path": path, "query": query, "header": headers}
    missing = [name for place, name in operation.required if place in given and not given[place].get(name)]
    if missing:
        message = f"Missing required request parameters: [{', '.join(missing)}]"
        raise GatewayError(BAD_PARAMETERS, message, message)


def check_body(operation: Operation, content_type: str, body: bytes) -> None:
    """Raise GatewayError if the body is not what the schema for its media type says.

    A media type without a schema is not checked; none at all counts as application/json.
    """
    if not operation.checks_body:
        return
    media_type = content_type.partition(";")[0].strip().lower() or DEFAULT_MEDIA_TYPE
    model = operation.body_models.get(media_type)
    if model is None:
        return
    try:
        value = json.loads(body)
    except ValueError as err:
        raise GatewayError(BAD_BODY, validation_error="not JSON") from err
    errors = [error.message for error in model.iter_errors(value)]
    if errors:
        raise GatewayError(BAD_BODY, validation_error=f"[{', '.join(errors)}]")
