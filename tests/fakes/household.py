"""The household and its settings, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from smart_door.domain.errors import InvitationNotSentError, SettingsChangedError
from smart_door.domain.household import Member, Role
from smart_door.domain.refusals import MemberExistsError, MemberNotFoundError
from smart_door.domain.settings import Settings


@dataclass
class InMemoryHousehold:
    """`household.Household`."""

    members: dict[str, Member] = field(default_factory=dict)
    sends_nothing: bool = False

    def all(self) -> Sequence[Member]:
        """Everyone."""
        return list(self.members.values())

    def invite(self, email: str, role: Role) -> Member:
        """A member more."""
        if email in {member.email for member in self.members.values()}:
            raise MemberExistsError
        if self.sends_nothing:
            raise InvitationNotSentError("UnexpectedLambdaException")
        member = Member(f"member-{len(self.members) + 1}", email, role, is_invited=True)
        self.members[member.member_id] = member
        return member

    def change_role(self, member_id: str, role: Role) -> None:
        """Another role."""
        if member_id not in self.members:
            raise MemberNotFoundError(member_id)
        self.members[member_id] = replace(self.members[member_id], role=role)

    def remove(self, member_id: str) -> None:
        """A member less."""
        if self.members.pop(member_id, None) is None:
            raise MemberNotFoundError(member_id)


@dataclass
class InMemorySettings:
    """`settings.HomeSettings`."""

    stored: Settings = field(default_factory=Settings)

    def get(self) -> Settings:
        """What is set."""
        return self.stored

    def replace(self, settings: Settings) -> Settings:
        """Store changed settings."""
        if settings.version != self.stored.version:
            raise SettingsChangedError
        self.stored = replace(settings, version=settings.version + 1)
        return self.stored
