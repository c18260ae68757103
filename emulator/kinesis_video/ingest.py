"""Taking fragments in: what arrives on one PutMedia connection, checked, stored and acknowledged."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from emulator.kinesis_video.acknowledgements import Acknowledgement, ErrorId
from emulator.kinesis_video.archive import Archive
from emulator.kinesis_video.fragment_folder import FragmentNumbers, FragmentRecord
from matroska import Fragment, FragmentReader, MatroskaError, TooLargeError, TruncatedError

logger = logging.getLogger(__name__)

LAST_TIMESTAMP_MS = 253_402_300_799_999
"""The end of the year 9999: no producer's clock is later."""

SERVICE_TAG_PREFIX = "AWS_KINESISVIDEO_"
"""Tags with this prefix are Kinesis Video's own and do not count as a fragment's metadata."""


@dataclass(frozen=True)
class Limits:
    """What one PutMedia connection may do, as AWS's quotas say.

    The rate (5 fragments and 12.5 MB a second) is not limited, nor the least duration of a second: the last
    fragment of a clip is shorter, and whoever sends a recording need not wait.
    """

    fragment_bytes: int = 50_000_000
    fragment_seconds: float = 20
    connection_seconds: float = 45 * 60
    idle_after_seconds: float = 10
    closed_after_seconds: float = 30
    buffering_every_seconds: float = 5
    tracks: int = 3
    tags: int = 10
    tag_name_bytes: int = 128
    tag_value_bytes: int = 256


class ConnectionOverError(Exception):
    """The connection must end: `error_id` tells the producer why, None that nothing was wrong."""

    def __init__(
        self,
        error_id: ErrorId | None = None,
        timecode_ms: int | None = None,
        fragment_number: str | None = None,
    ) -> None:
        super().__init__(error_id.name if error_id else "ended by the service")
        self.error_id = error_id
        self.timecode_ms = timecode_ms
        self.fragment_number = fragment_number


@dataclass
class Target:
    """Where a connection's fragments go: the stream's archive, and what to do with each that is stored."""

    stream_name: str
    archive: Archive
    numbers: FragmentNumbers
    retains: Callable[[], bool]
    on_persisted: Callable[[FragmentRecord], None]


