"""Visits: listing, deciding, correcting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from smart_door.bootstrap import owner
from smart_door.domain.home_time import day_bounds, parse_day
from smart_door.domain.refusals import InvalidRequestError
from smart_door.domain.visits import VisitStatus
from smart_door.http import json_body
from smart_door.owner_operations.requests import (
    Event,
    File,
    Json,
    Operation,
    asked_by,
    path_part,
    query_of,
    who_in,
    whole_number,
)
from smart_door.services.walk_visits import Wanted


def list_visits(event: Event) -> Json:
    """A page of visits, filtered."""
    query = query_of(event)
    limit = query.get("limit", "20")
    if not limit.isdecimal() or not 1 <= int(limit) <= 100:
        raise InvalidRequestError("limit", "The limit is a number from 1 to 100.")
    state = query.get("state", "recent")
    if state not in ("waiting", "recent"):
        raise InvalidRequestError("state", "The state is waiting or recent.")
    home = owner.show_home()
    if state == "waiting":
        return home.list_waiting(int(limit))
    return home.list_visits(_wanted(query), before=query.get("before"), limit=int(limit))


def export_visits(event: Event) -> File:
    """The visits as a spreadsheet."""
    zone = owner.time_zone()
    text = owner.export_visits()(_wanted(query_of(event)), zone)
    return File("visits.csv", "text/csv; charset=utf-8; header=present", text)


def get_visit(event: Event) -> Json:
    """One visit."""
    return owner.show_home().get_visit(path_part(event, "door_id"), path_part(event, "visit_id"))


def delete_visit(event: Event) -> Json:
    """A visit goes with all that was kept of it."""
    return asdict(owner.delete_visit()(path_part(event, "door_id"), path_part(event, "visit_id")))


def decide_visit(event: Event) -> Json:
    """Approve or deny."""
    door_id, visit_id = path_part(event, "door_id"), path_part(event, "visit_id")
    body = json_body(event)
    decide = owner.decide_visit()
    if body.get("decision") == "deny":
        visit = decide.deny(door_id, visit_id, asked_by(event))
    elif body.get("decision") == "approve":
        face_index = whole_number(body, "face_index")
        visit = decide.approve(door_id, visit_id, who_in(body), face_index, asked_by(event))
    else:
        raise InvalidRequestError("decision", "The decision is approve or deny.")
    return owner.show_home().show_visit(visit)


def undo_decision(event: Event) -> Json:
    """Take back what was decided seconds ago."""
    visit = owner.decide_visit().undo(path_part(event, "door_id"), path_part(event, "visit_id"))
    return owner.show_home().show_visit(visit)


def resend_code(event: Event) -> Json:
    """The message did not arrive."""
    visit = owner.resend_code()(path_part(event, "door_id"), path_part(event, "visit_id"))
    return owner.show_home().show_visit(visit)


def reject_match(event: Event) -> Json:
    """Not this person."""
    face_index = whole_number(json_body(event), "face_index")
    visit = owner.correct_visit()(path_part(event, "door_id"), path_part(event, "visit_id"), face_index)
    return owner.show_home().show_visit(visit)


def _wanted(query: Mapping[str, str]) -> Wanted:
    """The filter of a query: day (in the home's time zone), person, door, outcome."""
    since = until = None
    if "day" in query:
        since, until = day_bounds(parse_day(query["day"]), owner.time_zone())
    outcome = query.get("outcome")
    if outcome is not None and outcome not in set(VisitStatus):
        raise InvalidRequestError("outcome", f"The outcome is one of {', '.join(VisitStatus)}.")
    visitor_id = query.get("visitor_id")
    return Wanted(
        door_id=query.get("door_id"),
        visitor_ids=None if visitor_id is None else owner.show_home().visitors.get(visitor_id).ids,
        outcome=None if outcome is None else VisitStatus(outcome),
        since=since,
        until=until,
    )


OPERATIONS: dict[str, Operation] = {
    "GET /api/owner/visits": list_visits,
    "GET /api/owner/visits.csv": export_visits,
    "GET /api/owner/visits/{door_id}/{visit_id}": get_visit,
    "DELETE /api/owner/visits/{door_id}/{visit_id}": delete_visit,
    "POST /api/owner/visits/{door_id}/{visit_id}/decision": decide_visit,
    "DELETE /api/owner/visits/{door_id}/{visit_id}/decision": undo_decision,
    "POST /api/owner/visits/{door_id}/{visit_id}/code": resend_code,
    "POST /api/owner/visits/{door_id}/{visit_id}/not-this-person": reject_match,
}
