"""Custom resource Custom::VideoNotifications: a video stream tells a topic of its tagged fragments."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

from smart_door.bootstrap import video_notification_settings
from smart_door.custom_resource import Request, answer_request

logger = Logger()
tracer = Tracer()


@tracer.capture_lambda_handler
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Do CloudFormation's Create, Update and Delete."""
    answer_request(event, _physical_id, _apply)


def _apply(request: Request) -> str:
    """Do what is asked; the physical id stays the same for good.

    With a new one, CloudFormation would ask to switch off the notifications of the stream before. That
    stream is deleted anyway, and the role may not touch it any more.
    """
    settings, properties = video_notification_settings(), request["ResourceProperties"]
    if request["RequestType"] == "Delete":
        settings.disable(properties["VideoStreamArn"], properties["TopicArn"])
    else:
        settings.enable(properties["VideoStreamArn"], properties["TopicArn"])
        logger.info("video notifications enabled", request_type=request["RequestType"])
    return _physical_id(request)


def _physical_id(request: Request) -> str:
    return str(request.get("PhysicalResourceId") or request["LogicalResourceId"])
