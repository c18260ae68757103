"""The owner decides who comes in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from smart_door.domain.corrections import undone
from smart_door.domain.errors import (
    SmartDoorError,
    VisitChangedError,
    VisitorChangedError,
)
from smart_door.domain.ports import Clock, NewVisitorId, Visitors, Visits
from smart_door.domain.refusals import VisitorBlockedError, VisitorNotFoundError
from smart_door.domain.visitors import Visitor, VisitorStatus, parse_name, parse_phone
from smart_door.domain.visits import Addressee, Visit
from smart_door.services.changing import ATTEMPTS, change_visit
from smart_door.services.narration import Narrate
from smart_door.services.send_code import SendCode


@dataclass(frozen=True, slots=True)
class NewVisitor:
    """Somebody who gets a name now."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class KnownVisitor:
    """Somebody who has one already."""

    visitor_id: str


@dataclass(frozen=True)
class DecideVisit:
    """Approve or deny a visit, once; the conditional write of the visit is the decision."""

    visits: Visits
    visitors: Visitors
    send_code: SendCode
    clock: Clock
    new_visitor_id: NewVisitorId
    narrate: Narrate

    def approve(
        self, door_id: str, visit_id: str, who: NewVisitor | KnownVisitor, face_index: int | None, by: str
    ) -> Visit:
        """Let somebody in: they get a passcode, and a record if they had none. `by` is the owner's e-mail.

        Who is new on file gets a code at this door without a question from now on; for who was there before
        it is this once.

        Raises InvalidRequestError (also PhoneNumberError, FaceIndexError), VisitNotFoundError,
        VisitAlreadyDecidedError, VisitExpiredError, VisitorNotFoundError, VisitorBlockedError; and, with the
        decision taken back so that it can be made again, whatever keeps the passcode from being sent.
        """
        now = self.clock()
        visitor = self._visitor(who, door_id, now)
        is_new = isinstance(who, NewVisitor)

        def approved(visit: Visit) -> Visit:
            face = visit.chosen_face(face_index)
            expires_at = now + self.send_code.seconds
            visit = visit.approved(visitor.visitor_id, face, by=by, now=now, code_expires_at=expires_at)
            return replace(visit, introduced=is_new)

        visit = self._decide(door_id, visit_id, now, approved)
        try:
            if is_new:
                self.visitors.add(visitor)
            self.send_code(visit, visitor, now)
        except SmartDoorError:
            change_visit(self.visits, visit, Visit.undecided_again)
            if is_new:
                self.visitors.remove(visitor)
            raise
        visit = change_visit(self.visits, visit, lambda visit: visit.sent(Addressee.VISITOR, now))
        ids = {"door_id": door_id, "visit_id": visit_id, "visitor_id": visitor.visitor_id}
        self.narrate("visit decided", decision="approved", **ids)
        self.narrate("passcode sent", **ids)
        return visit

    def deny(self, door_id: str, visit_id: str, by: str) -> Visit:
        """Let nobody in. Raises VisitNotFoundError, VisitAlreadyDecidedError, VisitExpiredError."""
        now = self.clock()
        visit = self._decide(door_id, visit_id, now, lambda visit: visit.denied(by=by, now=now))
        self.narrate("visit decided", decision="denied", door_id=door_id, visit_id=visit_id)
        return visit

    def undo(self, door_id: str, visit_id: str) -> Visit:
        """Take a decision of the last seconds back: the visit waits again.

        Who was put on file by it is removed, and the code is worthless.
        Raises VisitNotFoundError, UndoTooLateError, and VisitAlreadyDecidedError where the code was used.
        """
        now = self.clock()
        before = self.visits.get(door_id, visit_id)
        visit = change_visit(self.visits, before, lambda visit: undone(visit, now))
        if before.visitor_id is not None and before.introduced:
            self._withdraw(before.visitor_id)
        self.narrate("decision undone", door_id=door_id, visit_id=visit_id)
        return visit

    def _withdraw(self, visitor_id: str) -> None:
        """Remove whom the approval put on file, unless the record is used otherwise by now."""
        try:
            visitor = self.visitors.get(visitor_id)
            if not visitor.face_ids:
                self.visitors.remove(visitor)
        except (VisitorNotFoundError, VisitorChangedError):
            return  # somebody of the household just changed or removed the visitor: that counts

    def _visitor(self, who: NewVisitor | KnownVisitor, door_id: str, now: float) -> Visitor:
        if isinstance(who, NewVisitor):
            return Visitor(
                visitor_id=self.new_visitor_id(),
                name=parse_name(who.name),
                phone=parse_phone(who.phone),
                status=VisitorStatus.APPROVED,
                door_ids=frozenset({door_id}),
                created_at=now,
            )
        visitor = self.visitors.get(who.visitor_id)
        if visitor.is_blocked:
            raise VisitorBlockedError(visitor.visitor_id)
        return visitor

    def _decide(self, door_id: str, visit_id: str, now: float, decision: Callable[[Visit], Visit]) -> Visit:
        """Write the decision if there is still something to decide; records that arrive write meanwhile."""
        for _ in range(ATTEMPTS):
            visit = self.visits.get(door_id, visit_id)
            visit.check_undecided(now)
            try:
                return self.visits.replace(decision(visit))
            except VisitChangedError:
                continue
        raise VisitChangedError(door_id, visit_id)
