"""An invitation whose answer got lost is asked for again: one pass, one person on file, one message."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest

from smart_door.domain.errors import MessageClaimedError, MessageNotSentError
from smart_door.domain.passcodes import Passcode, derived_digits, digest_of
from smart_door.domain.passes import PassKind, PassState, Schedule
from smart_door.domain.refusals import (
    InvalidRequestError,
    PassExistsError,
    VisitorNotFoundError,
)
from smart_door.domain.visits import CLAIM_SECONDS
from smart_door.services.decide_visit import KnownVisitor, NewVisitor
from smart_door.services.manage_passes import Invitation, Invite
from tests.fakes.home import KEY, Home

REQUEST = "7e5d3e1e-0b1f-4c57-9d1e-000000000001"
TUESDAY = datetime(2026, 11, 24)
MORNING = Schedule(PassKind.ONCE, TUESDAY.replace(hour=9), TUESDAY.replace(hour=12))
ADA = NewVisitor("Ada", "+1 (555) 555-0123")
WANTED = Invite(REQUEST, "front", ADA, MORNING, "owner@example.com")


class CrashError(BaseException):
    """The function ends here, as at a time-out."""


def crash(*_: object) -> None:
    """In the place of something that would be done."""
    raise CrashError


@pytest.mark.parametrize("who", [ADA, KnownVisitor("v1")], ids=["new", "known"])
@pytest.mark.parametrize("send", [True, False])
def test_the_same_request_again_gets_the_same_answer(
    home: Home, who: NewVisitor | KnownVisitor, send: bool
) -> None:
    """Given an answer that got lost, then the code is the same, and nothing was done twice."""
    home.knows("v1", "Grace")
    wanted = replace(WANTED, who=who, send=send)
    first = home.manage_passes.invite(wanted)
    home.now += 3600
    again = home.manage_passes.invite(wanted)

    assert again == first
    assert (len(home.manage_passes.all()), home.messages.count) == (1, int(send))
    assert len(home.visitors.all()) == 1 + isinstance(who, NewVisitor)
    assert again.is_sent == send


def test_each_request_has_a_code_of_its_own(home: Home) -> None:
    """Given two requests, or two doors, then nothing of one code tells the other."""
    codes = {
        derived_digits(KEY, door, str(uuid4()), draw) for door in ("front", "garage") for draw in range(50)
    }
    assert len(codes) == 100
    assert all(len(code) == 7 and code.isdecimal() for code in codes)
    assert derived_digits(b"another key", "front", REQUEST, 0) != derived_digits(KEY, "front", REQUEST, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"schedule": replace(MORNING, kind=PassKind.WINDOW)},
        {"who": NewVisitor("Ada", "+15555550199")},
        {"who": NewVisitor("Eve", "+15555550123")},
        {"who": KnownVisitor("v1")},
    ],
    ids=["times", "phone", "name", "person"],
)
def test_a_request_that_was_changed_is_another_one(home: Home, change: dict[str, object]) -> None:
    """Given a form that was changed after its answer got lost, then it is said that a pass is there."""
    home.knows("v1")
    home.manage_passes.invite(WANTED)
    with pytest.raises(PassExistsError):
        home.manage_passes.invite(replace(WANTED, **change))  # type: ignore[arg-type]  # fields by name
    assert (len(home.manage_passes.all()), home.messages.count) == (1, 1)


def test_a_request_that_failed_may_be_changed(home: Home) -> None:
    """Given a message that could not be sent, then nothing is left, and the same form goes again."""
    home.messages.failures = 1
    with pytest.raises(MessageNotSentError):
        home.manage_passes.invite(WANTED)
    assert (home.manage_passes.all(), home.visitors.all()) == ([], [])

    made = home.manage_passes.invite(replace(WANTED, who=NewVisitor("Ada", "+15555550199")))
    assert home.messages.to_visitors == [("+15555550199", made.message)]


def test_two_at_once_are_one(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a second request while the first one sends its message, then it comes too early."""
    send = home.messages.text

    def meanwhile(phone: str, text: str) -> None:
        with pytest.raises(MessageClaimedError):
            home.manage_passes.invite(WANTED)
        send(phone, text)

    monkeypatch.setattr(home.messages, "text", meanwhile)
    made = home.manage_passes.invite(WANTED)

    assert len(home.messages.to_visitors) == 1
    assert home.manage_passes.invite(WANTED) == made


def test_two_that_find_nothing_at_once_store_one(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a second request just before the first one's write, then the write decides."""
    add = home.visitors.add
    under_way: list[bool] = []
    others: list[Invitation] = []

    def meanwhile(visitor: object) -> None:
        if not under_way:
            under_way.append(True)
            others.append(home.manage_passes.invite(WANTED))
        add(visitor)  # type: ignore[arg-type]  # a visitor, as it came

    monkeypatch.setattr(home.visitors, "add", meanwhile)
    with pytest.raises(MessageClaimedError):
        home.manage_passes.invite(WANTED)

    assert (len(others), len(home.manage_passes.all()), len(home.visitors.all())) == (1, 1, 1)
    assert home.messages.count == 1


@pytest.mark.parametrize("where", ["passes", "messages"])
def test_what_broke_off_is_taken_up(home: Home, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Given a function that ended before the pass was stored, or the message sent, then it goes on there."""
    with monkeypatch.context() as patched:
        if where == "passes":
            patched.setattr("tests.fakes.tables.InMemoryPasses.add", crash)
        else:
            patched.setattr(home.messages, "text", crash)
        with pytest.raises(CrashError):
            home.manage_passes.invite(WANTED)
    home.now += CLAIM_SECONDS
    made = home.manage_passes.invite(WANTED)

    assert (len(home.manage_passes.all()), len(home.visitors.all())) == (1, 1)
    assert home.messages.to_visitors == [("+15555550123", made.message)]


def test_a_code_that_is_somebody_elses_is_passed_over(home: Home) -> None:
    """Given a passcode of the same digits, then the next draw counts, now and when it is asked again."""
    taken = derived_digits(KEY, "front", REQUEST, 0)
    code = Passcode("front", digest_of(KEY, "front", taken), "visit", "v1", home.now + 300)
    home.passcodes.add(code, home.now)
    made = home.manage_passes.invite(WANTED)
    assert made.digits == derived_digits(KEY, "front", REQUEST, 1)

    home.now += 600  # the other code's time is over
    assert home.manage_passes.invite(WANTED) == made


def test_a_pass_that_was_used_or_taken_back_stays_so(home: Home) -> None:
    """Given a request that comes very late, then nobody is invited anew."""
    made = home.manage_passes.invite(WANTED)
    home.manage_passes.revoke("front", REQUEST)
    again = home.manage_passes.invite(WANTED)

    assert again.digits == made.digits
    assert again.invitation.state_at(home.now, home.zone) is PassState.REVOKED
    assert home.messages.count == 1


def test_whose_visitor_is_gone_is_not_invited(home: Home) -> None:
    """Given a person who was deleted in between, then no record comes back."""
    made = home.manage_passes.invite(WANTED)
    home.visitors.remove(home.visitors.get(made.invitation.visitor_id))
    with pytest.raises(VisitorNotFoundError):
        home.manage_passes.invite(WANTED)


def test_a_time_that_is_over_meanwhile_does_not_matter(home: Home) -> None:
    """Given a pass that was made, then asking again is no new invitation; another one would be refused."""
    home.manage_passes.invite(WANTED)
    home.now += 7 * 86400
    assert home.manage_passes.invite(WANTED).is_sent
    with pytest.raises(InvalidRequestError):
        home.manage_passes.invite(replace(WANTED, request_id=str(uuid4())))
