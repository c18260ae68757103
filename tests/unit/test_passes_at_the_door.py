"""A pass is used while somebody stands there: whose visit that is, and what follows for their face."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from smart_door.domain.errors import RetryableError
from smart_door.domain.faces import BoundingBox
from smart_door.domain.pass_visits import AT_THE_KEYPAD_SECONDS
from smart_door.domain.passcodes import REDEMPTION_SECONDS
from smart_door.domain.passes import PassKind, Schedule
from smart_door.domain.refusals import VisitAlreadyDecidedError
from smart_door.domain.visits import Rule, VisitStatus
from smart_door.services.decide_visit import NewVisitor
from smart_door.services.manage_passes import Invite
from tests.fakes.home import NOW, Home, Person
from tests.unit.test_one_message import InterruptedVisits

REQUEST = "7e5d3e1e-0b1f-4c57-9d1e-000000000001"
OWNER, INVITER = "owner@example.com", "ben@example.com"
GRACE = NewVisitor("Grace", "+15555550123")
TODAY = Schedule(PassKind.WINDOW, datetime(2026, 11, 21, 1), datetime(2026, 11, 21, 3))


@pytest.fixture
def home() -> Home:
    """A home in which something can happen just before a write."""
    return Home(visits=InterruptedVisits())


@pytest.fixture
def code(home: Home) -> str:
    """Grace's code; she has no door of her own."""
    return home.manage_passes.invite(Invite(REQUEST, "front", GRACE, TODAY, INVITER)).digits


def stands_there(home: Home, *people: Person) -> str:
    """Strangers come and are asked about; the id of their visit."""
    home.watches(0, 2, *(people or [Person("grace")]))
    return home.visits.everything[0].visit_id


def enter(home: Home, code: str) -> str:
    """Type the code; the id of the visit that it opened for."""
    return home.admit_visitor("front", code, None).visit_id


def test_the_one_stranger_who_stands_there_has_used_the_pass(home: Home, code: str) -> None:
    """Given one who waits, when a pass opens, then nobody waits any more, and nobody is asked again."""
    visit_id = stands_there(home)
    assert enter(home, code) == visit_id

    visit = home.visit
    assert (visit.status, visit.rule, visit.decided_by) == (VisitStatus.ADMITTED, Rule.PASS, INVITER)
    assert home.show_home.list_waiting()["visits"] == []
    home.watches(3, 8, Person("grace"))
    assert home.visit.visit_id == visit_id
    assert len(home.messages.to_owner) == 1


def test_the_face_of_who_typed_the_code_gets_no_name(home: Home, code: str) -> None:
    """Given a code that may have been given away, then no face is enrolled or marked."""
    stands_there(home)
    home.now += 1
    admitted = home.admit_visitor("front", code, None)

    assert home.enroll_face(admitted) is None
    assert home.faces.indexed == {}
    assert "named_face_index" not in home.show_home.show_visit(home.visit)


def test_it_is_not_undone_nor_decided_again(home: Home, code: str) -> None:
    """Given an admission by pass, then it stands as any other one, and says who had invited."""
    visit_id = stands_there(home)
    enter(home, code)
    with pytest.raises(VisitAlreadyDecidedError):
        home.decide_visit.undo("front", visit_id)
    with pytest.raises(VisitAlreadyDecidedError) as raised:
        home.decide_visit.deny("front", visit_id, OWNER)
    assert (raised.value.status, raised.value.decided_by) == ("admitted", INVITER)


def test_a_deletion_takes_the_photo_along(home: Home, code: str) -> None:
    """Given the visitor of the pass, when they are deleted, then nothing of the visit shows them."""
    stands_there(home)
    enter(home, code)
    home.forget_visitor(home.visit.visitor_id or "")

    assert home.visit.anonymised_at is not None
    assert home.photos.stored == {}


def two_people(home: Home) -> None:
    """Side by side."""
    stands_there(home, *home.people(["grace", "ada"]))


