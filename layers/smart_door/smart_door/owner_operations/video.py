"""The doors' video: live, as a still, and around a visit's beginning."""

from __future__ import annotations

from smart_door.bootstrap import owner
from smart_door.owner_operations.requests import Event, Json, Operation, path_part


def show_live(event: Event) -> Json:
    """Where the live video of a door is."""
    return owner.show_video().live(path_part(event, "door_id"))


def show_still(event: Event) -> Json:
    """The newest picture of a door."""
    return owner.show_video().still(path_part(event, "door_id"))


def show_clip(event: Event) -> Json:
    """Where the clip of a visit is."""
    return owner.show_video().clip(path_part(event, "door_id"), path_part(event, "visit_id"))


OPERATIONS: dict[str, Operation] = {
    "GET /api/owner/doors/{door_id}/live": show_live,
    "GET /api/owner/doors/{door_id}/still": show_still,
    "GET /api/owner/visits/{door_id}/{visit_id}/clip": show_clip,
}
