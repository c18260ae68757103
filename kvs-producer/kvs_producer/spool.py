"""What was captured and is not yet persisted, kept in memory up to a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from matroska import Fragment

DEFAULT_LIMIT_BYTES = 64_000_000
"""About four minutes of video at 2 Mbit/s."""


@dataclass
class Outgoing:
    """A fragment on its way. `timecode_ms` is its absolute time code, `tags` travel with it as metadata."""

    fragment: Fragment
    timecode_ms: int
    tags: Mapping[str, str] = field(default_factory=dict)
    sequence: int = 0
    failures: int = 0

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return len(self.fragment.cluster)


class Spool:
    """Fragments in the order of their capture, each until it is persisted or given up.

    When `limit_bytes` is reached the oldest ones make room: what happens at the door now matters most.
    """

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._waiting: dict[int, Outgoing] = {}
        self._sequence = 0
        self._bytes = 0
        self._closed = False
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def closed(self) -> bool:
        """Whether nothing more will come."""
        return self._closed

    @property
    def bytes(self) -> int:
        """How much it holds now."""
        return self._bytes

    def put(self, outgoing: Outgoing) -> list[Outgoing]:
        """Take a fragment; return those that had to make room for it. One alone is always taken."""
        self._sequence += 1
        outgoing.sequence = self._sequence
        self._waiting[outgoing.sequence] = outgoing
        self._bytes += outgoing.size
        dropped = []
        while self._bytes > self._limit_bytes and len(self._waiting) > 1:
            dropped.append(self.remove(next(iter(self._waiting.values()))))
        self._wake()
        return dropped

    def close(self) -> None:
        """Say that nothing more will come."""
        self._closed = True
        self._wake()

    def after(self, sequence: int) -> Outgoing | None:
        """The next fragment after the one with this sequence number (0: the first), if there is one yet."""
        return next((o for o in self._waiting.values() if o.sequence > sequence), None)

    def find(self, timecode_ms: int) -> Outgoing | None:
        """The fragment with this time code, unless it is gone already."""
        return next((o for o in self._waiting.values() if o.timecode_ms == timecode_ms), None)

    def remove(self, outgoing: Outgoing) -> Outgoing:
        """Forget a fragment: it is persisted, or given up. Once is enough, twice does no harm."""
        if self._waiting.pop(outgoing.sequence, None) is not None:
            self._bytes -= outgoing.size
            self._wake()
        return outgoing

    async def changed(self, timeout_seconds: float | None = None) -> bool:
        """Wait until something is put, removed or closed; False if nothing was for so long."""
        self._changed.clear()
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        self._changed.set()
