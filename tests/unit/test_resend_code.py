"""The code once more: another one takes the place of the first, whatever happens at the same time."""

from __future__ import annotations

import pytest

from smart_door.domain.errors import MessageNotSentError, SmartDoorError
from smart_door.domain.refusals import (
    CodeNotAgainError,
    CodeSentJustNowError,
    PasscodeWrongError,
    PhoneUnreachableError,
    VisitAlreadyDecidedError,
    VisitNotFoundError,
    VisitorBlockedError,
    VisitorNotFoundError,
)
from smart_door.domain.resending import MOST_RESENT, RESEND_AFTER_SECONDS, RESEND_FOR_SECONDS
from smart_door.domain.visitors import VisitorStatus
from smart_door.domain.visits import VisitStatus
from smart_door.services.decide_visit import NewVisitor
from smart_door.services.manage_visitors import VisitorChanges
from tests.fakes.home import Home, Person
from tests.unit.test_one_message import InterruptedVisits

OWNER = "owner@example.com"
ADA = NewVisitor("Ada", "+15555550123")


@pytest.fixture
def home() -> Home:
    """A home in which something can happen just before a write."""
    return Home(visits=InterruptedVisits())


@pytest.fixture
def visit_id(home: Home) -> str:
    """A visit whose code went a moment ago."""
    home.watches(0, 2, Person("ada"))
    home.decide_visit.approve("front", home.visit.visit_id, ADA, None, OWNER)
    home.now += RESEND_AFTER_SECONDS
    return home.visit.visit_id


def before_the_next_write(home: Home, happens: object) -> None:
    """Let something happen between reading the visit and writing it."""
    assert isinstance(home.visits, InterruptedVisits)
    assert callable(happens)
    home.visits.before_write[home.visits.writes + 1] = happens


def test_another_code_opens_and_the_first_does_not(home: Home, visit_id: str) -> None:
    """Given a message that got lost, when the code is sent again, then only the second one opens."""
    first = home.code()
    visit = home.resend_code("front", visit_id)

    assert home.code() != first
    assert (visit.status, visit.code_expires_at) == (VisitStatus.CODE_SENT, home.now + 300)
    with pytest.raises(PasscodeWrongError):
        home.admit_visitor("front", first, visit_id)
    assert home.admit_visitor("front", home.code(), visit_id).visit_id == visit_id
    assert home.told("passcode sent again") == 1


def test_it_goes_to_the_number_that_the_visitor_has_now(home: Home, visit_id: str) -> None:
    """Given a number with a digit turned round, when it is corrected, then the next message goes there."""
    (visitor,) = home.visitors.all()
    home.manage_visitors.change(visitor.visitor_id, VisitorChanges(phone="+15555550199"), OWNER)
    home.resend_code("front", visit_id)

    assert [phone for phone, _ in home.messages.to_visitors] == ["+15555550123", "+15555550199"]


def test_a_code_that_recognition_sent_is_sent_again_too(home: Home) -> None:
    """Given somebody known, then theirs as well; and they are not sent a third by being seen."""
    home.knows("v1")
    home.watches(0, 5, Person("grace", visitor_id="v1"))
    home.now += RESEND_AFTER_SECONDS
    home.resend_code("front", home.visit.visit_id)
    home.watches(26, 30, Person("grace", visitor_id="v1"))

    assert len(home.messages.to_visitors) == 2


def test_the_answer_says_from_when_on(home: Home, visit_id: str) -> None:
    """Given a code, then a page can offer another one at the right moment, and not for ever."""
    home.now -= RESEND_AFTER_SECONDS
    shown = home.show_home.get_visit("front", visit_id)
    assert [shown[name] for name in ("code_sent_at", "resend_from", "code_expires_at")] == [
        "2026-11-21T00:38:53.000Z",
        "2026-11-21T00:39:13.000Z",
        "2026-11-21T00:43:53.000Z",
    ]
    home.now += RESEND_FOR_SECONDS
    assert "resend_from" not in home.show_home.get_visit("front", visit_id)


def test_a_message_needs_a_moment_to_arrive(home: Home, visit_id: str) -> None:
    """Given a code that went 15 seconds ago, then the answer says that it takes 5 more."""
    home.now -= 5
    with pytest.raises(CodeSentJustNowError) as raised:
        home.resend_code("front", visit_id)

    assert raised.value.retry_after_seconds == 5
    assert len(home.messages.to_visitors) == 1


def test_it_is_sent_three_times_and_no_more(home: Home, visit_id: str) -> None:
    """Given a phone that is somebody else's, then it is not sent to for ever."""
    for _ in range(MOST_RESENT):
        home.resend_code("front", visit_id)
        home.now += RESEND_AFTER_SECONDS
    with pytest.raises(CodeNotAgainError):
        home.resend_code("front", visit_id)

    assert "resend_from" not in home.show_home.get_visit("front", visit_id)
    assert len(home.messages.to_visitors) == 1 + MOST_RESENT


