"""Who is on file: renamed, blocked, photographed, merged."""

from __future__ import annotations

import base64

import pytest

from smart_door.domain.errors import VisitorChangedError
from smart_door.domain.events import VisitorAdmitted
from smart_door.domain.photos import MOST_BYTES
from smart_door.domain.picture_errors import (
    NoFaceError,
    PhotoFormatError,
    PhotoNotFoundError,
    PhotosFullError,
    PhotoTooLargeError,
    PoorFaceError,
    SeveralFacesError,
)
from smart_door.domain.refusals import (
    DoorNotFoundError,
    InvalidRequestError,
    PasscodeWrongError,
    PhoneNumberError,
    VisitorBlockedError,
    VisitorNotFoundError,
)
from smart_door.domain.visitors import MOST_PHOTOS, Visitor, VisitorStatus
from smart_door.domain.visits import VisitStatus
from smart_door.services.manage_visitors import VisitorChanges
from tests.fakes.home import Home, Person
from tests.fakes.world import photo_of

OWNER = "owner@example.com"


def upload(name: str, *, png: bool = False) -> str:
    """A photo of somebody as a page sends it."""
    return base64.b64encode(photo_of(name, png=png)).decode()


class TestChanges:
    """Name, phone, status, doors."""

    def test_only_what_is_named_changes(self, home: Home) -> None:
        """Given a visitor, when name and phone are changed, then the rest stays."""
        home.knows("v1", "Grace")
        changes = VisitorChanges(name=" Grace  Hopper", phone="+1 (555) 555-0199")
        visitor = home.manage_visitors.change("v1", changes, OWNER)

        assert (visitor.name, visitor.phone) == ("Grace Hopper", "+15555550199")
        assert (visitor.status, visitor.door_ids) == (VisitorStatus.APPROVED, frozenset({"front"}))
        assert home.visitors.get("v1") == visitor

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            (VisitorChanges(name=" "), InvalidRequestError),
            (VisitorChanges(phone="12"), PhoneNumberError),
            (VisitorChanges(door_ids=["front", "cellar"]), DoorNotFoundError),
        ],
    )
    def test_what_is_wrong_is_refused(
        self, home: Home, changes: VisitorChanges, error: type[Exception]
    ) -> None:
        """And nothing changes."""
        home.knows("v1")
        before = home.visitors.get("v1")
        with pytest.raises(error):
            home.manage_visitors.change("v1", changes, OWNER)
        assert home.visitors.get("v1") == before

    def test_somebody_unknown_is_not_found(self, home: Home) -> None:
        """Given no such visitor."""
        with pytest.raises(VisitorNotFoundError):
            home.manage_visitors.change("v1", VisitorChanges(name="Ada"), OWNER)

    @pytest.mark.parametrize(
        "changes", [VisitorChanges(status=VisitorStatus.BLOCKED), VisitorChanges(door_ids=["garage"])]
    )
    def test_who_is_blocked_cannot_use_the_code_on_its_way(self, home: Home, changes: VisitorChanges) -> None:
        """Given a code that was sent, when its visitor loses the door, then it opens nothing."""
        home.knows("v1")
        home.sees(home.record(0, Person("grace", visitor_id="v1")))
        home.manage_visitors.change("v1", changes, OWNER)

        assert (home.visit.status, home.visit.decided_by) == (VisitStatus.DENIED, OWNER)
        with pytest.raises(PasscodeWrongError):
            home.admit_visitor("front", home.code(), None)

    def test_a_new_name_leaves_the_code_alone(self, home: Home) -> None:
        """Given a code that was sent, when its visitor is renamed, then it opens."""
        home.knows("v1")
        home.sees(home.record(0, Person("grace", visitor_id="v1")))
        home.manage_visitors.change("v1", VisitorChanges(name="Admiral"), OWNER)

        assert home.admit_visitor("front", home.code(), None).visitor_id == "v1"

    def test_who_is_unblocked_comes_in_again(self, home: Home) -> None:
        """Given somebody blocked, when they are unblocked, then they get a code."""
        home.knows("v1", blocked=True)
        home.manage_visitors.change("v1", VisitorChanges(status=VisitorStatus.APPROVED), OWNER)
        home.sees(home.record(0, Person("grace", visitor_id="v1")))

        assert len(home.messages.to_visitors) == 1


