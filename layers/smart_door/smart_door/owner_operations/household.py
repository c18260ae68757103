"""The household: who may log in, in which role."""

from __future__ import annotations

from dataclasses import asdict

from smart_door.bootstrap import owner
from smart_door.domain.errors import InvalidRequestError
from smart_door.domain.household import Member, Role
from smart_door.http import json_body
from smart_door.owner_operations.requests import Event, Json, Operation, path_part, text


def list_members(event: Event) -> Json:
    """Everyone."""
    return {"members": [_shown(member) for member in owner.manage_household().all()]}


def invite_member(event: Event) -> Json:
    """An invitation by e-mail."""
    body = json_body(event)
    return _shown(owner.manage_household().invite(text(body, "email"), _role(text(body, "role"))))


def change_member(event: Event) -> Json:
    """Another role."""
    role = _role(text(json_body(event), "role"))
    return _shown(owner.manage_household().change_role(path_part(event, "member_id"), role))


def remove_member(event: Event) -> Json:
    """Somebody leaves the household."""
    return _shown(owner.manage_household().remove(path_part(event, "member_id")))


def _role(name: str) -> Role:
    if name not in set(Role):
        raise InvalidRequestError("role", f"The role is one of {', '.join(Role)}.")
    return Role(name)


def _shown(member: Member) -> Json:
    return asdict(member)


OPERATIONS: dict[str, Operation] = {
    "GET /api/owner/household": list_members,
    "POST /api/owner/household": invite_member,
    "PATCH /api/owner/household/{member_id}": change_member,
    "DELETE /api/owner/household/{member_id}": remove_member,
}
