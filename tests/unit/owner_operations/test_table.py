"""Which operations there are, and who may do what."""

from __future__ import annotations

import json

import pytest

from smart_door.domain.household import Role
from smart_door.owner_operations import OPERATIONS
from smart_door.owner_operations.requests import File
from smart_door.owner_operations.roles import LEAST_ROLE, may
from tests.fakes.home import Home, Person
from tests.unit.owner_operations.asking import SPECIFICATION, V1, VISITOR, ask


def test_every_operation_of_the_specification_is_there_and_no_other() -> None:
    """Given api-specs/owner.yaml, then the table has its operations by method and path."""
    specified = {
        f"{method.upper()} {path}" for path, item in SPECIFICATION["paths"].items() for method in item
    }
    assert set(OPERATIONS) == specified


def test_every_operation_has_a_role() -> None:
    """Given the table of roles, then no operation is missing, and none is left over."""
    assert set(LEAST_ROLE) == set(OPERATIONS)


def test_what_is_in_no_table_nobody_may_do() -> None:
    """Not even the owner: a forgotten line closes rather than opens."""
    assert not may(Role.OWNER, "GET /api/owner/secrets")


@pytest.mark.parametrize("route", sorted(OPERATIONS))
@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ("owner", Role.OWNER),
        ("guest,owner", Role.OWNER),
        ("member", Role.MEMBER),
        ("guest", Role.GUEST),
        ("", Role.GUEST),
        ("owners,administrators", Role.GUEST),
    ],
)
def test_each_role_may_do_what_the_table_says(
    monkeypatch: pytest.MonkeyPatch, route: str, groups: str, role: Role
) -> None:
    """Given a person's groups, then an operation is done or refused before anything is read."""
    monkeypatch.setitem(OPERATIONS, route, lambda event: File("done.txt", "text/plain", "done"))
    method, resource = route.split()
    least = list(Role).index(LEAST_ROLE[route])
    status, body = ask(method, resource, groups=groups)

    if list(Role).index(role) <= least:
        assert (status, body) == (200, {"file": "done"})
    else:
        assert (status, body["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(("groups", "role"), [("owner", "owner"), ("guest, member", "member"), ("", "guest")])
def test_the_page_is_told_who_is_there(groups: str, role: str) -> None:
    """Given a token, then its person and role."""
    assert ask("GET", "/api/owner/me", groups=groups) == (200, {"email": "owner@example.com", "role": role})


@pytest.mark.parametrize("route", sorted(LEAST_ROLE))
def test_a_guest_is_shown_nobodys_phone_number(home: Home, route: str) -> None:
    """Given people on file, at the door and invited, then no answer to a guest has a number of theirs."""
    home.knows("v1", "Grace")
    home.watches(0, 2, Person("grace", visitor_id="v1"))
    home.watches(30, 32, Person("ada"))
    waiting = home.visits.everything[0].visit_id
    body = {"decision": "approve", "name": "Ada", "phone": "+15555550123"}
    ask(
        "POST",
        "/api/owner/visits/{door_id}/{visit_id}/decision",
        {"door_id": "front", "visit_id": waiting},
        body,
    )
    numbers = [visitor.phone for visitor in home.visitors.all()]
    assert len(numbers) == 2
    method, resource = route.split()
    path = {**V1, "door_id": "front", "visit_id": waiting, "face_id": "f", "pass_id": "p", "member_id": "m"}
    answers = {role: ask(method, resource, path, {}, groups=role) for role in ("guest", "member")}

    assert not any(number in json.dumps(answers["guest"]) for number in numbers)
    if route in ("GET /api/owner/visitors", f"GET {VISITOR}"):
        assert answers["guest"][0] == 200
        assert any(number in json.dumps(answers["member"]) for number in numbers)
