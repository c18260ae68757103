"""Passes: invited, let in at the right time as often as agreed, and taken back."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

import pytest

from smart_door.domain.errors import MessageNotSentError, ServiceUnavailableError
from smart_door.domain.home_time import instant
from smart_door.domain.passes import PassKind, PassState, Schedule
from smart_door.domain.refusals import (
    DoorNotFoundError,
    InvalidRequestError,
    PasscodeExpiredError,
    PasscodeUsedError,
    PasscodeWrongError,
    PassNotFoundError,
    PhoneUnreachableError,
    TooManyTriesError,
    VisitorBlockedError,
)
from smart_door.domain.visitors import VisitorStatus
from smart_door.domain.visits import Rule, VisitStatus
from smart_door.services.decide_visit import KnownVisitor, NewVisitor
from smart_door.services.manage_passes import Invitation, Invite
from smart_door.services.manage_visitors import VisitorChanges
from tests.fakes.home import KEY, Home, Person, code_in

OWNER = "owner@example.com"
ADA = NewVisitor("Ada Lovelace", "+1 (555) 555-0123")
TUESDAY = datetime(2026, 11, 24)
YEAR_END = datetime(2026, 12, 31)
MORNING = Schedule(PassKind.ONCE, TUESDAY.replace(hour=9), TUESDAY.replace(hour=12))
WEEKEND = Schedule(PassKind.WINDOW, datetime(2026, 11, 27, 15), datetime(2026, 11, 29, 18))
CLEANING = Schedule(PassKind.RECURRING, TUESDAY, YEAR_END, (1,), time(9), time(12))


def invite(home: Home, schedule: Schedule, *, send: bool = True) -> Invitation:
    """Ada is invited to the front door."""
    return ask_to_invite(home, "front", ADA, schedule, send=send)


def ask_to_invite(
    home: Home, door_id: str, who: NewVisitor | KnownVisitor, schedule: Schedule, *, send: bool = True
) -> Invitation:
    """A request of its own."""
    request_id = str(UUID(int=home.chance.getrandbits(128)))
    return home.manage_passes.invite(Invite(request_id, door_id, who, schedule, OWNER, send))


def enter(home: Home, invitation: Invitation, day: int, hour: int, minute: int = 0, month: int = 11) -> str:
    """Type the code at a time of the home's clocks; the id of the visit."""
    home.now = instant(datetime(2026, month, day, hour, minute), home.zone)
    return home.admit_visitor("front", invitation.digits, None).visit_id


class TestInviting:
    """What an invitation makes."""

    def test_somebody_new_gets_a_record_without_doors_and_a_message(self, home: Home) -> None:
        """Given a name and a phone, then the message has code, time and link."""
        made = invite(home, MORNING)
        (visitor,) = home.visitors.all()

        assert (visitor.name, visitor.phone, visitor.door_ids) == (
            "Ada Lovelace",
            "+15555550123",
            frozenset(),
        )
        assert home.messages.to_visitors == [("+15555550123", made.message)]
        assert code_in(made.message) == made.digits
        assert made.message == (
            f"Hello Ada Lovelace, you are invited to the front door. Your code is {made.digits}. "
            "It opens once, from Tue 24 Nov 09:00 to 12:00. https://door.example/door/?door=front"
        )

    @pytest.mark.parametrize(
        ("schedule", "when"),
        [
            (WEEKEND, "from Fri 27 Nov 15:00 to Sun 29 Nov 18:00"),
            (CLEANING, "once every Tue from 09:00 to 12:00, from Tue 24 Nov to Thu 31 Dec"),
        ],
    )
    def test_the_message_says_when(self, home: Home, schedule: Schedule, when: str) -> None:
        """In the home's own time."""
        assert f"It opens {when}. " in invite(home, schedule).message

    def test_the_message_can_be_sent_by_other_means(self, home: Home) -> None:
        """Given that it is not to be sent, then it is only told."""
        made = invite(home, MORNING, send=False)
        assert (made.is_sent, home.messages.to_visitors) == (False, [])

    def test_the_code_is_nowhere_in_the_table(self, home: Home) -> None:
        """Only its keyed hash is."""
        made = invite(home, MORNING)
        assert made.digits not in repr(home.passcodes.passes)
        assert made.digits not in repr(made)
        assert KEY.decode() not in repr(home.manage_passes)

    @pytest.mark.parametrize(
        ("schedule", "field"),
        [
            (Schedule(PassKind.ONCE, TUESDAY, TUESDAY), "until"),
            (Schedule(PassKind.ONCE, TUESDAY, datetime(2028, 1, 1)), "until"),
            (Schedule(PassKind.ONCE, datetime(2020, 1, 1), datetime(2020, 1, 2)), "until"),
            (
                Schedule(PassKind.RECURRING, TUESDAY, YEAR_END, (), time(9), time(12)),
                "weekdays",
            ),
            (
                Schedule(PassKind.RECURRING, TUESDAY, YEAR_END, (7,), time(9), time(12)),
                "weekdays",
            ),
            (Schedule(PassKind.RECURRING, TUESDAY, YEAR_END, (1,), time(9), time(9)), "closes"),
            (
                Schedule(PassKind.RECURRING, TUESDAY, datetime(2026, 11, 26), (0,), time(9), time(12)),
                "weekdays",
            ),
        ],
        ids=["empty", "too long", "past", "no day", "no such day", "no hours", "day not in it"],
    )
    def test_what_never_opens_is_refused(self, home: Home, schedule: Schedule, field: str) -> None:
        """And leaves nothing behind."""
        with pytest.raises(InvalidRequestError) as refused:
            invite(home, schedule)
        assert refused.value.field == field
        assert (home.visitors.all(), home.manage_passes.all()) == ([], [])

    @pytest.mark.parametrize("last", [TUESDAY, datetime(2028, 1, 1), datetime(2026, 11, 19)])
    def test_the_end_of_a_recurring_pass_is_its_last_day(self, home: Home, last: datetime) -> None:
        """So that a page can show what is wrong where it was written."""
        first = datetime(2026, 11, 17) if last < TUESDAY else TUESDAY
        with pytest.raises(InvalidRequestError) as refused:
            invite(home, Schedule(PassKind.RECURRING, first, last, (1,), time(9), time(12)))
        assert refused.value.field == "last_day"

    @pytest.mark.parametrize("error", [MessageNotSentError, PhoneUnreachableError])
    def test_a_message_that_fails_leaves_nothing_behind(self, home: Home, error: type[Exception]) -> None:
        """So that the number can be corrected."""
        if error is MessageNotSentError:
            home.messages.failures = 1
        else:
            home.messages.unreachable.add("+15555550123")
        with pytest.raises(error):
            invite(home, MORNING)
        assert (home.visitors.all(), home.manage_passes.all()) == ([], [])

    def test_somebody_blocked_is_not_invited(self, home: Home) -> None:
        """Nor to a door that is none."""
        home.knows("v1", blocked=True)
        with pytest.raises(VisitorBlockedError):
            ask_to_invite(home, "front", KnownVisitor("v1"), MORNING)
        with pytest.raises(DoorNotFoundError):
            ask_to_invite(home, "cellar", ADA, MORNING)