class TestPhotos:
    """Photos that the owner adds and removes."""

    @pytest.mark.parametrize(("png", "extension"), [(False, "jpg"), (True, "png")])
    def test_a_photo_is_indexed_and_kept(self, home: Home, png: bool, extension: str) -> None:
        """Given a visitor without a face, when a photo is added, then it is their portrait."""
        home.knows("v1")
        visitor = home.manage_visitors.add_photo("v1", upload("grace", png=png))
        (face_id,) = visitor.face_ids

        assert home.faces.indexed == {face_id: "v1"}
        assert visitor.photo_key == f"visitors/v1/{face_id}.{extension}"
        assert home.photos.stored[visitor.photo_key] == photo_of("grace", png=png)

    def test_the_same_photo_again_is_one_face(self, home: Home) -> None:
        """Given a photo, when it is added again, then nothing changes."""
        home.knows("v1")
        once = home.manage_visitors.add_photo("v1", upload("grace"))
        assert home.manage_visitors.add_photo("v1", upload("grace")) == once

    @pytest.mark.parametrize(
        ("photo", "error"),
        [
            (upload(""), NoFaceError),
            (upload("grace+ada"), SeveralFacesError),
            (upload("blurred"), PoorFaceError),
            ("no base64!", PhotoFormatError),
            (base64.b64encode(b"GIF89a").decode(), PhotoFormatError),
            (base64.b64encode(photo_of("x" * MOST_BYTES)).decode(), PhotoTooLargeError),
            ("A" * (MOST_BYTES * 4 // 3 + 8), PhotoTooLargeError),
        ],
        ids=["nobody", "two people", "blurred", "no base64", "a GIF", "a byte too many", "far too large"],
    )
    def test_a_photo_that_helps_nobody_is_refused(
        self, home: Home, photo: str, error: type[Exception]
    ) -> None:
        """Nothing is indexed, nothing kept."""
        home.knows("v1")
        with pytest.raises(error):
            home.manage_visitors.add_photo("v1", photo)
        assert (home.faces.indexed, home.photos.stored) == ({}, {})

    def test_eight_photos_are_enough(self, home: Home) -> None:
        """Given eight, when one more is added, then one must go first."""
        home.knows("v1")
        for number in range(MOST_PHOTOS):
            home.manage_visitors.add_photo("v1", upload(f"grace{number}"))
        with pytest.raises(PhotosFullError):
            home.manage_visitors.add_photo("v1", upload("grace"))

    def test_a_removed_photo_is_gone_everywhere(self, home: Home) -> None:
        """Given two photos, when the portrait is removed, then the other one is the portrait."""
        home.knows("v1")
        first, _ = (home.manage_visitors.add_photo("v1", upload(name)) for name in ("one", "two"))
        visitor = home.manage_visitors.remove_photo("v1", first.face_ids[0])

        assert list(home.faces.indexed) == list(visitor.face_ids) == ["face-of-v1-two"]
        assert list(home.photos.stored) == [visitor.photo_key]
        with pytest.raises(PhotoNotFoundError):
            home.manage_visitors.remove_photo("v1", first.face_ids[0])

    def test_a_face_whose_visitor_was_deleted_meanwhile_is_not_kept(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Given a deletion while the photo is indexed, then neither face nor photo stays."""
        home.knows("v1")
        index = home.faces.index

        def index_late(jpeg: bytes, visitor_id: str) -> str:
            home.forget_visitor("v1")
            return index(jpeg, visitor_id)

        monkeypatch.setattr(home.faces, "index", index_late)
        with pytest.raises(VisitorNotFoundError):
            home.manage_visitors.add_photo("v1", upload("grace"))
        assert (home.faces.indexed, home.photos.stored) == ({}, {})


class TestMerging:
    """Two records, one person."""

    @pytest.fixture
    def merged(self, home: Home) -> Visitor:
        """Grace, who was on file as Gracie as well."""
        home.knows("v1", "Grace")
        home.knows("v2", "Gracie", door="garage")
        home.manage_visitors.add_photo("v1", upload("one"))
        home.manage_visitors.add_photo("v2", upload("two"))
        return home.manage_visitors.merge("v1", "v2")

    def test_the_first_keeps_its_name_and_gets_faces_and_doors(self, home: Home, merged: Visitor) -> None:
        """And is the only one on file."""
        assert (merged.name, merged.door_ids) == ("Grace", frozenset({"front", "garage"}))
        assert merged.face_ids == ("face-of-v1-one", "face-of-v2-two")
        assert home.visitors.all() == [merged] == [home.visitors.get("v2")]

    @pytest.mark.parametrize("face_of", ["v1", "v2"])
    def test_either_face_is_recognised_as_the_one_person(
        self, home: Home, merged: Visitor, face_of: str
    ) -> None:
        """Faces stay in the collection under the id that they were indexed with."""
        home.sees(home.record(0, Person("grace", visitor_id=face_of)))

        assert home.visit.visitor_id == "v1"
        assert home.messages.to_visitors[0][0] == merged.phone

    def test_both_ids_in_one_frame_are_one_visit(self, home: Home, merged: Visitor) -> None:
        """Given a face that resembles both records, then there is no runner-up but other people."""
        home.sees(home.record(0, Person("grace", visitor_id="v2")))
        home.sees(home.record(1, Person("grace", visitor_id="v1")))

        assert home.visit.faces[0].evidence is not None
        assert home.visit.faces[0].evidence.runner_up_id is None

    def test_a_code_of_the_given_up_record_still_opens_and_enrolls(self, home: Home) -> None:
        """Given a code that was sent before the merger."""
        home.knows("v1", "Grace")
        home.knows("v2", "Gracie")
        home.watches(0, 1, Person("grace", visitor_id="v2", similarity=99.1))
        home.manage_visitors.merge("v1", "v2")
        admitted = home.admit_visitor("front", home.code(), None)

        assert home.enroll_face(admitted) is not None
        assert len(home.visitors.get("v1").face_ids) == 1

    def test_merging_goes_on_and_on(self, home: Home, merged: Visitor) -> None:
        """Given a person of two records, when they are merged into a third, then all ids lead there."""
        home.knows("v3", "Admiral")
        home.manage_visitors.merge("v3", "v1")

        assert {home.visitors.get(one).visitor_id for one in ("v1", "v2", "v3")} == {"v3"}
        assert home.visitors.get("v3").alias_ids == ("v1", "v2")

    def test_one_and_the_same_cannot_be_merged(self, home: Home, merged: Visitor) -> None:
        """Nor by an id that was merged before."""
        for other in ("v1", "v2"):
            with pytest.raises(InvalidRequestError):
                home.manage_visitors.merge("v1", other)

    def test_who_is_blocked_does_not_come_in_by_a_merger(self, home: Home) -> None:
        """Given one blocked record, then the blocked one may take the other in, not the reverse."""
        home.knows("v1", "Grace")
        home.knows("v2", "Mallory", blocked=True)
        with pytest.raises(VisitorBlockedError):
            home.manage_visitors.merge("v1", "v2")

        assert home.manage_visitors.merge("v2", "v1").is_blocked

    def test_who_writes_at_the_same_time_is_not_lost(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Given a visitor changed meanwhile, then the merger is made of what was changed."""
        home.knows("v1", "Grace")
        home.knows("v2", "Gracie")
        merge = home.visitors.merge
        changed: list[Visitor] = []

        def merge_late(kept: Visitor, given_up: Visitor) -> Visitor:
            if not changed:
                changed.append(home.manage_visitors.change("v1", VisitorChanges(name="Admiral"), OWNER))
            return merge(kept, given_up)

        monkeypatch.setattr(home.visitors, "merge", merge_late)
        assert home.manage_visitors.merge("v1", "v2").name == "Admiral"

    def test_a_merger_that_never_gets_its_turn_says_so(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Retryably."""
        home.knows("v1")
        home.knows("v2")

        def always_late(kept: Visitor, given_up: Visitor) -> Visitor:
            raise VisitorChangedError(kept.visitor_id)

        monkeypatch.setattr(home.visitors, "merge", always_late)
        with pytest.raises(VisitorChangedError):
            home.manage_visitors.merge("v1", "v2")


def test_who_was_admitted_under_a_rejected_match_is_not_enrolled(home: Home) -> None:
    """Given an event that comes after the owner's correction, then no face goes under the wrong name."""
    home.knows("v1")
    home.watches(0, 1, Person("stranger", visitor_id="v1", similarity=99.1))
    home.correct_visit("front", home.visit.visit_id, None)
    event = VisitorAdmitted("front", home.visit.visit_id, "v1", home.now)

    assert home.enroll_face(event) is None
    assert home.faces.indexed == {}
