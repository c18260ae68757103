"""After an admission the face is indexed, and only then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smart_door.domain.events import VisitorAdmitted
from smart_door.services.decide_visit import NewVisitor
from smart_door.services.enroll_face import FACES_OF_A_VISITOR
from tests.fakes.home import Home, Person


@pytest.fixture
def admitted(home: Home) -> VisitorAdmitted:
    """A stranger, second of two, was approved and came in."""
    home.watches(0, 2, *home.people(["bob", "ada"]))
    visit_id = home.visit.visit_id
    ada = NewVisitor("Ada", "+15555550123")
    home.decide_visit.approve("front", visit_id, ada, 1, "owner@example.com")
    return home.admit_visitor("front", home.code(), visit_id)


def test_the_face_that_the_owner_chose_is_indexed_under_the_visitor(
    home: Home, admitted: VisitorAdmitted
) -> None:
    """Nothing was before; the visitor knows the face, and has a photo of their own that stays."""
    assert home.faces.indexed == {}
    face_id = home.enroll_face(admitted)

    (visitor,) = home.visitors.all()
    assert visitor.face_ids == (face_id,)
    assert home.faces.pictures[face_id or ""] == b"ada"
    assert home.photos.stored[visitor.photo_key or ""] == b"ada"
    assert visitor.photo_key == f"visitors/{visitor.visitor_id}/{face_id}.jpg"


def test_the_same_event_again_adds_no_second_face(home: Home, admitted: VisitorAdmitted) -> None:
    """Events are delivered at least once."""
    home.enroll_face(admitted)
    home.enroll_face(admitted)

    (visitor,) = home.visitors.all()
    assert len(visitor.face_ids) == 1


def test_five_faces_are_enough(home: Home, admitted: VisitorAdmitted) -> None:
    """More would tell nothing new."""
    (visitor,) = home.visitors.all()
    faces = tuple(f"face-{number}" for number in range(FACES_OF_A_VISITOR))
    home.visitors.replace(replace(visitor, face_ids=faces))

    assert home.enroll_face(admitted) is None
    assert home.faces.indexed == {}


@pytest.mark.parametrize(("similarity", "enrolled"), [(99.1, True), (99.5, False)])
def test_who_was_recognised_surely_needs_no_further_image(
    home: Home, similarity: float, enrolled: bool
) -> None:
    """Up to five images come together over time, of the less sure times."""
    home.knows("v1")
    home.watches(0, 1, Person("grace", visitor_id="v1", similarity=similarity))
    admitted = home.admit_visitor("front", home.code(), None)

    assert (home.enroll_face(admitted) is not None) is enrolled


def test_a_photo_without_a_usable_face_is_left_alone(home: Home, admitted: VisitorAdmitted) -> None:
    """The visitor stays without a face, and is asked about next time."""
    home.photos.stored[f"photos/front/{admitted.visit_id}/face-1.jpg"] = b""

    assert home.enroll_face(admitted) is None
    assert home.log[-1][0] == "face not enrolled"


def test_who_was_removed_meanwhile_leaves_nothing_behind(
    home: Home, admitted: VisitorAdmitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A face without a visitor would be a template of a person nobody answers for."""
    index = home.faces.index

    def index_and_remove(jpeg: bytes, visitor_id: str) -> str:
        home.visitors.remove(home.visitors.get(visitor_id))
        return index(jpeg, visitor_id)

    monkeypatch.setattr(home.faces, "index", index_and_remove)
    assert home.enroll_face(admitted) is None

    assert home.faces.indexed == {}


def test_somebody_who_was_deleted_meanwhile_is_no_error(home: Home, admitted: VisitorAdmitted) -> None:
    """Deleted between the door and here: nothing is indexed, and nobody is alarmed."""
    home.forget_visitor(admitted.visitor_id)

    assert home.enroll_face(admitted) is None

    assert home.faces.indexed == {}


def test_the_next_arrival_is_recognised(home: Home, admitted: VisitorAdmitted) -> None:
    """No question any more, a code at once."""
    home.enroll_face(admitted)
    questions = len(home.messages.to_owner)
    home.watches(400, 403, Person("ada", visitor_id=admitted.visitor_id))

    assert len(home.messages.to_owner) == questions
    assert len(home.messages.to_visitors) == 2
