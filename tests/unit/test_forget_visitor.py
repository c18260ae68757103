"""Everything about a person goes, and the answer says what that was."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from smart_door.domain.errors import ServiceUnavailableError
from smart_door.domain.refusals import PasscodeWrongError, VisitorNotFoundError
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import VisitStatus
from smart_door.services.forget_visitor import Forgotten
from tests.fakes.home import Home, Person
from tests.unit.test_manage_visitors import upload


@pytest.fixture
def seen(home: Home) -> Home:
    """Grace, with two records merged, a photo, and a visit; Ada, who resembles her; and a stranger."""
    home.knows("v1", "Grace")
    home.knows("v2", "Gracie")
    home.knows("v3", "Ada")
    home.manage_visitors.add_photo("v1", upload("grace"))
    home.manage_visitors.add_photo("v3", upload("ada"))
    home.watches(0, 1, Person("grace", visitor_id="v2"))
    home.manage_visitors.merge("v1", "v2")
    home.watches(1000, 1001, Person("ada", visitor_id="v3"))
    home.watches(2000, 2002, Person("stranger", visitor_id="v1", similarity=95))
    return home


def test_nothing_that_names_or_shows_the_person_stays(seen: Home) -> None:
    """Given faces, photos, an alias and visits, when the person is deleted, then no trace is left."""
    forgotten = seen.forget_visitor("v1")

    assert forgotten == Forgotten("v1", faces=1, photos=4, visits=2, passes=0, codes=1)
    assert {passcode.visitor_id for passcode in seen.passcodes.stored.values()} == {"v3"}
    left = repr([asdict(visit) for visit in seen.visits.everything])
    assert "v1" not in left
    assert "v2" not in left
    assert list(seen.faces.indexed.values()) == ["v3"]
    assert [visitor.visitor_id for visitor in seen.visitors.all()] == ["v3"]
    for one in ("v1", "v2"):
        with pytest.raises(VisitorNotFoundError):
            seen.visitors.get(one)


def test_the_visits_remain_without_a_face(seen: Home) -> None:
    """When and where is still there, and other people's visits are untouched."""
    seen.forget_visitor("v1")
    stranger, ada, grace = seen.visits.everything

    assert (grace.anonymised_at, grace.visitor_id, grace.best_photo_key) == (seen.now, None, None)
    assert (ada.visitor_id, ada.best_photo_key in seen.photos.stored) == ("v3", True)
    assert (stranger.anonymised_at, stranger.best_photo_key in seen.photos.stored) == (None, True)


def test_a_code_of_theirs_opens_nothing(home: Home) -> None:
    """Given somebody at the door with a code, when they are deleted, then it is worthless."""
    home.knows("v1")
    home.watches(0, 1, Person("grace", visitor_id="v1"))
    home.forget_visitor("v1")

    with pytest.raises(PasscodeWrongError):
        home.admit_visitor("front", home.code(), None)


def test_who_is_deleted_is_a_stranger_next_time(home: Home) -> None:
    """Given a deletion, when the person comes again, then the owner is asked."""
    home.knows("v1")
    home.forget_visitor("v1")
    home.watches(0, 2, Person("grace", visitor_id="v1"))

    assert home.visit.status is VisitStatus.AWAITING_OWNER


def test_a_deletion_that_broke_off_is_completed(seen: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a failure in between, when it is asked for again, then the rest goes."""
    with monkeypatch.context() as broken:

        def fail(keys: object) -> None:
            raise ServiceUnavailableError("s3", "DeleteObjects", "SlowDown")

        broken.setattr(seen.photos, "delete", fail)
        with pytest.raises(ServiceUnavailableError):
            seen.forget_visitor("v1")
    seen.forget_visitor("v1")

    assert not any("v1" in key for key in seen.photos.stored)


def test_a_face_that_was_added_meanwhile_goes_as_well(seen: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a photo that is added during the deletion, then it does not survive it."""
    delete = seen.photos.delete
    added: list[Visitor] = []

    def delete_late(keys: list[str]) -> None:
        if not added:
            added.append(seen.manage_visitors.add_photo("v1", upload("late")))
        delete(keys)

    monkeypatch.setattr(seen.photos, "delete", delete_late)
    forgotten = seen.forget_visitor("v1")

    assert forgotten.faces == 2
    assert list(seen.faces.indexed.values()) == ["v3"]


def test_somebody_unknown_is_not_found(home: Home) -> None:
    """Given no such visitor, there is nothing to delete."""
    with pytest.raises(VisitorNotFoundError):
        home.forget_visitor("v9")
