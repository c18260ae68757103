"""Custom resource Custom::StreamProcessor, and the schedule that watches the processor it made."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from smart_door.bootstrap import run_stream_processor
from smart_door.custom_resource import Request, answer_request
from smart_door.domain.stream_processors import StreamProcessorSettings

logger = Logger()
metrics = Metrics()
tracer = Tracer()


@tracer.capture_lambda_handler
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Do CloudFormation's Create, Update and Delete, and the schedule's Watch."""
    if event["RequestType"] == "Watch":
        _watch(event["Name"])
        return
    answer_request(event, _physical_id, _apply)


def _apply(event: Request) -> str:
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


def _physical_id(event: Request) -> str:
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
    metrics.flush_metrics()
    logger.info("stream processor watched", status=status)
