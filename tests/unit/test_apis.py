"""The functions owner_api and visitor_api: from a proxy event to an answer."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from functions.owner_api.app import handler as owner_api
from functions.visitor_api.app import handler as visitor_api
from smart_door import bootstrap
from smart_door.bootstrap import owner as owner_wiring
from tests.fakes.home import DOOR_NAMES, Home, Person
from tests.unit.lambda_context import FakeContext

CLAIMS = {"email": "owner@example.com", "sub": "1234", "cognito:groups": "owner"}
DECISION = "/api/owner/visits/{door_id}/{visit_id}/decision"
VISIT = "/api/owner/visits/{door_id}/{visit_id}"


@pytest.fixture(autouse=True)
def wired(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions over a home of fakes."""
    monkeypatch.setattr(owner_wiring, "show_home", lambda: home.show_home)
    monkeypatch.setattr(owner_wiring, "decide_visit", lambda: home.decide_visit)
    monkeypatch.setattr(bootstrap, "admit_visitor", lambda: home.admit_visitor)
    monkeypatch.setattr(bootstrap, "door_names", lambda: DOOR_NAMES)


def owner(
    method: str,
    resource: str,
    *,
    path: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    body: Any = None,
    claims: dict[str, str] | None = CLAIMS,
) -> tuple[int, dict[str, Any]]:
    """Ask the owner API."""
    event = {
        "httpMethod": method,
        "resource": resource,
        "pathParameters": path,
        "queryStringParameters": query,
        "body": None if body is None else json.dumps(body),
        "requestContext": {"authorizer": {"claims": claims}} if claims else {},
    }
    response = owner_api(event, FakeContext())
    return response["statusCode"], json.loads(response["body"])


