"""What the home in memory answers about who is on file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.e2e.double_answers import Asked, Operation, Refusal

if TYPE_CHECKING:
    from tests.e2e.home_double import HomeDouble

Person = dict[str, Any]
_ALL, _ONE = "/api/owner/visitors", "/api/owner/visitors/{visitor_id}"


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


def shown_to(role: str, visitor: Person) -> Person:
    """A visitor as somebody of that role sees them: guests see no numbers."""
    return {name: value for name, value in visitor.items() if name != "phone" or role != "guest"}


def _list(home: HomeDouble, _asked: Asked) -> Any:
    return {"visitors": [shown_to(home.role, in_list(one)) for one in home.visitors]}


def _of_one(answer: Callable[[HomeDouble, Person, Asked], Any]) -> Operation:
    """An operation on somebody on file; what it is asked to change is noted in `visitor_changes`."""

    def operation(home: HomeDouble, asked: Asked) -> Any:
        found = next((one for one in home.visitors if one["visitor_id"] == asked.path["visitor_id"]), None)
        if found is None:
            return Refusal(404, "visitor_not_found")
        found.setdefault("photos", [])
        if asked.method != "GET":
            part = asked.route.removeprefix(f"{asked.method} {_ONE}").strip("/").partition("/")[0]
            home.visitor_changes.append((asked.method, part or None, asked.body))
        return answer(home, found, asked)

    return operation


def _show(home: HomeDouble, visitor: Person, _asked: Asked) -> Any:
    return shown_to(home.role, visitor)


def _change(_home: HomeDouble, visitor: Person, asked: Asked) -> Any:
    visitor.update(asked.body)
    return visitor


def _delete(home: HomeDouble, visitor: Person, asked: Asked) -> Any:
    home.visitors.remove(visitor)
    return {**asked.path, "faces": visitor["faces"], "photos": 5, "visits": 3, "passes": 1, "codes": 2}


def _add_photo(home: HomeDouble, visitor: Person, asked: Asked) -> Any:
    is_new = home.visitor_changes.count(("POST", "photos", asked.body)) == 1
    return _keep(visitor, [photo(99, len(visitor["photos"]))] if is_new else [])


def _delete_photo(_home: HomeDouble, visitor: Person, asked: Asked) -> Any:
    kept = [one for one in visitor["photos"] if one["face_id"] != asked.path["face_id"]]
    visitor.update(photos=kept, faces=len(kept))
    return visitor


def _merge(home: HomeDouble, visitor: Person, asked: Asked) -> Any:
    other = next(one for one in home.visitors if one["visitor_id"] == asked.body["visitor_id"])
    home.visitors.remove(other)
    return _keep(visitor, other["photos"])


def _keep(visitor: Person, more: list[dict[str, str]]) -> Person:
    visitor["photos"] = [*visitor.get("photos", []), *more]
    visitor["faces"] = len(visitor["photos"])
    return visitor


VISITORS: dict[str, Operation] = {
    f"GET {_ALL}": _list,
    f"GET {_ONE}": _of_one(_show),
    f"PATCH {_ONE}": _of_one(_change),
    f"DELETE {_ONE}": _of_one(_delete),
    f"POST {_ONE}/photos": _of_one(_add_photo),
    f"DELETE {_ONE}/photos/{{face_id}}": _of_one(_delete_photo),
    f"POST {_ONE}/merge": _of_one(_merge),
}