class TestOpening:
    """The same door page, the same single write."""

    def test_once_is_once(self, home: Home) -> None:
        """Given a single use, then it opens in its time and not again, and the visit says who invited."""
        made = invite(home, MORNING)
        visit_id = enter(home, made, 24, 9)
        visit = home.visits.get("front", visit_id)

        assert (visit.status, visit.rule, visit.decided_by) == (VisitStatus.ADMITTED, Rule.PASS, OWNER)
        assert visit.visitor_id == made.invitation.visitor_id
        assert [event.visit_id for event in home.events.published] == [visit_id]
        with pytest.raises(PasscodeUsedError):
            enter(home, made, 24, 10)

    @pytest.mark.parametrize(("hour", "minute"), [(8, 59), (0, 0)])
    def test_before_its_time_it_is_answered_as_a_wrong_code(self, home: Home, hour: int, minute: int) -> None:
        """Whoever guesses learns nothing, and the try counts."""
        made = invite(home, MORNING)
        with pytest.raises(PasscodeWrongError):
            enter(home, made, 24, hour, minute)
        assert enter(home, made, 24, 9)

    def test_after_its_time_it_is_expired(self, home: Home) -> None:
        """At the very end."""
        made = invite(home, MORNING)
        with pytest.raises(PasscodeExpiredError):
            enter(home, made, 24, 12)

    def test_within_a_window_people_come_and_go(self, home: Home) -> None:
        """Given a weekend, then it opens as often as wanted, but a code typed twice opens once."""
        made = invite(home, WEEKEND)
        visits = {enter(home, made, 27, 15), enter(home, made, 27, 20), enter(home, made, 29, 17, 59)}

        assert len(visits) == 3
        with pytest.raises(PasscodeUsedError):
            enter(home, made, 29, 17, 59)
        with pytest.raises(PasscodeExpiredError):
            enter(home, made, 29, 18)

    def test_a_recurring_pass_opens_once_in_each_window(self, home: Home) -> None:
        """Given every Tuesday nine to twelve, then once each Tuesday, and on no other day."""
        made = invite(home, CLEANING)
        assert enter(home, made, 24, 9)
        with pytest.raises(PasscodeUsedError):
            enter(home, made, 24, 11, 59)
        with pytest.raises(PasscodeWrongError):
            enter(home, made, 25, 9)
        assert enter(home, made, 1, 11, 59, month=12)
        with pytest.raises(PasscodeExpiredError):
            enter(home, made, 31, 23, 59, month=12)

    def test_a_window_over_midnight_is_one_use(self, home: Home) -> None:
        """Given ten in the evening to two, then what was used before midnight is used after."""
        late = TUESDAY.replace(hour=23, minute=59)
        night = Schedule(PassKind.RECURRING, TUESDAY, late, (1,), time(22), time(2))
        made = invite(home, night)
        assert enter(home, made, 24, 23)
        with pytest.raises(PasscodeUsedError):
            enter(home, made, 25, 1, 59)
        with pytest.raises(PasscodeExpiredError):
            enter(home, made, 25, 2)

    def test_a_pass_belongs_to_no_visit(self, home: Home) -> None:
        """Given a door page that was opened for a visit, then the pass is wrong there."""
        made = invite(home, WEEKEND)
        home.now = instant(WEEKEND.first, home.zone)
        with pytest.raises(PasscodeWrongError):
            home.admit_visitor("front", made.digits, "0" * 26)
        with pytest.raises(PasscodeWrongError):
            home.admit_visitor("garage", made.digits, None)

    def test_tries_are_counted_for_passes_too(self, home: Home) -> None:
        """Given twenty tries outside of its time, then the door waits."""
        made = invite(home, MORNING)
        for _ in range(20):
            with pytest.raises(PasscodeWrongError):
                enter(home, made, 24, 8)
        with pytest.raises(TooManyTriesError):
            enter(home, made, 24, 8)

    def test_an_admission_that_broke_off_is_taken_up_again(self, home: Home) -> None:
        """Given an event bus out of order, then the code works half a minute later, for the same visit."""
        made = invite(home, MORNING)
        home.events.failures = 1
        with pytest.raises(ServiceUnavailableError):
            enter(home, made, 24, 9)
        with pytest.raises(PasscodeUsedError):
            enter(home, made, 24, 9)
        home.now += 30
        admitted = home.admit_visitor("front", made.digits, None)

        assert admitted.visit_id == home.visit.visit_id
        assert admitted.admitted_at == home.visit.admitted_at == home.now - 30

    def test_the_face_of_who_comes_by_pass_is_not_enrolled(self, home: Home) -> None:
        """Nobody says which face it was."""
        made = invite(home, MORNING)
        enter(home, made, 24, 9)

        assert home.enroll_face(home.events.published[0]) is None

    def test_who_is_recognised_right_after_belongs_to_the_same_visit(self, home: Home) -> None:
        """Given somebody known who used a pass, then the camera adds a photo, and no code goes."""
        home.knows("v1", "Grace")
        made = ask_to_invite(home, "front", KnownVisitor("v1"), MORNING, send=False)
        visit_id = enter(home, made, 24, 9)
        offset = home.now - home.record(0).seen_at
        home.sees(home.record(offset + 2, Person("grace", visitor_id="v1")))

        assert home.visit.visit_id == visit_id
        assert home.visit.best_photo_key is not None
        assert home.messages.to_visitors == []


