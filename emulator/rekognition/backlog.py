"""Fragments that wait to be analysed, and the rule for falling behind: newest first, never later and later.

A visitor is worth more now than a complete analysis a minute from now. When more than MAX_SECONDS of video
wait, all but the newest fragment are dropped; when more than a second waits, frames are taken half as often.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque

from emulator.rekognition.video_stream import ReadFragment

logger = logging.getLogger(__name__)

MAX_SECONDS = 3.0
FRAME_SECONDS = 0.5  # between analysed frames
HURRIED_FRAME_SECONDS = 1.0
_HURRY_FROM_SECONDS = 1.5
_SAY_EVERY_SECONDS = 60.0


class Backlog:
    """A queue between the reader and the analysis of one stream."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: deque[ReadFragment] = deque()
        self._arrived = asyncio.Event()
        self._skipped = 0  # since it was said last
        self._said_at = float("-inf")

    @property
    def seconds(self) -> float:
        """How much video waits."""
        return sum(fragment.duration for fragment in self._waiting)

    @property
    def frame_seconds(self) -> float:
        """How far apart frames should be analysed, as things are."""
        return HURRIED_FRAME_SECONDS if self.seconds > _HURRY_FROM_SECONDS else FRAME_SECONDS

    def put(self, fragment: ReadFragment) -> None:
        """Add the newest fragment, and drop what waited too long."""
        self._waiting.append(fragment)
        if self.seconds > MAX_SECONDS and len(self._waiting) > 1:
            self._skipped += len(self._waiting) - 1
            self._waiting = deque([fragment])
            self._say_skipped()
        self._arrived.set()

    async def get(self) -> ReadFragment:
        """Wait for the oldest fragment."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()

    def _say_skipped(self) -> None:
        """Tell of a machine that is too busy, but not every few seconds."""
        now = time.monotonic()
        if now - self._said_at < _SAY_EVERY_SECONDS:
            return
        logger.warning(
            "This machine is too busy to look at all video: %d fragments of %s are skipped",
            self._skipped,
            self._name,
        )
        self._skipped, self._said_at = 0, now
