"""Inviting somebody before they come, and taking an invitation back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from smart_door.domain import texts
from smart_door.domain.errors import (
    MessageClaimedError,
    PasscodeTakenError,
    SmartDoorError,
    VisitorChangedError,
)
from smart_door.domain.passcodes import derived_digits, digest_of
from smart_door.domain.passes import Pass, Schedule
from smart_door.domain.ports import Clock, Messages, Passes, Visitors
from smart_door.domain.refusals import (
    DoorNotFoundError,
    PassExistsError,
    PassNotFoundError,
    VisitorBlockedError,
)
from smart_door.domain.visitors import Visitor, VisitorStatus, parse_name, parse_phone
from smart_door.domain.visits import CLAIM_SECONDS
from smart_door.services.decide_visit import KnownVisitor, NewVisitor
from smart_door.services.narration import Narrate

_DRAWS = 5


@dataclass(frozen=True, slots=True)
class Invite:
    """What is asked for: `request_id` is a UUID made by who asks, the same where they ask again. `by` is the
    e-mail address of who invites.
    """

    request_id: str
    door_id: str
    who: NewVisitor | KnownVisitor
    schedule: Schedule
    by: str
    send: bool = True


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new pass with its code, which nobody can be told again, and the message that says it."""

    invitation: Pass
    digits: str = field(repr=False)
    message: str = field(repr=False)
    is_sent: bool