def redeem(body: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Ask the visitor API."""
    response = visitor_api({"body": json.dumps(body)}, FakeContext())
    return response["statusCode"], json.loads(response["body"]), response["headers"]


@pytest.fixture
def visit(home: Home) -> dict[str, str]:
    """The path of a visit that waits."""
    home.sees(home.record(0, Person("ada")))
    return {"door_id": "front", "visit_id": home.visit.visit_id}


class TestOwnerApi:
    """What the owner page asks and decides."""

    def test_lists_waiting_visits(self, visit: dict[str, str]) -> None:
        """One page, here of one visit."""
        status, body = owner("GET", "/api/owner/visits", query={"state": "waiting", "limit": "5"})

        assert status == 200
        assert [shown["visit_id"] for shown in body["visits"]] == [visit["visit_id"]]

    def test_shows_one_visit(self, visit: dict[str, str]) -> None:
        """By door and id."""
        status, body = owner("GET", VISIT, path=visit)

        assert (status, body["state"]) == (200, "awaiting_owner")

    def test_approves_and_says_by_whom(self, home: Home, visit: dict[str, str]) -> None:
        """By the e-mail address of the token."""
        approval = {"decision": "approve", "name": "Ada", "phone": "+15555550123"}
        status, body = owner("POST", DECISION, path=visit, body=approval)

        assert (status, body["state"], body["decided_by"]) == (200, "code_sent", "owner@example.com")
        assert len(home.messages.to_visitors) == 1

    def test_a_second_decision_is_a_conflict(self, visit: dict[str, str]) -> None:
        """With a code for programs and words for people."""
        owner("POST", DECISION, path=visit, body={"decision": "deny"})
        status, body = owner("POST", DECISION, path=visit, body={"decision": "deny"})

        assert (status, body["code"]) == (409, "visit_already_decided")

    def test_an_expired_visit_is_gone(self, home: Home, visit: dict[str, str]) -> None:
        """Nobody decided in time."""
        home.now += 600
        status, body = owner("POST", DECISION, path=visit, body={"decision": "deny"})

        assert (status, body["code"]) == (410, "visit_expired")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"decision": "approve"}, "request_invalid"),
            ({"decision": "perhaps"}, "request_invalid"),
            ({}, "request_invalid"),
            ([], "request_invalid"),
            ({"decision": "approve", "name": "Ada", "phone": "none"}, "phone_invalid"),
            ({"decision": "approve", "name": 3, "phone": "+15555550123"}, "request_invalid"),
            (
                {"decision": "approve", "name": "A", "phone": "+15555550123", "visitor_id": "v"},
                "request_invalid",
            ),
            (
                {"decision": "approve", "name": "A", "phone": "+15555550123", "face_index": True},
                "request_invalid",
            ),
            ({"decision": "approve", "name": "A", "phone": "+15555550123", "face_index": 7}, "face_needed"),
        ],
    )
    def test_a_wrong_decision_is_refused(self, visit: dict[str, str], body: Any, code: str) -> None:
        """400, and the visit still waits."""
        status, answer = owner("POST", DECISION, path=visit, body=body)

        assert (status, answer["code"]) == (400, code)
        assert owner("GET", VISIT, path=visit)[1]["state"] == "awaiting_owner"

    @pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"state": "all"}])
    def test_a_wrong_query_is_refused(self, query: dict[str, str]) -> None:
        """400."""
        assert owner("GET", "/api/owner/visits", query=query)[0] == 400

    def test_unknown_visits_and_addresses_are_not_found(self) -> None:
        """404, each with its code."""
        path = {"door_id": "front", "visit_id": "0" * 26}

        assert owner("GET", VISIT, path=path) == (
            404,
            {"code": "visit_not_found", "message": "There is no such visit."},
        )
        assert owner("GET", "/api/owner/secrets")[0] == 404
        assert owner("PUT", VISIT, path=path)[0] == 404

    def test_nothing_without_a_login(self, visit: dict[str, str]) -> None:
        """Even if the authorizer were forgotten."""
        for method, resource in [("GET", "/api/owner/visits"), ("POST", DECISION), ("GET", VISIT)]:
            status, body = owner(method, resource, path=visit, body={"decision": "deny"}, claims=None)
            assert (status, body["code"]) == (401, "login_needed")

    def test_lists_visitors(self, home: Home) -> None:
        """By name."""
        home.knows("v1", "Grace")
        status, body = owner("GET", "/api/owner/visitors")

        assert (status, [visitor["name"] for visitor in body["visitors"]]) == (200, ["Grace"])

    def test_a_fault_of_ours_is_an_answer_too(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        """500 in the form that pages read, and the trace in the log alone."""
        monkeypatch.setattr(home.visitors, "all", lambda: 1 / 0)
        status, body = owner("GET", "/api/owner/visitors")

        assert (status, body["code"]) == (500, "internal_error")
        assert "division" not in json.dumps(body)

    def test_logs_no_phone_number_and_no_name(self, visit: dict[str, str], log: io.StringIO) -> None:
        """Neither of a success nor of a failure."""
        approval = {"decision": "approve", "name": "Ada Lovelace", "phone": "+15555550199"}
        owner("POST", DECISION, path=visit, body={**approval, "phone": "+1555call"})
        owner("POST", DECISION, path=visit, body=approval)
        out = log.getvalue()

        assert "request answered" in out
        assert not any(secret in out for secret in ("Lovelace", "5555550199", "+1555call"))


class TestVisitorApi:
    """What the door page asks."""

    @pytest.fixture
    def code(self, home: Home) -> str:
        """A known visitor's code."""
        home.knows("v1")
        home.sees(home.record(0, Person("grace", visitor_id="v1")))
        return home.code()

    def test_the_right_code_opens_and_the_second_time_does_not(self, home: Home, code: str) -> None:
        """200, then 403."""
        body = {"door_id": "front", "passcode": code, "visit_id": home.visit.visit_id}

        assert redeem(body)[:2] == (
            200,
            {"result": "opened", "door_id": "front", "door_name": "Front door"},
        )
        assert redeem(body)[0] == 403
        assert redeem(body)[1]["code"] == "passcode_used"

    @pytest.mark.parametrize(
        ("change", "seconds", "code_of_answer"),
        [
            ({"door_id": "garage"}, 0, "passcode_wrong"),
            ({"visit_id": "0" * 26}, 0, "passcode_wrong"),
            ({}, 300, "passcode_expired"),
        ],
    )
    def test_a_code_that_does_not_open_is_forbidden(
        self, home: Home, code: str, change: dict[str, str], seconds: int, code_of_answer: str
    ) -> None:
        """Another door's, another visit's, an expired one."""
        home.now += seconds
        status, answer, _ = redeem({"door_id": "front", "passcode": code, **change})

        assert (status, answer["code"]) == (403, code_of_answer)

    def test_too_many_tries_are_told_to_wait(self, code: str) -> None:
        """429 with Retry-After."""
        body = {"door_id": "front", "passcode": f"{(int(code) + 1) % 10**7:07d}"}
        for _ in range(20):
            redeem(body)
        status, answer, headers = redeem(body)

        assert (status, answer["code"]) == (429, "passcode_too_many_tries")
        assert int(headers["Retry-After"]) == answer["retry_after_seconds"] == 900

    @pytest.mark.parametrize(
        "body",
        [
            {},
            [],
            {"door_id": "front"},
            {"door_id": 1, "passcode": "1234567"},
            {"door_id": "front", "passcode": 1},
        ],
    )
    def test_what_is_no_request_is_refused(self, body: Any) -> None:
        """400."""
        assert redeem(body)[0] == 400

    def test_a_wrong_visit_id_is_refused(self, code: str) -> None:
        """It must be text."""
        assert redeem({"door_id": "front", "passcode": code, "visit_id": 3})[0] == 400

    def test_logs_no_code(self, code: str, log: io.StringIO) -> None:
        """Neither right nor wrong ones."""
        wrong = f"{(int(code) + 1) % 10**7:07d}"
        redeem({"door_id": "front", "passcode": wrong})
        redeem({"door_id": "front", "passcode": code})
        out = log.getvalue()

        assert "PasscodeWrongError" in out
        assert code not in out
        assert wrong not in out
