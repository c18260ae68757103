"""A stream's fragments in the order of their completion, and those who wait for the next one."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping

from emulator.kinesis_video.fragment_folder import FragmentFolder, FragmentNumbers, FragmentRecord
from matroska import Fragment, FragmentReader, encode_tags

UNPERSISTED_SECONDS = 300
"""How long a stream without retention keeps fragments for consumers that read along."""


class Archive:
    """The fragments of one stream.

    Files are written and read in threads; everything else happens on the event loop. A fragment's position
    is its place in the order of completion: it never changes, whatever expires.
    """

    def __init__(self, folder: FragmentFolder, numbers: FragmentNumbers) -> None:
        """Open a stream's folder; this blocks while its index is read."""
        self.deleted = False
        self._folder = folder
        self._records: dict[str, FragmentRecord] = {}
        self._positions: list[int] = []
        self._order: list[FragmentRecord] = []
        self._next_position = 0
        self._by_time: dict[int, list[FragmentRecord]] = {}
        self._disk = asyncio.Lock()
        self._changed = asyncio.Event()
        for record in folder.load():
            numbers.seen(record.number)
            self._add(record)

    @property
    def latest(self) -> FragmentRecord | None:
        """The fragment that was completed last."""
        return self._order[-1] if self._order else None

    @property
    def next_position(self) -> int:
        """The position of the fragment that will be completed next."""
        return self._next_position

    @property
    def records(self) -> list[FragmentRecord]:
        """All records that are there, in the order of completion."""
        return list(self._order)

    def find(self, number: str) -> FragmentRecord | None:
        """Return the record of a fragment number, or None."""
        return self._records.get(number)

    def at(self, position: int) -> tuple[int, FragmentRecord] | None:
        """Return the first fragment from `position` on, with its own position; None if there is none yet."""
        index = bisect_left(self._positions, position)
        return (self._positions[index], self._order[index]) if index < len(self._order) else None

    def first_position(self, is_wanted: Callable[[FragmentRecord], bool]) -> int:
        """Return the position of the first fragment that is wanted, or that of the next one to come."""
        places = zip(self._positions, self._order, strict=True)
        return next((position for position, record in places if is_wanted(record)), self._next_position)

    def sent_before(self, fragment: Fragment, producer_ms: int) -> FragmentRecord | None:
        """Return the fragment of the same time and content: producers resend what they are unsure of."""
        stored = self._by_time.get(producer_ms)
        if not stored:
            return None
        digest = _digest(fragment)
        return next((record for record in stored if record.digest == digest), None)

    async def store(
        self, fragment: Fragment, number: str, producer_ms: int, *, persisted: bool
    ) -> FragmentRecord:
        """Write a fragment down; return its record, or that of the same fragment if it was sent before.

        Half a fragment, with which an earlier connection ended, gives way to the whole one. OSError if the
        disk refuses.
        """
        async with self._disk:
            before = self.sent_before(fragment, producer_ms)
            if before is not None:
                return before
            data = fragment.to_bytes()
            record = FragmentRecord(
                number=number,
                producer_ms=producer_ms,
                server_ms=time.time_ns() // 1_000_000,
                duration_ms=fragment.duration_ms,
                size=len(data),
                header_bytes=len(fragment.header),
                digest=_digest(fragment),
                persisted=persisted,
                explicitly_ended=fragment.explicitly_ended,
                tags=dict(fragment.tags),
            )
            halves = await self._halves_of(fragment, producer_ms)
            await asyncio.to_thread(self._folder.write, record, data)
            self._add(record)
        await self.remove(halves)
        self._changed.set()
        self._changed = asyncio.Event()
        return record

    async def wait(self, seconds: float) -> None:
        """Wait until a fragment is added or the stream is deleted, at most `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    async def read(
        self, record: FragmentRecord, before: Mapping[str, str], after: Mapping[str, str]
    ) -> bytes | None:
        """Return a fragment as a file of its own, service tags around what the producer sent.

        `before` go between header and the producer's tags, `after` behind the cluster, as AWS places them.
        None if the fragment has expired.
        """
        try:
            data = await asyncio.to_thread(self._folder.read, record.number)
        except FileNotFoundError:
            return None
        header, rest = data[: record.header_bytes], data[record.header_bytes :]
        return header + encode_tags(before) + rest + encode_tags(after)

    async def fragment(self, record: FragmentRecord) -> Fragment | None:
        """Return a fragment as the producer sent it; None if it has expired."""
        data = await self.read(record, {}, {})
        return next(iter(FragmentReader().feed(data)), None) if data else None

    async def header(self, record: FragmentRecord) -> bytes | None:
        """Return the beginning of a fragment's file, in which its tracks are; None if it has expired."""
        try:
            return await asyncio.to_thread(self._folder.read_header, record)
        except FileNotFoundError:
            return None

    async def expire(self, retention_hours: int) -> None:
        """Remove what is older than the stream's retention."""
        now_ms = time.time_ns() // 1_000_000
        kept_ms = {True: retention_hours * 3_600_000, False: UNPERSISTED_SECONDS * 1000}
        if not self._order or self._order[0].server_ms + min(kept_ms.values()) >= now_ms:
            return  # the first is the oldest
        await self.remove(
            [record for record in self._order if record.server_ms + kept_ms[record.persisted] < now_ms]
        )

    async def remove(self, records: Iterable[FragmentRecord]) -> None:
        """Remove fragments: no longer found at once, then their files."""
        numbers = {record.number for record in records if self._records.pop(record.number, None)}
        if not numbers:
            return
        kept = [
            (position, record)
            for position, record in zip(self._positions, self._order, strict=True)
            if record.number not in numbers
        ]
        self._positions = [position for position, _ in kept]
        self._order = [record for _, record in kept]
        self._by_time = {}
        for record in self._order:
            self._by_time.setdefault(record.producer_ms, []).append(record)
        if self.deleted:
            return
        async with self._disk:
            await asyncio.to_thread(self._folder.remove, numbers, self.records)

    async def delete(self) -> None:
        """Remove everything: the stream is deleted."""
        self.deleted = True
        self._changed.set()
        async with self._disk:
            await asyncio.to_thread(self._folder.delete)

    def _add(self, record: FragmentRecord) -> None:
        self._records[record.number] = record
        self._order.append(record)
        self._positions.append(self._next_position)
        self._next_position += 1
        self._by_time.setdefault(record.producer_ms, []).append(record)

    async def _halves_of(self, fragment: Fragment, producer_ms: int) -> list[FragmentRecord]:
        """Find stored fragments of which `fragment` is the whole: it begins with the very same frames."""
        halves = []
        for record in self._by_time.get(producer_ms, ()):
            if record.explicitly_ended:
                continue
            stored = await self.fragment(record)
            if stored and _frames(fragment)[: len(stored.blocks)] == _frames(stored):
                halves.append(record)
        return halves


def _frames(fragment: Fragment) -> list[bytes]:
    return [fragment.payload(block) for block in fragment.blocks]


def _digest(fragment: Fragment) -> str:
    return hashlib.sha256(b"".join(_frames(fragment))).hexdigest()
