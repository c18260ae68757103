"""Which fragments a range of times names, to the millisecond."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emulator.kinesis_video.fragment_folder import FragmentRecord
from emulator.kinesis_video.selection import Selection


def record(number: int, producer_ms: int, server_ms: int, *, persisted: bool = True) -> FragmentRecord:
    """A fragment of a second."""
    return FragmentRecord(str(number), producer_ms, server_ms, 1000, 10, 1, "digest", persisted=persisted)


@given(st.integers(1_000_000_000_000, 4_000_000_000_000), st.sampled_from(["PRODUCER", "SERVER"]))
def test_a_range_that_begins_or_ends_with_a_fragment_has_it(at_ms: int, clock: str) -> None:
    """Given a fragment's time in seconds, when a range begins or ends there, then it is in."""
    at = at_ms / 1000
    one = record(1, at_ms, 0) if clock == "PRODUCER" else record(1, 0, at_ms)
    for start, end in ((at, None), (at - 1, at if clock == "PRODUCER" else None)):
        span = {"StartTimestamp": start, "EndTimestamp": end}
        selector = {"FragmentSelectorType": f"{clock}_TIMESTAMP", "TimestampRange": span}
        assert Selection.parse(selector, "ClipFragmentSelector").of([one]) == [one]


def test_the_producers_times_are_unique_the_servers_are_not() -> None:
    """Given equal times, then by the producer's clock the newest stays, by the server's all do."""
    records = [record(3, 1000, 5000), record(2, 1000, 5000), record(1, 2000, 5000)]
    assert [r.number for r in Selection(by_producer=True).of(records)] == ["3", "1"]
    assert [r.number for r in Selection(by_producer=False).of(records)] == ["1", "2", "3"]


def test_what_is_not_kept_is_never_selected() -> None:
    """Given a fragment of a stream without retention, then no range has it."""
    assert Selection(by_producer=True).of([record(1, 1000, 1000, persisted=False)]) == []
