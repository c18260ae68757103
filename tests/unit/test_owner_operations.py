"""The owner API's operations about visitors and corrections: from a proxy event to what the page reads."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from openapi_schema_validator import OAS30Validator

from functions.owner_api.app import handler
from smart_door.bootstrap import owner
from smart_door.domain.footage import CameraSends
from smart_door.domain.household import Role
from smart_door.domain.settings import SetUp
from smart_door.owner_operations import OPERATIONS
from smart_door.owner_operations.requests import File
from smart_door.owner_operations.roles import LEAST_ROLE, may
from tests.fakes.home import OWNER_PHONE, Home, Person
from tests.unit.lambda_context import FakeContext
from tests.unit.test_manage_visitors import upload

SPECIFICATION = yaml.safe_load((Path(__file__).parents[2] / "api-specs" / "owner.yaml").read_text())
SET_UP = SetUp(99.0, 10.0, 15.0, 5.0, 24.0, 30.0, 90.0)
VISITOR = "/api/owner/visitors/{visitor_id}"
V1 = {"visitor_id": "v1"}
DELETED = {"visitor_id": "v1", "faces": 1, "photos": 1, "visits": 0, "passes": 0, "codes": 0}


@pytest.fixture(autouse=True)
def wired(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function over a home of fakes."""
    monkeypatch.setattr(owner, "show_home", lambda: home.show_home)
    monkeypatch.setattr(owner, "decide_visit", lambda: home.decide_visit)
    monkeypatch.setattr(owner, "manage_visitors", lambda: home.manage_visitors)
    monkeypatch.setattr(owner, "forget_visitor", lambda: home.forget_visitor)
    monkeypatch.setattr(owner, "correct_visit", lambda: home.correct_visit)
    monkeypatch.setattr(owner, "resend_code", lambda: home.resend_code)
    monkeypatch.setattr(owner, "manage_passes", lambda: home.manage_passes)
    monkeypatch.setattr(owner, "home_settings", lambda: home.settings)
    monkeypatch.setattr(owner, "manage_household", lambda: home.manage_household)
    monkeypatch.setattr(owner, "show_passes", lambda: home.show_passes)
    monkeypatch.setattr(owner, "export_visits", lambda: home.export_visits)
    monkeypatch.setattr(owner, "delete_visit", lambda: home.delete_visit)
    monkeypatch.setattr(owner, "show_video", lambda: home.show_video)
    monkeypatch.setattr(owner, "set_up", lambda: SET_UP)
    monkeypatch.setattr(owner, "show_video", lambda: home.show_video)
    monkeypatch.setattr(owner, "time_zone", lambda: ZoneInfo("America/New_York"))


def ask(
    method: str,
    resource: str,
    path: dict[str, str] | None = None,
    body: Any = None,
    query: dict[str, str] | None = None,
    groups: str = "owner",
    member_id: str = "1",
) -> tuple[int, dict[str, Any]]:
    """Ask, and hold a good answer against the specification."""
    event = {
        "httpMethod": method,
        "resource": resource,
        "pathParameters": path,
        "queryStringParameters": query,
        "body": None if body is None else json.dumps(body),
        "requestContext": {
            "authorizer": {
                "claims": {
                    "email": "owner@example.com",
                    "sub": "1",
                    "cognito:username": member_id,
                    "cognito:groups": groups,
                }
            }
        },
    }
    response = handler(event, FakeContext())
    is_json = response["headers"]["Content-Type"] == "application/json"
    answer = json.loads(response["body"]) if is_json else {"file": response["body"]}
    responses = SPECIFICATION["paths"][resource][method.lower()]["responses"]
    assert str(response["statusCode"]) in responses, answer
    if response["statusCode"] == 200 and is_json:
        schema = responses["200"]["content"]["application/json"]["schema"]
        whole = {"allOf": [schema], "components": SPECIFICATION["components"]}
        assert [error.message for error in OAS30Validator(whole).iter_errors(answer)] == []
    return response["statusCode"], answer


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


