"""A passcode opens the door, once.

The redemption is one conditional write; who loses it is told "used". What follows (the visit becomes
admitted, the event is published) may fail after it. So that such an admission is not lost, a redemption is
a lease: until `finish` it can be taken up again after half a minute, by typing the code once more. The event
may then be published twice, with the same visit and the same `admitted_at`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from smart_door.domain.errors import RetryableError
from smart_door.domain.events import VisitorAdmitted
from smart_door.domain.passcodes import Passcode, digest_of, parse_digits
from smart_door.domain.passes import Pass
from smart_door.domain.ports import Clock, Events, Passcodes, Visits
from smart_door.domain.refusals import (
    DoorNotFoundError,
    PasscodeExpiredError,
    PasscodeUsedError,
    PasscodeWrongError,
    TooManyTriesError,
    VisitNotFoundError,
)
from smart_door.domain.visits import Visit
from smart_door.services.admit_by_pass import AdmitByPass
from smart_door.services.changing import change_visit
from smart_door.services.narration import Narrate

TRIES_WINDOW_SECONDS = 900.0
TRIES_AT_A_DOOR = 20
TRIES_FOR_A_VISIT = 5

Refusal = PasscodeWrongError | PasscodeExpiredError | PasscodeUsedError | TooManyTriesError

_REASONS: dict[type[Refusal], str] = {
    PasscodeWrongError: "wrong",
    PasscodeExpiredError: "expired",
    PasscodeUsedError: "used",
    TooManyTriesError: "too_many_tries",
}


@dataclass(frozen=True)
class AdmitVisitor:
    """Redeems passcodes."""

    visits: Visits
    passcodes: Passcodes
    events: Events
    key: bytes = field(repr=False)
    door_ids: frozenset[str]
    clock: Clock
    narrate: Narrate
    by_pass: AdmitByPass

    def __call__(self, door_id: str, typed: str, visit_id: str | None) -> VisitorAdmitted:
        """Admit whoever typed the code; with `visit_id`, only if the code belongs to that visit.

        Raises InvalidRequestError, DoorNotFoundError, TooManyTriesError, PasscodeWrongError,
        PasscodeExpiredError, PasscodeUsedError; RetryableError where the admission broke off, which the
        same code can take up again.
        """
        if door_id not in self.door_ids:
            raise DoorNotFoundError(door_id)
        digits = parse_digits(typed)
        now = self.clock()
        scopes = ["door"] if visit_id is None else ["door", f"visit#{visit_id}"]
        with self._refusals_told(door_id, visit_id):
            for scope in scopes:
                limit = TRIES_AT_A_DOOR if scope == "door" else TRIES_FOR_A_VISIT
                self.passcodes.count_try(door_id, scope, now, TRIES_WINDOW_SECONDS, limit)
            found = self.passcodes.redeem(door_id, digest_of(self.key, door_id, digits), now, visit_id)
            admitted = self.by_pass(found, now) if isinstance(found, Pass) else self._admit(found, now)
        for scope in scopes:
            self._return_try(door_id, scope)
        return admitted

    def _admit(self, passcode: Passcode, now: float) -> VisitorAdmitted:
        try:
            visit = self.visits.get(passcode.door_id, passcode.visit_id)
        except VisitNotFoundError as error:
            raise PasscodeWrongError(passcode.door_id) from error
        visit = change_visit(self.visits, visit, lambda visit: _admitted(visit, passcode, now))
        event = VisitorAdmitted(
            passcode.door_id, passcode.visit_id, passcode.visitor_id, visit.admitted_at or now
        )
        self.events.publish(event)
        self.passcodes.finish(passcode, now)
        self.narrate(
            "visitor admitted",
            door_id=event.door_id,
            visit_id=event.visit_id,
            visitor_id=event.visitor_id,
        )
        return event

    @contextmanager
    def _refusals_told(self, door_id: str, visit_id: str | None) -> Iterator[None]:
        try:
            yield
        except (PasscodeWrongError, PasscodeExpiredError, PasscodeUsedError, TooManyTriesError) as error:
            reason = _REASONS[type(error)]
            self.narrate("passcode refused", door_id=door_id, visit_id=visit_id, reason=reason)
            raise

    def _return_try(self, door_id: str, scope: str) -> None:
        try:
            self.passcodes.return_try(door_id, scope)
        except RetryableError as error:  # the visitor is in: one try too many counted does no harm
            self.narrate("try not returned", door_id=door_id, reason=str(error))


def _admitted(visit: Visit, passcode: Passcode, now: float) -> Visit:
    """The visit, admitted by a code of whom it is for.

    A code whose message failed, but arrived all the same, is wrong once the owner approved somebody else; and
    any code is, once another one was sent in its place.
    """
    if visit.visitor_id != passcode.visitor_id or visit.code_number != passcode.code_number:
        raise PasscodeWrongError(passcode.door_id)
    return visit.admitted(now)
