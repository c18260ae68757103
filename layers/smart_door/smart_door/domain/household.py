"""Who of the household may do what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from smart_door.domain.refusals import InvalidRequestError

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")


class Role(StrEnum):
    """The owner decides and manages, a member decides, a guest looks. Cognito's groups have these names."""

    OWNER = "owner"
    MEMBER = "member"
    GUEST = "guest"

    def includes(self, other: Role) -> bool:
        """Whether this role may do all that the other one may."""
        order = list(Role)
        return order.index(self) <= order.index(other)


def role_of(groups: Iterable[str]) -> Role:
    """The highest role among somebody's groups; who is in none of them may only look."""
    found = set(groups)
    return next((role for role in Role if role in found), Role.GUEST)


class About(StrEnum):
    """What a message to the household is about: somebody nobody knows, somebody blocked, a code not sent."""

    STRANGER = "stranger"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Contact:
    """What a member is told by text message, and at which number (E.164)."""

    member_id: str
    phone: str
    told_about: frozenset[About] = frozenset()


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may log in. `is_invited` until they did so for the first time."""

    member_id: str
    email: str
    role: Role
    is_invited: bool
    contact: Contact | None = None


class Household(Protocol):
    """The user pool of those who may log in."""

    def all(self) -> Sequence[Member]:
        """Everyone, in no particular order."""

    def invite(self, email: str, role: Role) -> Member:
        """Send somebody an invitation. Raises MemberExistsError and InvitationNotSentError."""

    def change_role(self, member_id: str, role: Role) -> None:
        """Give a member another role. Raises MemberNotFoundError."""

    def remove(self, member_id: str) -> None:
        """Let a member log in no more. Raises MemberNotFoundError."""


def parse_email(text: str) -> str:
    """The e-mail address in lower case, as Cognito compares them. Raises InvalidRequestError."""
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        raise InvalidRequestError("email", "Give an e-mail address, like ada@example.com.")
    return email
