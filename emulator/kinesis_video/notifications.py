"""Notifications: fragments with the producer's notification tag are published to the stream's SNS topic."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.clients import client
from emulator.kinesis_video.fragment_folder import FragmentRecord
from emulator.kinesis_video.models import Stream

logger = logging.getLogger(__name__)

NOTIFICATION_TAG = "AWS_KINESISVIDEO_NOTIFICATION"
SUBJECT = "Kinesis Video Streams Notification"


class Notifications:
    """Publishes in the background: no producer waits for it."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._tasks: set[asyncio.Task[None]] = set()

    def fragment_persisted(self, stream: Stream, record: FragmentRecord) -> None:
        """Publish a fragment if it carries the tag and its stream has notifications on."""
        configuration = stream.notification
        if NOTIFICATION_TAG not in record.tags or not configuration or configuration["Status"] != "ENABLED":
            return
        topic_arn = configuration["DestinationConfig"]["Uri"]
        task = asyncio.create_task(asyncio.to_thread(self._publish, topic_arn, message(stream, record)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait until what was begun is published."""
        await asyncio.gather(*self._tasks)

    def _publish(self, topic_arn: str, fields: dict[str, Any]) -> None:
        sns = client("sns", self._endpoint_url)
        try:
            sns.publish(TopicArn=topic_arn, Subject=SUBJECT, Message=json.dumps(fields))
        except (ClientError, BotoCoreError) as err:
            logger.warning(
                "Fragment %s was not published to %s: %s", fields["FragmentNumber"], topic_arn, err
            )


def message(stream: Stream, record: FragmentRecord) -> dict[str, Any]:
    """Return one fragment's notification as AWS publishes it; its payload is the producer's own tags."""
    return {
        "StreamArn": stream.arn,
        "FragmentNumber": record.number,
        "FragmentStartProducerTimestamp": record.producer_ms,
        "FragmentStartServerTimestamp": record.server_ms,
        "NotificationType": "PERSISTED",
        "NotificationPayload": {
            name: value for name, value in record.tags.items() if name != NOTIFICATION_TAG
        },
    }
