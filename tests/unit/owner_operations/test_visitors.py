"""Who is on file: changed, photographed, merged and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.home import Home
from tests.unit.owner_operations.asking import V1, VISITOR, ask
from tests.unit.test_manage_visitors import upload

DELETED = {"visitor_id": "v1", "faces": 1, "photos": 1, "visits": 0, "passes": 0, "codes": 0}


def test_a_visitor_is_renamed_and_shown_with_photos(home: Home) -> None:
    """Given a visitor, when name and status change, then the answer is what it is now."""
    home.knows("v1", "Grace")
    ask("POST", f"{VISITOR}/photos", V1, {"photo": upload("grace")})
    status, changed = ask("PATCH", VISITOR, V1, {"name": "Admiral", "status": "blocked", "door_ids": []})

    assert (status, changed["name"], changed["status"], changed["door_ids"]) == (
        200,
        "Admiral",
        "blocked",
        [],
    )
    assert ask("GET", VISITOR, V1) == (200, changed)
    assert len(changed["photos"]) == 1


@pytest.mark.parametrize(
    ("photo", "status", "code"),
    [
        (upload(""), 422, "photo_without_face"),
        (upload("grace+ada"), 422, "photo_of_several"),
        (upload("blurred"), 422, "photo_unclear"),
        ("!", 422, "photo_invalid"),
        ("A" * 6_000_000, 413, "photo_too_large"),
    ],
    ids=["nobody", "several", "blurred", "no photo", "too large"],
)
def test_a_photo_is_refused_with_what_to_do(home: Home, photo: str, status: int, code: str) -> None:
    """Given a photo that helps nobody, then the answer says how to choose a better one."""
    home.knows("v1")
    answered, problem = ask("POST", f"{VISITOR}/photos", V1, {"photo": photo})

    assert (answered, problem["code"]) == (status, code)
    assert "Choose" in problem["message"] or "base64" in problem["message"]


def test_a_photo_is_removed(home: Home) -> None:
    """Given a photo, when it is deleted, then the visitor has none; once more, and it is not found."""
    home.knows("v1")
    _, visitor = ask("POST", f"{VISITOR}/photos", V1, {"photo": upload("grace")})
    path = {**V1, "face_id": visitor["photos"][0]["face_id"]}

    assert ask("DELETE", f"{VISITOR}/photos/{{face_id}}", path)[1]["photos"] == []
    assert ask("DELETE", f"{VISITOR}/photos/{{face_id}}", path)[0] == 404


def test_two_are_merged(home: Home) -> None:
    """Given two records, when they are merged, then one is left; a blocked one is not let in that way."""
    home.knows("v1", "Grace")
    home.knows("v2", "Gracie")
    home.knows("v3", "Mallory", blocked=True)

    assert ask("POST", f"{VISITOR}/merge", V1, {"visitor_id": "v2"})[1]["name"] == "Grace"
    assert ask("POST", f"{VISITOR}/merge", V1, {"visitor_id": "v1"})[0] == 400
    assert ask("POST", f"{VISITOR}/merge", V1, {"visitor_id": "v3"})[1]["code"] == "visitor_blocked"


def test_a_deletion_says_what_was_deleted(home: Home) -> None:
    """Given a visitor with a photo, when they are deleted, then the counts are told."""
    home.knows("v1")
    ask("POST", f"{VISITOR}/photos", V1, {"photo": upload("grace")})

    assert ask("DELETE", VISITOR, V1) == (200, DELETED)
    assert ask("GET", VISITOR, V1)[0] == 404


@pytest.mark.parametrize(
    ("method", "resource", "body"),
    [
        ("PATCH", VISITOR, {"status": "friend"}),
        ("PATCH", VISITOR, {"name": 3}),
        ("PATCH", VISITOR, {"door_ids": "front"}),
        ("PATCH", VISITOR, {"door_ids": [1]}),
        ("POST", f"{VISITOR}/merge", {}),
    ],
)
def test_a_wrong_body_is_refused(home: Home, method: str, resource: str, body: Any) -> None:
    """Even where API Gateway's own validation were forgotten."""
    home.knows("v1")
    assert ask(method, resource, V1, body)[0] == 400
