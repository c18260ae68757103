"""The code of a pass opens the door, once for each use that its schedule has."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from smart_door.domain.errors import (
    DoorChangedError,
    PasscodeExpiredError,
    PasscodeWrongError,
    VisitNotFoundError,
    VisitorNotFoundError,
)
from smart_door.domain.events import VisitorAdmitted
from smart_door.domain.ids import new_visit_id
from smart_door.domain.passes import Pass
from smart_door.domain.ports import Events, Passes, RandomBytes, Visitors, Visits
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import Visit, VisitStatus
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
        """Admit the pass's visitor, who then has a visit of their own.

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
        visit_id = broken_off or new_visit_id(now, self.random_bytes)
        used = self.passes.use(found, window.key, visit_id, now)
        visit = self._visit(used, visit_id, visitor, now)
        event = VisitorAdmitted(used.door_id, visit_id, visitor.visitor_id, visit.admitted_at or now)
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

    def _visit(self, used: Pass, visit_id: str, visitor: Visitor, now: float) -> Visit:
        """The visit of this use: made now, or before the admission broke off."""
        new = Visit(
            door_id=used.door_id,
            visit_id=visit_id,
            status=VisitStatus.ADMITTED,
            faces=(),
            first_seen_at=now,
            last_seen_at=now,
            opened_at=now,
            expires_at=now,
            delete_at=now + self.keep_seconds,
            visitor_id=visitor.visitor_id,
            decided_at=now,
            decided_by=used.created_by,
            admitted_at=now,
            pass_id=used.pass_id,
        )
        for _ in range(ATTEMPTS):
            try:
                return self.visits.get(used.door_id, visit_id)
            except VisitNotFoundError:
                last_opened = self.visits.recent_at(used.door_id, now).last_opened
            try:
                self.visits.add(new, last_opened)
            except DoorChangedError:  # somebody else came at the same moment
                continue
            return new
        raise DoorChangedError(used.door_id)
