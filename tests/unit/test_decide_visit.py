"""The owner's decision, once."""

from __future__ import annotations

import pytest

from smart_door.domain.errors import MessageNotSentError
from smart_door.domain.refusals import (
    FaceIndexError,
    InvalidRequestError,
    PasscodeWrongError,
    PhoneNumberError,
    PhoneUnreachableError,
    VisitAlreadyDecidedError,
    VisitExpiredError,
    VisitNotFoundError,
    VisitorBlockedError,
    VisitorNotFoundError,
)
from smart_door.domain.visits import CLAIM_SECONDS, VisitStatus
from smart_door.services.decide_visit import KnownVisitor, NewVisitor
from tests.fakes.home import Home, Person

OWNER = "owner@example.com"
ADA = NewVisitor("Ada  Lovelace ", "+1 (555) 555-0123")


@pytest.fixture
def visit_id(home: Home) -> str:
    """A visit that waits for the owner."""
    home.watches(0, 2, Person("ada"))
    return home.visit.visit_id


def test_approving_somebody_new_gives_them_a_record_and_a_code(home: Home, visit_id: str) -> None:
    """Without a face in the collection yet: that comes with the admission."""
    visit = home.decide_visit.approve("front", visit_id, ADA, None, OWNER)

    (visitor,) = home.visitors.all()
    assert (visitor.name, visitor.phone, visitor.face_ids) == ("Ada Lovelace", "+15555550123", ())
    assert visitor.may_enter("front")
    assert not visitor.may_enter("garage")
    assert (visit.status, visit.visitor_id, visit.decided_by) == (
        VisitStatus.CODE_SENT,
        visitor.visitor_id,
        OWNER,
    )
    ((phone, text),) = home.messages.to_visitors
    assert phone == "+15555550123"
    assert text.startswith("Hello Ada Lovelace, your code for the front door is ")
    assert home.faces.indexed == {}


def test_approving_somebody_known_is_for_this_once(home: Home, visit_id: str) -> None:
    """They get a code, and the next time the household is asked again: nobody gets a door by the way."""
    home.knows("v1", "Grace", door="garage")
    home.decide_visit.approve("front", visit_id, KnownVisitor("v1"), None, OWNER)
    home.admit_visitor("front", home.code(), visit_id)
    assert home.visits.get("front", visit_id).visitor_id == "v1"
    assert home.visitors.get("v1").door_ids == {"garage"}

    home.now += 3600
    home.sees(home.record(3600, Person("grace", visitor_id="v1")))

    assert len(home.visits.everything) == 2
    assert home.messages.to_owner[-1].startswith(
        "Grace is at the front door and is let in only if you say so: "
    )


def test_denying_sends_nothing(home: Home, visit_id: str) -> None:
    """Nobody gets a code."""
    visit = home.decide_visit.deny("front", visit_id, OWNER)

    assert (visit.status, visit.decided_by) == (VisitStatus.DENIED, OWNER)
    assert home.messages.to_visitors == []


@pytest.mark.parametrize("first", ["approve", "deny"])
@pytest.mark.parametrize("second", ["approve", "deny"])
def test_a_visit_is_decided_once(home: Home, visit_id: str, first: str, second: str) -> None:
    """The second decision is refused, and no second code goes."""

    def decide(how: str) -> None:
        if how == "approve":
            home.decide_visit.approve("front", visit_id, ADA, None, OWNER)
        else:
            home.decide_visit.deny("front", visit_id, OWNER)

    decide(first)
    with pytest.raises(VisitAlreadyDecidedError):
        decide(second)
    assert len(home.messages.to_visitors) == (first == "approve")
    assert len(home.visitors.all()) == (first == "approve")


def test_an_expired_visit_cannot_be_decided(home: Home, visit_id: str) -> None:
    """Nobody decided in time, whether or not that was stored."""
    home.now = home.visit.expires_at
    with pytest.raises(VisitExpiredError):
        home.decide_visit.approve("front", visit_id, ADA, None, OWNER)


def test_an_unknown_visit_cannot_be_decided(home: Home) -> None:
    """There is none."""
    with pytest.raises(VisitNotFoundError):
        home.decide_visit.deny("front", "0" * 26, OWNER)