def test_a_match_is_taken_back(home: Home) -> None:
    """Given a wrong match, when it is rejected, then the visit waits; a second time nobody is there."""
    home.knows("v1", "Grace")
    home.watches(0, 1, Person("stranger", visitor_id="v1"))
    resource = "/api/owner/visits/{door_id}/{visit_id}/not-this-person"
    path = {"door_id": "front", "visit_id": home.visit.visit_id}

    assert ask("POST", resource, path, {"face_index": 0})[1]["state"] == "awaiting_owner"
    assert ask("POST", resource, path, {})[0] == 400


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


class TestActivity:
    """Filters and the spreadsheet."""

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ({"day": "2026-11-20"}, 1),
            ({"day": "2026-11-21"}, 0),
            ({"outcome": "code_sent", "door_id": "front", "visitor_id": "v1"}, 1),
            ({"outcome": "denied"}, 0),
        ],
    )
    def test_the_filters_of_the_query_are_applied(
        self, home: Home, query: dict[str, str], count: int
    ) -> None:
        """Given a visit at 19:38 in New York, then its day is that of New York."""
        home.knows("v1")
        home.watches(0, 1, Person("grace", visitor_id="v1"))

        assert len(ask("GET", "/api/owner/visits", query=query)[1]["visits"]) == count
        assert ask("GET", "/api/owner/visits.csv", query=query)[1]["file"].count("\r\n") == count + 1

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ({"day": "yesterday"}, 400),
            ({"day": "2026-02-30"}, 400),
            ({"outcome": "fine"}, 400),
            ({"door_id": "cellar"}, 404),
            ({"visitor_id": "v9"}, 404),
        ],
    )
    @pytest.mark.parametrize("resource", ["/api/owner/visits", "/api/owner/visits.csv"])
    def test_a_wrong_filter_is_said(self, resource: str, query: dict[str, str], status: int) -> None:
        """Rather than taken for none."""
        assert ask("GET", resource, query=query)[0] == status


class TestPasses:
    """Invitations."""

    @pytest.mark.parametrize(
        "schedule",
        [
            {"kind": "once", "from": "2026-11-24T09:00", "until": "2026-11-24T12:00"},
            {"kind": "window", "from": "2026-11-27T15:00", "until": "2026-11-29T18:00"},
            {
                "kind": "recurring",
                "weekdays": ["tuesday", "thursday"],
                "opens": "09:00",
                "closes": "12:00",
                "first_day": "2026-11-24",
                "last_day": "2026-12-31",
            },
        ],
        ids=["once", "window", "recurring"],
    )
    def test_somebody_is_invited_listed_and_uninvited(self, home: Home, schedule: dict[str, Any]) -> None:
        """Given a schedule, then it is shown as it was given, and its code only once."""
        body = {"door_id": "front", "name": "Ada", "phone": "+15555550123", **schedule}
        status, made = ask("POST", "/api/owner/passes", body=body)
        invitation = made["pass"]

        assert (status, made["sent"], invitation["state"]) == (200, True, "upcoming")
        assert {name: invitation[name] for name in schedule} == schedule
        assert home.messages.to_visitors == [("+15555550123", made["message"])]
        assert ask("GET", "/api/owner/passes") == (200, {"passes": [invitation]})
        path = {"door_id": "front", "pass_id": invitation["pass_id"]}
        revoke = "/api/owner/passes/{door_id}/{pass_id}"
        assert ask("DELETE", revoke, path)[1]["state"] == "revoked"
        assert ask("DELETE", revoke, {**path, "pass_id": "0"})[0] == 404

    @pytest.mark.parametrize(
        "change",
        [
            {"kind": "often"},
            {"from": "tomorrow"},
            {"from": "2026-11-24T12:00"},
            {"from": "2020-01-01T00:00", "until": "2020-01-02T00:00"},
            {"until": "2028-01-01T00:00"},
            {"kind": "recurring", "first_day": "2026-11-24", "last_day": "2026-12-01"},
            {"send": "yes"},
            {"request_id": "once"},
            {"visitor_id": "v1"},
        ],
    )
    def test_what_never_opens_is_refused(self, home: Home, change: dict[str, Any]) -> None:
        """And nobody is put on file."""
        times = {"kind": "once", "from": "2026-11-24T09:00", "until": "2026-11-24T12:00"}
        body = {"door_id": "front", "name": "Ada", "phone": "+15555550123", **times, **change}

        assert ask("POST", "/api/owner/passes", body=body)[0] == 400
        assert home.visitors.all() == []


