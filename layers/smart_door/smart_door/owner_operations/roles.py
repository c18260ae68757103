"""Which role each operation takes: the one table. What is not in it, nobody may do."""

from __future__ import annotations

from smart_door.domain.household import Role

LEAST_ROLE: dict[str, Role] = {
    # Looking
    "GET /api/owner/me": Role.GUEST,
    "GET /api/owner/visits": Role.GUEST,
    "GET /api/owner/visits/{door_id}/{visit_id}": Role.GUEST,
    "GET /api/owner/visits/{door_id}/{visit_id}/clip": Role.GUEST,
    "GET /api/owner/doors/{door_id}/live": Role.GUEST,
    "GET /api/owner/doors/{door_id}/still": Role.GUEST,
    "GET /api/owner/visitors": Role.GUEST,
    "GET /api/owner/visitors/{visitor_id}": Role.GUEST,
    "GET /api/owner/settings": Role.GUEST,
    # Deciding: who comes in, now or later
    "POST /api/owner/visits/{door_id}/{visit_id}/decision": Role.MEMBER,
    "DELETE /api/owner/visits/{door_id}/{visit_id}/decision": Role.MEMBER,
    "POST /api/owner/visits/{door_id}/{visit_id}/code": Role.MEMBER,
    "POST /api/owner/visits/{door_id}/{visit_id}/not-this-person": Role.MEMBER,
    "GET /api/owner/passes": Role.MEMBER,
    "POST /api/owner/passes": Role.MEMBER,
    "DELETE /api/owner/passes/{door_id}/{pass_id}": Role.MEMBER,
    "GET /api/owner/me/messages": Role.MEMBER,
    "PUT /api/owner/me/messages": Role.MEMBER,
    # Managing: who is on file, and what leaves the house
    "GET /api/owner/visits.csv": Role.OWNER,
    "DELETE /api/owner/visits/{door_id}/{visit_id}": Role.OWNER,
    "PATCH /api/owner/visitors/{visitor_id}": Role.OWNER,
    "DELETE /api/owner/visitors/{visitor_id}": Role.OWNER,
    "POST /api/owner/visitors/{visitor_id}/photos": Role.OWNER,
    "DELETE /api/owner/visitors/{visitor_id}/photos/{face_id}": Role.OWNER,
    "POST /api/owner/visitors/{visitor_id}/merge": Role.OWNER,
    "PUT /api/owner/settings": Role.OWNER,
    "GET /api/owner/household": Role.OWNER,
    "POST /api/owner/household": Role.OWNER,
    "PATCH /api/owner/household/{member_id}": Role.OWNER,
    "DELETE /api/owner/household/{member_id}": Role.OWNER,
}
"""The least role for each operation, by method and resource; a test holds it against the specification."""


def may(role: Role, route: str) -> bool:
    """Whether somebody of that role may do what the route does."""
    return route in LEAST_ROLE and role.includes(LEAST_ROLE[route])
