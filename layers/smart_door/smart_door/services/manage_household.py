"""Who of the household may log in, and in which role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from smart_door.domain.errors import LastOwnerError, MemberNotFoundError
from smart_door.domain.household import Household, Member, Role, parse_email
from smart_door.services.narration import Narrate


@dataclass(frozen=True)
class ManageHousehold:
    """Invites members, changes roles, removes members; there is always an owner left."""

    household: Household
    narrate: Narrate

    def all(self) -> Sequence[Member]:
        """Everyone, owners first, by e-mail address."""
        order = list(Role)
        return sorted(self.household.all(), key=lambda member: (order.index(member.role), member.email))

    def invite(self, email: str, role: Role) -> Member:
        """Send an invitation. Raises InvalidRequestError and MemberExistsError."""
        member = self.household.invite(parse_email(email), role)
        self.narrate("member invited", member_id=member.member_id, role=role.value)
        return member

    def change_role(self, member_id: str, role: Role) -> Member:
        """Give a member another role. Raises MemberNotFoundError and LastOwnerError."""
        member = self._member(member_id, stays_owner=role is Role.OWNER)
        self.household.change_role(member.member_id, role)
        self.narrate("member changed", member_id=member.member_id, role=role.value)
        return replace(member, role=role)

    def remove(self, member_id: str) -> Member:
        """Let a member log in no more; who that was. Raises MemberNotFoundError and LastOwnerError."""
        member = self._member(member_id, stays_owner=False)
        self.household.remove(member.member_id)
        self.narrate("member removed", member_id=member.member_id)
        return member

    def _member(self, member_id: str, *, stays_owner: bool) -> Member:
        everyone = self.household.all()
        found = next((member for member in everyone if member.member_id == member_id), None)
        if found is None:
            raise MemberNotFoundError(member_id)
        owners = [member for member in everyone if member.role is Role.OWNER]
        if owners == [found] and not stays_owner:
            raise LastOwnerError(member_id)
        return found
