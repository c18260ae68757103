"""Visitors: who is on file, and everything about them."""

from __future__ import annotations

from dataclasses import asdict

from smart_door.bootstrap import owner
from smart_door.domain.refusals import InvalidRequestError
from smart_door.domain.visitors import Visitor, VisitorStatus
from smart_door.http import json_body
from smart_door.owner_operations.requests import (
    Event,
    Json,
    Operation,
    asked_by,
    may_see_phones,
    path_part,
    text,
    text_if_any,
    texts_if_any,
)
from smart_door.services.manage_visitors import VisitorChanges


def list_visitors(event: Event) -> Json:
    """Everyone, by name."""
    return owner.show_home().list_visitors(with_phones=may_see_phones(event))


def get_visitor(event: Event) -> Json:
    """One, with all photos."""
    return owner.show_home().get_visitor(_visitor_id(event), with_phones=may_see_phones(event))


def change_visitor(event: Event) -> Json:
    """Name, phone, status, doors."""
    body = json_body(event)
    status = text_if_any(body, "status")
    if status is not None and status not in set(VisitorStatus):
        raise InvalidRequestError("status", "The status is approved or blocked.")
    changes = VisitorChanges(
        name=text_if_any(body, "name"),
        phone=text_if_any(body, "phone"),
        status=None if status is None else VisitorStatus(status),
        door_ids=texts_if_any(body, "door_ids"),
    )
    return _shown(owner.manage_visitors().change(_visitor_id(event), changes, asked_by(event)))


def delete_visitor(event: Event) -> Json:
    """Everything about a person; what that was."""
    return asdict(owner.forget_visitor()(_visitor_id(event)))


def add_photo(event: Event) -> Json:
    """A photo more."""
    return _shown(owner.manage_visitors().add_photo(_visitor_id(event), text(json_body(event), "photo")))


def delete_photo(event: Event) -> Json:
    """A photo less."""
    return _shown(owner.manage_visitors().remove_photo(_visitor_id(event), path_part(event, "face_id")))


def merge_visitors(event: Event) -> Json:
    """Two records, one person."""
    other_id = text(json_body(event), "visitor_id")
    return _shown(owner.manage_visitors().merge(_visitor_id(event), other_id))


def _visitor_id(event: Event) -> str:
    return path_part(event, "visitor_id")


def _shown(visitor: Visitor) -> Json:
    return owner.show_home().show_visitor(visitor)


OPERATIONS: dict[str, Operation] = {
    "GET /api/owner/visitors": list_visitors,
    "GET /api/owner/visitors/{visitor_id}": get_visitor,
    "PATCH /api/owner/visitors/{visitor_id}": change_visitor,
    "DELETE /api/owner/visitors/{visitor_id}": delete_visitor,
    "POST /api/owner/visitors/{visitor_id}/photos": add_photo,
    "DELETE /api/owner/visitors/{visitor_id}/photos/{face_id}": delete_photo,
    "POST /api/owner/visitors/{visitor_id}/merge": merge_visitors,
}
