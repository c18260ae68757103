"""Schedules of passes in any time zone, across every change of its clocks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from smart_door.domain.home_time import instant, local
from smart_door.domain.passes import PassKind, Schedule

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
ZONES = st.sampled_from(
    [BERLIN, NEW_YORK, *map(ZoneInfo, ["Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Tehran", "Etc/UTC"])]
)
WALLS = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(microsecond=0))
HOURS = st.times().map(lambda hour: hour.replace(second=0, microsecond=0))
FORWARD = datetime(2026, 3, 29, 2, 30)  # Berlin: there is no such time
BACK = datetime(2026, 10, 25, 2, 30)  # Berlin: it comes twice


@st.composite
def recurring(draw: st.DrawFn) -> Schedule:
    """Any recurring schedule of up to three weeks."""
    first = draw(WALLS).replace(hour=0, minute=0, second=0)
    last = first + timedelta(days=draw(st.integers(0, 20)))
    opens, closes = draw(st.lists(HOURS, min_size=2, max_size=2, unique=True))
    days = tuple(sorted({first.weekday(), *draw(st.sets(st.integers(0, 6)))}))
    return Schedule(PassKind.RECURRING, first, last, days, opens, closes)


@given(wall=WALLS, zone=ZONES)
@example(wall=FORWARD, zone=BERLIN)
@example(wall=BACK, zone=BERLIN)
def test_a_wall_time_is_when_clocks_first_and_last_show_it(wall: datetime, zone: ZoneInfo) -> None:
    """Given any wall time, then clocks show it at that moment, or are put over it at that moment."""
    first, last = instant(wall, zone), instant(wall, zone, last=True)
    shown = local(first, zone).replace(tzinfo=None)

    assert 0 <= last - first <= 3600
    if shown == wall:
        assert local(last, zone).replace(tzinfo=None) == wall
    else:  # the moment of the change: a second before, clocks showed less
        assert first == last
        assert local(first - 1, zone).replace(tzinfo=None) < wall < shown


@given(schedule=recurring(), zone=ZONES, seconds=st.floats(-90_000, 22 * 86400))
def test_a_recurring_pass_opens_only_in_its_hours_on_its_days(
    schedule: Schedule, zone: ZoneInfo, seconds: float
) -> None:
    """Given any moment at which it opens, then clocks show one of its hours on one of its days.

    Where clocks are put back across the opening hour, it stays open through the hour that comes twice.
    """
    at = instant(schedule.first, zone) + seconds
    window = schedule.window_at(at, zone)
    if window is None:
        return
    day = date.fromisoformat(window.key)
    assert day.weekday() in schedule.weekdays
    assert schedule.first.date() <= day <= schedule.last.date()
    assert local(window.since, zone).date() in (day, day + timedelta(days=1))
    assert window.until - window.since <= 25 * 3600
    clock = local(at, zone).time()
    in_hours = (
        schedule.opens <= clock < schedule.closes
        if schedule.opens < schedule.closes
        else clock >= schedule.opens or clock < schedule.closes
    )
    put_back = local(window.since, zone).utcoffset() != local(window.until, zone).utcoffset()
    assert in_hours or put_back


@given(schedule=recurring(), zone=ZONES, seconds=st.floats(-90_000, 22 * 86400))
def test_the_next_window_is_the_first_that_opens(schedule: Schedule, zone: ZoneInfo, seconds: float) -> None:
    """Given any moment, then what is open is what is next, and nothing opens between now and then."""
    at = instant(schedule.first, zone) + seconds
    open_now, following = schedule.window_at(at, zone), schedule.next_window(at, zone)

    if open_now is not None and following is not None:
        assert following.since <= at < following.until
    if following is None:
        assert open_now is None
        assert at > schedule.ends_at(zone) - 25 * 86400
    elif open_now is None:
        middle = at + (following.since - at) / 2
        assert schedule.window_at(middle, zone) is None
        assert schedule.window_at(following.since, zone) is not None


@given(first=WALLS, minutes=st.integers(1, 5000), zone=ZONES, seconds=st.floats(-9000, 400_000))
@example(first=FORWARD, minutes=15, zone=BERLIN, seconds=0.0)
@example(first=BACK, minutes=45, zone=BERLIN, seconds=3600.0)
def test_a_window_is_open_from_its_beginning_to_its_end_without_a_break(
    first: datetime, minutes: int, zone: ZoneInfo, seconds: float
) -> None:
    """Given any two wall times, then it opens once at the first, and closes once at the last."""
    schedule = Schedule(PassKind.ONCE, first, first + timedelta(minutes=minutes))
    begins, ends = instant(first, zone), schedule.ends_at(zone)
    at = begins + seconds

    assert (schedule.window_at(at, zone) is not None) == (begins <= at < ends)


def test_an_hour_that_is_left_out_is_no_window() -> None:
    """Given every day from two to three, then nothing opens on the day clocks are put forward."""
    schedule = Schedule(
        PassKind.RECURRING,
        datetime(2026, 3, 28),
        datetime(2026, 3, 30),
        (0, 1, 2, 3, 4, 5, 6),
        time(2),
        time(3),
    )
    opened = {
        window.key
        for minute in range(3 * 24 * 60)
        if (window := schedule.window_at(instant(schedule.first, BERLIN) + minute * 60, BERLIN))
    }

    assert opened == {"2026-03-28", "2026-03-30"}


def test_an_hour_that_comes_twice_is_one_window() -> None:
    """Given every day from two to three, then clocks put back make that two hours, and one use."""
    schedule = Schedule(
        PassKind.RECURRING, datetime(2026, 10, 25), datetime(2026, 10, 25), (6,), time(2), time(3)
    )
    start = instant(schedule.first, BERLIN)
    keys = [
        window.key for minute in range(24 * 60) if (window := schedule.window_at(start + minute * 60, BERLIN))
    ]

    assert keys == ["2026-10-25"] * 120


def test_nine_in_the_morning_stays_nine_in_the_morning() -> None:
    """Given every Tuesday at nine in New York, then in winter that is an hour later in UTC than in summer."""
    schedule = Schedule(
        PassKind.RECURRING, datetime(2026, 10, 20), datetime(2026, 11, 10), (1,), time(9), time(12)
    )
    openings = []
    at = 0.0
    while window := schedule.next_window(at, NEW_YORK):
        openings.append(datetime.fromtimestamp(window.since, ZoneInfo("Etc/UTC")).strftime("%d %H"))
        at = window.until

    assert openings == ["20 13", "27 13", "03 14", "10 14"]
