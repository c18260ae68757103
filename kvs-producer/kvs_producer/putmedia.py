"""One PutMedia connection: fragments out, acknowledgements in, at the same time.

PutMedia is in no AWS SDK for Python. It is a POST whose chunked body is one Matroska segment, sent as it
comes into being, while the answer already streams back. Sources: the PutMedia page of the Kinesis Video
Streams API reference, and what AWS's own producer does on the wire.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import aiohttp

from kvs_producer.acknowledgements import Acknowledgement, AcknowledgementReader
from kvs_producer.aws import Stream
from kvs_producer.errors import ConnectionLostError, EndpointUnreachableError, ProducerError
from kvs_producer.figures import Figures
from kvs_producer.spool import Outgoing, Spool
from matroska import SegmentWriter, Track

log = logging.getLogger(__name__)

PIECE_BYTES = 1 << 14


@dataclass(frozen=True)
class Patience:
    """How long, in seconds, a connection lasts and waits.

    Kinesis Video ends a connection after 45 minutes, and after 30 seconds without data: we are earlier. A
    connection on which `acknowledged_within` passes without a word about what was sent is dead.
    """

    connection: float = 40 * 60
    idle: float = 20
    acknowledged_within: float = 30
    connect: float = 10
    first_retry: float = 1
    longest_retry: float = 30


class Connection:
    """One PutMedia connection of a stream. `run` sends from the spool until it is time for another one."""

    def __init__(
        self,
        stream: Stream,
        spool: Spool,
        figures: Figures,
        patience: Patience,
        on_error: Callable[[Outgoing | None, Acknowledgement], None],
    ) -> None:
        """`on_error` decides about ERROR events; it may raise to end the connection."""
        self._stream, self._spool, self._figures, self._patience = stream, spool, figures, patience
        self._on_error = on_error
        self._deadline = asyncio.timeout(None)
        self._pending: dict[int, float] = {}  # time code -> when it was sent, of what is not yet persisted
        self._settled = asyncio.Event()
        self._complete = False

    async def run(self, http: aiohttp.ClientSession, endpoint: str) -> None:
        """Send what is in the spool and what comes, until the connection should end in good order.

        Returns after everything that was sent is persisted (or given up). Raises the errors of this package.
        """
        try:
            async with self._deadline:
                await self._post(http, f"{endpoint}/putMedia")
        except TimeoutError as err:
            silence = self._patience.acknowledged_within
            raise ConnectionLostError(f"no acknowledgement for {silence:g} s") from err
        except aiohttp.ClientConnectorError as err:
            raise EndpointUnreachableError(endpoint, str(err.os_error)) from err
        except (aiohttp.ClientError, OSError) as err:
            raise ConnectionLostError(str(err) or type(err).__name__) from err

    async def _post(self, http: aiohttp.ClientSession, url: str) -> None:
        first = self._spool.after(0)
        started_at = first.timecode_ms / 1000 if first else time.time()
        headers = await asyncio.to_thread(
            self._stream.signed_headers,
            url,
            {
                "x-amzn-stream-name": self._stream.name,
                "x-amzn-fragment-timecode-type": "ABSOLUTE",
                "x-amzn-producer-start-timestamp": f"{started_at:.3f}",
            },
        )
        async with http.post(url, data=self._body(), headers=headers) as response:
            if response.status != 200:
                raise await self._refusal(response)
            reader = AcknowledgementReader()
            async for data, _ in response.content.iter_chunks():
                for acknowledgement in reader.feed(data):
                    self._take(acknowledgement)
        if not self._complete:
            raise ConnectionLostError("the service ended it")

    async def _refusal(self, response: aiohttp.ClientResponse) -> ProducerError:
        """Read AWS's error out of an answer that is none of 200."""
        text = (await response.content.read(4096)).decode(errors="replace")
        try:
            told = json.loads(text)
        except ValueError:
            told = {}
        told = told if isinstance(told, dict) else {}
        code = response.headers.get("x-amzn-ErrorType") or told.get("__type") or f"HTTP {response.status}"
        code = code.partition(":")[0].rpartition("#")[2]
        return self._stream.error_of(
            code, told.get("message") or told.get("Message") or text.strip(), "PutMedia"
        )

    # --- what goes out ---

    async def _body(self) -> AsyncIterator[bytes]:
        writer = SegmentWriter()
        tracks: tuple[Track, ...] | None = None
        header = b""
        sent, last_timecode = 0, -1
        open_until = time.monotonic() + self._patience.connection
        while (outgoing := await self._next(sent, open_until)) is not None:
            fragment = outgoing.fragment
            if tracks not in (None, fragment.tracks) or outgoing.timecode_ms <= last_timecode:
                break  # another encoder, or a clock that was set back: that needs a connection of its own
            tracks, header = fragment.tracks, header or fragment.header
            # A pipeline that was started again describes the same tracks under another random id.
            same = replace(fragment, header=header)
            data = writer.fragment(same, timecode_ms=outgoing.timecode_ms, tags=outgoing.tags, end=True)
            self._sending(outgoing)
            for begin in range(0, len(data), PIECE_BYTES):
                yield data[begin : begin + PIECE_BYTES]
            sent, last_timecode = outgoing.sequence, outgoing.timecode_ms
            self._figures.sent(len(data))
        while self._pending:
            self._settled.clear()
            await self._settled.wait()
        self._complete = True
        self._watch()

    async def _next(self, sent: int, open_until: float) -> Outgoing | None:
        """Wait for the next fragment to send; None when this connection should end instead."""
        while time.monotonic() < open_until:
            if (outgoing := self._spool.after(sent)) is not None:
                return outgoing
            if self._spool.closed or not await self._spool.changed(self._patience.idle):
                return None
        return None

    def _sending(self, outgoing: Outgoing) -> None:
        self._pending[outgoing.timecode_ms] = time.monotonic()
        if self._deadline.when() is None:
            self._watch()

    def _watch(self) -> None:
        """Give the service time anew; where nothing is to come from it, time does not matter."""
        within = asyncio.get_running_loop().time() + self._patience.acknowledged_within
        self._deadline.reschedule(within if self._pending or self._complete else None)

    # --- what comes in ---

    def _take(self, acknowledgement: Acknowledgement) -> None:
        timecode = acknowledgement.timecode_ms
        outgoing = None if timecode is None else self._spool.find(timecode)
        if acknowledgement.event == "PERSISTED" and timecode is not None:
            sent_at = self._pending.pop(timecode, None)
            if outgoing is not None:
                self._spool.remove(outgoing)
            if sent_at is not None:
                self._figures.persisted(time.monotonic() - sent_at)
        elif acknowledgement.event == "ERROR":
            if timecode is not None:
                self._pending.pop(timecode, None)
            self._on_error(outgoing, acknowledgement)
        else:
            log.debug("%s %s", acknowledgement.event, timecode)
        self._settled.set()
        self._watch()
