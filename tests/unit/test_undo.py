"""A decision can be undone for some seconds, and who comes second is told who was first."""

from __future__ import annotations

import pytest

from smart_door.domain.refusals import (
    PasscodeWrongError,
    UndoTooLateError,
    VisitAlreadyDecidedError,
    VisitNotFoundError,
)
from smart_door.domain.rules import UNDO_SECONDS
from smart_door.domain.visits import VisitStatus
from smart_door.services.decide_visit import KnownVisitor, NewVisitor
from smart_door.services.manage_visitors import VisitorChanges
from tests.fakes.home import Home, Person

OWNER = "owner@example.com"
ADA = NewVisitor("Ada", "+15555550123")


@pytest.fixture
def visit_id(home: Home) -> str:
    """A visit that waits."""
    home.watches(0, 2, Person("ada"))
    return home.visit.visit_id


def test_an_approval_is_undone_with_all_that_followed(home: Home, visit_id: str) -> None:
    """Given a code that was sent, when it is undone in time, then it opens nothing and nobody is on file."""
    visit = home.decide_visit.approve("front", visit_id, ADA, None, OWNER)
    assert home.show_home.show_visit(visit)["undo_until"] == "2026-11-21T00:39:03.000Z"
    home.now += UNDO_SECONDS - 1
    undone = home.decide_visit.undo("front", visit_id)

    assert (undone.status, undone.visitor_id, undone.decided_by) == (VisitStatus.AWAITING_OWNER, None, None)
    assert home.visitors.all() == []
    assert "undo_until" not in home.show_home.show_visit(undone)
    with pytest.raises(PasscodeWrongError):
        home.admit_visitor("front", home.code(), visit_id)


def test_after_an_undo_the_visit_is_decided_anew(home: Home, visit_id: str) -> None:
    """Given a wrong number, when it is undone and corrected, then the second code opens."""
    home.decide_visit.approve("front", visit_id, ADA, None, OWNER)
    home.decide_visit.undo("front", visit_id)
    home.decide_visit.approve("front", visit_id, NewVisitor("Ada", "+15555550199"), None, OWNER)

    assert [visitor.phone for visitor in home.visitors.all()] == ["+15555550199"]
    assert home.admit_visitor("front", home.code(), visit_id).visit_id == visit_id


def test_a_denial_is_undone_too(home: Home, visit_id: str) -> None:
    """Given a slip of the thumb, then the visit waits, and nobody is asked a second time."""
    home.decide_visit.deny("front", visit_id, OWNER)
    home.decide_visit.undo("front", visit_id)
    home.watches(3, 5, Person("ada"))

    assert home.visit.status is VisitStatus.AWAITING_OWNER
    assert len(home.messages.to_owner) == 1


def test_who_was_on_file_before_stays_so(home: Home, visit_id: str) -> None:
    """Given somebody known, then their record is as it was."""
    home.knows("v1", door="garage")
    before = home.visitors.get("v1")
    home.decide_visit.approve("front", visit_id, KnownVisitor("v1"), None, OWNER)
    home.decide_visit.undo("front", visit_id)

    assert home.visitors.get("v1") == before


def test_a_record_that_was_changed_meanwhile_is_still_removed(home: Home, visit_id: str) -> None:
    """Given a name corrected in those seconds, then the undo goes by what is on file now."""
    home.decide_visit.approve("front", visit_id, ADA, None, OWNER)
    (visitor,) = home.visitors.all()
    home.manage_visitors.change(visitor.visitor_id, VisitorChanges(name="Ada Lovelace"), OWNER)
    home.decide_visit.undo("front", visit_id)

    assert home.visitors.all() == []


def test_a_visitor_who_is_gone_already_hinders_nobody(home: Home, visit_id: str) -> None:
    """Given an approval whose visitor is not on file any more, then the visit waits again."""
    home.decide_visit.approve("front", visit_id, ADA, None, OWNER)
    (visitor,) = home.visitors.all()
    home.visitors.remove(visitor)

    assert home.decide_visit.undo("front", visit_id).status is VisitStatus.AWAITING_OWNER


@pytest.mark.parametrize("seconds", [UNDO_SECONDS, 3600])
def test_after_its_seconds_a_decision_stands(home: Home, visit_id: str, seconds: float) -> None:
    """Given a denial, when the time is over, then it is too late."""
    home.decide_visit.deny("front", visit_id, OWNER)
    home.now += seconds
    with pytest.raises(UndoTooLateError):
        home.decide_visit.undo("front", visit_id)
    assert home.visit.status is VisitStatus.DENIED


def test_who_is_in_is_in(home: Home, visit_id: str) -> None:
    """Given a code that was used within the seconds, then there is nothing to undo."""
    home.decide_visit.approve("front", visit_id, ADA, None, OWNER)
    home.admit_visitor("front", home.code(), visit_id)
    with pytest.raises(VisitAlreadyDecidedError):
        home.decide_visit.undo("front", visit_id)
    assert len(home.visitors.all()) == 1


def test_what_recognition_decided_is_not_undone(home: Home) -> None:
    """That is what "not this person" is for; nor is what nobody decided."""
    home.knows("v1")
    home.sees(home.record(0, Person("grace", visitor_id="v1")))
    with pytest.raises(UndoTooLateError):
        home.decide_visit.undo("front", home.visit.visit_id)
    with pytest.raises(VisitNotFoundError):
        home.decide_visit.undo("front", "0" * 26)


def test_who_comes_second_is_told_who_decided_what(home: Home, visit_id: str) -> None:
    """Given a decision by one of the family, when another decides, then the error names the first."""
    home.decide_visit.deny("front", visit_id, "ann@example.com")
    with pytest.raises(VisitAlreadyDecidedError) as raised:
        home.decide_visit.approve("front", visit_id, ADA, None, "bob@example.com")

    assert (raised.value.status, raised.value.decided_by) == ("denied", "ann@example.com")
    assert "ann" not in str(raised.value)
