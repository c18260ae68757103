"""EventBridge rules with a schedule: rate(...) and cron(...).

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html. Cron fields know
`*`, `?`, numbers, names, lists, ranges and steps; not L, W and #.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from emulator.clients import client
from emulator.effects import MatchedEvent
from emulator.event_sources.invoking import CLIENT_ERRORS
from emulator.service import Settings

logger = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
_UNIT_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))


class ScheduleError(ValueError):
    """The expression is none that is known here."""


def rate_seconds(expression: str) -> int | None:
    """Seconds of rate(5 minutes); None for another kind of expression."""
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    return int(found[1]) * _UNIT_SECONDS[found[2]] if found and int(found[1]) else None


def cron_matches(expression: str, moment: datetime) -> bool:
    """Whether cron(minutes hours day-of-month month day-of-week year) names this minute (UTC).

    Raises ScheduleError.
    """
    found = re.fullmatch(r"cron\((.+)\)", expression)
    fields = found[1].split() if found else []
    if len(fields) != len(_BOUNDS):
        raise ScheduleError(f"{expression!r} is neither rate(...) nor cron(...) of six fields")
    weekday = moment.isoweekday() % 7 + 1  # 1 is Sunday
    values = (moment.minute, moment.hour, moment.day, moment.month, weekday, moment.year)
    names: tuple[list[str], ...] = ([], [], [], _MONTHS, _DAYS, [])
    return all(
        value in _field(field, bounds, field_names)
        for field, value, bounds, field_names in zip(fields, values, _BOUNDS, names, strict=True)
    )


def _field(text: str, bounds: tuple[int, int], names: list[str]) -> set[int]:
    numbers: set[int] = set()
    for part in text.upper().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        try:
            if first in ("*", "?"):
                low, high = bounds
            else:
                low = _number(first, names)
                high = _number(last, names) if last else (bounds[1] if step else low)
            numbers.update(range(low, high + 1, int(step or 1)))
        except ValueError as err:
            raise ScheduleError(f"{text!r} is no cron field that is known here") from err
    return numbers


def _number(text: str, names: list[str]) -> int:
    return names.index(text) + 1 if text in names else int(text)


class Schedules:
    """Delivers a Scheduled Event to the targets of each rule that is due."""

    def __init__(self, settings: Settings, deliver: Callable[[MatchedEvent], None]) -> None:
        self._settings = settings
        self._deliver = deliver
        self._next: dict[str, float] = {}
        self._last_minute = int(time.time() // 60)

    async def run(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look(time.time())
            except CLIENT_ERRORS as err:
                logger.warning("The schedules could not be read: %s", err)

    async def look(self, now: float) -> None:
        """Deliver what is due at `now` (epoch seconds)."""
        rules = await asyncio.to_thread(_scheduled_rules)
        self._next = {arn: due for arn, due in self._next.items() if arn in {rule["Arn"] for rule in rules}}
        minutes = range(self._last_minute + 1, int(now // 60) + 1)
        self._last_minute = int(now // 60)
        for rule in rules:
            if self._is_due(rule, now, minutes):
                await self._fire(rule, now)

    def _is_due(self, rule: Mapping[str, Any], now: float, minutes: range) -> bool:
        expression = rule["ScheduleExpression"]
        seconds = rate_seconds(expression)
        if seconds is None:
            try:
                return any(cron_matches(expression, datetime.fromtimestamp(at * 60, UTC)) for at in minutes)
            except ScheduleError as err:
                logger.warning("The schedule of %s is not followed: %s", rule["Arn"], err)
                return False
        due = self._next.setdefault(rule["Arn"], now + seconds)
        if now < due:
            return False
        self._next[rule["Arn"]] = now + seconds
        return True

    async def _fire(self, rule: Mapping[str, Any], now: float) -> None:
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": self._settings.account_id,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            "region": self._settings.region,
            "resources": [rule["Arn"]],
            "detail": {},
        }
        listed = await asyncio.to_thread(client("events").list_targets_by_rule, Rule=rule["Name"])
        for target in listed["Targets"]:
            self._deliver(MatchedEvent(rule["Arn"], target, event))


def _scheduled_rules() -> list[dict[str, Any]]:
    return [
        rule
        for page in client("events").get_paginator("list_rules").paginate()
        for rule in page["Rules"]
        if rule.get("ScheduleExpression") and rule.get("State") == "ENABLED"
    ]
