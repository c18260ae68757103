"""A passcode opens once, within its time, at its door; and tries are counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smart_door.domain.errors import ServiceUnavailableError
from smart_door.domain.passcodes import REDEMPTION_SECONDS, digest_of
from smart_door.domain.refusals import (
    DoorNotFoundError,
    InvalidRequestError,
    PasscodeExpiredError,
    PasscodeUsedError,
    PasscodeWrongError,
    TooManyTriesError,
)
from smart_door.domain.visits import VisitStatus
from smart_door.services.admit_visitor import TRIES_AT_A_DOOR, TRIES_FOR_A_VISIT, TRIES_WINDOW_SECONDS
from tests.fakes.home import KEY, Home, Person


@pytest.fixture
def code(home: Home) -> str:
    """The code that a known visitor just got."""
    home.knows("v1")
    home.watches(0, 1, Person("grace", visitor_id="v1"))
    return home.code()


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 10**7:07d}"


def test_the_right_code_admits_and_tells_the_lock(home: Home, code: str) -> None:
    """The visit is admitted, VisitorAdmitted is published."""
    home.admit_visitor("front", code, home.visit.visit_id)

    assert home.visit.status is VisitStatus.ADMITTED
    (event,) = home.events.published
    assert (event.door_id, event.visit_id, event.visitor_id) == ("front", home.visit.visit_id, "v1")
    assert event.admitted_at == home.now == home.visit.admitted_at


def test_a_code_may_be_typed_with_spaces(home: Home, code: str) -> None:
    """As people group digits."""
    home.admit_visitor("front", f" {code[:3]} {code[3:5]}-{code[5:]} ", None)

    assert len(home.events.published) == 1


def test_a_code_opens_once(home: Home, code: str) -> None:
    """The second time is refused and opens nothing."""
    home.admit_visitor("front", code, None)
    for _ in range(2):
        with pytest.raises(PasscodeUsedError):
            home.admit_visitor("front", code, None)
        home.now += REDEMPTION_SECONDS

    assert len(home.events.published) == 1


def test_a_code_expires_by_our_own_clock(home: Home, code: str) -> None:
    """Though the table still holds it: what deletes there comes days later."""
    home.now += home.rules.passcode_seconds
    with pytest.raises(PasscodeExpiredError):
        home.admit_visitor("front", code, None)

    assert home.passcodes.stored
    assert home.events.published == []


def test_another_doors_code_is_a_wrong_code(home: Home, code: str) -> None:
    """It opens one door."""
    with pytest.raises(PasscodeWrongError):
        home.admit_visitor("garage", code, None)


def test_a_code_of_somebody_the_visit_is_not_for_any_more_is_a_wrong_code(home: Home, code: str) -> None:
    """A text that failed and arrived all the same, after which the owner approved somebody else."""
    home.visits.replace(replace(home.visit, visitor_id="v2"))

    with pytest.raises(PasscodeWrongError):
        home.admit_visitor("front", code, None)

    assert home.events.published == []


def test_a_code_of_another_visit_is_a_wrong_code(home: Home, code: str) -> None:
    """Where the page was opened from a visit's link."""
    with pytest.raises(PasscodeWrongError):
        home.admit_visitor("front", code, "0" * 26)
    home.admit_visitor("front", code, home.visit.visit_id)


def test_codes_are_not_stored_as_digits(home: Home, code: str) -> None:
    """Only a keyed hash is, which another key does not match."""
    assert code not in repr(home.passcodes.stored)
    assert ("front", digest_of(KEY, "front", code)) in home.passcodes.stored
    assert digest_of(b"another key", "front", code) != digest_of(KEY, "front", code)


@pytest.mark.parametrize("typed", ["", "123456", "12345678", "12a4567", "１２３４５６７", "+123456"])
def test_what_is_no_code_is_refused_without_counting(home: Home, code: str, typed: str) -> None:
    """A slip of the finger costs no try."""
    for _ in range(TRIES_FOR_A_VISIT + 1):
        with pytest.raises(InvalidRequestError):
            home.admit_visitor("front", typed, home.visit.visit_id)
    home.admit_visitor("front", code, home.visit.visit_id)


def test_a_visit_is_locked_after_five_wrong_tries(home: Home, code: str) -> None:
    """Then even the right code waits, and the answer says how long."""
    visit_id = home.visit.visit_id
    for _ in range(TRIES_FOR_A_VISIT):
        with pytest.raises(PasscodeWrongError):
            home.admit_visitor("front", wrong(code), visit_id)
    home.now += 100
    with pytest.raises(TooManyTriesError) as refused:
        home.admit_visitor("front", code, visit_id)

    assert refused.value.retry_after_seconds == TRIES_WINDOW_SECONDS - 100


def test_a_door_is_locked_after_twenty_wrong_tries_of_anyone(home: Home, code: str) -> None:
    """And open for tries again after a quarter of an hour."""
    for _ in range(TRIES_AT_A_DOOR):
        with pytest.raises(PasscodeWrongError):
            home.admit_visitor("front", wrong(code), None)
    with pytest.raises(TooManyTriesError):
        home.admit_visitor("front", code, None)
    home.now += TRIES_WINDOW_SECONDS
    with pytest.raises(PasscodeExpiredError):
        home.admit_visitor("front", code, None)


def test_a_success_gives_its_try_back(home: Home) -> None:
    """A busy door does not lock itself."""
    for number in range(TRIES_AT_A_DOOR + 1):
        home.knows(f"v{number}")
        home.sees(home.record(number * 20, Person(f"p{number}", visitor_id=f"v{number}")))
        home.admit_visitor("front", home.code(), None)

    assert len(home.events.published) == TRIES_AT_A_DOOR + 1


def test_an_admission_that_broke_off_is_taken_up_by_typing_the_code_again(home: Home, code: str) -> None:
    """The event bus was away: no admission is lost, and none is had twice."""
    home.events.failures = 1
    with pytest.raises(ServiceUnavailableError):
        home.admit_visitor("front", code, None)
    first = home.visit.admitted_at
    with pytest.raises(PasscodeUsedError):
        home.admit_visitor("front", code, None)

    home.now += REDEMPTION_SECONDS
    home.admit_visitor("front", code, None)
    (event,) = home.events.published
    assert event.admitted_at == first
    home.now += REDEMPTION_SECONDS
    with pytest.raises(PasscodeUsedError):
        home.admit_visitor("front", code, None)


def test_a_door_that_is_not_there_counts_nothing(home: Home) -> None:
    """Nor does it fill the table."""
    with pytest.raises(DoorNotFoundError):
        home.admit_visitor("cellar", "1234567", None)


def test_refusals_are_told_with_their_reason(home: Home, code: str) -> None:
    """For whoever reads the log; without the code."""
    with pytest.raises(PasscodeWrongError):
        home.admit_visitor("front", wrong(code), None)

    assert home.log[-1] == (
        "passcode refused",
        {"door_id": "front", "visit_id": None, "reason": "wrong"},
    )
