"""Inviting somebody before they come, and taking an invitation back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from smart_door.domain import texts
from smart_door.domain.errors import (
    DoorNotFoundError,
    InvalidRequestError,
    PasscodeTakenError,
    PassNotFoundError,
    SmartDoorError,
    VisitorBlockedError,
)
from smart_door.domain.passcodes import RandomBelow, digest_of, draw_digits
from smart_door.domain.passes import Pass, Schedule
from smart_door.domain.ports import Clock, Messages, NewVisitorId, Passes, Visitors
from smart_door.domain.visitors import Visitor, VisitorStatus, parse_name, parse_phone
from smart_door.services.decide_visit import KnownVisitor, NewVisitor
from smart_door.services.narration import Narrate

_DRAWS = 5


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
    random_below: RandomBelow
    new_id: NewVisitorId
    narrate: Narrate

    def invite(
        self, door_id: str, who: NewVisitor | KnownVisitor, schedule: Schedule, by: str, *, send: bool
    ) -> Invitation:
        """Give somebody a pass; with `send`, they get the message.

        Somebody new gets a record, but no door: their face alone lets them in nowhere. Raises
        InvalidRequestError, PhoneNumberError, DoorNotFoundError, VisitorNotFoundError, VisitorBlockedError;
        and, with nothing left behind, whatever keeps the message from being sent.
        """
        if door_id not in self.door_names:
            raise DoorNotFoundError(door_id)
        now = self.clock()
        schedule.check()
        if schedule.next_window(now, self.zone) is None:
            raise InvalidRequestError("until", "That time is over. Choose a later one.")
        visitor = self._visitor(who, now)
        is_new = isinstance(who, NewVisitor)
        if is_new:
            self.visitors.add(visitor)
        new: Pass | None = None
        try:
            new, digits = self._store(door_id, visitor, schedule, by, now)
            link = texts.invitation_link(self.site_url, door_id)
            when = texts.times_of(schedule)
            message = texts.invitation(self.door_names[door_id], visitor.name, digits, when, link)
            if send:
                self.messages.text(visitor.phone, message)
        except SmartDoorError:
            if new is not None:
                self.passes.remove(new)
            if is_new:
                self.visitors.remove(visitor)
            raise
        self.narrate("pass created", door_id=door_id, pass_id=new.pass_id, visitor_id=visitor.visitor_id)
        return Invitation(new, digits, message, send)

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

    def _visitor(self, who: NewVisitor | KnownVisitor, now: float) -> Visitor:
        if isinstance(who, NewVisitor):
            name, phone = parse_name(who.name), parse_phone(who.phone)
            return Visitor(self.new_id(), name, phone, VisitorStatus.APPROVED, frozenset(), now)
        visitor = self.visitors.get(who.visitor_id)
        if visitor.is_blocked:
            raise VisitorBlockedError(visitor.visitor_id)
        return visitor

    def _store(
        self, door_id: str, visitor: Visitor, schedule: Schedule, by: str, now: float
    ) -> tuple[Pass, str]:
        for _ in range(_DRAWS):
            digits = draw_digits(self.random_below)
            new = Pass(
                door_id=door_id,
                digest=digest_of(self.key, door_id, digits),
                pass_id=self.new_id(),
                visitor_id=visitor.visitor_id,
                schedule=schedule,
                created_at=now,
                created_by=by,
                expires_at=schedule.ends_at(self.zone),
            )
            try:
                self.passes.add(new, now)
            except PasscodeTakenError:
                continue
            return new, digits
        raise PasscodeTakenError(door_id)
