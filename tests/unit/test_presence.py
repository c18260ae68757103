"""Whether whoever waits is still there: what a look showed, else time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smart_door.domain.presence import MISSED_SECONDS, missed, out_of_sight_from
from smart_door.domain.visits import Visit, VisitStatus
from tests.fakes.home import NOW, Home, Person

STRANGER = Person("ada")


def out_of_sight(visit: Visit, *, is_searched: bool = True) -> float:
    """Seconds after the last sight at which the visit's people count as out of sight; the gap is 15 s."""
    return out_of_sight_from(visit, 15.0, is_searched=is_searched) - visit.last_seen_at


@pytest.fixture
def waiting(home: Home) -> Visit:
    """Somebody who was seen for two seconds and is asked about."""
    home.watches(0, 2, STRANGER)
    return home.visit


class TestALookThatShowsNobody:
    """A record without faces."""

    def test_says_since_when_who_waits_is_out_of_sight(self, home: Home, waiting: Visit) -> None:
        """The first of such looks counts."""
        home.sees(home.record(10), home.record(14))

        assert home.visit.missed_at == NOW + 10
        assert out_of_sight(home.visit) == NOW + 10 - waiting.last_seen_at

    def test_so_soon_may_have_missed_a_head_that_was_turned_away(self, home: Home, waiting: Visit) -> None:
        """And one from before the last sight, which came late, says nothing at all."""
        home.sees(home.record(waiting.last_seen_at - NOW + MISSED_SECONDS - 0.5), home.record(1))

        assert home.visit == waiting

    def test_is_history_once_they_are_seen_again(self, home: Home, waiting: Visit) -> None:
        """The next look that shows nobody counts anew."""
        home.sees(home.record(10))
        home.watches(12, 14, STRANGER)
        assert home.visit.visit_id == waiting.visit_id
        assert out_of_sight(home.visit) > MISSED_SECONDS

        home.sees(home.record(30))

        assert home.visit.missed_at == NOW + 30

    def test_is_written_once(self, home: Home, waiting: Visit) -> None:
        """However long the door stays empty."""
        home.sees(*[home.record(second) for second in range(10, 60, 5)])

        assert home.visit.version == waiting.version + 1

    @pytest.mark.parametrize("status", [VisitStatus.DENIED, VisitStatus.ADMITTED, VisitStatus.CODE_SENT])
    def test_means_nothing_to_a_visit_that_is_decided(self, waiting: Visit, status: VisitStatus) -> None:
        """Nobody waits."""
        decided = replace(waiting, status=status)
        assert missed(decided, NOW + 60, NOW + 60) is decided

    def test_means_nothing_where_nobody_ever_came(self, home: Home) -> None:
        """An empty door."""
        home.sees(home.record(0))
        assert home.visits.everything == []


@pytest.mark.parametrize(
    ("lasted", "is_searched", "seconds"), [(2, True, 25), (30, True, 35), (300, True, 65), (300, False, 20)]
)
def test_without_a_look_time_decides(
    waiting: Visit, lasted: float, is_searched: bool, seconds: float
) -> None:
    """The gap of a stream processor's home; fragment search pauses longer the longer somebody waits."""
    visit = replace(waiting, last_seen_at=waiting.opened_at + lasted)
    assert out_of_sight(visit, is_searched=is_searched) == seconds
