"""The text message did not arrive: another code is sent, and the one before opens nothing any more."""

from __future__ import annotations

from dataclasses import dataclass

from smart_door.domain.errors import SmartDoorError, VisitChangedError
from smart_door.domain.ports import Clock, Visitors, Visits
from smart_door.domain.refusals import CodeNotAgainError, VisitorBlockedError
from smart_door.domain.resending import with_another_code, without_other_code
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import Visit
from smart_door.services.changing import ATTEMPTS, change_visit
from smart_door.services.narration import Narrate
from smart_door.services.send_code import SendCode


@dataclass(frozen=True)
class ResendCode:
    """Sends a visit's code again.

    The visit is written before the message goes. That write loses against an admission by the code from
    before, and an admission after it finds that code worthless: never do two codes of a visit open.
    """

    visits: Visits
    visitors: Visitors
    send_code: SendCode
    clock: Clock
    narrate: Narrate

    def __call__(self, door_id: str, visit_id: str) -> Visit:
        """The visit with another code, on its way to the number that its visitor has now.

        Raises VisitNotFoundError, VisitAlreadyDecidedError, CodeNotAgainError, CodeSentJustNowError,
        VisitorNotFoundError, VisitorBlockedError; and, with the earlier code opening as before, whatever
        keeps the message from being sent.
        """
        now = self.clock()
        before, resent, visitor = self._write(door_id, visit_id, now)
        try:
            self.send_code(resent, visitor, now)
        except SmartDoorError:
            change_visit(self.visits, resent, lambda visit: without_other_code(visit, before, resent))
            raise
        ids = {"door_id": door_id, "visit_id": visit_id, "visitor_id": visitor.visitor_id}
        self.narrate("passcode sent again", times=resent.codes_resent, **ids)
        return resent

    def _write(self, door_id: str, visit_id: str, now: float) -> tuple[Visit, Visit, Visitor]:
        """The visit before and after, and who it is for; records that arrive write meanwhile."""
        for _ in range(ATTEMPTS):
            before = self.visits.get(door_id, visit_id)
            expires_at = now + self.send_code.seconds
            resent = with_another_code(before, now=now, code_expires_at=expires_at)
            if before.visitor_id is None:
                raise CodeNotAgainError(door_id, visit_id)
            visitor = self.visitors.get(before.visitor_id)
            if visitor.is_blocked:
                raise VisitorBlockedError(visitor.visitor_id)
            try:
                return before, self.visits.replace(resent), visitor
            except VisitChangedError:
                continue
        raise VisitChangedError(door_id, visit_id)
