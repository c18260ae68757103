"""Custom resource Custom::StreamProcessor, and the schedule that watches the processor it made."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from smart_door.bootstrap import run_stream_processor
from smart_door.domain.stream_processors import StreamProcessorSettings

logger = Logger()
metrics = Metrics()
tracer = Tracer()


@tracer.capture_lambda_handler
@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Answer CloudFormation's Create, Update and Delete, and the schedule's Watch.

    Source: "Custom resource request objects" in the CloudFormation user guide.
    """
    if event["RequestType"] == "Watch":
        _watch(event["Name"])
        return
    try:
        physical_id = _apply(event)
    except Exception as error:  # whatever it was: a stack that gets no answer hangs until its time-out
        _answer(event, "FAILED", _physical_id(event), str(error) or type(error).__name__)
        raise
    _answer(event, "SUCCESS", physical_id, "")


def _apply(event: dict[str, Any]) -> str:
    """Do what is asked; the physical id is the processor's name."""
    service = run_stream_processor()
    request_type = event["RequestType"]
    if request_type == "Delete":
        service.delete(event["PhysicalResourceId"])
        return str(event["PhysicalResourceId"])
    settings = _settings(event["ResourceProperties"])
    if request_type == "Create":
        service.create(settings)
    else:
        service.replace(event["PhysicalResourceId"], settings)
    logger.info("stream processor running", request_type=request_type, stream_processor=settings.name)
    return settings.name


def _physical_id(event: dict[str, Any]) -> str:
    """The name even where creating failed half-way, so that the roll-back removes what is there."""
    return str(event.get("PhysicalResourceId") or event["ResourceProperties"]["Name"])


def _settings(properties: dict[str, str]) -> StreamProcessorSettings:
    return StreamProcessorSettings(
        name=properties["Name"],
        video_stream_arn=properties["VideoStreamArn"],
        data_stream_arn=properties["DataStreamArn"],
        collection_id=properties["CollectionId"],
        face_match_threshold=float(properties["FaceMatchThreshold"]),
        role_arn=properties["RoleArn"],
    )


def _watch(name: str) -> None:
    status = run_stream_processor().watch(name)
    metrics.add_metric("StreamProcessorRunning", MetricUnit.Count, 1 if status == "RUNNING" else 0)
    logger.info("stream processor watched", status=status)


def _answer(event: dict[str, Any], status: str, physical_id: str, reason: str) -> None:
    """Tell CloudFormation, at the presigned address it gave, how it went."""
    body = json.dumps(
        {
            "Status": status,
            "Reason": reason[:1024],
            "PhysicalResourceId": physical_id,
            "StackId": event["StackId"],
            "RequestId": event["RequestId"],
            "LogicalResourceId": event["LogicalResourceId"],
        }
    ).encode()
    request = urllib.request.Request(  # noqa: S310 - the address is CloudFormation's own
        event["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - as above
        pass
