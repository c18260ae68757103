"""What the owner page is shown, held against the specification of the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS30Validator

from smart_door.domain.home_time import iso
from smart_door.domain.refusals import DoorNotFoundError, VisitNotFoundError
from smart_door.services.decide_visit import NewVisitor
from smart_door.services.manage_visitors import VisitorChanges
from tests.fakes.home import NOW, Home, Person

OWNER = "owner@example.com"
SPECIFICATION = yaml.safe_load((Path(__file__).parents[2] / "api-specs" / "owner.yaml").read_text())


def assert_matches(shown: dict[str, Any], name: str) -> None:
    """Every field that is shown is specified, of the right type, and none that is required is missing."""
    schema = {**SPECIFICATION["components"]["schemas"][name], "additionalProperties": False}
    root = {**schema, "components": SPECIFICATION["components"]}
    errors = [error.message for error in OAS30Validator(root).iter_errors(shown)]
    assert errors == []


def test_a_strangers_visit_is_shown_as_specified(home: Home) -> None:
    """With links to its photos, and where the face is."""
    home.watches(0, 2, Person("ada"))
    (shown,) = home.show_home.list_visits()["visits"]

    assert_matches(shown, "Visit")
    assert shown["state"] == "awaiting_owner"
    assert shown["door_name"] == "Front door"
    assert "best.jpg" in shown["photo_url"]
    assert "first.jpg" in shown["first_photo_url"]
    assert shown["faces"][0]["bounding_box"] == {"left": 0.45, "top": 0.3, "width": 0.12, "height": 0.2}


def test_a_resemblance_is_shown_with_its_name_but_not_as_known(home: Home) -> None:
    """A suggestion for the owner."""
    home.knows("v1", "Grace")
    home.sees(home.record(0, Person("grace", visitor_id="v1", similarity=95)))
    (face,) = home.show_home.list_visits()["visits"][0]["faces"]

    assert_matches(face, "VisitFace")
    assert (face["known"], face["visitor_name"], face["similarity"]) == (False, "Grace", 95)


def test_who_is_let_in_only_when_asked_is_shown_as_such_while_it_holds(home: Home) -> None:
    """Recognised as surely as anybody, and still asked about."""
    home.knows("v1", "Grace", door="garage")
    home.sees(home.record(0, Person("grace", visitor_id="v1", similarity=99.4)))
    (face,) = home.show_home.list_visits()["visits"][0]["faces"]
    assert_matches(face, "VisitFace")
    assert (face["known"], face["no_access"], face["visitor_name"]) == (False, True, "Grace")

    home.manage_visitors.change("v1", VisitorChanges(door_ids=frozenset({"front"})), OWNER)

    (face,) = home.show_home.list_visits()["visits"][0]["faces"]
    assert "no_access" not in face


def test_a_visit_says_from_when_on_who_waits_is_out_of_sight(home: Home) -> None:
    """While somebody waits; afterwards it is of no matter."""
    home.watches(0, 2, Person("ada"))
    home.sees(home.record(12))
    visit_id = home.visit.visit_id
    shown = home.show_home.get_visit("front", visit_id)
    assert_matches(shown, "Visit")
    assert shown["out_of_sight_from"] == iso(NOW + 12)

    home.decide_visit.deny("front", visit_id, "me@example.com")

    assert "out_of_sight_from" not in home.show_home.get_visit("front", visit_id)


def test_a_decided_visit_says_who_decided_and_who_comes_in(home: Home) -> None:
    """By name."""
    home.sees(home.record(0, Person("ada")))
    visit_id = home.visit.visit_id
    home.decide_visit.approve("front", visit_id, NewVisitor("Ada", "+15555550123"), None, "me@example.com")
    shown = home.show_home.get_visit("front", visit_id)

    assert_matches(shown, "Visit")
    assert (shown["state"], shown["visitor_name"], shown["decided_by"]) == (
        "code_sent",
        "Ada",
        "me@example.com",
    )


def test_a_visit_without_photo_or_whose_visitor_was_removed_is_shown_without(home: Home) -> None:
    """Absent, not null."""
    home.knows("v1")
    home.fragments.gone.add(f"{0:020}")
    home.sees(home.record(0, Person("grace", visitor_id="v1")))
    home.visitors.remove(home.visitors.get("v1"))
    shown = home.show_home.get_visit("front", home.visit.visit_id)

    assert_matches(shown, "Visit")
    assert not {"photo_url", "visitor_name", "photo_links_expire_at"} & shown.keys()
    assert shown["faces"] == [{"face_index": 0, "known": False}]


def test_waiting_are_only_those_that_can_still_be_decided(home: Home) -> None:
    """Not the expired, not the decided."""
    home.watches(0, 1, Person("ada"))
    home.watches(620, 621, Person("bob"))
    home.watches(640, 641, Person("eve", similarity=0))
    decided = home.visits.everything[0].visit_id
    home.decide_visit.deny("front", decided, "me@example.com")

    waiting = home.show_home.list_waiting()["visits"]
    assert [visit["visit_id"] for visit in waiting] == [home.visits.everything[1].visit_id]
    states = [visit["state"] for visit in home.show_home.list_visits()["visits"]]
    assert states == ["denied", "awaiting_owner", "expired"]


def test_pages_go_through_the_visits_of_all_doors_in_order(home: Home) -> None:
    """Each once, newest first."""
    for number in range(7):
        door_id = "garage" if number % 2 else "front"
        home.sees(home.record(number * 700, Person(f"p{number}"), door_id=door_id))
    seen: list[str] = []
    before = None
    while True:
        page = home.show_home.list_visits(before=before, limit=3)
        seen += [visit["visit_id"] for visit in page["visits"]]
        before = page.get("next_before")
        if before is None:
            break

    assert seen == [visit.visit_id for visit in home.visits.everything]


def test_visitors_are_shown_by_name(home: Home) -> None:
    """As specified."""
    home.knows("v1", "grace")
    home.knows("v2", "Ada")
    shown = home.show_home.list_visitors()["visitors"]

    assert [visitor["name"] for visitor in shown] == ["Ada", "grace"]
    for visitor in shown:
        assert_matches(visitor, "Visitor")


def test_a_visit_says_which_of_its_faces_is_the_visitors(home: Home) -> None:
    """Given two strangers, when one is let in, then the answer marks theirs; after an undo nobody's."""
    home.sees(home.record(0, *home.people(["ada", "bob"])))
    visit_id = home.visit.visit_id
    assert "named_face_index" not in home.show_home.get_visit("front", visit_id)
    home.decide_visit.approve("front", visit_id, NewVisitor("Bob", "+15555550123"), 1, OWNER)
    assert home.show_home.get_visit("front", visit_id)["named_face_index"] == 1

    home.decide_visit.undo("front", visit_id)
    assert "named_face_index" not in home.show_home.get_visit("front", visit_id)


def test_an_unknown_visit_or_door_is_not_found(home: Home) -> None:
    """Each by its own error."""
    with pytest.raises(VisitNotFoundError):
        home.show_home.get_visit("front", "0" * 26)
    with pytest.raises(DoorNotFoundError):
        home.show_home.get_visit("cellar", "0" * 26)


def test_times_are_in_iso_8601_with_z() -> None:
    """Milliseconds always."""
    assert iso(1_795_221_531.0) == "2026-11-21T00:38:51.000Z"
