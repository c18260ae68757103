"""One visit, one message, whatever happens around it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smart_door.domain.errors import (
    MessageClaimedError,
    MessageNotSentError,
    RetryableError,
)
from smart_door.domain.visits import CLAIM_SECONDS, Visit, VisitStatus
from tests.fakes import InMemoryVisits
from tests.fakes.home import Home, Person

STRANGER = Person("ada")


class CrashError(BaseException):
    """The process ends here, as at a time-out."""


class InterruptedVisits(InMemoryVisits):
    """Does something else just before the n-th write."""

    def __init__(self) -> None:
        super().__init__()
        self.before_write: dict[int, Callable[[], None]] = {}

    def add(self, visit: Visit, last_opened: str | None) -> None:
        """Open a visit, perhaps after somebody else did."""
        self.before_write.pop(self.writes + 1, lambda: None)()
        super().add(visit, last_opened)

    def replace(self, visit: Visit) -> Visit:
        """Write a visit, perhaps after somebody else did."""
        self.before_write.pop(self.writes + 1, lambda: None)()
        return super().replace(visit)


@pytest.mark.parametrize("write", [1, 2, 3])
def test_two_invocations_at_once_open_one_visit_and_send_one_message(write: int) -> None:
    """The other one does the whole record before our first, second or third write."""
    visits = InterruptedVisits()
    home = Home(visits=visits)
    record = home.record(0, STRANGER)

    def the_other() -> None:
        if write == 3:  # our claim stands: the other one finds it, and its record comes again
            with pytest.raises(MessageClaimedError):
                home.sees(record)
        else:
            home.sees(record)

    visits.before_write[write] = the_other
    home.sees(record)

    assert len(visits.everything) == 1
    assert home.messages.count == 1


def test_a_message_that_was_not_taken_goes_with_the_next_try(home: Home) -> None:
    """The record fails, comes again, and the message goes once."""
    home.messages.failures = 1
    with pytest.raises(MessageNotSentError):
        home.sees(home.record(0, STRANGER))
    assert home.visit.owner_message.sent_at is None

    home.sees(home.record(0, STRANGER))
    assert home.messages.count == 1
    assert home.visit.status is VisitStatus.AWAITING_OWNER


def test_a_code_that_was_not_taken_opens_nothing_and_another_is_sent(home: Home) -> None:
    """The visitor gets one message, whose code works."""
    home.knows("v1")
    home.messages.failures = 1
    with pytest.raises(MessageNotSentError):
        home.sees(home.record(0, Person("grace", visitor_id="v1")))
    assert home.visit.status is VisitStatus.OPEN

    home.sees(home.record(0, Person("grace", visitor_id="v1")))
    assert home.messages.count == 1
    home.admit_visitor("front", home.code(), None)


@pytest.mark.parametrize("person", [STRANGER, Person("grace", visitor_id="v1")], ids=["owner", "visitor"])
def test_a_crash_between_claim_and_sending_does_not_lose_the_message(
    home: Home, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the claim lasts the record fails (and comes again); afterwards the message goes."""
    home.knows("v1")

    def crash(*_: str) -> None:
        raise CrashError

    with monkeypatch.context() as patched:
        patched.setattr(home.messages, "tell_owner", crash)
        patched.setattr(home.messages, "text", crash)
        with pytest.raises(CrashError):
            home.sees(home.record(0, person))

    with pytest.raises(MessageClaimedError):
        home.sees(home.record(1, person))
    home.now += CLAIM_SECONDS
    home.sees(home.record(2, person))
    assert home.messages.count == 1


def test_one_visit_whose_message_fails_does_not_keep_the_others_of_the_frame(home: Home) -> None:
    """Known and stranger in one frame; the code fails, the question goes all the same."""
    home.knows("v1")
    ada, grace = home.people(["ada", "grace"])
    grace = Person("grace", grace.box, visitor_id="v1")
    home.messages.unreachable.clear()
    home.messages.failures = 1
    with pytest.raises(RetryableError):
        home.sees(home.record(0, grace, ada))

    assert len(home.messages.to_owner) == 1
    home.sees(home.record(0, grace, ada))
    assert len(home.messages.to_visitors) == 1


def test_no_log_holds_a_code_a_phone_number_or_a_name(home: Home) -> None:
    """Over a whole visit."""
    home.knows("v1", "Grace")
    home.watches(0, 5, Person("grace", visitor_id="v1"))
    home.admit_visitor("front", home.code(), None)
    said = repr(home.log)

    assert home.code() not in said
    assert home.visitors.get("v1").phone not in said
    assert "Grace" not in said


def test_every_event_is_told_once(home: Home) -> None:
    """The phrases that readers of the log know."""
    home.knows("v1")
    home.watches(0, 5, Person("grace", visitor_id="v1"))

    for event in ("visit opened", "visitor recognised", "passcode sent"):
        assert home.told(event) == 1
