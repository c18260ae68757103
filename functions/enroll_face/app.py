"""The event VisitorAdmitted: index the visitor's face."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.typing import LambdaContext

from smart_door import bootstrap
from smart_door.domain.errors import MalformedRecordError
from smart_door.domain.events import VisitorAdmitted

logger = Logger()
metrics = Metrics()
tracer = Tracer()

KEPT_SECONDS = 86400
"""EventBridge repeats for an hour at most, Lambda for six."""


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Enroll the face of one event's visit; the same visit again is answered from memory."""
    metrics.add_metric("EventsReceived", MetricUnit.Count, 1)
    admitted = _parse(event)
    config = IdempotencyConfig(event_key_jmespath="visit_id", expires_after_seconds=KEPT_SECONDS)
    config.register_lambda_context(context)
    enroll = idempotent_function(
        _enroll,
        data_keyword_argument="visit",
        persistence_store=bootstrap.idempotency_store(),
        config=config,
        key_prefix="enroll_face",
    )
    enrolled = enroll(visit={"visit_id": admitted.visit_id, "door_id": admitted.door_id}, admitted=admitted)
    logger.info(
        "event processed", door_id=admitted.door_id, visit_id=admitted.visit_id, enrolled=enrolled["enrolled"]
    )


def _enroll(*, visit: dict[str, str], admitted: VisitorAdmitted) -> dict[str, bool]:
    return {"enrolled": bootstrap.enroll_face()(admitted) is not None}


def _parse(event: dict[str, Any]) -> VisitorAdmitted:
    """The event's detail. Raises MalformedRecordError naming the field."""
    detail = event.get("detail")
    if not isinstance(detail, dict):
        raise MalformedRecordError("detail")
    for name in ("door_id", "visit_id", "visitor_id", "admitted_at"):
        if not isinstance(detail.get(name), str):
            raise MalformedRecordError(f"detail.{name}")
    try:
        admitted_at = datetime.fromisoformat(detail["admitted_at"]).timestamp()
    except ValueError as error:
        raise MalformedRecordError("detail.admitted_at") from error
    return VisitorAdmitted(detail["door_id"], detail["visit_id"], detail["visitor_id"], admitted_at)
