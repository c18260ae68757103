"""The home's own time: days and hours as its people say them, also where clocks are put forward or back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from smart_door.domain.refusals import InvalidRequestError

MIDNIGHT = time()


def parse_zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name, such as Europe/Berlin. Raises InvalidRequestError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        problem = "Give the time zone by its IANA name, like Europe/Berlin."
        raise InvalidRequestError("time_zone", problem) from error


def parse_day(text: str, field: str = "day") -> date:
    """A day such as 2026-11-21, of that field of a request. Raises InvalidRequestError."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone of its own
    except ValueError as error:
        raise InvalidRequestError(field, "Give the day like 2026-11-21.") from error


def local(at: float, zone: tzinfo) -> datetime:
    """What clocks in the zone show at `at` (epoch seconds)."""
    return datetime.fromtimestamp(at, zone)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[float, float]:
    """When the day begins and when the next one does (epoch seconds): mostly 23, 24 or 25 hours apart.

    Where clocks are put forward at midnight, the day begins at one o'clock, which is that moment.
    """
    start, end = (instant(datetime.combine(one, MIDNIGHT), zone) for one in (day, day + timedelta(days=1)))
    return start, end


def instant(wall: datetime, zone: ZoneInfo, *, last: bool = False) -> float:
    """When clocks in the zone show the wall time (without zone), as epoch seconds.

    Where clocks are put back, a time comes twice: the first of them, or the `last`. Where they are put
    forward, a time is left out: the moment when they are.
    """
    earlier, later = (wall.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1))
    if earlier <= later:
        return later if last else earlier
    # Left out. Python's two readings, with the offset after the gap and with that before, enclose the change.
    before, after = int(later), int(earlier) + 1
    offset = local(before, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if local(middle, zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return float(after)


def iso(epoch_seconds: float) -> str:
    """UTC in ISO 8601 with milliseconds and "Z"."""
    at = datetime.fromtimestamp(epoch_seconds, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