@dataclass(frozen=True)
class ManagePasses:
    """Makes, lists and revokes passes."""

    passes: Passes
    visitors: Visitors
    messages: Messages
    key: bytes = field(repr=False)
    site_url: str
    door_names: Mapping[str, str]
    zone: ZoneInfo
    clock: Clock
    narrate: Narrate

    def invite(self, wanted: Invite) -> Invitation:
        """Give somebody a pass, and the message that says its code if that is wanted.

        The same request again finds what it made, with its code, and sends no second message: the code is
        derived from the request's id. Somebody new gets a record, but no door: their face alone lets them in
        nowhere. Raises InvalidRequestError, TimeLeftOutError, PhoneNumberError, DoorNotFoundError,
        VisitorNotFoundError, VisitorBlockedError, PassExistsError, MessageClaimedError (the same request is
        under way); and, with nothing left behind, whatever keeps the message from being sent.
        """
        if wanted.door_id not in self.door_names:
            raise DoorNotFoundError(wanted.door_id)
        now = self.clock()
        found = self._made_before(wanted)
        if found is None:
            wanted.schedule.check()
            wanted.schedule.check_ahead(now, self.zone)
            made, visitor = self._make(wanted, now)
        else:
            made, visitor = found, self._same(found, wanted)
        message = self._message(made, visitor)
        if wanted.send and made.told_at is None:
            made = self._tell(made, visitor, message, wanted, now, is_mine=found is None)
        ids = {"door_id": made.door_id, "pass_id": made.pass_id, "visitor_id": visitor.visitor_id}
        self.narrate("pass created" if found is None else "pass found again", **ids)
        return Invitation(made, self._digits(made), message, made.told_at is not None)

    def all(self) -> Sequence[Pass]:
        """Every pass that is on file, those that end last first."""
        found = [one for door_id in self.door_names for one in self.passes.of_door(door_id)]
        return sorted(found, key=lambda one: (-one.expires_at, one.pass_id))

    def revoke(self, door_id: str, pass_id: str) -> Pass:
        """Let the pass never open again. Raises PassNotFoundError."""
        for found in self.passes.of_door(door_id):
            if found.pass_id == pass_id:
                revoked = self.passes.revoke(found, self.clock())
                self.narrate("pass revoked", door_id=door_id, pass_id=pass_id)
                return revoked
        raise PassNotFoundError(door_id, pass_id)

    def _made_before(self, wanted: Invite) -> Pass | None:
        made = (one for one in self.passes.of_door(wanted.door_id) if one.pass_id == wanted.request_id)
        return next(made, None)

    def _same(self, made: Pass, wanted: Invite) -> Visitor:
        """Whom the request invited before. Raises PassExistsError where it asks for something else now."""
        visitor = self.visitors.get(made.visitor_id)
        who = wanted.who
        if isinstance(who, NewVisitor):
            is_same = self._id_of_new(wanted) in visitor.ids
            is_same = (
                is_same and visitor.phone == parse_phone(who.phone) and visitor.name == parse_name(who.name)
            )
        else:
            is_same = who.visitor_id in visitor.ids
        if not is_same or made.schedule != wanted.schedule:
            raise PassExistsError(made.door_id, made.pass_id)
        return visitor

    def _make(self, wanted: Invite, now: float) -> tuple[Pass, Visitor]:
        visitor = self._visitor(wanted, now)
        is_new = isinstance(wanted.who, NewVisitor)
        if is_new:
            try:
                self.visitors.add(visitor)
            except VisitorChangedError:  # by the same request, which broke off or is under way
                visitor = self.visitors.get(visitor.visitor_id)
        try:
            return self._store(wanted, visitor, now), visitor
        except PasscodeTakenError:
            if is_new:
                self.visitors.remove(visitor)
            raise

    def _tell(
        self, made: Pass, visitor: Visitor, message: str, wanted: Invite, now: float, *, is_mine: bool
    ) -> Pass:
        """Send the message, once: who stored the pass has the claim, the same request again has to get it."""
        if not is_mine and self.passes.claim(made, now, now + CLAIM_SECONDS) is None:
            raise MessageClaimedError(made.door_id, made.pass_id)
        try:
            self.messages.text(visitor.phone, message)
        except SmartDoorError:
            self.passes.remove(made)
            if isinstance(wanted.who, NewVisitor):
                self.visitors.remove(visitor)
            raise
        return self.passes.told(made, now)

    def _message(self, made: Pass, visitor: Visitor) -> str:
        link = texts.invitation_link(self.site_url, made.door_id)
        when = texts.times_of(made.schedule)
        return texts.invitation(self.door_names[made.door_id], visitor.name, self._digits(made), when, link)

    def _digits(self, made: Pass) -> str:
        """The code of a pass, drawn again from its id."""
        for draw in range(_DRAWS):
            digits = derived_digits(self.key, made.door_id, made.pass_id, draw)
            if digest_of(self.key, made.door_id, digits) == made.digest:
                return digits
        raise PassNotFoundError(made.door_id, made.pass_id)

    def _visitor(self, wanted: Invite, now: float) -> Visitor:
        who = wanted.who
        if isinstance(who, NewVisitor):
            name, phone = parse_name(who.name), parse_phone(who.phone)
            new_id = self._id_of_new(wanted)
            return Visitor(new_id, name, phone, VisitorStatus.APPROVED, frozenset(), now)
        visitor = self.visitors.get(who.visitor_id)
        if visitor.is_blocked:
            raise VisitorBlockedError(visitor.visitor_id)
        return visitor

    def _id_of_new(self, wanted: Invite) -> str:
        """The id of whom a request puts on file: the same each time."""
        return str(uuid5(NAMESPACE_URL, f"smart-door:visitor-of:{wanted.request_id}"))

    def _store(self, wanted: Invite, visitor: Visitor, now: float) -> Pass:
        door_id = wanted.door_id
        for draw in range(_DRAWS):
            digits = derived_digits(self.key, door_id, wanted.request_id, draw)
            new = Pass(
                door_id=door_id,
                digest=digest_of(self.key, door_id, digits),
                pass_id=wanted.request_id,
                visitor_id=visitor.visitor_id,
                schedule=wanted.schedule,
                created_at=now,
                created_by=wanted.by,
                expires_at=wanted.schedule.ends_at(self.zone),
                claimed_until=now + CLAIM_SECONDS if wanted.send else None,
            )
            try:
                self.passes.add(new, now)
            except PasscodeTakenError:
                if self._made_before(wanted) is not None:  # a moment ago, by the same request
                    raise MessageClaimedError(door_id, wanted.request_id) from None
                continue
            return new
        raise PasscodeTakenError(door_id)
