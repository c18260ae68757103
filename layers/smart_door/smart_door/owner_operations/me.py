"""Who is asking."""

from __future__ import annotations

from smart_door.owner_operations.requests import Event, Json, Operation, asked_by, role_in


def show_me(event: Event) -> Json:
    """The e-mail address and the role, so that the page shows what can be done."""
    return {"email": asked_by(event), "role": role_in(event).value}


OPERATIONS: dict[str, Operation] = {"GET /api/owner/me": show_me}
