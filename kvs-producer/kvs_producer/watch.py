"""The second pipe of the GStreamer child: the small pictures that the motion gate looks at.

What goes wrong here never stops the video: the gate lets everything through when no pictures come.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from kvs_producer.motion import WATCHING, MotionGate
from matroska import FragmentReader, MatroskaError

log = logging.getLogger(__name__)

_READ_BYTES = 1 << 16


class Watch:
    """The pipe from the child to the gate; without a gate there is none, and nothing is done."""

    def __init__(self, gate: MotionGate | None, pipe: IO[bytes] | None, write_end: int | None) -> None:
        self._gate, self._pipe, self._write_end = gate, pipe, write_end

    @property
    def words(self) -> list[str]:
        """The words that the child's pipeline gets."""
        return [] if self._write_end is None else f"{WATCHING} ! fdsink fd={self._write_end}".split()

    @property
    def pass_fds(self) -> tuple[int, ...]:
        """What the child inherits."""
        return () if self._write_end is None else (self._write_end,)

    def started(self) -> None:
        """The child has its end of the pipe, or never will: ours is closed."""
        if self._write_end is not None:
            os.close(self._write_end)
            self._write_end = None

    async def look(self, stopping: Callable[[], bool]) -> None:
        """Show the gate what comes, until the child ends; one that is stopping may write what is no video."""
        if self._gate is None or self._pipe is None:
            return
        reader, stream = FragmentReader(), asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), self._pipe)
        try:
            while data := await stream.read(_READ_BYTES):
                for one in reader.feed(data):
                    block = one.blocks[0]
                    self._gate.see(one.payload(block), one.timecode_ms)
        except MatroskaError as error:
            if not stopping():
                log.warning("the motion gate sees nothing: GStreamer wrote no Matroska (%s)", error)
        finally:
            transport.close()


@contextmanager
def watching(gate: MotionGate | None) -> Iterator[Watch]:
    """A watch for one run of the child."""
    if gate is None:
        yield Watch(None, None, None)
        return
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb", buffering=0) as pipe:
        watch = Watch(gate, pipe, write_end)
        try:
            yield watch
        finally:
            watch.started()