class TestDeletingVisits:
    """A visit of whoever it was."""

    RESOURCE = "/api/owner/visits/{door_id}/{visit_id}"

    def test_a_visit_is_deleted_once_it_is_over(self, home: Home) -> None:
        """Given a visit that goes on, then the answer says until when; afterwards it says what went."""
        home.watches(0, 2, Person("ada"))
        path = {"door_id": "front", "visit_id": home.visit.visit_id}
        status, problem = ask("DELETE", self.RESOURCE, path)
        assert (status, problem["code"], problem["over_at"]) == (
            409,
            "visit_going_on",
            "2026-11-21T00:48:51.500Z",
        )

        home.now += 3600
        gone = {"visit_id": path["visit_id"], "photos": 3, "clips": 0, "codes": 0}
        assert ask("DELETE", self.RESOURCE, path) == (200, gone)
        assert ask("DELETE", self.RESOURCE, path)[0] == 404


class TestUndo:
    """Second thoughts."""

    RESOURCE = "/api/owner/visits/{door_id}/{visit_id}/decision"

    def test_a_decision_is_undone_once(self, home: Home) -> None:
        """Given a denial, then it can be taken back until the answer says; after that it is too late."""
        home.watches(0, 2, Person("ada"))
        path = {"door_id": "front", "visit_id": home.visit.visit_id}
        _, denied = ask("POST", self.RESOURCE, path, {"decision": "deny"})

        assert "undo_until" in denied
        assert ask("DELETE", self.RESOURCE, path)[1]["state"] == "awaiting_owner"
        assert ask("DELETE", self.RESOURCE, path)[1]["code"] == "undo_too_late"

    def test_a_second_decision_says_who_was_first_and_what_it_was(self, home: Home) -> None:
        """So that the page need not ask again."""
        home.watches(0, 2, Person("ada"))
        path = {"door_id": "front", "visit_id": home.visit.visit_id}
        ask("POST", self.RESOURCE, path, {"decision": "deny"})
        status, problem = ask("POST", self.RESOURCE, path, {"decision": "deny"})

        assert (status, problem["code"], problem["state"]) == (409, "visit_already_decided", "denied")
        assert (problem["decided_by"], problem["decided_at"]) == (
            "owner@example.com",
            "2026-11-21T00:38:53.000Z",
        )


class TestCodeOnceMore:
    """A message that did not arrive."""

    RESOURCE = "/api/owner/visits/{door_id}/{visit_id}/code"

    def test_a_code_is_sent_again_after_a_moment(self, home: Home) -> None:
        """Given a code that went just now, then the answer says how long to wait; after that it goes."""
        home.knows("v1")
        home.sees(home.record(0, Person("grace", visitor_id="v1")))
        path = {"door_id": "front", "visit_id": home.visit.visit_id}
        status, problem = ask("POST", self.RESOURCE, path, groups="member")
        assert (status, problem["code"], problem["retry_after_seconds"]) == (429, "code_sent_just_now", 20)

        home.now += 20
        assert ask("POST", self.RESOURCE, path, groups="member")[1]["state"] == "code_sent"
        assert len(home.messages.to_visitors) == 2

    @pytest.mark.parametrize(
        ("trouble", "status", "code"),
        [
            ({"failures": 1}, 503, "message_not_sent"),
            ({"refused": True}, 502, "message_refused"),
            ({"unreachable": {"+15555550123"}}, 400, "phone_unreachable"),
        ],
    )
    def test_what_keeps_a_message_from_being_sent_is_said(
        self, home: Home, trouble: dict[str, Any], status: int, code: str
    ) -> None:
        """Given a number, a moment or an account that takes none, then each has a code of its own."""
        for name, value in trouble.items():
            setattr(home.messages, name, value)
        body = {"name": "Ada", "phone": "+15555550123"}
        times = {"kind": "once", "from": "2026-11-24T09:00", "until": "2026-11-24T12:00"}
        answered, problem = ask("POST", "/api/owner/passes", body={"door_id": "front", **body, **times})

        assert (answered, problem["code"]) == (status, code)
        assert home.visitors.all() == []


