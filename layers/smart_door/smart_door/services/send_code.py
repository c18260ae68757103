"""A passcode to a visitor's phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from smart_door.domain import texts
from smart_door.domain.errors import PasscodeTakenError
from smart_door.domain.passcodes import Passcode, RandomBelow, digest_of, draw_digits
from smart_door.domain.ports import Messages, Passcodes
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import Visit

_DRAWS = 5


@dataclass(frozen=True)
class SendCode:
    """Draws a passcode, stores its keyed hash, and texts it. The digits live only in here.

    `key` is the hash's key, `door_names` says what people call each door, `seconds` how long a code opens.
    """

    passcodes: Passcodes
    messages: Messages
    key: bytes = field(repr=False)
    site_url: str
    door_names: Mapping[str, str]
    seconds: float
    random_below: RandomBelow

    def __call__(self, visit: Visit, visitor: Visitor, now: float) -> None:
        """Send a code for the visit that opens until `now` + `seconds`.

        Raises MessageNotSentError, MessageRefusedError and PhoneUnreachableError; the stored code then opens
        nothing, since its visit does not get the status, or the number, for it.
        """
        digits = self._store(visit, visitor, now + self.seconds, now)
        text = texts.code(
            self.door_names[visit.door_id],
            visitor.name,
            digits,
            max(1, round(self.seconds / 60)),
            texts.door_link(self.site_url, visit.door_id, visit.visit_id),
        )
        self.messages.text(visitor.phone, text)

    def _store(self, visit: Visit, visitor: Visitor, expires_at: float, now: float) -> str:
        for _ in range(_DRAWS):
            digits = draw_digits(self.random_below)
            digest = digest_of(self.key, visit.door_id, digits)
            passcode = Passcode(
                door_id=visit.door_id,
                digest=digest,
                visit_id=visit.visit_id,
                visitor_id=visitor.visitor_id,
                expires_at=expires_at,
                code_number=visit.code_number,
            )
            try:
                self.passcodes.add(passcode, now)
            except PasscodeTakenError:
                continue
            return digits
        raise PasscodeTakenError(visit.door_id)
