"""PutMedia's connection: the body is read while the acknowledgements go out, each as a chunk of its own."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from emulator.kinesis_video.acknowledgements import Acknowledgement, ErrorId
from emulator.kinesis_video.exceptions import InvalidArgumentError
from emulator.kinesis_video.ingest import ConnectionOverError, Ingest

logger = logging.getLogger(__name__)

CONNECTION_LOST = (ConnectionError, aiohttp.ClientError, HttpProcessingError)
"""What reading a body or writing an answer raises once the other side has gone."""

_TICK_SECONDS = 1.0
_TIMESTAMP = re.compile(r"(\d{1,12})(?:\.(\d+))?")


@dataclass(frozen=True)
class PutMediaHeaders:
    """What a PutMedia request says in its headers.

    `start_ms` is what the timecodes count from, in milliseconds since the epoch: 0 if they are ABSOLUTE.
    """

    stream_name: str | None
    stream_arn: str | None
    start_ms: int

    @classmethod
    def parse(cls, headers: Mapping[str, str]) -> PutMediaHeaders:
        """Read them; InvalidArgumentError names the one that is missing or wrong."""
        name, arn = headers.get("x-amzn-stream-name"), headers.get("x-amzn-stream-arn")
        if bool(name) == bool(arn):
            raise InvalidArgumentError("Either x-amzn-stream-name or x-amzn-stream-arn must be given")
        kind = headers.get("x-amzn-fragment-timecode-type")
        if kind not in ("ABSOLUTE", "RELATIVE"):
            raise InvalidArgumentError("x-amzn-fragment-timecode-type must be ABSOLUTE or RELATIVE")
        start = headers.get("x-amzn-producer-start-timestamp")
        if start is None and kind == "RELATIVE":
            raise InvalidArgumentError("x-amzn-producer-start-timestamp must be given for RELATIVE timecodes")
        start_ms = 0 if start is None else parse_timestamp(start)
        return cls(name, arn, start_ms if kind == "RELATIVE" else 0)


def parse_timestamp(text: str) -> int:
    """Return milliseconds of "seconds.milliseconds"; InvalidArgumentError if it is something else.

    AWS's producer SDK does not pad the milliseconds: "1795221531.5" is five of them. More than three digits
    are a decimal fraction, as other clients write.
    """
    found = _TIMESTAMP.fullmatch(text.strip())
    if found is None:
        raise InvalidArgumentError("x-amzn-producer-start-timestamp must be seconds since the epoch")
    return int(found[1]) * 1000 + int((found[2] or "0")[:3])


class PutMediaConnection:
    """One producer's connection."""

    def __init__(self, request: web.Request, ingest: Ingest) -> None:
        self._request = request
        self._ingest = ingest
        self._limits = ingest.limits
        self._response = web.StreamResponse(headers={"Content-Type": "application/json"})
        self._over = False

    def end(self) -> None:
        """Ask the connection to end within a second: the emulator stops, or newer ones need the room."""
        self._over = True

    async def serve(self) -> web.StreamResponse:
        """Take the body until its end and answer it."""
        self._response.enable_chunked_encoding()
        self._response.force_close()
        await self._response.prepare(self._request)
        self._ingest.acknowledge = self._acknowledge
        try:
            await self._take_body()
            await self._response.write_eof()
        except ConnectionOverError as over:
            self._ingest.break_off(over)
            await self._say_goodbye(over)
        except CONNECTION_LOST as err:
            self._ingest.break_off(err)
        return self._response

    async def _take_body(self) -> None:
        began = heard = time.monotonic()
        said_idle = False
        while not self._over:
            now = time.monotonic()
            if now - began > self._limits.connection_seconds:
                raise ConnectionOverError(ErrorId.MAX_CONNECTION_DURATION_REACHED)
            if now - heard > self._limits.closed_after_seconds:
                raise ConnectionOverError
            if now - heard > self._limits.idle_after_seconds and not said_idle:
                said_idle = True
                await self._acknowledge(Acknowledgement("IDLE"))
            try:
                async with asyncio.timeout(_TICK_SECONDS):
                    data = await self._request.content.readany()
            except TimeoutError:
                self._ingest.check_stream()
                continue
            if not data:
                await self._ingest.finish()
                return
            await self._ingest.take(data)
            heard, said_idle = time.monotonic(), False
        raise ConnectionOverError

    async def _acknowledge(self, acknowledgement: Acknowledgement) -> None:
        await self._response.write(acknowledgement.to_bytes())

    async def _say_goodbye(self, over: ConnectionOverError) -> None:
        try:
            if over.error_id is not None:
                await self._acknowledge(
                    Acknowledgement("ERROR", over.timecode_ms, over.fragment_number, over.error_id)
                )
            await self._response.write_eof()
        except CONNECTION_LOST:
            logger.debug("The producer did not wait for the last word")
