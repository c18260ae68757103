"""One visit, one message: who is told what, exactly once.

A message is claimed by a conditional write of the visit, then sent, then marked as sent. Of several that
try at once one gets the claim. A failed sending gives the claim back; where the run broke off in between, the
claim lapses and the next record (or the retry of this one) sends it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

from smart_door.domain import texts
from smart_door.domain.errors import (
    MessageClaimedError,
    RetryableError,
    SmartDoorError,
)
from smart_door.domain.household import About
from smart_door.domain.ports import Clock, Messages, Visits
from smart_door.domain.refusals import PhoneUnreachableError
from smart_door.domain.rules import (
    GOOD_SCORE,
    PHOTO_PATIENCE_SECONDS,
    RESEMBLANCE_PATIENCE_SECONDS,
    USABLE_SCORE,
)
from smart_door.domain.settings import Settings
from smart_door.domain.sightings import is_without_access
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import (
    UNDECIDED,
    Addressee,
    Delivery,
    MessageProblem,
    Visit,
    VisitStatus,
)
from smart_door.services.changing import change_visit
from smart_door.services.narration import Narrate
from smart_door.services.send_code import SendCode
from smart_door.services.tell_members import tell_members


@dataclass(frozen=True)
class TellPeople:
    """Sends a visit's message when it is due."""

    visits: Visits
    messages: Messages
    send_code: SendCode
    site_url: str
    door_names: Mapping[str, str]
    narrate: Narrate
    clock: Clock
    settings: Callable[[], Settings] = Settings
    zone: tzinfo = UTC

    def tell(
        self,
        visit: Visit,
        visitor: Visitor | None,
        now: float,
        *,
        score: float,
        find: Callable[[str], Visitor | None],
        photo_to_come: bool,
    ) -> Visit:
        """Send what is due for the visit, whose `visitor` was recognised just now (None: strangers).

        `score` is that of the best face in the frame at hand, `find` finds people on file, and
        `photo_to_come` says that the frame is on its way, so that the question can wait for it.
        Where a code cannot be sent, the visit says why. Raises MessageNotSentError, MessageClaimedError (both
        retryable), VisitChangedError, and MessageRefusedError.
        """
        if visitor is not None:
            if visitor.is_blocked:
                return self._warn(visit, visitor, now)
            return self._give_code(visit, visitor, now)
        if is_question_due(visit, now, score=score, photo_to_come=photo_to_come):
            return self._ask(visit, now, find)
        return visit

    def _give_code(self, visit: Visit, visitor: Visitor, now: float) -> Visit:
        broken_off = visit.status is VisitStatus.CODE_SENT and visit.visitor_message.sent_at is None
        if visit.visitor_id != visitor.visitor_id or not (visit.status is VisitStatus.OPEN or broken_off):
            return visit
        self._check_claim(visit, Addressee.VISITOR, now)
        expires_at = now + self.send_code.seconds
        face = next((face for face in visit.faces if face.visitor_id == visitor.visitor_id), visit.faces[0])
        claimed = self.visits.replace(
            visit.approved(visitor.visitor_id, face, by=visit.decided_by, now=now, code_expires_at=expires_at)
        )
        try:
            self.send_code(claimed, visitor, now)
        except PhoneUnreachableError:
            return self._tell_unreachable(claimed, visitor, now)
        except RetryableError:  # the record comes again, and with it this
            problem = MessageProblem.MESSAGE_NOT_SENT
            change_visit(self.visits, claimed, lambda visit: visit.undecided_again(problem))
            raise
        except SmartDoorError:
            self._leave_to_owner(claimed, MessageProblem.MESSAGE_REFUSED)
            raise
        sent = change_visit(self.visits, claimed, lambda visit: visit.sent(Addressee.VISITOR, now))
        self._narrate_sent("passcode sent", sent, visitor_id=visitor.visitor_id)
        return sent

    def _tell_unreachable(self, visit: Visit, visitor: Visitor, now: float) -> Visit:
        waiting = self._leave_to_owner(visit, MessageProblem.PHONE_UNREACHABLE)
        text = texts.unreachable(self.door_names[visit.door_id], visitor.name, self._link(visit))
        claiming, phones = waiting.claim(Addressee.OWNER, now), self.settings().phones(About.UNREACHABLE)
        return self._send_to_owner(claiming, text, now, "owner asked", phones)

    def _leave_to_owner(self, visit: Visit, problem: MessageProblem) -> Visit:
        """Trying again would not help: the household decides, and is told why it has to."""

        def left(visit: Visit) -> Visit:
            return replace(visit.undecided_again(problem), status=VisitStatus.AWAITING_OWNER)

        self.narrate("passcode not sent", door_id=visit.door_id, visit_id=visit.visit_id, reason=problem)
        return change_visit(self.visits, visit, left)

    def _warn(self, visit: Visit, visitor: Visitor, now: float) -> Visit:
        told = visit.owner_message.sent_at is not None
        broken_off = visit.status is VisitStatus.DENIED and not told
        if visit.visitor_id != visitor.visitor_id or not (visit.status in UNDECIDED or broken_off):
            return visit
        denied = visit.denied(by=None, now=now)
        if told:  # of a stranger, before this one was recognised
            return self.visits.replace(denied)
        self._check_claim(visit, Addressee.OWNER, now)
        settings = self.settings()
        if not settings.warn_about_blocked:
            return self._stay_silent(denied, now)
        text = texts.warning(self.door_names[visit.door_id], visitor.name, self._link(visit))
        claiming, phones = denied.claim(Addressee.OWNER, now), settings.phones(About.BLOCKED)
        return self._send_to_owner(claiming, text, now, "owner warned", phones)

    def _ask(self, visit: Visit, now: float, find: Callable[[str], Visitor | None]) -> Visit:
        self._check_claim(visit, Addressee.OWNER, now)
        settings = self.settings()
        if not settings.asks(now, self.zone):
            return self._stay_silent(replace(visit, status=VisitStatus.AWAITING_OWNER), now)
        company = [visitor.name for visitor_id in visit.companion_ids if (visitor := find(visitor_id))]
        names = _without_access(visit, find)
        strangers = len(visit.strangers) - len(names)
        door_name = self.door_names[visit.door_id]
        text = texts.question(door_name, names, strangers, company, self._link(visit))
        asked = replace(visit, status=VisitStatus.AWAITING_OWNER).claim(Addressee.OWNER, now)
        return self._send_to_owner(asked, text, now, "owner asked", settings.phones(About.STRANGER))

    def _send_to_owner(
        self, claiming: Visit, text: str, now: float, event: str, phones: Sequence[str]
    ) -> Visit:
        """To the owner's phone, and then to the members' `phones`: what fails there holds nothing up."""
        claimed = self.visits.replace(claiming)
        try:
            self.messages.tell_owner(text)
        except RetryableError:
            change_visit(self.visits, claimed, lambda visit: visit.unclaim(Addressee.OWNER))
            raise
        tell_members(self.messages, self.narrate, claimed, phones, text)
        sent = change_visit(self.visits, claimed, lambda visit: visit.sent(Addressee.OWNER, now))
        self._narrate_sent(event, sent, faces=len(sent.faces))
        return sent

    def _narrate_sent(self, event: str, visit: Visit, **details: str | int) -> None:
        waited = round((self.clock() - visit.first_seen_at) * 1000)
        ids = {"door_id": visit.door_id, "visit_id": visit.visit_id}
        self.narrate(event, seen_to_notified_ms=waited, **ids, **details)

    def _stay_silent(self, visit: Visit, now: float) -> Visit:
        """The visit is on the page, but no phone rings for it, now or later."""
        silent = self.visits.replace(
            visit.with_delivery(Addressee.OWNER, Delivery(sent_at=now, is_silent=True))
        )
        self.narrate("owner not told", door_id=silent.door_id, visit_id=silent.visit_id)
        return silent

    def _check_claim(self, visit: Visit, to: Addressee, now: float) -> None:
        if visit.delivery(to).is_claimed(now):
            raise MessageClaimedError(visit.door_id, visit.visit_id)

    def _link(self, visit: Visit) -> str:
        return texts.owner_link(self.site_url, visit.door_id, visit.visit_id)


