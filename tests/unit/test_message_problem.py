"""A code that could not be sent: the visit waits for the household, and says why."""

from __future__ import annotations

import pytest

from smart_door.domain.errors import MessageNotSentError, MessageRefusedError
from smart_door.domain.refusals import PhoneUnreachableError
from smart_door.domain.visits import MessageProblem, VisitStatus
from smart_door.services.decide_visit import KnownVisitor
from smart_door.services.manage_visitors import VisitorChanges
from tests.fakes.home import Home, Person

OWNER = "owner@example.com"


def test_whose_phone_takes_no_messages_waits_for_the_household(home: Home) -> None:
    """Given a number that takes nothing, then the page can say whose, and why nobody let them in."""
    home.knows("v1", "Grace")
    home.messages.unreachable.add(home.visitors.get("v1").phone)
    home.watches(0, 5, Person("grace", visitor_id="v1"))

    assert home.visit.message_problem is MessageProblem.PHONE_UNREACHABLE
    shown = home.show_home.show_visit(home.visit)
    assert (shown["message_problem"], shown["visitor_name"]) == ("phone_unreachable", "Grace")


def test_whose_phone_was_corrected_gets_a_code_and_the_problem_is_gone(home: Home) -> None:
    """Given a number that takes nothing, when it is corrected and they are let in, then they come in."""
    home.knows("v1", "Grace")
    home.messages.unreachable.add(home.visitors.get("v1").phone)
    home.watches(0, 5, Person("grace", visitor_id="v1"))
    visit_id = home.visit.visit_id
    with pytest.raises(PhoneUnreachableError):
        home.decide_visit.approve("front", visit_id, KnownVisitor("v1"), None, OWNER)
    assert home.show_home.show_visit(home.visit)["message_problem"] == "phone_unreachable"

    home.manage_visitors.change("v1", VisitorChanges(phone="+15555550199"), OWNER)
    visit = home.decide_visit.approve("front", visit_id, KnownVisitor("v1"), None, OWNER)
    assert visit.message_problem is None
    assert home.admit_visitor("front", home.code(), visit_id).visit_id == visit_id


def test_whose_code_could_not_be_sent_just_now_is_tried_again_and_shown_why(home: Home) -> None:
    """Given a text message service out of order, then the visit says so until the code went."""
    home.knows("v1")
    home.messages.failures = 1
    with pytest.raises(MessageNotSentError):
        home.sees(home.record(0, Person("grace", visitor_id="v1")))
    shown = home.show_home.show_visit(home.visit)
    assert (shown["state"], shown["message_problem"]) == ("open", "message_not_sent")

    home.sees(home.record(0, Person("grace", visitor_id="v1")))
    shown = home.show_home.show_visit(home.visit)
    assert shown["state"] == "code_sent"
    assert "message_problem" not in shown


def test_where_no_message_may_be_sent_the_household_decides(home: Home) -> None:
    """Given an account that AWS lets send nothing, then it is tried once, and the visit says why it waits."""
    home.knows("v1")
    home.messages.refused = True
    with pytest.raises(MessageRefusedError):
        home.sees(home.record(0, Person("grace", visitor_id="v1")))
    home.watches(1, 5, Person("grace", visitor_id="v1"))

    assert home.visit.status is VisitStatus.AWAITING_OWNER
    assert home.visit.message_problem is MessageProblem.MESSAGE_REFUSED
    assert home.told("passcode not sent") == 1


def test_who_was_somebody_else_takes_the_problem_along(home: Home) -> None:
    """Given a code that could not be sent to the wrong person, when that is said, then it is no problem."""
    home.knows("v1")
    home.messages.unreachable.add(home.visitors.get("v1").phone)
    home.sees(home.record(0, Person("ada", visitor_id="v1")))
    home.correct_visit("front", home.visit.visit_id, None)

    assert home.visit.message_problem is None
