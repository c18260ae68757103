"""Kinesis Video's notification of a tagged fragment, from an SNS message to the domain.

Its shape: https://docs.aws.amazon.com/kinesisvideostreams/latest/dg/notifications.html
Whoever may publish to the topic can write anything, so every field that is used is checked.
"""

from __future__ import annotations

import re

from smart_door.adapters.checked_json import (
    EARLIEST,
    FRAGMENT_NUMBER,
    LATEST,
    STREAM_ARN,
    Part,
    door_of,
    load,
)
from smart_door.domain.fragment_search import FragmentNotification

_PERSISTED = re.compile("PERSISTED")


class KinesisVideoNotifications:
    """Reads notifications. A video stream is a door's if its name is the prefix and the door's id."""

    def __init__(self, stream_name_prefix: str) -> None:
        self._stream_name_prefix = stream_name_prefix

    def parse(self, message: str) -> FragmentNotification:
        """The fragment that is stored. Raises MalformedRecordError naming the field, ForeignStreamError."""
        notification = Part(load(message.encode()), "notification")
        notification.text("NotificationType", _PERSISTED)
        stream_arn = notification.text("StreamArn", STREAM_ARN)
        return FragmentNotification(
            door_id=door_of(stream_arn, self._stream_name_prefix),
            stream_arn=stream_arn,
            fragment_number=notification.text("FragmentNumber", FRAGMENT_NUMBER),
            producer_time=_seconds(notification, "FragmentStartProducerTimestamp"),
            server_time=_seconds(notification, "FragmentStartServerTimestamp"),
        )


def _seconds(notification: Part, name: str) -> float:
    """A time in milliseconds, as seconds."""
    return notification.number(name, EARLIEST * 1000, LATEST * 1000) / 1000