class TestHousehold:
    """Members and their roles."""

    ONE = "/api/owner/household/{member_id}"

    def test_members_are_invited_changed_and_removed(self, home: Home) -> None:
        """Given an owner, then others come and go; owners are shown first."""
        _, ann = ask("POST", "/api/owner/household", body={"email": "Ann@Example.com ", "role": "guest"})
        _, bob = ask("POST", "/api/owner/household", body={"email": "bob@example.com", "role": "owner"})

        assert (ann["email"], ann["role"], ann["is_invited"]) == ("ann@example.com", "guest", True)
        everyone = {"members": [bob, ann], "home_phone": OWNER_PHONE}
        assert ask("GET", "/api/owner/household") == (200, everyone)
        path = {"member_id": ann["member_id"]}
        assert ask("PATCH", self.ONE, path, {"role": "member"})[1]["role"] == "member"
        assert ask("DELETE", self.ONE, path)[1]["email"] == "ann@example.com"
        assert ask("DELETE", self.ONE, path)[0] == 404

    @pytest.mark.parametrize(
        "body", [{"email": "ann", "role": "guest"}, {"email": "a@b.c", "role": "king"}, {"role": "guest"}]
    )
    def test_what_is_no_member_is_refused(self, body: dict[str, str]) -> None:
        """400."""
        assert ask("POST", "/api/owner/household", body=body)[0] == 400

    def test_there_is_always_an_owner(self, home: Home) -> None:
        """Given the last owner, then they cannot be removed or made a guest."""
        _, bob = ask("POST", "/api/owner/household", body={"email": "bob@example.com", "role": "owner"})
        path = {"member_id": bob["member_id"]}

        assert ask("PATCH", self.ONE, path, {"role": "guest"})[1]["code"] == "last_owner"
        assert ask("DELETE", self.ONE, path)[1]["code"] == "last_owner"
        assert ask("PATCH", self.ONE, path, {"role": "owner"})[0] == 200
        again = {"email": "bob@example.com", "role": "guest"}
        assert ask("POST", "/api/owner/household", body=again)[1]["code"] == "member_exists"

    def test_an_owner_says_who_is_told_about_what(self, home: Home) -> None:
        """Given a member, then number and wishes change one by one, or with the role."""
        _, bob = ask("POST", "/api/owner/household", body={"email": "bob@example.com", "role": "guest"})
        path = {"member_id": bob["member_id"]}
        assert (bob["told_about"], "phone" in bob) == ([], False)

        told = {"phone": "+1 555 555 0111", "told_about": ["blocked", "stranger"], "role": "member"}
        _, bob = ask("PATCH", self.ONE, path, told)
        assert (bob["phone"], bob["told_about"]) == ("+15555550111", ["stranger", "blocked"])
        assert bob["role"] == "member"
        assert ask("PATCH", self.ONE, path, {"told_about": []})[1]["phone"] == "+15555550111"
        assert ask("GET", "/api/owner/household")[1]["members"][0]["told_about"] == []

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({}, 400, "request_invalid"),
            ({"told_about": ["weather"]}, 400, "request_invalid"),
            ({"told_about": ["stranger"]}, 400, "request_invalid"),
            ({"phone": "0123"}, 400, "phone_invalid"),
            ({"phone": "+15555550122"}, 400, "phone_opted_out"),
            ({"phone": OWNER_PHONE}, 409, "phone_of_home"),
        ],
    )
    def test_numbers_and_wishes_that_are_none_are_refused(
        self, home: Home, change: dict[str, Any], status: int, code: str
    ) -> None:
        """Each with a code of its own, and nothing is kept."""
        home.messages.opted_out.add("+15555550122")
        bob = home.household.invite("bob@example.com", Role.OWNER)
        answered, problem = ask("PATCH", self.ONE, {"member_id": bob.member_id}, change)

        assert (answered, problem["code"]) == (status, code)
        assert home.settings.stored.contacts == ()

    def test_a_member_says_what_they_are_told_themselves(self, home: Home) -> None:
        """Given the id in the login, then nobody else's number is read or changed by it."""
        mine = "/api/owner/me/messages"
        ann = home.household.invite("ann@example.com", Role.MEMBER)
        bob = home.household.invite("bob@example.com", Role.MEMBER)
        home.manage_household.tell(bob.member_id, "+15555550122", [])
        wanted = {"phone": "+15555550111", "told_about": ["unreachable"]}

        assert ask("GET", mine, groups="member", member_id=ann.member_id) == (200, {"told_about": []})
        assert ask("PUT", mine, body=wanted, groups="member", member_id=ann.member_id) == (200, wanted)
        assert ask("GET", mine, groups="member", member_id=ann.member_id) == (200, wanted)
        assert ask("PUT", mine, body={"phone": ""}, groups="member", member_id=ann.member_id)[0] == 400
        assert ask("PUT", mine, body=wanted, groups="member", member_id="somebody")[0] == 404
        assert ask("GET", mine, groups="member", member_id=bob.member_id)[1]["phone"] == "+15555550122"


