"""What the home in memory answers about who is on file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Person = dict[str, Any]
_PATH = re.compile(r"^/api/owner/visitors/([^/]+)(?:/(photos|merge)(?:/([^/]+))?)?$")
_BODIES = {("PATCH", None): "VisitorChanges", ("POST", "photos"): "NewPhoto", ("POST", "merge"): "Merge"}


def person(number: int, name: str, photos: int = 1, **fields: Any) -> Person:
    """Somebody on file, with links to as many photos."""
    visitor_id = f"7e5d3e1e-0b1f-4c57-9d1e-{number:012d}"
    kept = [photo(number, index) for index in range(photos)]
    return {
        "visitor_id": visitor_id,
        "name": name,
        "phone": f"+1555555{number:04d}",
        "status": "approved",
        "door_ids": ["front"],
        "created_at": "2026-11-01T10:00:00Z",
        "faces": photos,
        "photos": kept,
        **({"photo_url": kept[0]["photo_url"]} if kept else {}),
        **fields,
    }


def photo(number: int, index: int) -> dict[str, str]:
    """A photo that is kept of somebody."""
    return {
        "face_id": f"face-{number}-{index}",
        "photo_url": f"https://photos.test/visitors/{number}/{index}.jpg",
    }


def in_list(visitor: Person) -> Person:
    """A visitor as lists show them."""
    return {name: value for name, value in visitor.items() if name != "photos"}


def visitor_answer(
    visitors: list[Person], changes: list[Any], method: str, path: str, read: Callable[[str], Any]
) -> tuple[Any, str, str] | None:
    """The body, the specification's path and the method in small letters; None where there is nobody.

    `changes` gets (method, what it is about, the body) of what was asked, `read` checks and gives the body.
    """
    match = _PATH.match(path)
    assert match, path
    visitor_id, part, face_id = match.groups()
    schema = _BODIES.get((method, part))
    body = read(schema) if schema else {}
    visitor = next((one for one in visitors if one["visitor_id"] == visitor_id), None)
    if visitor is None:
        return None
    visitor.setdefault("photos", [])
    template = (
        "/api/owner/visitors/{visitor_id}" + (f"/{part}" if part else "") + ("/{face_id}" if face_id else "")
    )
    if method != "GET":
        changes.append((method, part, body))
    answer: Any = visitor
    if (method, part) == ("DELETE", None):
        visitors.remove(visitor)
        answer = {"visitor_id": visitor_id, "faces": visitor["faces"], "photos": 5, "visits": 3, "passes": 1}
    elif (method, part) == ("PATCH", None):
        visitor.update(body)
    elif (method, part) == ("POST", "photos"):
        is_new = changes.count((method, part, body)) == 1
        _keep(visitor, [photo(99, len(visitor["photos"]))] if is_new else [])
    elif method == "DELETE":
        kept = [one for one in visitor["photos"] if one["face_id"] != face_id]
        visitor.update(photos=kept, faces=len(kept))
    elif part == "merge":
        other = next(one for one in visitors if one["visitor_id"] == body["visitor_id"])
        visitors.remove(other)
        _keep(visitor, other["photos"])
    return answer, template, method.lower()


def _keep(visitor: Person, more: list[dict[str, str]]) -> None:
    visitor["photos"] = [*visitor.get("photos", []), *more]
    visitor["faces"] = len(visitor["photos"])
