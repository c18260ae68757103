"""Visits, in memory and in DynamoDB: exact round trips, versions, and one who opens a visit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smart_door.adapters.visits_dynamodb import DynamoDbVisits
from smart_door.domain.errors import DoorChangedError, VisitChangedError
from smart_door.domain.ports import RecentVisits, Visits
from smart_door.domain.refusals import VisitNotFoundError
from smart_door.domain.visits import Visit, VisitStatus
from tests.contract import records
from tests.contract.conftest import Aws, Race, Tables
from tests.contract.records import NOW, visit_at
from tests.fakes import InMemoryVisits

RunRace = Callable[[Sequence[Callable[[], object]]], Race]


@pytest.fixture(params=["fake", "dynamodb"])
def visits(request: pytest.FixtureRequest) -> Visits:
    """The port's two fulfilments."""
    if request.param == "fake":
        return InMemoryVisits()
    aws: Aws = request.getfixturevalue("aws")
    tables: Tables = request.getfixturevalue("tables")
    return DynamoDbVisits(aws.client("dynamodb", max_pool_connections=16), tables.visits)


def add_all(visits: Visits, *added: Visit) -> None:
    """Open visits one after the other, as one who always reads first."""
    for visit in added:
        visits.add(visit, visits.recent_at(visit.door_id, 0).last_opened)


class TestRoundTrip:
    """What is stored comes back as it went."""

    @settings(
        max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    )
    @given(data=st.data())
    def test_of_any_visit(self, visits: Visits, data: st.DataObject) -> None:
        """Given any visit, when it is stored and read both ways, then it equals the one stored, exactly."""
        visit = data.draw(records.visits(f"door-{uuid4().hex[:12]}"))
        visits.add(visit, None)
        assert visits.get(visit.door_id, visit.visit_id) == visit
        assert visits.recent_at(visit.door_id, 0).visits == (visit,)
        changed = visits.replace(visit)
        assert visits.get(visit.door_id, visit.visit_id) == changed == replace(visit, version=2)

    def test_an_unknown_visit_is_not_found(self, visits: Visits, door_id: str) -> None:
        """Given a visit at one door, when it is asked for at another, or another one, then there is none."""
        visit = visit_at(door_id, NOW)
        visits.add(visit, None)
        for unknown in ((f"{door_id}-back", visit.visit_id), (door_id, "0" * 26), (door_id, "~last")):
            with pytest.raises(VisitNotFoundError):
                visits.get(*unknown)


class TestRecent:
    """`recent_at`: the door's newest visits, and which was opened last."""

    def test_is_empty_at_a_door_without_visits(self, visits: Visits, door_id: str) -> None:
        """Given no visit ever, when the recent ones are read, then there are none and no mark."""
        recent = visits.recent_at(door_id, NOW)
        assert (recent.visits, recent.last_opened) == ((), None)

    def test_is_newest_first_and_of_this_door(self, visits: Visits, door_id: str) -> None:
        """Given visits at two doors, when one door's are read, then only its own come, newest first."""
        old, middle, new = (visit_at(door_id, NOW + seconds) for seconds in (0, 60, 120))
        add_all(visits, middle, old, new, visit_at(f"{door_id}-back", NOW))
        assert visits.recent_at(door_id, NOW).visits == (new, middle, old)

    def test_leaves_out_what_began_before(self, visits: Visits, door_id: str) -> None:
        """Given visits, when those since a time are read, then earlier ones are left out."""
        old, new = visit_at(door_id, NOW), visit_at(door_id, NOW + 60)
        add_all(visits, old, new)
        assert visits.recent_at(door_id, NOW + 60).visits == (new,)
        assert visits.recent_at(door_id, NOW + 61).visits == ()

    def test_knows_the_last_opened_also_without_visits(self, visits: Visits, door_id: str) -> None:
        """Given only an old visit, when later ones are read, then the mark is there all the same."""
        visit = visit_at(door_id, NOW)
        visits.add(visit, None)
        recent = visits.recent_at(door_id, NOW + 3600)
        assert recent.visits == ()
        assert recent.last_opened is not None

    def test_reads_all_pages(self, visits: Visits, door_id: str) -> None:
        """Given more than DynamoDB's 1 MB of visits, when they are read, then all come."""
        # A companion list of 60 kB makes a page of sixteen visits.
        many = [
            replace(visit_at(door_id, NOW + second), companion_ids=("v" * 60_000,)) for second in range(20)
        ]
        add_all(visits, *many)
        assert [visit.visit_id for visit in visits.recent_at(door_id, NOW).visits] == [
            visit.visit_id for visit in reversed(many)
        ]


