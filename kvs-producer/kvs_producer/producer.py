"""The whole way of a fragment: captured, timed, selected, spooled, sent, until somebody says stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass

from kvs_producer.clock import CaptureClock
from kvs_producer.errors import FragmentsLostError, SourceBrokenError, SourceError
from kvs_producer.figures import Figures
from kvs_producer.motion import MotionGate
from kvs_producer.pipeline import Captured, Encoding, Pipeline
from kvs_producer.selection import MotionOnly
from kvs_producer.sender import Sender
from kvs_producer.sources import Source
from kvs_producer.spool import Outgoing, Spool

log = logging.getLogger(__name__)

FLUSH_SECONDS = 15.0
"""How long the end waits for what is not yet persisted."""

LONGEST_PAUSE = 30.0
"""The longest pause, in seconds, before a camera that broke off is tried again."""


@dataclass(frozen=True)
class Recording:
    """What is sent: a source, how it is encoded, and whether a file begins again at its end."""

    source: Source
    encoding: Encoding
    loop: bool = False


class Producer:
    """Capture and send at the same time. `run` returns when the source ends or `stop` was called."""

    def __init__(
        self,
        recording: Recording,
        sender: Sender,
        spool: Spool,
        figures: Figures,
        gate: MotionGate | None = None,
        selection: MotionOnly | None = None,
    ) -> None:
        """`gate` says which fragments are tagged, without one none; `selection` which are sent, else all."""
        self._recording, self._sender, self._spool, self._figures = recording, sender, spool, figures
        self._gate, self._selection = gate, selection
        self._clock = CaptureClock()
        self._pipeline: Pipeline | None = None
        self._stop = asyncio.Event()
        self._captured = 0

    async def run(self) -> None:
        """Send everything, the last fragment too.

        Raises the permanent errors, SourceBrokenError if a file broke off, and FragmentsLostError if the end
        came before everything was persisted.
        """
        await self._sender.prepare()
        capturing = asyncio.create_task(self._capture(), name="capture")
        sending = asyncio.create_task(self._sender.run(), name="send")
        try:
            await asyncio.wait({capturing, sending}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():  # it ends by itself only by an error
                sending.result()
            self._spool.close()
            await self._flush(sending)
            capturing.result()
        finally:
            self._stop.set()
            for task in (capturing, sending):
                task.cancel()
            await asyncio.gather(capturing, sending, return_exceptions=True)

    async def stop(self) -> None:
        """End in good order: encode what the camera saw last, send it, wait until it is persisted."""
        self._stop.set()
        if self._pipeline is not None:
            await self._pipeline.stop()

    async def _flush(self, sending: asyncio.Task[None]) -> None:
        done, _ = await asyncio.wait({sending}, timeout=FLUSH_SECONDS)
        if sending in done:
            sending.result()
        if len(self._spool):
            raise FragmentsLostError(
                len(self._spool), f"no acknowledgement within {FLUSH_SECONDS:.0f} s of the end"
            )

    async def _capture(self) -> None:
        """Run the pipeline; again where a file is looped or a camera that worked broke off."""
        source, pause = self._recording.source, 1.0
        while not self._stop.is_set():
            before = self._captured
            try:
                await self._run_pipeline()
            except (SourceBrokenError, SourceError) as error:
                if not (source.live and self._captured):
                    raise
                pause = 1.0 if self._captured > before else min(2 * pause, LONGEST_PAUSE)
                log.warning("%s; trying again in %.0f s", error, pause)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._stop.wait()
            else:
                if not source.live and not self._recording.loop:
                    return

    async def _run_pipeline(self) -> None:
        """Deliver everything from the source's beginning to its end."""
        source = self._recording.source
        self._pipeline = Pipeline(source, self._recording.encoding, self._gate, announce=not self._captured)
        self._clock.pipeline_started()
        if self._gate is not None:
            self._gate.begin()
        async with contextlib.aclosing(self._pipeline.fragments()) as fragments:
            async for captured in fragments:
                self._captured += 1
                self._deliver(captured)
        if source.live and not self._stop.is_set():
            raise SourceBrokenError(source.label, "it came to an end")

    def _deliver(self, captured: Captured) -> None:
        """Give a fragment its tags and its absolute time, and put it into the spool."""
        fragment = captured.fragment
        tags = self._gate.tags(fragment.timecode_ms, fragment.duration_ms) if self._gate else {}
        timecode_ms = self._clock.timecode_ms(fragment.timecode_ms, fragment.duration_ms, captured.complete)
        outgoing = Outgoing(fragment, timecode_ms, tags)
        for selected in [outgoing] if self._selection is None else self._selection.take(outgoing):
            self._put(selected)
        if self._selection is not None:
            self._figures.left_out = self._selection.left_out
            self._figures.waiting_for_motion = self._selection.waiting

    def _put(self, outgoing: Outgoing) -> None:
        if dropped := self._spool.put(outgoing):
            self._figures.dropped(len(dropped))
            log.warning(
                "the spool is full (%d fragments not yet sent): the oldest %d given up",
                len(self._spool),
                len(dropped),
            )
