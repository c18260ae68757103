"""Which fragments a playback asks for: those whose producer's or server's timestamp lies in a range."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from emulator.kinesis_video.exceptions import InvalidArgumentError
from emulator.kinesis_video.fragment_folder import FragmentRecord
from emulator.kinesis_video.requests import Fields

MAX_RANGE_SECONDS = 24 * 3600


def milliseconds(seconds: float) -> int:
    """Return a request's time as fragments have it; a product of floats would miss the one that it names."""
    return round(seconds * 1000)


@dataclass(frozen=True)
class Selection:
    """A range of begins of fragments, both ends included, in milliseconds of one of the two clocks."""

    by_producer: bool
    start_ms: float = 0
    end_ms: float = float("inf")

    @classmethod
    def parse(cls, selector: Fields, name: str) -> Selection:
        """Read a FragmentSelector with a TimestampRange; `name` is what an error calls it.

        EndTimestamp may be missing. Raises InvalidArgumentError.
        """
        by_producer = selector["FragmentSelectorType"] == "PRODUCER_TIMESTAMP"
        span = selector["TimestampRange"]
        start, end = span["StartTimestamp"], span.get("EndTimestamp")
        if end is None:
            return cls(by_producer, milliseconds(start))
        where = f"{name}.TimestampRange.EndTimestamp"
        if end <= start:
            raise InvalidArgumentError(f"{where} must be later than StartTimestamp")
        if end - start > MAX_RANGE_SECONDS:
            raise InvalidArgumentError(f"{where} must be within 24 hours of StartTimestamp")
        if not by_producer and end > time.time():
            raise InvalidArgumentError(f"{where} must be in the past for SERVER_TIMESTAMP")
        return cls(by_producer, milliseconds(start), milliseconds(end))

    def time_of(self, record: FragmentRecord) -> int:
        """Return the fragment's timestamp in milliseconds."""
        return record.producer_ms if self.by_producer else record.server_ms

    def includes(self, record: FragmentRecord) -> bool:
        """Whether the fragment is kept and begins in the range."""
        return record.persisted and self.start_ms <= self.time_of(record) <= self.end_ms

    def of(self, records: Iterable[FragmentRecord]) -> list[FragmentRecord]:
        """Return those of the records in the range, in the order of their time.

        Of those with the same producer's time only the newest: the one with the largest number.
        """
        found = sorted(filter(self.includes, records), key=self._place)
        return [
            record
            for record, following in zip_longest(found, found[1:])
            if not (self.by_producer and following and following.producer_ms == record.producer_ms)
        ]

    def follows(self, record: FragmentRecord, before: FragmentRecord) -> bool:
        """Whether `record` is later than `before`; never, if both have the same producer's time."""
        if self.by_producer:
            return record.producer_ms > before.producer_ms
        return self._place(record) > self._place(before)

    def _place(self, record: FragmentRecord) -> tuple[int, int]:
        return self.time_of(record), int(record.number)
