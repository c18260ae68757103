"""Passes: somebody is invited before they come, and gets a code for the times of the invitation.

A code is stored as a keyed hash, as passcodes are, and opens once for each use that the schedule has: once in
all, once in each window of a recurring pass, or as often as somebody comes and goes. Times of a schedule are
those that clocks at home show; they follow the home's time zone, daylight saving included.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from smart_door.domain.home_time import instant, local
from smart_door.domain.refusals import InvalidRequestError, TimeLeftOutError

LONGEST_DAYS = 366
"""A pass ends within so many days of its beginning: what is forgotten must not open for ever."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_ONE_DAY = timedelta(days=1)


class PassKind(StrEnum):
    """How often a pass opens."""

    ONCE = "once"
    WINDOW = "window"
    RECURRING = "recurring"


class PassState(StrEnum):
    """What a pass is just now."""

    UPCOMING = "upcoming"
    OPEN = "open"
    USED = "used"
    OVER = "over"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which a pass opens, epoch seconds, `until` excluded. `key` names it among the pass's uses."""

    key: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a pass opens, in wall times of the home (without zone).

    Once, or as often as wanted, between `first` and `last`. Recurring: on `weekdays` (0 is Monday) of the
    days from that of `first` to that of `last`, from `opens` to `closes`, which may be on the day after.
    """

    kind: PassKind
    first: datetime
    last: datetime
    weekdays: tuple[int, ...] = ()
    opens: time = time()
    closes: time = time()

    @property
    def end_field(self) -> str:
        """What a request calls the end."""
        return "last_day" if self.kind is PassKind.RECURRING else "until"

    def check(self) -> None:
        """Raise InvalidRequestError where it never opens, or for too long."""
        if self.last <= self.first:
            raise InvalidRequestError(self.end_field, "The end must be after the beginning.")
        if self.last - self.first > timedelta(days=LONGEST_DAYS):
            raise InvalidRequestError(
                self.end_field, "An invitation ends within a year. Choose an earlier end."
            )
        if self.kind is not PassKind.RECURRING:
            return
        if not self.weekdays or not set(self.weekdays) <= set(range(7)):
            raise InvalidRequestError("weekdays", "Choose at least one day of the week.")
        if self.opens == self.closes:
            raise InvalidRequestError("closes", "The hours must begin and end at different times.")
        days = min((self.last.date() - self.first.date()).days + 1, 7)
        if not any(self._is_day(self.first.date() + _ONE_DAY * number) for number in range(days)):
            raise InvalidRequestError("weekdays", "None of these weekdays is between the first and last day.")

    def ends_at(self, zone: ZoneInfo) -> float:
        """When the last window is over."""
        if self.kind is PassKind.RECURRING:
            return self._hours_of(self.last.date(), zone).until
        return instant(self.last, zone, last=True)

    def window_at(self, at: float, zone: ZoneInfo) -> Window | None:
        """The window that is open at `at`, or None."""
        if self.kind is PassKind.RECURRING:
            today = local(at, zone).date()
            windows = [self._hours_of(day, zone) for day in (today, today - _ONE_DAY) if self._is_day(day)]
        else:
            windows = [self._whole(at, zone)]
        return next((window for window in windows if window.since <= at < window.until), None)

    def next_window(self, at: float, zone: ZoneInfo) -> Window | None:
        """The window that is open at `at`, or the first that opens after; None when the pass is over."""
        return next((window for window in self._windows(at, zone) if window.since < window.until), None)

    def check_ahead(self, at: float, zone: ZoneInfo) -> None:
        """Raise InvalidRequestError where it never opens after `at`.

        TimeLeftOutError where that is because clocks are put forward over all that is left of it.
        """
        if self.next_window(at, zone) is not None:
            return
        if any(self._windows(at, zone)):
            raise TimeLeftOutError("opens" if self.kind is PassKind.RECURRING else "from")
        raise InvalidRequestError(self.end_field, "That time is over. Choose a later one.")

    def _windows(self, at: float, zone: ZoneInfo) -> Iterator[Window]:
        """The windows that are not over at `at`; empty ones too, where clocks are put forward over them."""
        if self.kind is not PassKind.RECURRING:
            whole = self._whole(at, zone)
            yield from [whole] if at < whole.until else []
            return
        day = max(local(at, zone).date() - _ONE_DAY, self.first.date())
        while day <= self.last.date():
            window = self._hours_of(day, zone)
            if self._is_day(day) and at < window.until:
                yield window
            day += _ONE_DAY

    def _whole(self, at: float, zone: ZoneInfo) -> Window:
        # Somebody who comes and goes may open once a minute, so that a code typed twice opens once.
        key = "once" if self.kind is PassKind.ONCE else f"minute-{int(at // 60)}"
        return Window(key, instant(self.first, zone), instant(self.last, zone, last=True))

    def _hours_of(self, day: date, zone: ZoneInfo) -> Window:
        end = day if self.opens < self.closes else day + _ONE_DAY
        since = instant(datetime.combine(day, self.opens), zone)
        return Window(day.isoformat(), since, instant(datetime.combine(end, self.closes), zone, last=True))

    def _is_day(self, day: date) -> bool:
        return day.weekday() in self.weekdays and self.first.date() <= day <= self.last.date()


@dataclass(frozen=True, slots=True)
class Pass:
    """An invitation as it is stored, under the keyed hash of its code.

    `used_window` and `used_at` are of the last use, `visit_id` is the visit that it made, and `done_window`
    says that its admission was completed; between the two the use is a lease, as with passcodes. `created_by`
    is the e-mail address of who invited. `pass_id` is the id of the request that made the pass, so that the
    same request makes no second one. `told_at` is when the message went, `claimed_until` while somebody sends
    it. Times are epoch seconds.
    """

    door_id: str
    digest: str
    pass_id: str
    visitor_id: str
    schedule: Schedule
    created_at: float
    created_by: str
    expires_at: float
    revoked_at: float | None = None
    used_at: float | None = None
    used_window: str | None = None
    done_window: str | None = None
    visit_id: str | None = None
    told_at: float | None = None
    claimed_until: float | None = None

    def state_at(self, now: float, zone: ZoneInfo) -> PassState:
        """What the pass is just now."""
        if self.revoked_at is not None:
            return PassState.REVOKED
        if self.schedule.kind is PassKind.ONCE and self.used_window is not None:
            return PassState.USED
        window = self.next_window(now, zone)
        if window is None:
            return PassState.OVER
        return PassState.OPEN if window.since <= now else PassState.UPCOMING

    def next_window(self, now: float, zone: ZoneInfo) -> Window | None:
        """The window in which it opens now, or the next one; None when there is none any more.

        Who comes once on each day and was here today comes in on the next day.
        """
        window = self.schedule.next_window(now, zone)
        if window and self.schedule.kind is PassKind.RECURRING and window.key == self.used_window:
            return self.schedule.next_window(window.until, zone)
        return window
