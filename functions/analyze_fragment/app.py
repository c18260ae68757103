"""Kinesis Video's notification of a tagged fragment: search its faces, and write the records.

Notifications come through SNS, which repeats them and mixes up their order: a fragment is done once. What
fails is repeated by Lambda (twice, after a minute and after two more), and what keeps failing ends in the
queue of failed fragments.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.typing import LambdaContext

from smart_door import bootstrap
from smart_door.domain.errors import (
    MalformedRecordError,
    RetryableError,
    SmartDoorError,
)
from smart_door.domain.fragment_search import FragmentNotification
from smart_door.services.search_fragment import Tally

logger = Logger()
metrics = Metrics()
tracer = Tracer()

KEPT_SECONDS = 7200
"""Lambda's own queue keeps a notification for an hour at most (template.yaml says so)."""


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Search the fragment of each notification (SNS sends one at a time)."""
    metrics.add_metric("NotificationsReceived", MetricUnit.Count, 1)
    config = IdempotencyConfig(
        event_key_jmespath="[stream_arn, fragment_number]", expires_after_seconds=KEPT_SECONDS
    )
    config.register_lambda_context(context)
    for message in _messages(event):
        _process(message, config)


def _process(message: str, config: IdempotencyConfig) -> None:
    began, tally = time.monotonic(), Tally()
    try:
        notification = bootstrap.notifications().parse(message)
        search = idempotent_function(
            _search,
            data_keyword_argument="fragment",
            persistence_store=bootstrap.fragment_idempotency_store(),
            config=config,
            key_prefix="analyze_fragment",
        )
        fragment = {"stream_arn": notification.stream_arn, "fragment_number": notification.fragment_number}
        search(fragment=fragment, notification=notification, tally=tally)
    except SmartDoorError as error:
        logger.warning("fragment failed", error=str(error), retryable=isinstance(error, RetryableError))
        raise
    finally:
        _count(tally)
    logger.info(
        "fragment processed",
        door_id=notification.door_id,
        fragment_number=notification.fragment_number,
        **asdict(tally),
        seconds_behind=round(time.time() - notification.producer_time, 3),
        milliseconds=round((time.monotonic() - began) * 1000),
    )


def _search(*, fragment: dict[str, str], notification: FragmentNotification, tally: Tally) -> dict[str, int]:
    bootstrap.search_fragment()(notification, tally)
    return asdict(tally)


def _count(tally: Tally) -> None:
    """What the fragment cost: divided by VisitsOpened, the calls of a visit."""
    metrics.add_metric("FramesAnalyzed", MetricUnit.Count, tally.looks)
    metrics.add_metric("DetectCalls", MetricUnit.Count, tally.looks)
    metrics.add_metric("SearchCalls", MetricUnit.Count, tally.searches)


def _messages(event: dict[str, Any]) -> list[str]:
    """The messages of an SNS event. Raises MalformedRecordError naming the field."""
    records = event.get("Records")
    if not isinstance(records, list) or not records:
        raise MalformedRecordError("Records")
    messages = [record.get("Sns", {}).get("Message") for record in records if isinstance(record, dict)]
    if len(messages) != len(records) or not all(isinstance(message, str) for message in messages):
        raise MalformedRecordError("Records.Sns.Message")
    return messages
