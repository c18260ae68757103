"""The code of a pass opens the door, once for each use that its schedule has."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from smart_door.domain.errors import DoorChangedError, VisitChangedError
from smart_door.domain.events import VisitorAdmitted
from smart_door.domain.ids import new_visit_id
from smart_door.domain.pass_visits import admitted_by_pass, pass_visit, visit_at_the_keypad
from smart_door.domain.passes import Pass
from smart_door.domain.ports import Events, Passes, RandomBytes, Visitors, Visits
from smart_door.domain.refusals import (
    PasscodeExpiredError,
    PasscodeWrongError,
    VisitorNotFoundError,
)
from smart_door.domain.rules import LOOK_BACK_SECONDS
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import Visit
from smart_door.services.changing import ATTEMPTS
from smart_door.services.narration import Narrate


@dataclass(frozen=True)
class AdmitByPass:
    """Lets somebody in who was invited. `keep_seconds` is how long their visit is on file."""

    visits: Visits
    visitors: Visitors
    passes: Passes
    events: Events
    zone: ZoneInfo
    keep_seconds: float
    random_bytes: RandomBytes
    narrate: Narrate

    def __call__(self, found: Pass, now: float) -> VisitorAdmitted:
        """Admit the pass's visitor: in the visit of the one stranger who stands there, or in a new one.

        Outside of its times a pass is answered as a wrong code is: whoever guesses learns nothing. Raises
        PasscodeWrongError, PasscodeExpiredError, PasscodeUsedError; RetryableError where the admission broke
        off, which the same code can take up again.
        """
        window = found.schedule.window_at(now, self.zone)
        visitor = self._visitor(found)
        if window is None and now >= found.expires_at:
            raise PasscodeExpiredError(found.door_id)
        if window is None or visitor is None or visitor.is_blocked:
            raise PasscodeWrongError(found.door_id)
        broken_off = found.visit_id if found.used_window == window.key else None
        visit_id = broken_off or self._visit_id(found.door_id, visitor, now)
        used = self.passes.use(found, window.key, visit_id, now)
        visit = self._visit(used, visit_id, visitor, now)
        event = VisitorAdmitted(used.door_id, visit.visit_id, visitor.visitor_id, visit.admitted_at or now)
        self.events.publish(event)
        self.passes.finish(used)
        self.narrate(
            "visitor admitted",
            door_id=event.door_id,
            visit_id=event.visit_id,
            visitor_id=event.visitor_id,
            pass_id=used.pass_id,
        )
        return event

    def _visitor(self, found: Pass) -> Visitor | None:
        try:
            return self.visitors.get(found.visitor_id)
        except VisitorNotFoundError:
            return None

    def _visit_id(self, door_id: str, visitor: Visitor, now: float) -> str:
        recent = self.visits.recent_at(door_id, now - LOOK_BACK_SECONDS).visits
        theirs = visit_at_the_keypad(recent, visitor, now)
        return theirs.visit_id if theirs else new_visit_id(now, self.random_bytes)

    def _visit(self, used: Pass, visit_id: str, visitor: Visitor, now: float) -> Visit:
        """The visit of this use: that of whoever stands there, or a new one; or made before it broke off.

        Where the household decides about the stranger at the same moment, that counts, and the pass has a
        visit of its own.
        """
        for _ in range(ATTEMPTS):
            recent = self.visits.recent_at(used.door_id, now - LOOK_BACK_SECONDS)
            there = next((visit for visit in recent.visits if visit.visit_id == visit_id), None)
            try:
                if there is None:
                    new = pass_visit(used, visit_id, visitor, now, self.keep_seconds)
                    self.visits.add(new, recent.last_opened)
                    return new
                if there.pass_id == used.pass_id:
                    return there
                if visit_at_the_keypad(recent.visits, visitor, now) == there:
                    return self.visits.replace(admitted_by_pass(there, used, visitor, now))
                visit_id = new_visit_id(now, self.random_bytes)
            except (DoorChangedError, VisitChangedError):  # somebody else came, or wrote, at the same moment
                continue
        raise DoorChangedError(used.door_id)
