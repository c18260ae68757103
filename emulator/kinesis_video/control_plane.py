"""The control plane: streams, their retention, tags and configurations. Each method is one operation."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from emulator.kinesis_video.exceptions import (
    InvalidArgumentError,
    NoDataRetentionError,
    TooManyTagsError,
)
from emulator.kinesis_video.models import Stream, Streams
from emulator.kinesis_video.paging import page
from emulator.kinesis_video.requests import Fields

MAX_TAGS = 50
MAX_RETENTION_HOURS = 87_600
MAX_STREAMS_A_PAGE = 10_000
_TOPIC_ARN = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d+:[A-Za-z0-9_-]+")


class ControlPlane:
    """Answers each operation's input with its output, as the service model names their members."""

    def __init__(
        self, streams: Streams, endpoint_url: str, on_delete: Callable[[Stream], Awaitable[None]]
    ) -> None:
        self._streams = streams
        self._endpoint_url = endpoint_url.rstrip("/")  # AWS's own producer appends "/putMedia"
        self._on_delete = on_delete

    async def create_stream(self, fields: Fields) -> Fields:
        """CreateStream, ACTIVE at once: while CREATING, AWS's producer would ask 15 times a second."""
        tags = fields.get("Tags") or {}
        _check_tags(tags)
        retention_hours = fields.get("DataRetentionInHours", 0)
        _check_retention(retention_hours)
        stream = self._streams.create(
            fields["StreamName"],
            fields.get("KmsKeyId"),
            retention_hours=retention_hours,
            device_name=fields.get("DeviceName"),
            media_type=fields.get("MediaType"),
            tags=tags,
            storage_tier=(fields.get("StreamStorageConfiguration") or {}).get("DefaultStorageTier", "HOT"),
        )
        return {"StreamARN": stream.arn}

    async def describe_stream(self, fields: Fields) -> Fields:
        """DescribeStream."""
        return {"StreamInfo": self._find(fields).describe()}

    async def list_streams(self, fields: Fields) -> Fields:
        """ListStreams, all or those whose name begins with something."""
        prefix = (fields.get("StreamNameCondition") or {}).get("ComparisonValue") or ""
        streams = [stream for stream in self._streams.all() if stream.name.startswith(prefix)]
        limit = fields.get("MaxResults") or MAX_STREAMS_A_PAGE
        found, token = page(streams, lambda stream: stream.name, fields.get("NextToken"), limit)
        return _listing("StreamInfoList", [stream.describe() for stream in found], token)

    async def update_stream(self, fields: Fields) -> Fields:
        """UpdateStream: device name and media type."""
        stream = self._find(fields)
        changes = {
            "device_name": fields.get("DeviceName") or stream.device_name,
            "media_type": fields.get("MediaType") or stream.media_type,
        }
        self._streams.change(stream, fields["CurrentVersion"], **changes)
        return {}

    async def update_data_retention(self, fields: Fields) -> Fields:
        """UpdateDataRetention: longer or shorter by a number of hours."""
        stream = self._find(fields)
        self._streams.check_version(stream, fields["CurrentVersion"])
        change = fields["DataRetentionChangeInHours"]
        sign = 1 if fields["Operation"] == "INCREASE_DATA_RETENTION" else -1
        hours = stream.retention_hours + sign * change
        _check_retention(hours)
        self._streams.change(stream, fields["CurrentVersion"], retention_hours=hours)
        return {}

    async def delete_stream(self, fields: Fields) -> Fields:
        """DeleteStream, at once: its fragments are gone and its connections end."""
        stream = self._find(fields)
        self._streams.delete(stream, fields.get("CurrentVersion"))
        await self._on_delete(stream)
        return {}

    async def get_data_endpoint(self, fields: Fields) -> Fields:
        """GetDataEndpoint: everything is at this one endpoint."""
        self._find(fields)
        return {"DataEndpoint": self._endpoint_url}

    async def tag_stream(self, fields: Fields) -> Fields:
        """TagStream."""
        self._tag(self._find(fields), fields["Tags"])
        return {}

    async def untag_stream(self, fields: Fields) -> Fields:
        """UntagStream."""
        self._untag(self._find(fields), fields["TagKeyList"])
        return {}

    async def list_tags_for_stream(self, fields: Fields) -> Fields:
        """ListTagsForStream; a stream's 50 tags fit on one page."""
        return {"Tags": dict(self._find(fields).tags)}

    async def tag_resource(self, fields: Fields) -> Fields:
        """TagResource, of a stream."""
        tags = {tag["Key"]: tag["Value"] for tag in fields["Tags"]}
        self._tag(self._find_resource(fields), tags)
        return {}

    async def untag_resource(self, fields: Fields) -> Fields:
        """UntagResource, of a stream."""
        self._untag(self._find_resource(fields), fields["TagKeyList"])
        return {}

    async def list_tags_for_resource(self, fields: Fields) -> Fields:
        """ListTagsForResource, of a stream."""
        return {"Tags": dict(self._find_resource(fields).tags)}

    async def update_notification_configuration(self, fields: Fields) -> Fields:
        """UpdateNotificationConfiguration, effective at once; without a configuration it is removed."""
        stream = self._find(fields)
        configuration = fields.get("NotificationConfiguration")
        if configuration is not None:
            if not stream.retention_hours:
                raise NoDataRetentionError("Notifications need a stream that retains data")
            if not _TOPIC_ARN.fullmatch(configuration["DestinationConfig"]["Uri"]):
                raise InvalidArgumentError("DestinationConfig.Uri must be the ARN of an SNS standard topic")
        self._streams.annotate(stream, notification=configuration)
        return {}

    async def describe_notification_configuration(self, fields: Fields) -> Fields:
        """DescribeNotificationConfiguration: nothing if there is none."""
        configuration = self._find(fields).notification
        return {"NotificationConfiguration": configuration} if configuration else {}

    async def update_image_generation_configuration(self, fields: Fields) -> Fields:
        """UpdateImageGenerationConfiguration: kept and described, no images are made."""
        stream = self._find(fields)
        configuration = fields.get("ImageGenerationConfiguration")
        if configuration is not None and not stream.retention_hours:
            raise NoDataRetentionError("Image generation needs a stream that retains data")
        self._streams.annotate(stream, image_generation=configuration)
        return {}

    async def describe_image_generation_configuration(self, fields: Fields) -> Fields:
        """DescribeImageGenerationConfiguration: nothing if there is none."""
        configuration = self._find(fields).image_generation
        return {"ImageGenerationConfiguration": configuration} if configuration else {}

    async def update_stream_storage_configuration(self, fields: Fields) -> Fields:
        """UpdateStreamStorageConfiguration: HOT or WARM, which makes no difference here."""
        tier = fields["StreamStorageConfiguration"]["DefaultStorageTier"]
        self._streams.change(self._find(fields), fields["CurrentVersion"], storage_tier=tier)
        return {}

    async def describe_stream_storage_configuration(self, fields: Fields) -> Fields:
        """DescribeStreamStorageConfiguration."""
        stream = self._find(fields)
        configuration = {"DefaultStorageTier": stream.storage_tier}
        return {
            "StreamName": stream.name,
            "StreamARN": stream.arn,
            "StreamStorageConfiguration": configuration,
        }

    def _find(self, fields: Fields) -> Stream:
        return self._streams.find(fields.get("StreamName"), fields.get("StreamARN"))

    def _find_resource(self, fields: Fields) -> Stream:
        return self._streams.find(None, fields["ResourceARN"])

    def _tag(self, stream: Stream, tags: dict[str, str]) -> None:
        merged = {**stream.tags, **tags}
        _check_tags(merged)
        self._streams.annotate(stream, tags=merged)

    def _untag(self, stream: Stream, names: list[str]) -> None:
        kept = {name: value for name, value in stream.tags.items() if name not in names}
        self._streams.annotate(stream, tags=kept)


def _listing(name: str, items: list[Any], token: str | None) -> Fields:
    return {name: items, "NextToken": token} if token else {name: items}


def _check_tags(tags: dict[str, str]) -> None:
    if len(tags) > MAX_TAGS:
        raise TooManyTagsError(f"A stream has at most {MAX_TAGS} tags")


def _check_retention(hours: int) -> None:
    if not 0 <= hours <= MAX_RETENTION_HOURS:
        raise InvalidArgumentError(f"DataRetentionInHours must be from 0 to {MAX_RETENTION_HOURS}")
