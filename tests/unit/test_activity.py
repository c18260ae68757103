"""The activity: who came when, who decided and why; filtered, paged, and as a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from smart_door.domain.faces import FaceMatch
from smart_door.domain.home_time import day_bounds
from smart_door.domain.refusals import DoorNotFoundError
from smart_door.domain.visits import VisitStatus
from smart_door.services.decide_visit import NewVisitor
from smart_door.services.export_visits import COLUMNS
from smart_door.services.walk_visits import Wanted
from tests.fakes.home import NOW, Home, Person

BERLIN = ZoneInfo("Europe/Berlin")
DAY = 86400


@pytest.fixture
def lived_in(home: Home) -> Home:
    """Three days: Grace at the front, a stranger at the garage who expired, and a stranger denied."""
    home.knows("v1", "Grace")
    home.knows("v2", "=Ada")
    matches = (FaceMatch("v2", "face-2", 91.5),)
    home.watches(0, 1, Person("grace", visitor_id="v1", similarity=99.4, matches=matches))
    home.sees(home.record(DAY, Person("bob"), door_id="garage"))
    home.watches(2 * DAY, 2 * DAY + 2, Person("eve"))
    home.decide_visit.deny("front", home.visits.everything[0].visit_id, "owner@example.com")
    return home


def found(home: Home, wanted: Wanted) -> list[str]:
    """The states of the visits that a filter finds."""
    return [visit["state"] for visit in home.show_home.list_visits(wanted)["visits"]]


class TestWhy:
    """What a decision rests on is written down when it is made."""

    def test_a_recognition_says_frame_similarity_threshold_and_runner_up(self, lived_in: Home) -> None:
        """Given a recognised visitor, then the visit says why, and by which rule."""
        shown = lived_in.show_home.list_visits()["visits"][-1]

        assert (shown["rule"], shown["faces"][0]["similarity"]) == ("recognised", 99.4)
        assert shown["faces"][0]["evidence"] == {
            "seen_at": "2026-11-21T00:38:51.000Z",
            "fragment_number": f"{0:020}",
            "frame_offset": 0.0,
            "threshold": 99.0,
            "runner_up_id": "v2",
            "runner_up_name": "=Ada",
            "runner_up_similarity": 91.5,
        }

    def test_the_evidence_is_of_the_best_match(self, home: Home) -> None:
        """Given a better frame later, then that one is what is shown."""
        home.knows("v1")
        home.sees(home.record(0, Person("grace", visitor_id="v1", similarity=99.1)))
        home.sees(home.record(1, Person("grace", visitor_id="v1", similarity=99.7)))
        home.sees(home.record(2, Person("grace", visitor_id="v1", similarity=99.2)))
        (face,) = home.visit.faces

        assert face.evidence is not None
        assert (face.similarity, face.evidence.seen_at) == (99.7, NOW + 1)

    def test_the_household_and_a_block_are_rules_too(self, lived_in: Home) -> None:
        """Given decisions by people and by recognition, then each says which; an undecided one says none."""
        lived_in.knows("v3", "Mallory", blocked=True)
        lived_in.watches(2 * DAY + 900, 2 * DAY + 901, Person("mallory", visitor_id="v3"))
        visits = lived_in.show_home.list_visits()["visits"]

        assert [visit.get("rule") for visit in visits] == ["blocked", "household", None, "recognised"]


class TestFilters:
    """By day, person, door and outcome."""

    @pytest.mark.parametrize(
        ("wanted", "states"),
        [
            (Wanted(), ["denied", "expired", "code_sent"]),
            (Wanted(door_id="garage"), ["expired"]),
            (Wanted(visitor_ids={"v1"}), ["code_sent"]),
            (Wanted(visitor_ids={"v2"}), []),
            (Wanted(outcome=VisitStatus.EXPIRED), ["expired"]),
            (Wanted(outcome=VisitStatus.ADMITTED), []),
            (Wanted(since=NOW + DAY, until=NOW + 2 * DAY), ["expired"]),
            (Wanted(since=NOW + DAY), ["denied", "expired"]),
            (Wanted(until=NOW + DAY), ["code_sent"]),
            (Wanted(door_id="front", outcome=VisitStatus.EXPIRED), []),
        ],
    )
    def test_finds_what_is_wanted(self, lived_in: Home, wanted: Wanted, states: list[str]) -> None:
        """Newest first."""
        assert found(lived_in, wanted) == states

    def test_a_day_is_the_homes(self, lived_in: Home) -> None:
        """Given a visit at 00:38 UTC, then in Berlin it is of that day, in New York of the one before."""
        first = date(2026, 11, 21)
        here = day_bounds(first, BERLIN)
        there = day_bounds(first, ZoneInfo("America/New_York"))

        assert found(lived_in, Wanted(since=here[0], until=here[1])) == ["code_sent"]
        assert found(lived_in, Wanted(since=there[0], until=there[1])) == ["expired"]

    def test_an_unknown_door_is_not_found(self, home: Home) -> None:
        """Rather than empty."""
        with pytest.raises(DoorNotFoundError):
            home.show_home.list_visits(Wanted(door_id="cellar"))

    @pytest.mark.parametrize("looked_at", [2, 3, 1000])
    def test_pages_find_each_once_however_few_are_read_at_a_time(
        self, home: Home, monkeypatch: pytest.MonkeyPatch, looked_at: int
    ) -> None:
        """Given a filter that takes every third visit, then the pages go through all of them."""
        monkeypatch.setattr("smart_door.services.show_home.LOOKED_AT", looked_at)
        for number in range(9):
            home.sees(
                home.record(number * 700, Person(f"p{number}"), door_id=["front", "garage"][number % 2])
            )
            if number % 3 == 0:
                newest = home.visits.everything[0]
                home.decide_visit.deny(newest.door_id, newest.visit_id, "owner@example.com")
        seen: list[str] = []
        before = None
        while True:
            page = home.show_home.list_visits(Wanted(outcome=VisitStatus.DENIED), before=before, limit=2)
            seen += [visit["visit_id"] for visit in page["visits"]]
            before = page.get("next_before")
            if before is None:
                break

        denied = [visit for visit in home.visits.everything if visit.status is VisitStatus.DENIED]
        assert seen == [visit.visit_id for visit in denied]
        assert len(seen) == 3


class TestSpreadsheet:
    """The export."""

    def test_has_a_line_for_each_visit_with_its_reasons(self, lived_in: Home) -> None:
        """Given visits, then their lines hold the home's time, names, and what decided."""
        header, *lines = csv.reader(
            io.StringIO(lived_in.export_visits(Wanted(), BERLIN).removeprefix("\ufeff"), newline="")
        )
        rows = [dict(zip(header, line, strict=True)) for line in lines]

        assert tuple(header) == COLUMNS
        assert [row["Outcome"] for row in rows] == ["denied", "expired", "code_sent"]
        assert rows[0]["Decided by"] == "owner@example.com"
        grace = rows[2]
        assert (grace["Seen"], grace["Door"]) == ("2026-11-21 01:38:51+01:00", "Front door")
        assert (grace["Person"], grace["Rule"]) == ("Grace", "recognised")
        assert (grace["Similarity"], grace["Similarity needed"]) == ("99.4", "99")
        assert (grace["Runner-up"], grace["Runner-up similarity"]) == ("'=Ada", "91.5")

    def test_takes_the_same_filters(self, lived_in: Home) -> None:
        """Given a filter, then only those lines."""
        text = lived_in.export_visits(Wanted(door_id="garage"), BERLIN)
        assert text.count("\r\n") == 2

    def test_somebody_who_was_deleted_has_no_name(self, lived_in: Home) -> None:
        """Given a deleted visitor, then the visit is a line without a person."""
        lived_in.forget_visitor("v1")
        assert "Grace" not in lived_in.export_visits(Wanted(), BERLIN)

    def test_names_the_one_whom_the_owner_approved(self, home: Home) -> None:
        """Given an approved stranger, then their name is on the line."""
        home.watches(0, 2, Person("ada"))
        ada = NewVisitor("Ada, Countess", "+15555550123")
        home.decide_visit.approve("front", home.visit.visit_id, ada, None, "owner@example.com")

        assert ',"Ada, Countess",owner@example.com,' in home.export_visits(Wanted(), BERLIN)
