"""Passes where clocks are put forward and back: by the clocks at home, and never open for no time at all."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from smart_door.domain.home_time import instant
from smart_door.domain.passes import PassKind, Schedule
from smart_door.domain.refusals import (
    PasscodeUsedError,
    PasscodeWrongError,
    TimeLeftOutError,
)
from smart_door.services.decide_visit import NewVisitor
from smart_door.services.manage_passes import Invite
from tests.fakes.home import Home

ADA = NewVisitor("Ada", "+15555550123")
OWNER = "owner@example.com"
REQUEST = "7e5d3e1e-0b1f-4c57-9d1e-000000000001"
MINUTE, HOUR = 60.0, 3600.0
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
# Sundays on which two o'clock does not come.
FORWARD = {BERLIN: date(2027, 3, 28), NEW_YORK: date(2027, 3, 14)}
# Sundays on which an hour comes twice: from two in Berlin, from one in New York.
BACK = {BERLIN: (date(2027, 10, 31), 2), NEW_YORK: (date(2027, 11, 7), 1)}
ZONES = pytest.mark.parametrize("zone", [BERLIN, NEW_YORK], ids=lambda zone: zone.key)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A wall time."""
    return datetime.combine(day, time(hour, minute))


def sundays(day: date, opens: time, closes: time, last: date | None = None) -> Schedule:
    """Each Sunday from that one on, or only that one."""
    return Schedule(PassKind.RECURRING, at(day, 0), at(last or day, 23, 59), (6,), opens, closes)


@ZONES
@pytest.mark.parametrize("kind", ["once", "window", "recurring"])
def test_a_time_that_does_not_come_is_refused_in_words(zone: ZoneInfo, kind: str) -> None:
    """Given two to half past two on the day of the change, then nobody is invited for nothing."""
    home, day = Home(zone=zone), FORWARD[zone]
    single = kind != "recurring"
    schedule = (
        Schedule(PassKind(kind), at(day, 2), at(day, 2, 30)) if single else sundays(day, time(2), time(2, 30))
    )
    home.now = instant(at(day, 0), zone)
    with pytest.raises(TimeLeftOutError) as refused:
        home.manage_passes.invite(Invite(REQUEST, "front", ADA, schedule, OWNER))

    assert refused.value.field == ("from" if single else "opens")
    assert "put forward" in refused.value.problem
    assert (home.visitors.all(), home.manage_passes.all(), home.messages.count) == ([], [], 0)


@ZONES
@pytest.mark.parametrize(
    ("begin", "end", "minutes"),
    [((1, 30), (2, 30), 30), ((2, 30), (3, 30), 30), ((1, 30), (3, 30), 60), ((2, 0), (3, 1), 1)],
    ids=["ends in the gap", "begins in the gap", "around the gap", "a minute after it"],
)
@pytest.mark.parametrize("kind", ["window", "recurring"])
def test_a_time_partly_in_the_gap_opens_for_the_rest(
    zone: ZoneInfo, kind: str, begin: tuple[int, int], end: tuple[int, int], minutes: int
) -> None:
    """Given such a window, then it lasts as long as clocks really take, and the code opens in it only."""
    home, day = Home(zone=zone), FORWARD[zone]
    schedule = (
        Schedule(PassKind.WINDOW, at(day, *begin), at(day, *end))
        if kind == "window"
        else sundays(day, time(*begin), time(*end))
    )
    home.now = instant(at(day, 0), zone)
    window = schedule.next_window(home.now, zone)
    assert window is not None
    assert window.until - window.since == minutes * MINUTE
    made = home.manage_passes.invite(Invite(REQUEST, "front", ADA, schedule, OWNER))

    home.now = window.since - 1
    with pytest.raises(PasscodeWrongError):
        home.admit_visitor("front", made.digits, None)
    home.now = window.until - 1
    assert home.admit_visitor("front", made.digits, None).admitted_at == home.now


@ZONES
def test_a_recurring_pass_leaves_the_day_out_on_which_its_hours_do_not_come(zone: ZoneInfo) -> None:
    """Given every Sunday from two to half past, then the one of the change is passed over."""
    home, day = Home(zone=zone), FORWARD[zone]
    home.now = instant(at(day, 0), zone)
    later = date.fromordinal(day.toordinal() + 7)
    schedule = sundays(day, time(2), time(2, 30), last=later)
    home.manage_passes.invite(Invite(REQUEST, "front", ADA, schedule, OWNER))

    window = schedule.next_window(home.now, zone)
    assert window is not None
    assert window.key == later.isoformat()


@ZONES
@pytest.mark.parametrize("kind", ["once", "recurring"])
def test_an_hour_that_comes_twice_is_one_use(zone: ZoneInfo, kind: str) -> None:
    """Given the hour of the change back, then the pass is open for two hours, and opens once."""
    home = Home(zone=zone)
    day, hour = BACK[zone]
    schedule = (
        Schedule(PassKind.ONCE, at(day, hour), at(day, hour, 59))
        if kind == "once"
        else sundays(day, time(hour), time(hour, 59))
    )
    home.now = instant(at(day, 0), zone)
    made = home.manage_passes.invite(Invite(REQUEST, "front", ADA, schedule, OWNER))
    window = schedule.next_window(home.now, zone)
    assert window is not None
    assert window.until - window.since == HOUR + 59 * MINUTE

    home.now = window.since
    home.admit_visitor("front", made.digits, None)
    home.now = window.until - 1
    with pytest.raises(PasscodeUsedError):
        home.admit_visitor("front", made.digits, None)
