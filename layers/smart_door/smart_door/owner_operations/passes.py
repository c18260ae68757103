"""Passes: invitations with a code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from smart_door.bootstrap import owner
from smart_door.domain.home_time import MIDNIGHT, parse_day
from smart_door.domain.passes import WEEKDAYS, PassKind, Schedule
from smart_door.domain.refusals import InvalidRequestError
from smart_door.http import json_body
from smart_door.owner_operations.requests import (
    Event,
    Json,
    Operation,
    asked_by,
    path_part,
    text,
    text_if_any,
    texts_if_any,
    who_in,
)
from smart_door.services.manage_passes import Invite


def list_passes(event: Event) -> Json:
    """All that are on file."""
    show = owner.show_passes()
    return {"passes": show.several(owner.manage_passes().all())}


def create_pass(event: Event) -> Json:
    """Invite somebody."""
    body = json_body(event)
    send = body.get("send", True)
    if not isinstance(send, bool):
        raise InvalidRequestError("send", "send is true or false.")
    made = owner.manage_passes().invite(
        Invite(
            request_id=_request_id(body),
            door_id=text(body, "door_id"),
            who=who_in(body),
            schedule=_schedule(body),
            by=asked_by(event),
            send=send,
        )
    )
    shown = owner.show_passes().one(made.invitation)
    return {"pass": shown, "passcode": made.digits, "message": made.message, "sent": made.is_sent}


def revoke_pass(event: Event) -> Json:
    """Take an invitation back."""
    revoked = owner.manage_passes().revoke(path_part(event, "door_id"), path_part(event, "pass_id"))
    return owner.show_passes().one(revoked)


def _request_id(body: Mapping[str, Any]) -> str:
    """The id that the page gave its request, or a new one; always in one form."""
    given = text_if_any(body, "request_id")
    try:
        return str(UUID(given) if given is not None else uuid4())
    except ValueError as error:
        raise InvalidRequestError("request_id", "The request's id is a UUID.") from error


def _schedule(body: Mapping[str, Any]) -> Schedule:
    kind = text(body, "kind")
    if kind not in set(PassKind):
        raise InvalidRequestError("kind", f"The kind is one of {', '.join(PassKind)}.")
    if kind != PassKind.RECURRING:
        return Schedule(PassKind(kind), _wall_time(body, "from"), _wall_time(body, "until"))
    first, last = (parse_day(text(body, name), name) for name in ("first_day", "last_day"))
    days = texts_if_any(body, "weekdays") or []
    if not set(days) <= set(WEEKDAYS):
        raise InvalidRequestError("weekdays", f"The weekdays are among {', '.join(WEEKDAYS)}.")
    return Schedule(
        PassKind.RECURRING,
        first=datetime.combine(first, MIDNIGHT),
        last=datetime.combine(last, MIDNIGHT) + timedelta(days=1, microseconds=-1),
        weekdays=tuple(sorted({WEEKDAYS.index(day) for day in days})),
        opens=_hour(body, "opens"),
        closes=_hour(body, "closes"),
    )


def _wall_time(body: Mapping[str, Any], name: str) -> datetime:
    try:
        return datetime.strptime(text(body, name), "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the home's clocks
    except ValueError as error:
        raise InvalidRequestError(name, "Give the time like 2026-11-24T09:00.") from error


def _hour(body: Mapping[str, Any], name: str) -> time:
    try:
        return datetime.strptime(text(body, name), "%H:%M").time()  # noqa: DTZ007 - the home's clocks
    except ValueError as error:
        raise InvalidRequestError(name, "Give the hour like 09:00.") from error


OPERATIONS: dict[str, Operation] = {
    "GET /api/owner/passes": list_passes,
    "POST /api/owner/passes": create_pass,
    "DELETE /api/owner/passes/{door_id}/{pass_id}": revoke_pass,
}
