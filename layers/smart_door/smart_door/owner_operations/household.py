"""The household: who may log in, in which role, and who is told about what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from smart_door.bootstrap import owner
from smart_door.domain.household import About, Contact, Member, Role
from smart_door.domain.refusals import InvalidRequestError
from smart_door.http import json_body
from smart_door.owner_operations.requests import (
    Event,
    Json,
    Operation,
    member_asking,
    path_part,
    text,
    text_if_any,
    texts_if_any,
)


def list_members(event: Event) -> Json:
    """Everyone, and the number that is told everything."""
    household = owner.manage_household()
    return {"members": [_shown(member) for member in household.all()], "home_phone": household.home_phone}


def invite_member(event: Event) -> Json:
    """An invitation by e-mail."""
    body = json_body(event)
    return _shown(owner.manage_household().invite(text(body, "email"), _role(text(body, "role"))))


def change_member(event: Event) -> Json:
    """Another role, another number, or other things to be told."""
    body, member_id = json_body(event), path_part(event, "member_id")
    role = text_if_any(body, "role")
    phone, told_about = text_if_any(body, "phone"), _told_about(body)
    if role is None and phone is None and told_about is None:
        raise InvalidRequestError("role", "Say what is to be changed.")
    wanted = None if role is None else _role(role)
    household = owner.manage_household()
    if phone is not None or told_about is not None:
        member = household.tell(member_id, phone, told_about)
    if wanted is not None:
        member = household.change_role(member_id, wanted)
    return _shown(member)


def remove_member(event: Event) -> Json:
    """Somebody leaves the household."""
    return _shown(owner.manage_household().remove(path_part(event, "member_id")))


def get_my_messages(event: Event) -> Json:
    """Where and about what the person who asks is told."""
    return _contact(owner.manage_household().contact(member_asking(event)))


def change_my_messages(event: Event) -> Json:
    """The same, changed by that person."""
    body = json_body(event)
    phone, told_about = text_if_any(body, "phone") or "", _told_about(body)
    if told_about is None:
        raise InvalidRequestError("told_about", "Say what you want to be told.")
    return _contact(owner.manage_household().tell(member_asking(event), phone, told_about).contact)


def _role(name: str) -> Role:
    if name not in set(Role):
        raise InvalidRequestError("role", f"The role is one of {', '.join(Role)}.")
    return Role(name)


def _told_about(body: Mapping[str, Any]) -> Collection[About] | None:
    names = texts_if_any(body, "told_about")
    if names is None:
        return None
    if not set(names) <= set(About):
        raise InvalidRequestError("told_about", f"A member is told about {', '.join(About)}.")
    return [About(name) for name in names]


def _shown(member: Member) -> Json:
    known = {"member_id": member.member_id, "email": member.email, "role": member.role}
    return {**known, "is_invited": member.is_invited, **_contact(member.contact)}


def _contact(contact: Contact | None) -> Json:
    if contact is None:
        return {"told_about": []}
    return {"phone": contact.phone, "told_about": [one for one in About if one in contact.told_about]}


OPERATIONS: dict[str, Operation] = {
    "GET /api/owner/household": list_members,
    "POST /api/owner/household": invite_member,
    "PATCH /api/owner/household/{member_id}": change_member,
    "DELETE /api/owner/household/{member_id}": remove_member,
    "GET /api/owner/me/messages": get_my_messages,
    "PUT /api/owner/me/messages": change_my_messages,
}