def test_after_half_an_hour_nobody_stands_there(home: Home, visit_id: str) -> None:
    """Given a visit from before, then its code is history."""
    home.now += RESEND_FOR_SECONDS
    with pytest.raises(CodeNotAgainError):
        home.resend_code("front", visit_id)


def test_where_there_is_no_code_none_is_sent(home: Home) -> None:
    """Given a visit that waits, one that was turned away and none at all, then each says what it is."""
    home.watches(0, 2, Person("ada"))
    visit_id = home.visit.visit_id
    with pytest.raises(CodeNotAgainError):
        home.resend_code("front", visit_id)
    home.decide_visit.deny("front", visit_id, OWNER)
    with pytest.raises(VisitAlreadyDecidedError):
        home.resend_code("front", visit_id)
    with pytest.raises(VisitNotFoundError):
        home.resend_code("front", "0" * 26)
    assert home.messages.to_visitors == []


@pytest.mark.parametrize("error", [MessageNotSentError, PhoneUnreachableError])
def test_where_the_message_fails_the_code_from_before_still_opens(
    home: Home, visit_id: str, error: type[SmartDoorError]
) -> None:
    """Given a first message that was merely late, when the second cannot be sent, then the first is good."""
    first = home.code()
    if error is MessageNotSentError:
        home.messages.failures = 1
    else:
        home.messages.unreachable.add("+15555550123")
    with pytest.raises(error):
        home.resend_code("front", visit_id)

    assert home.visit.codes_resent == 0
    assert home.admit_visitor("front", first, visit_id).visit_id == visit_id


def test_who_comes_in_at_the_same_moment_is_in(home: Home, visit_id: str) -> None:
    """Given a first code that opens just before, then no second one goes."""
    before_the_next_write(home, lambda: home.admit_visitor("front", home.code(0), visit_id))
    with pytest.raises(VisitAlreadyDecidedError) as raised:
        home.resend_code("front", visit_id)

    assert raised.value.status == "admitted"
    assert len(home.messages.to_visitors) == 1


def test_who_types_the_first_code_at_the_same_moment_needs_the_second(home: Home, visit_id: str) -> None:
    """Given a redemption that is overtaken by another code, then the first is wrong and nobody is in."""
    first = home.code()
    before_the_next_write(home, lambda: home.resend_code("front", visit_id))
    with pytest.raises(PasscodeWrongError):
        home.admit_visitor("front", first, visit_id)

    assert home.events.published == []
    home.admit_visitor("front", home.code(), visit_id)
    assert len(home.events.published) == 1


def test_of_two_who_ask_at_once_one_does(home: Home, visit_id: str) -> None:
    """Given two of the family with the same thought, then one message goes."""
    before_the_next_write(home, lambda: home.resend_code("front", visit_id))
    with pytest.raises(CodeSentJustNowError):
        home.resend_code("front", visit_id)
    assert len(home.messages.to_visitors) == 2


def test_what_others_write_meanwhile_stays(home: Home, visit_id: str) -> None:
    """Given a record that is handled at that moment, then the code is sent nonetheless."""
    before_the_next_write(home, lambda: home.sees(home.record(22, Person("ada"))))
    home.resend_code("front", visit_id)

    assert home.visit.last_seen_at == home.now
    home.admit_visitor("front", home.code(), visit_id)


def test_a_failure_does_not_undo_what_came_after(home: Home, visit_id: str) -> None:
    """Given a visitor who is blocked while the message fails, then the visit stays denied."""
    (visitor,) = home.visitors.all()
    assert isinstance(home.visits, InterruptedVisits)

    def block() -> None:
        home.manage_visitors.change(visitor.visitor_id, VisitorChanges(status=VisitorStatus.BLOCKED), OWNER)

    home.visits.before_write[home.visits.writes + 2] = block
    home.messages.failures = 1
    with pytest.raises(MessageNotSentError):
        home.resend_code("front", visit_id)
    assert home.visit.status is VisitStatus.DENIED


def test_who_may_not_come_in_any_more_gets_none(home: Home, visit_id: str) -> None:
    """Given a visitor who was removed, or blocked by a write that the visit does not know yet."""
    (visitor,) = home.visitors.all()
    home.visitors.remove(visitor)
    with pytest.raises(VisitorNotFoundError):
        home.resend_code("front", visit_id)
    home.knows(visitor.visitor_id, blocked=True)
    with pytest.raises(VisitorBlockedError):
        home.resend_code("front", visit_id)
    assert len(home.messages.to_visitors) == 1
