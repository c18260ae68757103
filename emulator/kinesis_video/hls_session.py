"""One player's HLS session: which fragments it has been told of so far, and in which order.

A playlist may only grow at its end and lose what is at its beginning (RFC 8216, 6.2.1), whatever comes late
or expires in the stream; so the session keeps its own list.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.kinesis_video.archive import Archive
from emulator.kinesis_video.fragment_folder import FragmentRecord
from emulator.kinesis_video.selection import Selection
from emulator.mp4 import VideoFormat
from emulator.mp4.errors import Mp4Error
from matroska import FragmentReader

logger = logging.getLogger(__name__)

_SAME_TIMELINE_MS = 50  # fragments with a smaller gap or overlap follow each other


@dataclass(frozen=True)
class Entry:
    """One segment of the playlist. `sequence_number` counts from 1; `begin_ms` is the selected timestamp."""

    sequence_number: int
    record: FragmentRecord
    begin_ms: int
    video: VideoFormat
    discontinuous: bool

    @property
    def end_ms(self) -> int:
        """When its last frame ends."""
        return self.begin_ms + self.record.duration_ms


@dataclass
class HlsSession:
    """What was asked for, and what has been given. `clock` and `expires_at` are seconds since the epoch.

    `mode` is LIVE, LIVE_REPLAY or ON_DEMAND, `discontinuities` ALWAYS, NEVER or ON_DISCONTINUITY; a playlist
    has `most` segments.
    """

    archive: Archive
    mode: str
    selection: Selection
    most: int
    discontinuities: str
    shows_times: bool
    expires_at: float
    clock: Callable[[], float]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    entries: list[Entry] = field(default_factory=list)
    _position: int = 0
    _began_at: float | None = None
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def begin(self) -> None:
        """Take the fragments that the first playlist has. Raises Mp4Error if the first cannot be played."""
        for record in self._first_records():
            if self.entries:
                await self._take(record)
            elif (video := await self._video_of(record)) is not None:
                self._append(record, video)
        self._position = self.archive.next_position if self.mode == "LIVE" else 0

    async def update(self) -> None:
        """Take what came since, as far as it is due."""
        if self.mode == "ON_DEMAND":
            return
        async with self._busy:
            if self._began_at is None:
                self._began_at = self.clock()
            while (found := self.archive.at(self._position)) is not None:
                position, record = found
                if self._is_next(record):
                    if not self._is_due(record):
                        return
                    await self._take(record)
                self._position = position + 1

    @property
    def window(self) -> list[Entry]:
        """The entries that the playlist shows."""
        return self.entries if self.mode == "ON_DEMAND" else self.entries[-self.most :]

    @property
    def is_complete(self) -> bool:
        """Whether nothing will be added any more."""
        if self.mode == "ON_DEMAND":
            return True
        return self.archive.at(self._position) is None and self.clock() * 1000 > self.selection.end_ms

    def entry(self, sequence_number: int) -> Entry | None:
        """Return the entry with this number, if the player was ever told of it."""
        known = 1 <= sequence_number <= len(self.entries)
        return self.entries[sequence_number - 1] if known else None

    def _first_records(self) -> list[FragmentRecord]:
        if self.mode == "LIVE":
            kept = [record for record in self.archive.records if record.persisted]
            return self.selection.of(kept[-self.most :])
        return self.selection.of(self.archive.records)[: self.most if self.mode == "ON_DEMAND" else 1]

    def _is_next(self, record: FragmentRecord) -> bool:
        """Whether the record belongs into the playlist; older ones than its newest are never added."""
        newer = not self.entries or self.selection.follows(record, self.entries[-1].record)
        return newer and self.selection.includes(record)

    def _is_due(self, record: FragmentRecord) -> bool:
        """A replay goes on at the pace of the video; what is live is due at once."""
        if self.mode == "LIVE" or len(self.entries) < self.most:
            return True
        played = sum(entry.record.duration_ms for entry in self.entries[self.most :]) + record.duration_ms
        return (self.clock() - (self._began_at or 0)) * 1000 >= played

    async def _take(self, record: FragmentRecord) -> None:
        try:
            video = await self._video_of(record)
        except Mp4Error as err:
            logger.warning("A player is not told of fragment %s: %s", record.number, err)
            return
        if video is not None:
            self._append(record, video)

    def _append(self, record: FragmentRecord, video: VideoFormat) -> None:
        begin_ms = self.selection.time_of(record)
        before = self.entries[-1] if self.entries else None
        breaks = before is not None and (
            self.discontinuities == "ALWAYS"
            or (
                self.discontinuities == "ON_DISCONTINUITY"
                and (abs(begin_ms - before.end_ms) > _SAME_TIMELINE_MS or video != before.video)
            )
        )
        self.entries.append(Entry(len(self.entries) + 1, record, begin_ms, video, breaks))

    async def _video_of(self, record: FragmentRecord) -> VideoFormat | None:
        header = await self.archive.header(record)
        if header is None:
            return None
        reader = FragmentReader()
        reader.feed(header)
        return VideoFormat.of(reader.tracks)
