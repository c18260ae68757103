"""A video stream's notification configuration, which CloudFormation has no property for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from smart_door.adapters.aws_errors import aws_call, error_code

if TYPE_CHECKING:
    from mypy_boto3_kinesisvideo import KinesisVideoClient


class KinesisVideoNotificationSettings:
    """Turns a stream's notifications on and off. A change takes about a minute to count."""

    def __init__(self, client: KinesisVideoClient) -> None:
        self._client = client

    def enable(self, stream_arn: str, topic_arn: str) -> None:
        """Publish each tagged fragment of the stream to the topic, and to no other one."""
        with aws_call("kinesisvideo", "UpdateNotificationConfiguration"):
            self._client.update_notification_configuration(
                StreamARN=stream_arn,
                NotificationConfiguration={"Status": "ENABLED", "DestinationConfig": {"Uri": topic_arn}},
            )

    def disable(self, stream_arn: str, topic_arn: str) -> None:
        """Publish nothing any more; a stream that is gone is fine, so that a stack can always be removed."""
        with aws_call("kinesisvideo", "UpdateNotificationConfiguration"):
            try:
                self._client.update_notification_configuration(
                    StreamARN=stream_arn,
                    NotificationConfiguration={"Status": "DISABLED", "DestinationConfig": {"Uri": topic_arn}},
                )
            except ClientError as err:
                if error_code(err) != "ResourceNotFoundException":
                    raise
