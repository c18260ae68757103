"""The visitor API: redeem a passcode. See api-specs/visitor.yaml."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from smart_door import bootstrap
from smart_door.domain.errors import SmartDoorError
from smart_door.domain.refusals import InvalidRequestError
from smart_door.http import answer, error_answer, internal_error, json_body

logger = Logger()
metrics = Metrics()
tracer = Tracer()


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer POST /api/door/redeem."""
    problem = ""
    try:
        response = _redeem(event)
    except SmartDoorError as error:
        problem = str(error)
        response = error_answer(error)
    except Exception:  # a fault of ours must not become an answer that pages cannot read
        logger.exception("request failed unexpectedly")
        response = internal_error()
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    logger.info("request answered", route="redeemPasscode", status=response["statusCode"], problem=problem)
    return response


def _redeem(event: dict[str, Any]) -> dict[str, Any]:
    body = json_body(event)
    door_id, passcode, visit_id = body.get("door_id"), body.get("passcode"), body.get("visit_id")
    if not isinstance(door_id, str) or not isinstance(passcode, str):
        raise InvalidRequestError("passcode", "Give the door and the passcode.")
    if visit_id is not None and not isinstance(visit_id, str):
        raise InvalidRequestError("visit_id", "The visit's id is a text.")
    admitted = bootstrap.admit_visitor()(door_id, passcode, visit_id)
    door_name = bootstrap.door_names()[admitted.door_id]
    return answer(200, {"result": "opened", "door_id": admitted.door_id, "door_name": door_name})
