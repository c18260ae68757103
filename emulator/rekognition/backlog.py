"""Fragments that wait to be analysed, and the rule for falling behind: newest first, never later and later.

A visitor is worth more now than a complete analysis a minute from now. When more than MAX_SECONDS of video
wait, all but the newest fragment are dropped; when more than a second waits, frames are taken half as often.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from emulator.rekognition.video_stream import ReadFragment

logger = logging.getLogger(__name__)

MAX_SECONDS = 3.0
FRAME_SECONDS = 0.5  # between analysed frames
HURRIED_FRAME_SECONDS = 1.0
_HURRY_FROM_SECONDS = 1.5


class Backlog:
    """A queue between the reader and the analysis of one stream."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: deque[ReadFragment] = deque()
        self._arrived = asyncio.Event()

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
            logger.warning(
                "%s is %.1f s behind: %d fragments are skipped up to %s",
                self._name,
                self.seconds,
                len(self._waiting) - 1,
                fragment.number,
            )
            self._waiting = deque([fragment])
        self._arrived.set()

    async def get(self) -> ReadFragment:
        """Wait for the oldest fragment."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()
