"""Not this person: the match goes, the visit waits again, and the mistake does not repeat itself."""

from __future__ import annotations

import pytest

from smart_door.domain.refusals import (
    InvalidRequestError,
    PasscodeWrongError,
    VisitNotFoundError,
)
from smart_door.domain.visits import VisitStatus
from smart_door.services.decide_visit import KnownVisitor, NewVisitor
from tests.fakes.home import Home, Person

LOOKALIKE = Person("stranger", visitor_id="v1", similarity=99.2)
OWNER = "owner@example.com"


@pytest.fixture
def visit_id(home: Home) -> str:
    """A stranger was taken for Grace, who got a code."""
    home.knows("v1", "Grace")
    home.watches(0, 1, LOOKALIKE)
    return home.visit.visit_id


def test_the_visit_waits_for_the_owner_and_the_code_opens_nothing(home: Home, visit_id: str) -> None:
    """Given a code that went to the wrong person, when the owner says so, then it is worthless."""
    visit = home.correct_visit("front", visit_id, None)

    assert (visit.status, visit.visitor_id, visit.decided_at) == (VisitStatus.AWAITING_OWNER, None, None)
    (face,) = visit.faces
    assert (face.visitor_id, face.similarity, face.evidence) == (None, None, None)
    with pytest.raises(PasscodeWrongError):
        home.admit_visitor("front", home.code(), None)


def test_the_same_face_is_not_taken_for_the_same_person_again(home: Home, visit_id: str) -> None:
    """Given the correction, when the person stays in sight, then no second code goes and nobody is asked."""
    home.correct_visit("front", visit_id, None)
    home.watches(1.5, 6, LOOKALIKE)

    assert home.visit.status is VisitStatus.AWAITING_OWNER
    assert (home.messages.to_owner, len(home.messages.to_visitors)) == ([], 1)


def test_the_stranger_can_be_approved_under_their_own_name(home: Home, visit_id: str) -> None:
    """Given the correction, when the owner approves somebody new, then that is who comes in."""
    home.correct_visit("front", visit_id, None)
    home.decide_visit.approve("front", visit_id, NewVisitor("Ada", "+15555550123"), None, OWNER)

    assert home.admit_visitor("front", home.code(), visit_id).visitor_id != "v1"


def test_the_real_person_is_recognised_at_the_next_visit(home: Home, visit_id: str) -> None:
    """Given a correction, when the visit is long over, then Grace is Grace again."""
    home.correct_visit("front", visit_id, None)
    home.watches(700, 701, Person("grace", visitor_id="v1"))

    assert len(home.messages.to_visitors) == 2


def test_a_face_that_was_enrolled_from_it_is_removed(home: Home, visit_id: str) -> None:
    """Given an admission under the wrong name, then it is noted, and the wrong face goes."""
    home.enroll_face(home.admit_visitor("front", home.code(), visit_id))
    assert home.visitors.get("v1").face_ids != ()
    visit = home.correct_visit("front", visit_id, None)

    assert (visit.status, visit.visitor_id) == (VisitStatus.ADMITTED, None)
    assert (home.visitors.get("v1").face_ids, home.faces.indexed) == ((), {})
    assert not any(key.startswith("visitors/") for key in home.photos.stored)


def test_a_wrong_name_by_the_owner_is_taken_back_too(home: Home) -> None:
    """Given an approval of the wrong person on file, then the visit waits again."""
    home.knows("v1", "Grace")
    home.watches(0, 1, Person("stranger"))
    visit_id = home.visit.visit_id
    home.decide_visit.approve("front", visit_id, KnownVisitor("v1"), None, OWNER)

    assert home.correct_visit("front", visit_id, 0).status is VisitStatus.AWAITING_OWNER


def test_a_resemblance_is_merely_removed(home: Home) -> None:
    """Given a suggestion, when it is rejected, then the visit goes on waiting without it."""
    home.knows("v1", "Grace")
    home.watches(0, 2, Person("stranger", visitor_id="v1", similarity=95))
    visit = home.correct_visit("front", home.visit.visit_id, 0)

    assert (visit.status, visit.faces[0].suggested_visitor_id) == (VisitStatus.AWAITING_OWNER, None)


def test_a_stranger_who_was_taken_for_somebody_blocked_is_asked_about(home: Home) -> None:
    """Given a denial by recognition, then the owner decides after all."""
    home.knows("v1", "Mallory", blocked=True)
    home.watches(0, 1, LOOKALIKE)
    assert home.visit.status is VisitStatus.DENIED

    assert home.correct_visit("front", home.visit.visit_id, None).status is VisitStatus.AWAITING_OWNER


def test_a_visit_that_is_over_keeps_its_outcome(home: Home, visit_id: str) -> None:
    """Given an old visit, when its match is rejected, then that is noted."""
    home.now += 3600
    visit = home.correct_visit("front", visit_id, None)

    assert (visit.status, visit.visitor_id, visit.rejected_ids) == (VisitStatus.CODE_SENT, None, ("v1",))


def test_the_face_must_be_one_that_was_recognised(home: Home) -> None:
    """Given a stranger, there is nothing to correct."""
    home.watches(0, 1, Person("stranger"))
    for face_index in (None, 0, 7):
        with pytest.raises(InvalidRequestError):
            home.correct_visit("front", home.visit.visit_id, face_index)
    with pytest.raises(VisitNotFoundError):
        home.correct_visit("front", "0" * 26, None)


def test_of_two_resemblances_one_must_be_chosen(home: Home) -> None:
    """Given two strangers who resemble people on file."""
    home.knows("v1", "Grace")
    home.knows("v2", "Ada")
    one, other = home.people(["one", "other"])
    people = [
        Person("one", one.box, visitor_id="v1", similarity=95),
        Person("other", other.box, visitor_id="v2", similarity=94),
    ]
    home.watches(0, 2, *people)
    with pytest.raises(InvalidRequestError):
        home.correct_visit("front", home.visit.visit_id, None)

    visit = home.correct_visit("front", home.visit.visit_id, 1)
    assert [face.suggested_visitor_id for face in visit.faces] == ["v1", None]