def test_records_that_arrive_meanwhile_do_not_hinder_the_decision(home: Home, visit_id: str) -> None:
    """The visit is written again and again while somebody stands there."""
    home.decide_visit.approve("front", visit_id, ADA, None, OWNER)
    home.watches(2, 8, Person("ada"))

    assert home.visit.status is VisitStatus.CODE_SENT
    assert home.messages.count == 2


def test_of_several_strangers_one_must_be_chosen(home: Home) -> None:
    """Whose face goes with the name."""
    home.sees(home.record(0, *home.people(["ada", "bob"])))
    visit_id = home.visit.visit_id
    for face_index in (None, 2):
        with pytest.raises(FaceIndexError):
            home.decide_visit.approve("front", visit_id, ADA, face_index, OWNER)

    visit = home.decide_visit.approve("front", visit_id, ADA, 1, OWNER)
    assert visit.face_index == 1


@pytest.mark.parametrize("phone", ["", "12345", "+0123456789", "+1555555012345678", "+1555call", "５５５"])
def test_a_phone_number_that_is_none_is_refused_before_anything_happens(
    home: Home, visit_id: str, phone: str
) -> None:
    """The visit still waits."""
    with pytest.raises(PhoneNumberError):
        home.decide_visit.approve("front", visit_id, NewVisitor("Ada", phone), None, OWNER)
    assert home.visit.status is VisitStatus.AWAITING_OWNER


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "bell\x07"])
def test_a_name_that_is_none_is_refused(home: Home, visit_id: str, name: str) -> None:
    """One line of 1 to 80 printable characters."""
    with pytest.raises(InvalidRequestError):
        home.decide_visit.approve("front", visit_id, NewVisitor(name, "+15555550123"), None, OWNER)


def test_a_phone_out_of_reach_leaves_the_visit_to_be_decided_again(home: Home, visit_id: str) -> None:
    """The owner mistyped: nothing stays of the first attempt."""
    home.messages.unreachable.add("+15555550123")
    with pytest.raises(PhoneUnreachableError):
        home.decide_visit.approve("front", visit_id, ADA, None, OWNER)
    assert home.visit.status is VisitStatus.AWAITING_OWNER
    assert home.visitors.all() == []

    home.decide_visit.approve("front", visit_id, NewVisitor("Ada", "+15555550199"), None, OWNER)
    assert [visitor.phone for visitor in home.visitors.all()] == ["+15555550199"]


def test_a_code_whose_message_failed_does_not_open(home: Home, visit_id: str) -> None:
    """Even if somebody guessed it: the approval was taken back."""
    home.messages.failures = 1
    with pytest.raises(MessageNotSentError):
        home.decide_visit.approve("front", visit_id, ADA, None, OWNER)

    home.chance.seed(7)  # draws the same digits again
    replay = [f"{home.chance.randrange(10**7):07d}" for _ in range(10)]
    for digits in replay[:5]:
        with pytest.raises(PasscodeWrongError):
            home.admit_visitor("front", digits, None)


def test_an_approval_that_broke_off_can_be_made_again(home: Home, visit_id: str) -> None:
    """The function died between decision and message."""
    visit = home.visit
    face = visit.faces[0]
    home.visits.replace(visit.approved("v1", face, by=OWNER, now=home.now, code_expires_at=home.now + 300))
    with pytest.raises(VisitAlreadyDecidedError):
        home.decide_visit.approve("front", visit_id, ADA, None, OWNER)

    home.now += CLAIM_SECONDS
    home.decide_visit.approve("front", visit_id, ADA, None, OWNER)
    assert len(home.messages.to_visitors) == 1


def test_somebody_blocked_or_unknown_cannot_be_approved(home: Home, visit_id: str) -> None:
    """Unblock first; and who is not on file has no id."""
    home.knows("v1", blocked=True)
    with pytest.raises(VisitorBlockedError):
        home.decide_visit.approve("front", visit_id, KnownVisitor("v1"), None, OWNER)
    with pytest.raises(VisitorNotFoundError):
        home.decide_visit.approve("front", visit_id, KnownVisitor("v2"), None, OWNER)
    assert home.visit.status is VisitStatus.AWAITING_OWNER
