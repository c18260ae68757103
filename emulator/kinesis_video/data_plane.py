"""The data plane: which stream's fragments a request reads or writes, and how many connections it has."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from aiohttp import web

from emulator.kinesis_video.archive import Archive
from emulator.kinesis_video.clip import get_clip
from emulator.kinesis_video.exceptions import ConnectionLimitExceededError, NoDataRetentionError
from emulator.kinesis_video.fragment_folder import FragmentFolder, FragmentNumbers, FragmentRecord
from emulator.kinesis_video.get_media import GetMediaConnection, send_fragments, start_position
from emulator.kinesis_video.hls import Hls
from emulator.kinesis_video.images import get_images
from emulator.kinesis_video.ingest import Ingest, Limits, Target
from emulator.kinesis_video.models import Stream, Streams
from emulator.kinesis_video.notifications import Notifications
from emulator.kinesis_video.paging import page
from emulator.kinesis_video.put_media import PutMediaConnection, PutMediaHeaders
from emulator.kinesis_video.requests import Fields
from emulator.kinesis_video.selection import milliseconds

logger = logging.getLogger(__name__)

MAX_PRODUCERS = 5
"""One producer a stream, with room for reconnects and for credentials that rotate; the newest ones stay."""

MAX_CONSUMERS = 3
DEFAULT_FRAGMENTS_A_PAGE = 1000
_EXPIRE_EVERY_SECONDS = 30


class DataPlane:
    """The fragments of all streams and the connections that carry them."""

    def __init__(
        self, streams: Streams, notifications: Notifications, folder: Path, limits: Limits, playback: Hls
    ) -> None:
        self.playback = playback
        self._streams = streams
        self._notifications = notifications
        self._folder = folder
        self._limits = limits
        self._numbers = FragmentNumbers()
        self._archives: dict[str, Archive] = {}
        self._opening = asyncio.Lock()
        self._producers: dict[str, list[PutMediaConnection]] = {}
        self._consumers: dict[str, list[GetMediaConnection]] = {}

    async def open(self) -> None:
        """Read the index of every stream, so that fragment numbers go on from the last one."""
        for stream in self._streams.all():
            await self._archive(stream)

    async def close(self) -> None:
        """Ask all connections to end."""
        for producers in self._producers.values():
            for producer in producers:
                producer.end()
        for consumers in self._consumers.values():
            for consumer in consumers:
                consumer.end()

    async def expire_forever(self) -> None:
        """Remove fragments whose retention is over, twice a minute."""
        while True:
            for stream in self._streams.all():
                try:
                    await self._fresh_archive(stream)
                except OSError:
                    logger.exception("Expired fragments of %s could not be removed", stream.name)
            await asyncio.sleep(_EXPIRE_EVERY_SECONDS)

    async def delete(self, stream: Stream) -> None:
        """Remove a deleted stream's fragments and end its connections."""
        archive = await self._archive(stream)
        del self._archives[stream.arn]
        await archive.delete()

    async def put_media(self, request: web.Request) -> web.StreamResponse:
        """PutMedia: serve one producer until its body ends."""
        headers = PutMediaHeaders.parse(request.headers)
        stream = self._streams.find(headers.stream_name, headers.stream_arn)
        target = Target(
            stream_name=stream.name,
            archive=await self._archive(stream),
            numbers=self._numbers,
            retains=lambda: self._current(stream).retention_hours > 0,
            on_persisted=lambda record: self._persisted(stream, record),
        )
        connection = PutMediaConnection(request, Ingest(target, headers.start_ms, self._limits))
        producers = self._producers.setdefault(stream.arn, [])
        producers.append(connection)
        for oldest in producers[:-MAX_PRODUCERS]:
            oldest.end()
        try:
            return await connection.serve()
        finally:
            producers.remove(connection)

    async def get_media(self, request: web.Request, fields: Fields) -> web.StreamResponse:
        """GetMedia: serve one consumer until it leaves."""
        stream = self._find(fields)
        archive = await self._fresh_archive(stream)
        connection = GetMediaConnection(request, archive, start_position(archive, fields["StartSelector"]))
        consumers = self._consumers.setdefault(stream.arn, [])
        if sum(consumer.is_open for consumer in consumers) >= MAX_CONSUMERS:
            raise ConnectionLimitExceededError(f"{MAX_CONSUMERS} consumers read {stream.name} already")
        consumers.append(connection)
        try:
            return await connection.serve()
        finally:
            consumers.remove(connection)

    async def get_media_for_fragment_list(self, request: web.Request, fields: Fields) -> web.StreamResponse:
        """GetMediaForFragmentList."""
        archive = await self._fresh_archive(self._find(fields))
        return await send_fragments(request, archive, fields["Fragments"])

    async def get_clip(self, _: web.Request, fields: Fields) -> web.Response:
        """GetClip."""
        data = await get_clip(await self._retained(fields), fields)
        return web.Response(body=data, content_type="video/mp4")

    async def get_images(self, fields: Fields) -> Fields:
        """GetImages."""
        return await get_images(await self._retained(fields), fields)

    async def get_hls_streaming_session_url(self, fields: Fields) -> Fields:
        """GetHLSStreamingSessionURL; `playback` answers the player."""
        return await self.playback.session_url(await self._retained(fields), fields)

    async def list_fragments(self, fields: Fields) -> Fields:
        """ListFragments: all, or those whose timestamp lies in a range that includes its ends."""
        archive = await self._fresh_archive(self._find(fields))
        records = sorted(
            (record for record in archive.records if record.persisted and _is_selected(record, fields)),
            key=lambda record: record.number,
        )
        limit = fields.get("MaxResults") or DEFAULT_FRAGMENTS_A_PAGE
        found, token = page(records, lambda record: record.number, fields.get("NextToken"), limit)
        fragments = [_describe(record) for record in found]
        return {"Fragments": fragments, "NextToken": token} if token else {"Fragments": fragments}

    async def _retained(self, fields: Fields) -> Archive:
        """Return the fragments of a stream that keeps them. Raises NoDataRetentionError if it does not."""
        stream = self._find(fields)
        if not stream.retention_hours:
            raise NoDataRetentionError(f"The stream {stream.name} does not retain data")
        return await self._fresh_archive(stream)

    def _find(self, fields: Fields) -> Stream:
        return self._streams.find(fields.get("StreamName"), fields.get("StreamARN"))

    def _current(self, stream: Stream) -> Stream:
        """Return the stream as it is now: a connection outlives changes of its retention or notifications."""
        return next((found for found in self._streams.all() if found.arn == stream.arn), stream)

    def _persisted(self, stream: Stream, record: FragmentRecord) -> None:
        self._notifications.fragment_persisted(self._current(stream), record)

    async def _archive(self, stream: Stream) -> Archive:
        async with self._opening:
            if stream.arn not in self._archives:
                folder = FragmentFolder(self._folder / stream.folder)
                self._archives[stream.arn] = await asyncio.to_thread(Archive, folder, self._numbers)
            return self._archives[stream.arn]

    async def _fresh_archive(self, stream: Stream) -> Archive:
        archive = await self._archive(stream)
        await archive.expire(stream.retention_hours)
        return archive


def _is_selected(record: FragmentRecord, fields: Fields) -> bool:
    selector = fields.get("FragmentSelector")
    if selector is None:
        return True
    by_producer = selector["FragmentSelectorType"] == "PRODUCER_TIMESTAMP"
    time_ms = record.producer_ms if by_producer else record.server_ms
    span = selector["TimestampRange"]
    return milliseconds(span["StartTimestamp"]) <= time_ms <= milliseconds(span["EndTimestamp"])


def _describe(record: FragmentRecord) -> Fields:
    return {
        "FragmentNumber": record.number,
        "FragmentSizeInBytes": record.size,
        "ProducerTimestamp": record.producer_ms / 1000,
        "ServerTimestamp": record.server_ms / 1000,
        "FragmentLengthInMilliseconds": record.duration_ms,
    }
