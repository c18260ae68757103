"""One visit goes, with its photos, clips and codes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smart_door.domain.corrections import LEFT_SECONDS
from smart_door.domain.errors import ServiceUnavailableError
from smart_door.domain.footage import clip_keys
from smart_door.domain.picture_errors import VideoExpiredError
from smart_door.domain.refusals import VisitGoingOnError, VisitNotFoundError
from smart_door.domain.visits import Visit
from smart_door.services.decide_visit import NewVisitor
from smart_door.services.delete_visit import DeletedVisit
from tests.fakes.home import Home, Person


@pytest.fixture
def ada(home: Home) -> Visit:
    """A stranger's visit, whose code was used."""
    home.watches(0, 2, Person("ada"))
    ada = NewVisitor("Ada", "+15555550123")
    home.decide_visit.approve("front", home.visit.visit_id, ada, None, "owner@example.com")
    home.admit_visitor("front", home.code(), None)
    return home.visit


def delete(home: Home, visit: Visit) -> DeletedVisit:
    """An hour later."""
    home.now += 3600
    return home.delete_visit(visit.door_id, visit.visit_id)


def test_nothing_of_the_visit_stays(home: Home, ada: Visit) -> None:
    """Given photos, a clip and a code, then all go, and are counted; other visits are untouched."""
    home.photos.put(clip_keys(ada)[1], b"clip")
    home.watches(1000, 1002, Person("bea"))
    other = home.visits.everything[0]

    assert delete(home, ada) == DeletedVisit(ada.visit_id, photos=3, clips=1, codes=1)
    assert home.visits.everything == [other]
    assert home.passcodes.stored == {}
    assert all(other.visit_id in key for key in home.photos.stored)
    with pytest.raises(VisitNotFoundError):
        home.delete_visit("front", ada.visit_id)


def test_who_came_in_stays_on_file(home: Home, ada: Visit) -> None:
    """Given a face that was taken over from the visit, then the person is known next time."""
    home.photos.put("visitors/somebody/face.jpg", b"ada")
    delete(home, ada)

    assert [visitor.name for visitor in home.visitors.all()] == ["Ada"]
    assert list(home.photos.stored) == ["visitors/somebody/face.jpg"]


def test_photos_that_expired_are_not_counted(home: Home, ada: Visit) -> None:
    """Given a bucket that removed them already, then the answer claims nothing."""
    home.photos.stored.clear()
    assert delete(home, ada).photos == 0


def test_a_visit_that_goes_on_stays(home: Home) -> None:
    """Given somebody who waits, then nothing is deleted, and the error says from when on it could be."""
    home.watches(0, 2, Person("ada"))
    with pytest.raises(VisitGoingOnError) as raised:
        home.delete_visit("front", home.visit.visit_id)

    assert raised.value.over_at == home.visit.expires_at
    assert home.photos.stored
    home.now = raised.value.over_at
    assert home.delete_visit("front", home.visit.visit_id).photos == 3


def test_a_code_on_its_way_and_an_admission_of_just_now_are_waited_for(home: Home, ada: Visit) -> None:
    """Given an admission, when its face may still be enrolled, then the photo is needed."""
    with pytest.raises(VisitGoingOnError) as raised:
        home.delete_visit("front", ada.visit_id)
    assert raised.value.over_at == (ada.admitted_at or 0) + LEFT_SECONDS

    home.knows("v1")
    home.watches(1000, 1001, Person("grace", visitor_id="v1"))
    with pytest.raises(VisitGoingOnError) as raised:
        home.delete_visit("front", home.visits.everything[0].visit_id)
    assert raised.value.over_at == home.visits.everything[0].code_expires_at


def test_a_deletion_that_broke_off_is_completed(
    home: Home, ada: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a failure in between, then the record is there, and says what is left."""
    with monkeypatch.context() as broken:

        def fail(passcode: object) -> None:
            raise ServiceUnavailableError("dynamodb", "DeleteItem", "Throttled")

        broken.setattr(home.passcodes, "remove", fail)
        with pytest.raises(ServiceUnavailableError):
            delete(home, ada)

    assert home.delete_visit("front", ada.visit_id).codes == 1


def test_a_correction_meanwhile_does_not_keep_it(
    home: Home, ada: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a write between reading and removing, then it is read again and goes."""
    remove, corrections = home.visits.remove, [replace(ada, rejected_ids=("v9",))]

    def after_a_correction(visit: Visit) -> None:
        if corrections:
            home.visits.replace(corrections.pop())
        remove(visit)

    monkeypatch.setattr(home.visits, "remove", after_a_correction)
    assert delete(home, ada).photos == 3
    assert home.visits.everything == []


def test_a_clip_that_is_made_meanwhile_goes_as_well(
    home: Home, ada: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given somebody who looks at the clip while another one deletes the visit, then it is not kept."""
    home.now += 3600
    put = home.photos.put

    def put_late(key: str, photo: bytes) -> None:
        home.delete_visit("front", ada.visit_id)
        put(key, photo)

    monkeypatch.setattr(home.photos, "put", put_late)
    monkeypatch.setattr(home.footage, "clip", lambda *_: b"clip")
    with pytest.raises(VideoExpiredError):
        home.show_video.clip("front", ada.visit_id)
    assert home.photos.stored == {}
