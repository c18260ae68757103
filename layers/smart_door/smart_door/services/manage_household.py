"""Who of the household may log in, in which role, and who is told about what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from smart_door.domain.household import About, Contact, Household, Member, Role, parse_email
from smart_door.domain.ports import Messages
from smart_door.domain.refusals import (
    HomePhoneError,
    InvalidRequestError,
    LastOwnerError,
    MemberNotFoundError,
    PhoneOptedOutError,
)
from smart_door.domain.settings import HomeSettings, Settings
from smart_door.domain.visitors import parse_phone
from smart_door.services.changing import change_settings
from smart_door.services.narration import Narrate


@dataclass(frozen=True)
class ManageHousehold:
    """Invites members, changes roles and contacts, removes members; there is always an owner left.

    `home_phone` (E.164) is the number that the home was set up with, which is told everything.
    """

    household: Household
    settings: HomeSettings
    messages: Messages
    home_phone: str
    narrate: Narrate

    def all(self) -> Sequence[Member]:
        """Everyone with their contacts, owners first, by e-mail address."""
        order, settings = list(Role), self.settings.get()
        everyone = (
            replace(member, contact=settings.contact_of(member.member_id)) for member in self.household.all()
        )
        return sorted(everyone, key=lambda member: (order.index(member.role), member.email))

    def contact(self, member_id: str) -> Contact | None:
        """Where and about what a member is told; None without a number."""
        return self.settings.get().contact_of(member_id)

    def invite(self, email: str, role: Role) -> Member:
        """Send an invitation. Raises InvalidRequestError, MemberExistsError, InvitationNotSentError."""
        member = self.household.invite(parse_email(email), role)
        self.narrate("member invited", member_id=member.member_id, role=role.value)
        return member

    def change_role(self, member_id: str, role: Role) -> Member:
        """Give a member another role. Raises MemberNotFoundError and LastOwnerError."""
        member = self._member(member_id, stays_owner=role is Role.OWNER)
        self.household.change_role(member.member_id, role)
        self.narrate("member changed", member_id=member.member_id, role=role.value)
        return replace(member, role=role)

    def tell(self, member_id: str, phone: str | None, told_about: Collection[About] | None) -> Member:
        """Change where (empty: nowhere) and about what a member is told; None leaves that as it is.

        Raises MemberNotFoundError, PhoneNumberError, PhoneUnreachableError, PhoneOptedOutError,
        HomePhoneError, and InvalidRequestError where somebody is to be told without a number.
        """
        member = self._member(member_id, stays_owner=True)
        number = phone.strip() if phone is not None else None
        if number:
            number = self._usable(number)

        def changed(settings: Settings) -> Settings:
            before = settings.contact_of(member_id) or Contact(member_id, "")
            contact = Contact(
                member_id,
                before.phone if number is None else number,
                before.told_about if told_about is None else frozenset(told_about),
            )
            if contact.phone:
                return settings.with_contact(member_id, contact)
            if told_about:
                raise InvalidRequestError("phone", "Give the number that the messages go to.")
            return settings.with_contact(member_id, None)

        contact = change_settings(self.settings, changed).contact_of(member_id)
        self.narrate("member contact changed", member_id=member_id)
        return replace(member, contact=contact)

    def remove(self, member_id: str) -> Member:
        """Let a member log in no more and tell them nothing; who that was.

        Raises MemberNotFoundError and LastOwnerError.
        """
        member = self._member(member_id, stays_owner=False)
        change_settings(self.settings, lambda settings: settings.with_contact(member_id, None))
        self.household.remove(member.member_id)
        self.narrate("member removed", member_id=member.member_id)
        return replace(member, contact=None)

    def _usable(self, text: str) -> str:
        phone = parse_phone(text)
        if phone == self.home_phone:
            raise HomePhoneError
        if self.messages.has_opted_out(phone):
            raise PhoneOptedOutError
        return phone

    def _member(self, member_id: str, *, stays_owner: bool) -> Member:
        everyone = self.all()
        found = next((member for member in everyone if member.member_id == member_id), None)
        if found is None:
            raise MemberNotFoundError(member_id)
        owners = [member for member in everyone if member.role is Role.OWNER]
        if owners == [found] and not stays_owner:
            raise LastOwnerError(member_id)
        return found
