"""Passes in the words of api-specs/owner.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from smart_door.domain.home_time import iso
from smart_door.domain.passes import WEEKDAYS, Pass, PassKind, Schedule
from smart_door.domain.ports import Clock, Visitors
from smart_door.domain.refusals import VisitorNotFoundError

Json = dict[str, Any]


@dataclass(frozen=True)
class ShowPasses:
    """Shows passes, with names and what they are just now."""

    visitors: Visitors
    door_names: Mapping[str, str]
    zone: ZoneInfo
    clock: Clock

    def several(self, passes: Iterable[Pass]) -> list[Json]:
        """Passes in their order; each visitor is read once."""
        names: dict[str, str | None] = {}
        return [self._shown(one, names) for one in passes]

    def one(self, found: Pass) -> Json:
        """One pass."""
        return self._shown(found, {})

    def _shown(self, found: Pass, names: dict[str, str | None]) -> Json:
        now = self.clock()
        window = None if found.revoked_at is not None else found.next_window(now, self.zone)
        if found.visitor_id not in names:
            names[found.visitor_id] = self._name(found.visitor_id)
        shown: Json = {
            "door_id": found.door_id,
            "door_name": self.door_names.get(found.door_id, found.door_id),
            "pass_id": found.pass_id,
            "visitor_id": found.visitor_id,
            "visitor_name": names[found.visitor_id],
            "state": found.state_at(now, self.zone).value,
            "time_zone": self.zone.key,
            **_schedule(found.schedule),
            "created_at": iso(found.created_at),
            "created_by": found.created_by,
            "last_used_at": None if found.used_at is None else iso(found.used_at),
            "opens_next_at": None if window is None else iso(window.since),
            "closes_next_at": None if window is None else iso(window.until),
        }
        return {name: value for name, value in shown.items() if value is not None}

    def _name(self, visitor_id: str) -> str | None:
        try:
            return self.visitors.get(visitor_id).name
        except VisitorNotFoundError:
            return None


def _schedule(schedule: Schedule) -> Json:
    if schedule.kind is not PassKind.RECURRING:
        wall = "%Y-%m-%dT%H:%M"
        return {
            "kind": schedule.kind.value,
            "from": f"{schedule.first:{wall}}",
            "until": f"{schedule.last:{wall}}",
        }
    return {
        "kind": schedule.kind.value,
        "weekdays": [WEEKDAYS[day] for day in schedule.weekdays],
        "opens": f"{schedule.opens:%H:%M}",
        "closes": f"{schedule.closes:%H:%M}",
        "first_day": schedule.first.date().isoformat(),
        "last_day": schedule.last.date().isoformat(),
    }
