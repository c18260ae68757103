"""The owner API: visits, decisions, visitors. See api-specs/owner.yaml."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from smart_door.domain.errors import SmartDoorError
from smart_door.http import (
    answer,
    error_answer,
    file_answer,
    internal_error,
    login_needed,
    not_allowed,
    not_found,
)
from smart_door.owner_operations import OPERATIONS
from smart_door.owner_operations.requests import File, asked_by, role_in
from smart_door.owner_operations.roles import may

logger = Logger()
metrics = Metrics()
tracer = Tracer()

Event = dict[str, Any]


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Answer one request, that the API's authorizer let through, by its method and resource."""
    problem = ""
    route = f"{event['httpMethod']} {event['resource']}"
    try:
        response = _answer(route, event)
    except SmartDoorError as error:
        problem = str(error)
        response = error_answer(error)
    except Exception:  # a fault of ours must not become an answer that pages cannot read
        logger.exception("request failed unexpectedly")
        response = internal_error()
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    logger.info("request answered", route=route, status=response["statusCode"], problem=problem)
    return response


def _answer(route: str, event: Event) -> dict[str, Any]:
    if not asked_by(event):  # the authorizer sees to it; a mistake there must not open the house
        return login_needed()
    operation = OPERATIONS.get(route)
    if operation is None:
        return not_found()
    if not may(role_in(event), route):
        return not_allowed()
    result = operation(event)
    if isinstance(result, File):
        return file_answer(result.name, result.content_type, result.text)
    return answer(200, result)
