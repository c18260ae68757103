"""Visitors: people the owner knows by name, wherever in the home they may come in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from smart_door.domain.errors import InvalidRequestError, PhoneNumberError

# E.164: a plus, a country code that does not begin with 0, 15 digits at most; 7 is the shortest in use.
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_PUNCTUATION = re.compile(r"[ ().\-\u00a0/]")
NAME_LENGTH = 80


class VisitorStatus(StrEnum):
    """Whether the owner lets the visitor in."""

    APPROVED = "approved"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Visitor:
    """One person, the same at every door. `visitor_id` is also the external image id of the faces.

    `door_ids` are the doors where an approved visitor gets a passcode. `face_ids` are the faces in the
    collection. `photo_key` is None until the first face is enrolled. `created_at` is epoch seconds.
    `version` counts the writes, from 1.
    """

    visitor_id: str
    name: str
    phone: str
    status: VisitorStatus
    door_ids: frozenset[str]
    created_at: float
    face_ids: tuple[str, ...] = ()
    photo_key: str | None = None
    version: int = 1

    @property
    def is_blocked(self) -> bool:
        """Whether the owner blocked this visitor, at every door."""
        return self.status is VisitorStatus.BLOCKED

    def may_enter(self, door_id: str) -> bool:
        """Whether a passcode for the door may be given to this visitor without asking."""
        return self.status is VisitorStatus.APPROVED and door_id in self.door_ids

    def with_door(self, door_id: str) -> Visitor:
        """The visitor, let in at one door more."""
        return replace(self, door_ids=self.door_ids | {door_id})


def parse_phone(text: str) -> str:
    """The number in E.164 form; spaces and the usual punctuation are dropped. Raises PhoneNumberError."""
    phone = _PUNCTUATION.sub("", text)
    if not _E164.fullmatch(phone):
        raise PhoneNumberError
    return phone


def parse_name(text: str) -> str:
    """The name on one line without surrounding space, 1..80 printable characters.

    Raises InvalidRequestError.
    """
    name = " ".join(text.split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise InvalidRequestError("name", f"Give a name of 1 to {NAME_LENGTH} characters.")
    return name
