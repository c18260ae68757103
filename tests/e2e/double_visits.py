"""What the home in memory answers about visits: those of today, those that are over, and decisions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.e2e import double_activity, double_now
from tests.e2e.double_answers import PHOTOS, Asked, Operation, Refusal
from tests.e2e.double_now import iso

if TYPE_CHECKING:
    from tests.e2e.home_double import HomeDouble

_ROOT = "/api/owner/visits"
_ONE = f"{_ROOT}/{{door_id}}/{{visit_id}}"


def _list(home: HomeDouble, asked: Asked) -> Any:
    newest = [home.visits[key] for key in sorted(home.visits, reverse=True)]
    if asked.query.get("state") == "waiting":
        newest = [visit for visit in newest if visit["state"] in ("open", "awaiting_owner")]
    if "visitor_id" in asked.query:
        newest = double_now.of_visitor(newest, asked.query["visitor_id"])
    page, rest = double_activity.page_of(newest, asked.query)
    return {"visits": [_with_links(visit) for visit in page], **rest}


def _export(home: HomeDouble, asked: Asked) -> Any:
    home.exports.append(dict(asked.query))
    return double_activity.TABLE


def _show(home: HomeDouble, asked: Asked) -> Any:
    visit = home.visits.get(asked.path["visit_id"])
    return _with_links(visit) if visit else Refusal(404, "visit_not_found")


def _delete(home: HomeDouble, asked: Asked) -> Any:
    visit = home.visits.pop(asked.path["visit_id"])
    return {"visit_id": visit["visit_id"], "photos": 3, "clips": 1, "codes": 1}


def _decide(home: HomeDouble, asked: Asked) -> Any:
    visit = home.visits[asked.path["visit_id"]]
    details = double_now.decided(visit, asked.body, "owner@home.test", home.undo_seconds)
    if details is not None:
        return Refusal(409, "visit_already_decided", details=details)
    home.decisions.append(asked.body)
    return _with_links(visit)


def _undo(home: HomeDouble, asked: Asked) -> Any:
    visit = home.visits[asked.path["visit_id"]]
    if code := double_now.undone(visit):
        return Refusal(409, code)
    return _with_links(visit)


def _resend(home: HomeDouble, asked: Asked) -> Any:
    visit = home.visits[asked.path["visit_id"]]
    if code := double_now.resent(visit):
        return Refusal(409, code)
    return _with_links(visit)


def _reject_match(home: HomeDouble, asked: Asked) -> Any:
    visit = home.visits[asked.path["visit_id"]]
    double_now.match_rejected(visit, asked.body["face_index"])
    return _with_links(visit)


VISITS: dict[str, Operation] = {
    f"GET {_ROOT}": _list,
    f"GET {_ROOT}.csv": _export,
    f"GET {_ONE}": _show,
    f"DELETE {_ONE}": _delete,
    f"POST {_ONE}/decision": _decide,
    f"DELETE {_ONE}/decision": _undo,
    f"POST {_ONE}/code": _resend,
    f"POST {_ONE}/not-this-person": _reject_match,
}


def _with_links(visit: dict[str, Any]) -> dict[str, Any]:
    """The visit as the API shows it: with links whose signature is another one each time."""
    folder = f"{PHOTOS}/photos/{visit['visit_id']}"
    signature = f"signature={time.time_ns()}"
    links = {
        "photo_url": f"{folder}/best.jpg?{signature}",
        "first_photo_url": f"{folder}/first.jpg?{signature}",
        "photo_links_expire_at": iso(time.time() + 300),
    }
    return {**links, **visit}
