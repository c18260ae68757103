"""Reading fragments back: GetMedia, which goes on as long as fragments come, and GetMediaForFragmentList."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from aiohttp import web

from emulator.kinesis_video.archive import Archive
from emulator.kinesis_video.exceptions import InvalidArgumentError
from emulator.kinesis_video.put_media import CONNECTION_LOST
from emulator.kinesis_video.requests import Fields
from emulator.kinesis_video.selection import milliseconds
from matroska import encode_tags
from matroska.header import EBML_HEADER, SEGMENT_BEGIN

logger = logging.getLogger(__name__)

CONTENT_TYPE = "video/webm"
FRAGMENT_NOT_FOUND = 4000
_TICK_SECONDS = 1.0


def start_position(archive: Archive, selector: Fields) -> int:
    """Return the position of the first fragment that a StartSelector asks for.

    NOW is the next fragment to be completed. Raises InvalidArgumentError if the selector lacks its value.
    """
    kind = selector["StartSelectorType"]
    if kind == "NOW":
        return archive.next_position
    if kind == "EARLIEST":
        return 0
    if kind in ("FRAGMENT_NUMBER", "CONTINUATION_TOKEN"):
        member = "AfterFragmentNumber" if kind == "FRAGMENT_NUMBER" else "ContinuationToken"
        after = selector.get(member)
        if not after or not after.isdecimal():
            raise InvalidArgumentError(f"StartSelector.{member} must be a fragment number for {kind}")
        return archive.first_position(lambda record: int(record.number) > int(after))
    start = selector.get("StartTimestamp")
    if start is None:
        raise InvalidArgumentError(f"StartSelector.StartTimestamp must be given for {kind}")
    start_ms = milliseconds(start)
    if kind == "SERVER_TIMESTAMP":
        return archive.first_position(lambda record: record.server_ms >= start_ms)
    return archive.first_position(lambda record: record.producer_ms + record.duration_ms > start_ms)


class GetMediaConnection:
    """One consumer's connection."""

    def __init__(self, request: web.Request, archive: Archive, position: int) -> None:
        self._request = request
        self._archive = archive
        self._position = position
        self._over = False

    @property
    def is_open(self) -> bool:
        """Whether the consumer is still there."""
        transport = self._request.transport
        return not self._over and transport is not None and not transport.is_closing()

    def end(self) -> None:
        """Ask the connection to end within a second."""
        self._over = True

    async def serve(self) -> web.StreamResponse:
        """Send fragments as they come until the consumer leaves or the stream is deleted."""
        response = await _begin(self._request)
        try:
            while self.is_open and not self._archive.deleted:
                await self._send_next(response)
            await response.write_eof()
        except CONNECTION_LOST:
            logger.debug("The consumer of GetMedia has gone")
        return response

    async def _send_next(self, response: web.StreamResponse) -> None:
        found = self._archive.at(self._position)
        if found is None:
            await self._archive.wait(_TICK_SECONDS)
            return
        position, record = found
        self._position = position + 1
        latest = self._archive.latest or record
        before = {
            "AWS_KINESISVIDEO_FRAGMENT_NUMBER": record.number,
            "AWS_KINESISVIDEO_SERVER_TIMESTAMP": _seconds(record.server_ms),
            "AWS_KINESISVIDEO_PRODUCER_TIMESTAMP": _seconds(record.producer_ms),
        }
        after = {
            "AWS_KINESISVIDEO_MILLIS_BEHIND_NOW": str(latest.server_ms - record.server_ms),
            "AWS_KINESISVIDEO_CONTINUATION_TOKEN": record.number,
        }
        data = await self._archive.read(record, before, after)
        if data is not None:
            await response.write(data)


async def send_fragments(
    request: web.Request, archive: Archive, numbers: Iterable[str]
) -> web.StreamResponse:
    """Answer GetMediaForFragmentList: exactly these fragments, an error in place of each missing one."""
    response = await _begin(request)
    try:
        for number in numbers:
            await response.write(await _fragment(archive, number))
        await response.write_eof()
    except CONNECTION_LOST:
        logger.debug("The consumer of GetMediaForFragmentList has gone")
    return response


async def _fragment(archive: Archive, number: str) -> bytes:
    record = archive.find(number)
    if record is not None and record.persisted:
        before = {
            "AWS_KINESISVIDEO_FRAGMENT_NUMBER": record.number,
            "AWS_KINESISVIDEO_SERVER_SIDE_TIMESTAMP": _seconds(record.server_ms),
            "AWS_KINESISVIDEO_PRODUCER_SIDE_TIMESTAMP": _seconds(record.producer_ms),
        }
        data = await archive.read(record, before, {})
        if data is not None:
            return data
    error = {
        "AWS_KINESISVIDEO_FRAGMENT_NUMBER": number,
        "AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE": str(FRAGMENT_NOT_FOUND),
        "AWS_KINESISVIDEO_EXCEPTION_MESSAGE": "Requested fragment is not found",
    }
    return EBML_HEADER + SEGMENT_BEGIN + encode_tags(error)


async def _begin(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": CONTENT_TYPE})
    response.enable_chunked_encoding()
    await response.prepare(request)
    return response


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds // 1000}.{milliseconds % 1000:03}"