def _without_access(visit: Visit, find: Callable[[str], Visitor | None]) -> list[str]:
    """The names of those who are surely among the visit's people, but are not let in at this door."""
    names = {
        visitor.visitor_id: visitor.name
        for face in visit.strangers
        if face.suggested_visitor_id is not None
        and (visitor := find(face.suggested_visitor_id)) is not None
        and is_without_access(face, visitor, visit.door_id)
    }
    return list(names.values())


def is_question_due(visit: Visit, now: float, *, score: float, photo_to_come: bool) -> bool:
    """Whether the owner is to be asked about the visit now.

    At the first usable photo, and after some seconds in any case. Somebody who resembles a visitor in a bad
    frame gets a moment to be recognised in a better one.
    """
    if visit.status_at(now) not in UNDECIDED or visit.owner_message.sent_at is not None:
        return False
    if not visit.strangers or visit.visitor_id is not None:
        return False
    seen_for = visit.last_seen_at - visit.first_seen_at
    score = max([score, *(face.score for face in visit.faces)])
    if seen_for < PHOTO_PATIENCE_SECONDS and (photo_to_come or score < USABLE_SCORE):
        return False
    resembles = all(face.suggested_visitor_id is not None for face in visit.strangers)
    return not resembles or score >= GOOD_SCORE or seen_for >= RESEMBLANCE_PATIENCE_SECONDS
