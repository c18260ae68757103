"""What the home in memory does with a visit: decided, undone, a match taken back; as the real one does."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

_WAITING = ("open", "awaiting_owner")
_DECISION = ("decided_at", "decided_by", "rule", "undo_until", "visitor_id", "visitor_name")


def decided(
    visit: dict[str, Any], decision: dict[str, Any], by: str, undo_seconds: float
) -> dict[str, Any] | None:
    """Decide a visit that waits; or what a refusal says of one that waits no longer."""
    if visit["state"] not in _WAITING:
        return {name: visit[name] for name in ("state", "decided_by", "decided_at") if name in visit}
    approved = decision["decision"] == "approve"
    now = time.time()
    visit.update(
        state="code_sent" if approved else "denied",
        decided_at=iso(now),
        decided_by=by,
        rule="household",
        undo_until=iso(now + undo_seconds),
    )
    if approved:
        visit["visitor_name"] = decision.get("name", "Ada Lovelace")
    return None


def resent(visit: dict[str, Any]) -> str | None:
    """Send the code of a visit again; or the code of what is in the way."""
    if "resend_from" not in visit:
        return "code_not_again"
    visit.update(code_times(0))
    return None


def code_times(sent_ago: float, *, left: float = 300.0) -> dict[str, str]:
    """A code that went so many seconds ago, opens for `left` more, and can be sent again 20 after it went."""
    sent_at = time.time() - sent_ago
    times = {"code_sent_at": sent_at, "code_expires_at": time.time() + left, "resend_from": sent_at + 20}
    return {name: iso(at) for name, at in times.items()}


def undone(visit: dict[str, Any]) -> str | None:
    """Let a visit wait again; or the code of what is in the way."""
    if visit["state"] == "admitted":
        return "visit_already_decided"
    if "undo_until" not in visit:
        return "undo_too_late"
    _let_wait(visit)
    return None


def match_rejected(visit: dict[str, Any], face_index: int) -> None:
    """Take a match out of a visit, which waits again where a code was sent."""
    face = next(face for face in visit["faces"] if face["face_index"] == face_index)
    face["known"] = False
    for name in ("visitor_id", "visitor_name", "similarity", "evidence"):
        face.pop(name, None)
    if visit["state"] == "code_sent":
        _let_wait(visit)


def of_visitor(visits: list[dict[str, Any]], visitor_id: str) -> list[dict[str, Any]]:
    """The visits in which somebody came in or was recognised."""
    return [
        visit
        for visit in visits
        if visitor_id
        in (visit.get("visitor_id"), *(face.get("visitor_id") for face in visit["faces"] if face["known"]))
    ]


def _let_wait(visit: dict[str, Any]) -> None:
    visit["state"] = "awaiting_owner"
    for name in _DECISION:
        visit.pop(name, None)


def iso(epoch_seconds: float) -> str:
    """A moment as APIs write it."""
    return datetime.fromtimestamp(epoch_seconds, UTC).isoformat().replace("+00:00", "Z")
