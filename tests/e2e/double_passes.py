"""The passes of a home in memory: made, shown and revoked by the home's own rules about time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from smart_door.domain import texts
from smart_door.domain.home_time import MIDNIGHT, local
from smart_door.domain.passes import WEEKDAYS, Pass, PassKind, Schedule
from smart_door.domain.ports import Clock
from smart_door.domain.visitors import Visitor, VisitorStatus
from smart_door.services.show_passes import ShowPasses
from tests.e2e.double_answers import Asked, Operation
from tests.fakes.tables import InMemoryVisitors

if TYPE_CHECKING:
    from tests.e2e.home_double import HomeDouble

CODE = "4821903"
_WALL = "%Y-%m-%dT%H:%M"


@dataclass
class DoublePasses:
    """Passes of one home; `wanted` is what pages asked for, `time_zone` and `clock` are the home's."""

    time_zone: str = "Europe/Berlin"
    clock: Clock = time.time
    wanted: list[dict[str, Any]] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    visitors: InMemoryVisitors = field(default_factory=InMemoryVisitors)

    @property
    def zone(self) -> ZoneInfo:
        """Where the home is."""
        return ZoneInfo(self.time_zone)

    def now(self) -> datetime:
        """What clocks at home show, without a zone."""
        return local(self.clock(), self.zone).replace(tzinfo=None, second=0, microsecond=0)

    def add(self, kind: str, name: str, *, hours: int = 0, **fields: Any) -> Pass:
        """A pass that begins so many hours from now: single ones last three hours, recurring one."""
        first = self.now() + timedelta(hours=hours)
        last = first + timedelta(hours=3)
        schedule = Schedule(PassKind(kind), first, last)
        if kind == "recurring":
            end = datetime.combine(first + timedelta(days=60), MIDNIGHT)
            hours_of_day = (first.time(), (first + timedelta(hours=1)).time())
            start = datetime.combine(first, MIDNIGHT)
            schedule = Schedule(PassKind(kind), start, end, (first.weekday(),), *hours_of_day)
        return self._keep(schedule, self._visitor(name, "+15555550123"), "front", **fields)

    def all(self, doors: list[dict[str, str]]) -> dict[str, Any]:
        """GET."""
        return {"passes": self._show(doors).several(self.passes)}

    def invite(self, wanted: dict[str, Any], doors: list[dict[str, str]], known: list[dict[str, Any]]) -> Any:
        """POST; the body is as the specification has it."""
        self.wanted.append({name: value for name, value in wanted.items() if name != "request_id"})
        on_file = next((one for one in known if one["visitor_id"] == wanted.get("visitor_id")), wanted)
        visitor_id = self._visitor(on_file["name"], on_file["phone"])
        made = self._keep(_schedule(wanted), visitor_id, wanted["door_id"])
        names = {door["door_id"]: door["name"] for door in doors}
        message = texts.invitation(
            names[made.door_id],
            on_file["name"],
            CODE,
            texts.times_of(made.schedule),
            texts.invitation_link("https://home.test", made.door_id),
        )
        shown = self._show(doors).one(made)
        return {"pass": shown, "passcode": CODE, "message": message, "sent": wanted.get("send", True)}

    def revoke(self, pass_id: str, doors: list[dict[str, str]]) -> dict[str, Any]:
        """DELETE."""
        number = next(number for number, one in enumerate(self.passes) if one.pass_id == pass_id)
        self.passes[number] = replace(self.passes[number], revoked_at=self.clock())
        return self._show(doors).one(self.passes[number])

    def _show(self, doors: list[dict[str, str]]) -> ShowPasses:
        names = {door["door_id"]: door["name"] for door in doors}
        return ShowPasses(self.visitors, names, self.zone, self.clock)

    def _visitor(self, name: str, phone: str) -> str:
        visitor_id = _uuid(len(self.passes) + 1)
        self.visitors.add(Visitor(visitor_id, name, phone, VisitorStatus.APPROVED, frozenset(), self.clock()))
        return visitor_id

    def _keep(self, schedule: Schedule, visitor_id: str, door_id: str, **fields: Any) -> Pass:
        made = Pass(
            door_id=door_id,
            digest="digest",
            pass_id=_uuid(len(self.passes) + 1001),
            visitor_id=visitor_id,
            schedule=schedule,
            created_at=self.clock(),
            created_by="owner@home.test",
            expires_at=schedule.ends_at(self.zone),
        )
        self.passes.append(replace(made, **fields))
        return self.passes[-1]


def _schedule(wanted: dict[str, Any]) -> Schedule:
    kind = PassKind(wanted["kind"])
    if kind is not PassKind.RECURRING:
        first, last = (datetime.strptime(wanted[name], _WALL) for name in ("from", "until"))  # noqa: DTZ007 - wall times
        return Schedule(kind, first, last)
    first, last = (datetime.fromisoformat(wanted[name]) for name in ("first_day", "last_day"))
    opens, closes = (datetime.strptime(wanted[name], "%H:%M").time() for name in ("opens", "closes"))  # noqa: DTZ007 - wall times
    days = tuple(WEEKDAYS.index(day) for day in wanted["weekdays"])
    return Schedule(kind, first, last + timedelta(days=1, microseconds=-1), days, opens, closes)


def _uuid(number: int) -> str:
    return f"7e5d3e1e-0b1f-4c57-9d1e-{number:012d}"


def _list(home: HomeDouble, _asked: Asked) -> Any:
    return home.passes.all(home.doors)


def _invite(home: HomeDouble, asked: Asked) -> Any:
    return home.passes.invite(asked.body, home.doors, home.visitors)


def _revoke(home: HomeDouble, asked: Asked) -> Any:
    return home.passes.revoke(asked.path["pass_id"], home.doors)


PASSES: dict[str, Operation] = {
    "GET /api/owner/passes": _list,
    "POST /api/owner/passes": _invite,
    "DELETE /api/owner/passes/{door_id}/{pass_id}": _revoke,
}