def two_visits(home: Home) -> None:
    """One after the other, both undecided."""
    stands_there(home)
    home.watches(30, 32, Person("ada", BoundingBox(0.1, 0.3, 0.12, 0.2)))


def with_somebody_known(home: Home) -> None:
    """A stranger with a friend of the house."""
    home.knows("v1", "Bob")
    grace, bob = home.people(["grace", "bob"])
    home.watches(0, 2, grace, Person("bob", bob.box, visitor_id="v1"))


def long_gone(home: Home) -> None:
    """Somebody rang and left."""
    stands_there(home)
    home.now += AT_THE_KEYPAD_SECONDS + 1


def expired(home: Home) -> None:
    """Nobody decided in time."""
    stands_there(home)
    home.now = home.visit.expires_at


def turned_away(home: Home) -> None:
    """The household said no."""
    home.decide_visit.deny("front", stands_there(home), OWNER)


def at_another_door(home: Home) -> None:
    """Somebody waits at the garage."""
    home.sees(home.record(0, Person("grace"), door_id="garage"))


def said_to_be_somebody_else(home: Home) -> None:
    """Taken for Grace, and the household knew better."""
    (grace,) = home.visitors.all()
    stands_there(home, Person("ada", visitor_id=grace.visitor_id, similarity=98.0))
    home.correct_visit("front", home.visit.visit_id, None)


@pytest.mark.parametrize(
    "scene",
    [
        two_people,
        two_visits,
        with_somebody_known,
        long_gone,
        expired,
        turned_away,
        at_another_door,
        said_to_be_somebody_else,
    ],
)
def test_where_it_may_be_somebody_else_the_pass_has_a_visit_of_its_own(
    home: Home, code: str, scene: object
) -> None:
    """Given a scene in which nobody can say who typed, then what is there stays as it is."""
    assert callable(scene)
    scene(home)
    before = {visit.visit_id: visit for visit in home.visits.everything}
    visit_id = enter(home, code)

    assert visit_id not in before
    after = {visit.visit_id: visit for visit in home.visits.everything}
    assert after == {**before, visit_id: after[visit_id]}
    assert (after[visit_id].faces, after[visit_id].rule) == ((), Rule.PASS)


def test_who_is_decided_about_at_the_same_moment_is_decided(home: Home, code: str) -> None:
    """Given a denial just before the write, then it counts, and the pass has a visit of its own."""
    denied = stands_there(home)
    assert isinstance(home.visits, InterruptedVisits)

    def deny() -> None:
        home.decide_visit.deny("front", denied, OWNER)

    home.visits.before_write[home.visits.writes + 1] = deny
    visit_id = enter(home, code)

    assert visit_id != denied
    assert home.visits.get("front", denied).status is VisitStatus.DENIED
    assert home.visits.get("front", visit_id).status is VisitStatus.ADMITTED


def test_a_record_that_is_handled_at_the_same_moment_changes_nothing(home: Home, code: str) -> None:
    """Given a sight of the stranger just before the write, then the visit is joined nonetheless."""
    visit_id = stands_there(home)
    assert isinstance(home.visits, InterruptedVisits)
    sight = home.record(3.5, Person("grace"))
    home.visits.before_write[home.visits.writes + 1] = lambda: home.sees(sight)
    assert enter(home, code) == visit_id
    assert home.visit.last_seen_at == NOW + 3.5


def test_an_admission_that_broke_off_is_taken_up_in_the_same_visit(home: Home) -> None:
    """Given an event that could not be published, when the code is typed again, then it is one visit."""
    once = replace(TODAY, kind=PassKind.ONCE)
    code = home.manage_passes.invite(Invite(REQUEST, "front", GRACE, once, INVITER)).digits
    visit_id = stands_there(home)
    home.events.failures = 1
    with pytest.raises(RetryableError):
        enter(home, code)
    home.now += REDEMPTION_SECONDS

    assert enter(home, code) == visit_id
    assert len(home.visits.everything) == 1