class TestTakingBack:
    """Revoked, blocked, deleted."""

    def test_a_revoked_pass_opens_nothing(self, home: Home) -> None:
        """Given a pass that is open, when it is revoked, then it is wrong; twice is once."""
        made = invite(home, WEEKEND)
        enter(home, made, 27, 15)
        revoked = home.manage_passes.revoke("front", made.invitation.pass_id)
        home.now += 5
        again = home.manage_passes.revoke("front", made.invitation.pass_id)

        assert again.revoked_at == revoked.revoked_at
        assert again.state_at(home.now, home.zone) is PassState.REVOKED
        with pytest.raises(PasscodeWrongError):
            enter(home, made, 28, 15)

    def test_an_unknown_pass_is_not_found(self, home: Home) -> None:
        """Nor one of another door."""
        made = invite(home, WEEKEND)
        with pytest.raises(PassNotFoundError):
            home.manage_passes.revoke("garage", made.invitation.pass_id)

    def test_who_is_blocked_or_deleted_does_not_come_in_by_pass(self, home: Home) -> None:
        """Given a pass, when its visitor is blocked, then it is wrong; when deleted, then it is gone."""
        made = invite(home, WEEKEND)
        visitor_id = made.invitation.visitor_id
        home.manage_visitors.change(visitor_id, VisitorChanges(status=VisitorStatus.BLOCKED), OWNER)
        with pytest.raises(PasscodeWrongError):
            enter(home, made, 28, 15)

        assert home.forget_visitor(visitor_id).passes == 1
        assert home.manage_passes.all() == []

    def test_states_tell_what_a_pass_is_now(self, home: Home) -> None:
        """Given passes over time, then each says so."""
        once, cleaning = invite(home, MORNING).invitation, invite(home, CLEANING).invitation
        seen = []
        for day, hour in [(23, 9), (24, 9), (24, 13)]:
            now = instant(datetime(2026, 11, day, hour), home.zone)
            seen.append((once.state_at(now, home.zone).value, cleaning.state_at(now, home.zone).value))

        assert seen == [("upcoming", "upcoming"), ("open", "open"), ("over", "upcoming")]

    def test_who_came_today_is_expected_on_the_next_day(self, home: Home) -> None:
        """Given once a week and a visit this Tuesday, then it is not open any more, but upcoming."""
        made = invite(home, CLEANING)
        enter(home, made, 24, 10)
        (used,) = home.manage_passes.all()

        now = instant(datetime(2026, 11, 24, 11), home.zone)
        window = used.next_window(now, home.zone)

        assert used.state_at(now, home.zone) is PassState.UPCOMING
        assert window is not None
        assert window.key == "2026-12-01"