class TestSettings:
    """What the household sets."""

    def test_settings_are_shown_and_changed_as_a_whole(self) -> None:
        """Given the defaults, when they are changed, then the answer and the next look say so."""
        asked = {"ask_about_strangers": True, "warn_about_blocked": True, "enrol_faces": True}
        told = {"time_zone": "America/New_York", "set_up": asdict(SET_UP)}
        assert ask("GET", "/api/owner/settings") == (200, {**asked, **told})

        wanted = {**asked, "enrol_faces": False, "quiet_hours": {"begins": "22:00", "ends": "07:30"}}
        status, changed = ask("PUT", "/api/owner/settings", body=wanted)
        assert (status, changed) == (200, {**wanted, **told})
        assert ask("GET", "/api/owner/settings")[1] == changed

    @pytest.mark.parametrize(
        "change",
        [
            {"enrol_faces": "no"},
            {"ask_about_strangers": None},
            {"quiet_hours": "at night"},
            {"quiet_hours": {"begins": "22:00"}},
            {"quiet_hours": {"begins": "22:00", "ends": "25:00"}},
            {"quiet_hours": {"begins": "22:00", "ends": "22:00"}},
        ],
    )
    def test_a_wrong_setting_changes_nothing(self, home: Home, change: dict[str, Any]) -> None:
        """400."""
        asked = {"ask_about_strangers": True, "warn_about_blocked": True, "enrol_faces": True}
        assert ask("PUT", "/api/owner/settings", body={**asked, **change})[0] == 400
        assert home.settings.get().version == 0


def test_the_door_and_what_was_before_a_visit_are_to_be_seen_by_everybody(home: Home) -> None:
    """Given a guest of the household, when they look, then there is live video, a picture and a clip."""
    home.watches(0, 1, Person("grace"))
    door = {"door_id": "front"}

    live = ask("GET", "/api/owner/doors/{door_id}/live", door, groups="guest")
    still = ask("GET", "/api/owner/doors/{door_id}/still", door, groups="guest")
    path = {**door, "visit_id": home.visit.visit_id}
    clip = ask("GET", "/api/owner/visits/{door_id}/{visit_id}/clip", path, groups="guest")

    assert [status for status, _ in (live, still, clip)] == [200, 200, 200]


def test_where_there_is_no_video_the_answer_says_when_the_camera_sends(home: Home) -> None:
    """Given a camera that sends what moves, when nothing does, then the page can say so."""
    home.camera_sends = CameraSends.MOTION
    home.footage.live_url = None

    status, answer = ask("GET", "/api/owner/doors/{door_id}/live", {"door_id": "front"})

    assert (status, answer["code"], answer["camera_sends"]) == (404, "no_video", "motion")