class Ingest:
    """One connection's fragments. Feed it the body with `take`, then `finish`, or `break_off` if it broke.

    `start_ms` is added to the fragments' timecodes. Acknowledgements go to `acknowledge`.
    """

    def __init__(self, target: Target, start_ms: int, limits: Limits) -> None:
        self.limits = limits
        self.acknowledge: Callable[[Acknowledgement], Awaitable[None]] = _nobody_listens
        self._target = target
        self._start_ms = start_ms
        self._reader = FragmentReader(limits.fragment_bytes)
        self._arriving: tuple[int, str] | None = (
            None  # timecode and number of the fragment that was announced
        )
        self._announced_at = 0.0
        self._previous_ms: int | None = None

    def __str__(self) -> str:
        return f"PutMedia to {self._target.stream_name}"

    async def take(self, data: bytes) -> None:
        """Take the next bytes. ConnectionOverError if nothing more can be taken after them."""
        failure: MatroskaError | None = None
        try:
            completed = self._reader.feed(data)
        except MatroskaError as err:
            completed, failure = list(self._reader.rescued), err
        for fragment in completed:
            await self._complete(fragment)
        self.check_stream()
        if len(self._reader.tracks) > self.limits.tracks:
            raise ConnectionOverError(ErrorId.MORE_THAN_ALLOWED_TRACKS_FOUND)
        if self._reader.open_timecode_ms is not None:
            await self._announce(self._reader.open_timecode_ms)
        if failure is not None:
            raise self._over(failure)

    async def finish(self) -> None:
        """Take note that the body ended in good order. ConnectionOverError if it ended within a fragment."""
        try:
            for fragment in self._reader.close():
                await self._complete(fragment)
        except MatroskaError as err:
            raise self._over(err) from err

    def break_off(self, reason: BaseException) -> None:
        """Take note that the connection broke or was ended: a fragment that was arriving is dropped."""
        if self._arriving is None:
            logger.info("%s: ended between two fragments (%r)", self, reason)
        else:
            text = "%s: ended within the fragment at %d ms, which is dropped (%r)"
            logger.warning(text, self, self._arriving[0], reason)

    def check_stream(self) -> None:
        """Raise ConnectionOverError if the stream has been deleted meanwhile."""
        if self._target.archive.deleted:
            raise self._error_of_arriving(ErrorId.STREAM_NOT_ACTIVE)

    async def _announce(self, timecode_ms: int) -> str:
        """Say BUFFERING when a fragment begins, and again while it goes on; return its number."""
        now = time.monotonic()
        if self._arriving is None:
            self._arriving = timecode_ms, self._target.numbers.next()
        elif now - self._announced_at < self.limits.buffering_every_seconds:
            return self._arriving[1]
        self._announced_at = now
        await self.acknowledge(Acknowledgement("BUFFERING", *self._arriving))
        return self._arriving[1]

    async def _complete(self, fragment: Fragment) -> None:
        number = await self._announce(fragment.timecode_ms)
        error_id = self._error_in(fragment)
        if error_id is None:
            self._previous_ms = fragment.timecode_ms
            error_id = await self._store(fragment, number)
        self._arriving = None
        if error_id is not None:
            logger.warning("%s: fragment at %d ms: %s", self, fragment.timecode_ms, error_id.name)
            await self.acknowledge(Acknowledgement("ERROR", fragment.timecode_ms, number, error_id))

    async def _store(self, fragment: Fragment, number: str) -> ErrorId | None:
        self.check_stream()
        archive, producer_ms = self._target.archive, self._start_ms + fragment.timecode_ms
        before = archive.sent_before(fragment, producer_ms)
        number = before.number if before else number
        await self.acknowledge(Acknowledgement("RECEIVED", fragment.timecode_ms, number))
        persisted = self._target.retains()
        try:
            record = await archive.store(fragment, number, producer_ms, persisted=persisted)
        except OSError:
            self.check_stream()  # its folder goes with a deleted stream
            logger.exception("%s: the fragment could not be written", self)
            return ErrorId.ARCHIVAL_ERROR
        if persisted:
            if before is None and record.number == number:
                self._target.on_persisted(record)  # first: a producer that misses the word sends again
            await self.acknowledge(Acknowledgement("PERSISTED", fragment.timecode_ms, record.number))
        return None

    def _error_in(self, fragment: Fragment) -> ErrorId | None:
        """Return what is wrong with a fragment that is whole, or None."""
        wrong = {
            ErrorId.FRAGMENT_TIMECODE_LESSER_THAN_PREVIOUS: (
                self._previous_ms is not None and fragment.timecode_ms < self._previous_ms
            ),
            ErrorId.INVALID_PRODUCER_TIMESTAMP: self._start_ms + fragment.timecode_ms > LAST_TIMESTAMP_MS,
            ErrorId.MAX_FRAGMENT_DURATION_REACHED: fragment.duration_ms > self.limits.fragment_seconds * 1000,
            ErrorId.FRAGMENT_METADATA_LIMIT_REACHED: not self._are_allowed(fragment.tags),
            ErrorId.TRACK_NUMBER_MISMATCH: bool(_used_tracks(fragment) - _described_tracks(fragment)),
            ErrorId.FRAMES_MISSING_FOR_TRACK: bool(_described_tracks(fragment) - _used_tracks(fragment)),
        }
        return next((error_id for error_id, is_wrong in wrong.items() if is_wrong), None)

    def _are_allowed(self, tags: Mapping[str, str]) -> bool:
        counted = [name for name in tags if not name.startswith(SERVICE_TAG_PREFIX)]
        return len(counted) <= self.limits.tags and all(
            len(name.encode()) <= self.limits.tag_name_bytes
            and len(value.encode()) <= self.limits.tag_value_bytes
            for name, value in tags.items()
        )

    def _over(self, failure: MatroskaError) -> ConnectionOverError:
        logger.warning("%s: %s", self, failure)
        if isinstance(failure, TooLargeError):
            return self._error_of_arriving(ErrorId.MAX_FRAGMENT_SIZE_REACHED)
        if isinstance(failure, TruncatedError):
            return self._error_of_arriving(ErrorId.STREAM_READ_ERROR)
        return self._error_of_arriving(ErrorId.INVALID_MKV_DATA)

    def _error_of_arriving(self, error_id: ErrorId) -> ConnectionOverError:
        return ConnectionOverError(error_id, *(self._arriving or ()))


def _used_tracks(fragment: Fragment) -> set[int]:
    return {block.track_number for block in fragment.blocks}


def _described_tracks(fragment: Fragment) -> set[int]:
    return {track.number for track in fragment.tracks}


async def _nobody_listens(_: Acknowledgement) -> None:
    return
