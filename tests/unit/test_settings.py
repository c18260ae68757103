"""The household's settings, where they matter: whose phone rings when, and whose face is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from smart_door.domain.settings import QuietHours, Settings
from smart_door.domain.visits import VisitStatus
from smart_door.services.decide_visit import NewVisitor
from tests.fakes.home import Home, Person

BERLIN = ZoneInfo("Europe/Berlin")  # where it is 01:38 when people come to the tests' door


@pytest.mark.parametrize(
    ("begins", "ends", "rings"),
    [(time(22), time(7), False), (time(1), time(2), False), (time(2), time(1), True)],
)
def test_no_phone_rings_for_strangers_in_quiet_hours(
    home: Home, begins: time, ends: time, rings: bool
) -> None:
    """Given quiet hours, when a stranger comes in them, then the visit waits without a message."""
    home.settings.stored = Settings(quiet=QuietHours(begins, ends))
    home.watches(0, 5, Person("ada"))

    assert home.visit.status is VisitStatus.AWAITING_OWNER
    assert (len(home.messages.to_owner) == 1) is rings
    assert home.visit.owner_message.is_silent is not rings


def test_a_silent_visit_can_be_decided(home: Home) -> None:
    """Given somebody of the household who looks at the page, then they let the stranger in."""
    home.settings.stored = Settings(ask_about_strangers=False)
    home.watches(0, 2, Person("ada"))
    ada = NewVisitor("Ada", "+15555550123")
    home.decide_visit.approve("front", home.visit.visit_id, ada, None, "owner@example.com")

    assert home.admit_visitor("front", home.code(), None)
    assert home.messages.to_owner == []


def test_blocked_people_are_warned_of_at_night_too(home: Home) -> None:
    """Given quiet hours, when somebody blocked comes, then phones ring."""
    home.settings.stored = Settings(quiet=QuietHours(time(0), time(12)), ask_about_strangers=False)
    home.knows("v1", "Mallory", blocked=True)
    home.watches(0, 2, Person("mallory", visitor_id="v1"))

    assert len(home.messages.to_owner) == 1


def test_nobody_is_warned_of_where_the_household_wants_none(home: Home) -> None:
    """Given that choice, when somebody blocked comes, then they are denied in silence."""
    home.settings.stored = Settings(warn_about_blocked=False)
    home.knows("v1", "Mallory", blocked=True)
    home.watches(0, 2, Person("mallory", visitor_id="v1"))

    assert (home.visit.status, home.messages.to_owner) == (VisitStatus.DENIED, [])


def test_visitors_get_their_codes_at_any_hour(home: Home) -> None:
    """Given quiet hours, when somebody known comes, then their phone rings, not the owner's."""
    home.settings.stored = Settings(quiet=QuietHours(time(0), time(12)))
    home.knows("v1")
    home.watches(0, 2, Person("grace", visitor_id="v1"))

    assert len(home.messages.to_visitors) == 1


def test_no_face_is_enrolled_where_the_household_wants_none(home: Home) -> None:
    """Given that choice, when a stranger is admitted, then nothing of their face is kept."""
    home.settings.stored = replace(home.settings.get(), enrol_faces=False)
    home.watches(0, 2, Person("ada"))
    ada = NewVisitor("Ada", "+15555550123")
    home.decide_visit.approve("front", home.visit.visit_id, ada, None, "owner@example.com")

    assert home.enroll_face(home.admit_visitor("front", home.code(), None)) is None
    assert home.faces.indexed == {}


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("21:59", False), ("22:00", True), ("02:30", True), ("06:59", True), ("07:00", False)],
)
def test_quiet_hours_go_over_midnight(clock: str, quiet: bool) -> None:
    """From the minute they begin until the minute they end."""
    at = datetime.combine(
        datetime(2026, 11, 21, tzinfo=BERLIN), time.fromisoformat(clock), BERLIN
    ).timestamp()
    assert QuietHours(time(22), time(7)).cover(at, BERLIN) is quiet
