"""Visits as they were: corrected, filtered, deleted, undone, their codes and their video."""

from __future__ import annotations

from typing import Any

import pytest

from smart_door.domain.footage import CameraSends
from tests.fakes.home import Home, Person
from tests.unit.owner_operations.asking import ask


def test_a_match_is_taken_back(home: Home) -> None:
    """Given a wrong match, when it is rejected, then the visit waits; a second time nobody is there."""
    home.knows("v1", "Grace")
    home.watches(0, 1, Person("stranger", visitor_id="v1"))
    resource = "/api/owner/visits/{door_id}/{visit_id}/not-this-person"
    path = {"door_id": "front", "visit_id": home.visit.visit_id}

    assert ask("POST", resource, path, {"face_index": 0})[1]["state"] == "awaiting_owner"
    assert ask("POST", resource, path, {})[0] == 400


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
