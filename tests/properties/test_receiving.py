"""Visits from any sequence of records: invariants that hold however records come."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from smart_door.domain.errors import FragmentNotReadyError, MessageNotSentError
from smart_door.domain.faces import FaceSearchRecord
from smart_door.domain.visits import Visit
from tests.fakes.home import LEFT, MIDDLE, RIGHT, Home, Person

ADA, BOB = Person("ada", LEFT), Person("bob", RIGHT)
GRACE = Person("grace", MIDDLE, visitor_id="v1")
MALLORY = Person("mallory", MIDDLE, visitor_id="v2")

SCENES = st.lists(
    st.tuples(
        st.sampled_from([(ADA,), (BOB,), (ADA, BOB), (GRACE,), (ADA, GRACE), (MALLORY,), (BOB, MALLORY)]),
        st.integers(1, 8),  # frames in sight
        st.integers(0, 40),  # seconds out of sight
    ),
    min_size=1,
    max_size=4,
)


def a_home() -> Home:
    """Grace is approved, Mallory blocked."""
    home = Home()
    home.knows("v1", "Grace")
    home.knows("v2", "Mallory", blocked=True)
    return home


def records_of(home: Home, scenes: Sequence[tuple[tuple[Person, ...], int, int]]) -> list[FaceSearchRecord]:
    """The records of people coming and going, two a second, all within one visit's ten minutes."""
    records = []
    at = 0.0
    for people, frames, away in scenes:
        for _ in range(frames):
            records.append(home.record(at, *people))
            at += 0.5
        at += away
    return records


def settled(visits: Sequence[Visit]) -> bool:
    """Whether nothing is half sent."""
    return not any(
        delivery.claimed_until is not None and delivery.sent_at is None
        for visit in visits
        for delivery in (visit.owner_message, visit.visitor_message)
    )


@given(SCENES)
def test_nobody_is_messaged_about_twice(scenes: list[tuple[tuple[Person, ...], int, int]]) -> None:
    """A visit of strangers asks once, a visitor gets one code, a blocked one makes one warning."""
    home = a_home()
    home.sees(*records_of(home, scenes))
    strangers = [visit for visit in home.visits.everything if visit.visitor_id is None]

    assert len([text for text in home.messages.to_owner if "know" in text]) <= len(strangers)
    assert len(strangers) <= 2
    assert len(home.messages.to_visitors) <= 1
    assert len([text for text in home.messages.to_owner if "blocked" in text]) <= 1
    assert settled(home.visits.everything)


@given(SCENES, st.data())
def test_any_splitting_and_repeating_of_batches_gives_the_same_visits(
    scenes: list[tuple[tuple[Person, ...], int, int]], data: st.DataObject
) -> None:
    """Kinesis cuts batches where it likes, and sends again from any record on."""
    home, once = a_home(), a_home()
    records = records_of(home, scenes)
    records_of(once, scenes)
    once.sees(*records)
    position = 0
    while position < len(records):
        size = data.draw(st.integers(1, len(records)), label="batch")
        home.sees(*records[position : position + size])
        back = data.draw(st.integers(0, size - 1), label="sent again")
        again = records[position : position + size][-back:] if back else []
        if again:
            home.sees(*again)
        position += size

    assert len(home.visits.everything) == len(once.visits.everything)
    assert home.messages.count == once.messages.count
    assert [len(visit.faces) for visit in home.visits.everything] == [
        len(visit.faces) for visit in once.visits.everything
    ]


@given(SCENES, st.data())
def test_failures_along_the_way_lose_nothing_and_double_nothing(
    scenes: list[tuple[tuple[Person, ...], int, int]], data: st.DataObject
) -> None:
    """Fragments come late and messages fail; Kinesis repeats from the first failed record on."""
    home, calm = a_home(), a_home()
    records = records_of(home, scenes)
    records_of(calm, scenes)
    calm.sees(*records)
    fragments = st.sampled_from([record.fragment_number for record in records])
    home.fragments.not_ready |= data.draw(st.sets(fragments), label="late")
    home.messages.failures = data.draw(st.integers(0, 2), label="messages that fail")
    while records:
        size = data.draw(st.integers(1, len(records)), label="batch")
        batch, records = records[:size], records[size:]
        for attempt in range(10):
            batch = batch[_first_failed(home, batch) :]
            if attempt == 1:
                home.fragments.not_ready.clear()
        assert batch == []

    assert home.messages.count == calm.messages.count
    assert len(home.visits.everything) == len(calm.visits.everything)
    assert settled(home.visits.everything)


def _first_failed(home: Home, batch: Sequence[FaceSearchRecord]) -> int:
    """Try every record of the batch, as the function does; where the first failed one stands."""
    reception = home.receive_visitors.begin()
    failed = []
    for position, record in enumerate(batch):
        try:
            home.sees(record, reception=reception)
        except (FragmentNotReadyError, MessageNotSentError):
            failed.append(position)
    return min(failed, default=len(batch))
