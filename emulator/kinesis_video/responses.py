"""Kinesis Video as the gateway sees it: a request comes in, its operation answers."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Mapping

from aiohttp import web
from botocore import xform_name

from emulator.errors import json_error
from emulator.kinesis_video import hls
from emulator.kinesis_video.control_plane import ControlPlane
from emulator.kinesis_video.data_plane import DataPlane
from emulator.kinesis_video.exceptions import (
    KinesisVideoError,
    OperationMissingError,
    UnknownOperationError,
)
from emulator.kinesis_video.ingest import Limits
from emulator.kinesis_video.models import Streams
from emulator.kinesis_video.notifications import Notifications
from emulator.kinesis_video.requests import operation_name, parse_input
from emulator.service import Settings

_STREAMING = frozenset({"GetMedia", "GetMediaForFragmentList", "GetClip"})
_OF_FRAGMENTS = frozenset({"ListFragments", "GetImages", "GetHLSStreamingSessionURL"})


class KinesisVideo:
    """Streams, their fragments on disk, and the media protocol of producers and consumers."""

    scopes: tuple[str, ...] = ("kinesisvideo",)
    operations: Mapping[str, str] = {
        "CreateStream": "ACTIVE at once",
        "DeleteStream": "at once",
        "DescribeImageGenerationConfiguration": "",
        "DescribeNotificationConfiguration": "",
        "DescribeStream": "",
        "DescribeStreamStorageConfiguration": "",
        "GetClip": "H.264 without sound; the first 200 fragments or 100 MB",
        "GetDataEndpoint": "always this endpoint",
        "GetHLSStreamingSessionURL": "FRAGMENTED_MP4, H.264 without sound; sessions end with the emulator",
        "GetImages": "",
        "GetMedia": "NOW is the next fragment to be completed; the call rate is not limited",
        "GetMediaForFragmentList": "",
        "ListFragments": "",
        "ListStreams": "",
        "ListTagsForResource": "",
        "ListTagsForStream": "",
        "PutMedia": "rate and least duration are not limited; a fragment sent again is stored once",
        "TagResource": "",
        "TagStream": "",
        "UntagResource": "",
        "UntagStream": "",
        "UpdateDataRetention": "",
        "UpdateImageGenerationConfiguration": "kept, but no images are made",
        "UpdateNotificationConfiguration": "effective at once",
        "UpdateStream": "",
        "UpdateStreamStorageConfiguration": "kept; both tiers are the same here",
    }

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    async def start(self, settings: Settings) -> None:
        """Load streams and fragments, and begin to remove what expires."""
        folder = settings.data_dir / "kinesis_video"
        streams = await asyncio.to_thread(Streams, settings, folder)
        self._notifications = Notifications(settings.endpoint_url)
        self._streams = streams
        playback = hls.Hls(settings.endpoint_url)
        self._data = DataPlane(streams, self._notifications, folder, self._limits, playback)
        self._control = ControlPlane(streams, settings.endpoint_url, self._data.delete)
        await self._data.open()
        self._expiring = asyncio.create_task(self._data.expire_forever())

    async def close(self) -> None:
        """End all connections; everything is on disk already."""
        await self._data.close()
        await self._notifications.close()
        self._expiring.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._expiring

    def stream_arn(self, name: str) -> str | None:
        """The ARN of the stream of this name, if there is one."""
        return next((stream.arn for stream in self._streams.all() if stream.name == name), None)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        try:
            if request.path.startswith(hls.PATH):
                return await self._data.playback.handle(request)
            if request.method != "POST":
                raise UnknownOperationError("Kinesis Video takes nothing but POST")
            return await self._answer(operation_name(request.path), request)
        except KinesisVideoError as err:
            return json_error(err.code, err.message, err.status)

    async def _answer(self, operation: str, request: web.Request) -> web.StreamResponse:
        if operation not in self.operations:
            raise OperationMissingError(f"The emulator's Kinesis Video has no operation {operation}")
        if operation == "PutMedia":
            return await self._data.put_media(request)
        fields = parse_input(request.path, await request.read())
        method = xform_name(operation)
        if operation in _STREAMING:
            answer: web.StreamResponse = await getattr(self._data, method)(request, fields)
            return answer
        plane = self._data if operation in _OF_FRAGMENTS else self._control
        output = await getattr(plane, method)(fields)
        return web.json_response(output, headers={"x-amzn-RequestId": str(uuid.uuid4())})