class TestAdd:
    """`add`: of those who saw the same stranger, one opens the visit."""

    def test_needs_the_mark_that_was_read(self, visits: Visits, door_id: str) -> None:
        """Given a visit opened since, when another is opened with the mark of before, then it changed."""
        visits.add(visit_at(door_id, NOW), None)
        mark = visits.recent_at(door_id, NOW).last_opened
        visits.add(visit_at(door_id, NOW + 1), mark)
        for outdated in (None, mark):
            with pytest.raises(DoorChangedError):
                visits.add(visit_at(door_id, NOW + 2), outdated)
        assert len(visits.recent_at(door_id, NOW).visits) == 2

    def test_never_overwrites(self, visits: Visits, door_id: str) -> None:
        """Given a visit, when one of the same id is opened with the right mark, then nothing is written."""
        visit = visit_at(door_id, NOW)
        visits.add(visit, None)
        mark = visits.recent_at(door_id, NOW).last_opened
        with pytest.raises(DoorChangedError):
            visits.add(replace(visit, status=VisitStatus.DENIED), mark)
        assert visits.get(door_id, visit.visit_id) == visit
        assert visits.recent_at(door_id, NOW).last_opened == mark

    @pytest.mark.parametrize("known", [False, True], ids=["first visit ever", "later visit"])
    def test_of_many_at_once_one_wins(self, visits: Visits, door_id: str, race: RunRace, known: bool) -> None:
        """Given the same mark read by sixteen, when each opens a visit, then one does."""
        if known:
            visits.add(visit_at(door_id, NOW - 3600), None)
        mark = visits.recent_at(door_id, NOW).last_opened
        result = race([partial(visits.add, visit_at(door_id, NOW), mark) for _ in range(16)])
        assert len(result.returned) == 1
        assert [type(error) for error in result.raised] == [DoorChangedError] * 15
        assert len(visits.recent_at(door_id, NOW).visits) == 1


class TestReplace:
    """`replace`: only over the version that was read."""

    def test_counts_the_versions(self, visits: Visits, door_id: str) -> None:
        """Given a visit, when it is changed twice, then each change stands on the one before."""
        visit = visit_at(door_id, NOW)
        visits.add(visit, None)
        second = visits.replace(replace(visit, last_seen_at=NOW + 1))
        third = visits.replace(replace(second, last_seen_at=NOW + 2))
        assert (second.version, third.version) == (2, 3)
        assert visits.get(door_id, visit.visit_id) == third

    def test_refuses_an_old_version(self, visits: Visits, door_id: str) -> None:
        """Given a visit changed since it was read, when the old reading is changed, then that is refused."""
        visit = visit_at(door_id, NOW)
        visits.add(visit, None)
        changed = visits.replace(replace(visit, last_seen_at=NOW + 1))
        with pytest.raises(VisitChangedError):
            visits.replace(replace(visit, status=VisitStatus.DENIED))
        assert visits.get(door_id, visit.visit_id) == changed

    def test_does_not_bring_back_one_that_is_gone(self, visits: Visits, door_id: str) -> None:
        """Given no such visit, when it is changed, then nothing appears."""
        visit = visit_at(door_id, NOW)
        with pytest.raises(VisitChangedError):
            visits.replace(visit)
        with pytest.raises(VisitNotFoundError):
            visits.get(door_id, visit.visit_id)

    def test_of_many_at_once_one_wins(self, visits: Visits, door_id: str, race: RunRace) -> None:
        """Given one reading of a visit, when sixteen claim its message at once, then one may send it."""
        visit = visit_at(door_id, NOW)
        visits.add(visit, None)
        result = race([lambda: visits.replace(visit)] * 16)
        assert [won.version for won in result.returned] == [2]
        assert [type(error) for error in result.raised] == [VisitChangedError] * 15

    def test_moves_no_mark(self, visits: Visits, door_id: str) -> None:
        """Given a visit, when it is changed, then the next may still be opened with the mark read before."""
        visit = visit_at(door_id, NOW)
        visits.add(visit, None)
        mark = visits.recent_at(door_id, NOW).last_opened
        visits.replace(visit)
        visits.add(visit_at(door_id, NOW + 1), mark)
        assert len(visits.recent_at(door_id, NOW).visits) == 2


class TestRemove:
    """`remove`: a visit goes for good."""

    def test_leaves_the_others_and_the_mark(self, visits: Visits, door_id: str) -> None:
        """Given two visits, when the last opened is removed, then the other stays, and so does the mark."""
        old, new = (visit_at(door_id, NOW + seconds) for seconds in (0, 60))
        add_all(visits, old, new)
        for _ in range(2):
            visits.remove(new)
        assert visits.recent_at(door_id, 0) == RecentVisits((old,), new.visit_id)
        add_all(visits, visit_at(door_id, NOW + 120))

    def test_refuses_an_old_version(self, visits: Visits, door_id: str) -> None:
        """Given a visit that was written since it was read, when it is removed, then it stays."""
        visit = visit_at(door_id, NOW)
        visits.add(visit, None)
        changed = visits.replace(visit)
        with pytest.raises(VisitChangedError):
            visits.remove(visit)
        assert visits.get(door_id, visit.visit_id) == changed


class TestPage:
    """`page`: the history, newest first, some at a time."""

    def test_pages_through_everything_once(self, visits: Visits, door_id: str) -> None:
        """Given five visits, when they are read two at a time, then each comes once, newest first."""
        many = [visit_at(door_id, NOW + second) for second in range(5)]
        add_all(visits, *many)
        seen: list[Visit] = []
        before: str | None = None
        while page := visits.page(door_id, before, 2):
            assert len(page) <= 2
            seen += page
            before = page[-1].visit_id
        assert seen == many[::-1]

    def test_is_empty_at_a_door_without_visits(self, visits: Visits, door_id: str) -> None:
        """Given no visits, when a page is read, then it is empty."""
        assert list(visits.page(door_id, None, 10)) == []
