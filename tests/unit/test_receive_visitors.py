"""Records become visits: who is whose visit, which photo is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smart_door.domain.errors import FragmentNotReadyError, ServiceUnavailableError
from smart_door.domain.faces import BoundingBox, FaceMatch
from smart_door.domain.refusals import DoorNotFoundError
from smart_door.domain.visits import VisitStatus
from smart_door.services.decide_visit import NewVisitor
from tests.fakes.home import LEFT, MIDDLE, NOW, RIGHT, Home, Person

STRANGER = Person("ada")


class TestStranger:
    """Somebody nobody knows."""

    def test_opens_a_visit_and_asks_the_owner_with_a_link_to_it(self, home: Home) -> None:
        """One usable frame is enough."""
        home.sees(home.record(0, STRANGER))

        assert home.visit.status is VisitStatus.AWAITING_OWNER
        (text,) = home.messages.to_owner
        assert text == (
            "Someone you don't know is at the front door: "
            f"https://door.example/owner/#/visits/front/{home.visit.visit_id}"
        )

    def test_who_stays_a_minute_at_15_fps_is_one_visit_and_one_message(self, home: Home) -> None:
        """900 records in many invocations: one visit, one message, few writes and few fetched fragments."""
        home.watches(0, 60, STRANGER, fps=15)

        assert len(home.visits.everything) == 1
        assert home.messages.count == 1
        assert home.visit.last_seen_at == NOW + 60
        assert home.visits.writes < 80
        assert home.fragments.gets <= 2

    def test_in_every_record_of_a_batch_is_looked_at(self, home: Home) -> None:
        """Two doors' records in one batch open two visits, not only the first one's."""
        home.sees(
            home.record(0, STRANGER),
            home.record(0.5, Person("bob"), door_id="garage"),
        )

        assert {visit.door_id for visit in home.visits.everything} == {"front", "garage"}
        assert len(home.messages.to_owner) == 2

    def test_is_photographed_in_the_frame_of_the_record_itself(self, home: Home) -> None:
        """The fragment that the record names, at its offset; not the fragment after."""
        home.sees(home.record(3.5, STRANGER))

        assert home.frames.decoded == [("00000000000000000003", 0.5)]
        assert home.photos.stored[home.visit.best_photo_key or ""] == b"00000000000000000003@0.5"

    def test_gets_the_best_frame_as_photo_beside_the_first_one(self, home: Home) -> None:
        """Clearly better replaces, a little better does not, the first one stays."""
        for at, sharpness in enumerate([20, 22, 90, 92, 30]):
            home.sees(home.record(at, Person("ada", sharpness=sharpness)))

        assert home.photos.stored[home.visit.first_photo_key or ""] == b"00000000000000000000@0"
        assert home.photos.stored[home.visit.best_photo_key or ""] == b"00000000000000000002@0"
        assert home.photos.puts[home.visit.best_photo_key or ""] == 2

    def test_is_marked_on_the_photo(self, home: Home) -> None:
        """The box is that of the photo, also after the face moved on."""
        moved = replace(MIDDLE, left=0.5)
        home.sees(home.record(0, STRANGER), home.record(1, Person("ada", moved)))

        assert home.visit.faces[0].photo_box == MIDDLE
        assert home.visit.faces[0].bounding_box == moved

    def test_who_comes_back_within_the_visit_is_recognised_by_comparison(self, home: Home) -> None:
        """Away for a minute, seen again elsewhere in the frame: the same visit, no second message."""
        home.watches(0, 5, STRANGER)
        home.watches(65, 70, Person("ada", LEFT))

        assert home.visit.last_seen_at == NOW + 70
        assert home.messages.count == 1

    def test_who_was_denied_and_comes_back_asks_no_second_time(self, home: Home) -> None:
        """Within the ten minutes of the visit."""
        home.watches(0, 5, STRANGER)
        home.decide_visit.deny("front", home.visit.visit_id, "owner@example.com")
        home.watches(100, 105, STRANGER)

        assert home.visit.status is VisitStatus.DENIED
        assert home.messages.count == 1

    def test_who_comes_back_after_the_visit_expired_is_a_new_visit(self, home: Home) -> None:
        """Ten minutes without a decision, and then some."""
        home.watches(0, 5, STRANGER)
        home.watches(700, 705, STRANGER)

        newest, oldest = home.visits.everything
        assert oldest.status_at(home.now) is VisitStatus.EXPIRED
        assert newest.status is VisitStatus.AWAITING_OWNER
        assert len(home.messages.to_owner) == 2

    def test_after_another_is_a_visit_of_their_own(self, home: Home) -> None:
        """The next stranger, at the same place, within the first one's ten minutes."""
        home.watches(0, 5, STRANGER)
        home.watches(12, 17, Person("bob"))

        assert len(home.visits.everything) == 2
        assert len(home.messages.to_owner) == 2

    def test_half_in_sight_waits_where_a_comparison_tells_nothing(self, home: Home) -> None:
        """Somebody comes back, cut off by the frame's side at first: no visit of a half face."""
        home.watches(0, 5, STRANGER)
        home.sees(home.record(60, Person("half a face", BoundingBox(-0.05, 0.3, 0.12, 0.2))))
        home.sees(home.record(60.5, STRANGER))

        assert len(home.visits.everything) == 1
        assert home.messages.count == 1

    def test_with_a_bad_frame_waits_for_a_better_one(self, home: Home) -> None:
        """The visit opens at once, the question comes with a usable photo."""
        small = BoundingBox(0.45, 0.3, 0.01, 0.015)
        home.sees(home.record(0, Person("ada", small, sharpness=10)))
        assert home.visit.status is VisitStatus.OPEN
        assert home.messages.count == 0

        home.sees(home.record(0.5, Person("ada", BoundingBox(0.45, 0.3, 0.1, 0.18))))
        assert home.messages.count == 1

    def test_without_any_good_frame_is_asked_about_after_three_seconds(self, home: Home) -> None:
        """A bad photo is better than none."""
        small = BoundingBox(0.45, 0.3, 0.01, 0.015)
        home.watches(0, 2.5, Person("ada", small, sharpness=10))
        assert home.messages.count == 0

        home.watches(3, 4, Person("ada", small, sharpness=10))
        assert home.messages.count == 1

    def test_long_at_the_door_is_one_visit_beyond_its_expiry(self, home: Home) -> None:
        """Whoever never left begins no new visit."""
        home.watches(0, 660, STRANGER, fps=1)

        assert len(home.visits.everything) == 1
        assert home.messages.count == 1


class TestStrangersTogether:
    """Several people nobody knows."""

    def test_are_one_visit_with_one_message_and_all_faces_marked(self, home: Home) -> None:
        """Two in one frame."""
        home.sees(home.record(0, *home.people(["ada", "bob"])))

        assert len(home.visit.faces) == 2
        assert all(face.photo_box and face.photo_key for face in home.visit.faces)
        assert home.messages.to_owner[0].startswith("Two people you don't know are at the front door: ")

    def test_who_joins_becomes_another_face_of_the_visit(self, home: Home) -> None:
        """The second comes a little later; the photo becomes one that shows both."""
        ada, bob = home.people(["ada", "bob"])
        home.watches(0, 3, ada)
        home.watches(3.5, 6, ada, bob)

        assert [face.index for face in home.visit.faces] == [0, 1]
        assert all(face.photo_box for face in home.visit.faces)
        assert home.messages.count == 1

    def test_who_are_detected_in_turns_stay_two_faces(self, home: Home) -> None:
        """Detection flickers between them."""
        ada, bob = home.people(["ada", "bob"])
        home.sees(home.record(0, ada, bob))
        for number in range(1, 10):
            home.sees(home.record(number / 2, ada if number % 2 else bob))

        assert len(home.visit.faces) == 2

    def test_who_joins_an_approved_visit_is_asked_about(self, home: Home) -> None:
        """An approval is of one person; the next one does not slip in under it."""
        ada, bob = home.people(["ada", "bob"])
        home.watches(0, 3, ada)
        approved = NewVisitor("Ada", "+15555550100")
        home.decide_visit.approve("front", home.visit.visit_id, approved, None, "owner@example.com")
        home.watches(3.5, 6, ada, bob)

        assert len(home.visits.everything) == 2
        assert len(home.messages.to_owner) == 2


class TestKnownVisitor:
    """Somebody on file."""

    def test_gets_a_passcode_at_once_and_the_owner_is_left_alone(self, home: Home) -> None:
        """One record, one message, to the visitor's phone."""
        home.knows("v1", "Grace")
        home.watches(0, 10, Person("grace", visitor_id="v1"))

        assert home.visit.status is VisitStatus.CODE_SENT
        assert home.messages.to_owner == []
        ((_, text),) = home.messages.to_visitors
        assert text == (
            f"Hello Grace, your code for the front door is {home.code()}. It works once, for 5 minutes. "
            f"https://door.example/door/?door=front&visit={home.visit.visit_id}"
        )

    def test_is_the_most_alike_of_all_matches(self, home: Home) -> None:
        """Matches may come in any order: never the worst, never simply the first."""
        home.knows("v1", "Grace")
        home.knows("v2", "Ada")
        home.knows("v3", "Bob")
        matches = (FaceMatch("v1", "f1", 99.1), FaceMatch("v2", "f2", 99.9), FaceMatch("v3", "f3", 99.3))
        home.sees(home.record(0, Person("ada", matches=matches)))

        assert home.visit.visitor_id == "v2"

    def test_below_the_similarity_is_only_a_suggestion(self, home: Home) -> None:
        """In a good frame: the owner is asked, and sees whom the face resembles."""
        home.knows("v1")
        home.sees(home.record(0, Person("grace", visitor_id="v1", similarity=98.9)))

        assert home.visit.faces[0].visitor_id is None
        assert home.visit.faces[0].suggested_visitor_id == "v1"
        assert len(home.messages.to_owner) == 1
        assert home.messages.to_visitors == []

    def test_in_a_bad_first_frame_is_recognised_in_a_better_one_without_a_question(self, home: Home) -> None:
        """The resemblance gets a moment; the visit becomes the visitor's."""
        home.knows("v1")
        home.sees(home.record(0, Person("grace", visitor_id="v1", similarity=93, sharpness=5)))
        home.sees(home.record(0.5, Person("grace", visitor_id="v1")))

        assert home.visit.status is VisitStatus.CODE_SENT
        assert home.messages.to_owner == []

    def test_who_is_not_recognised_in_every_frame_stays_one_visit(self, home: Home) -> None:
        """Similarity goes up and down around the threshold."""
        home.knows("v1")
        for number in range(20):
            home.sees(home.record(number / 2, Person("grace", visitor_id="v1", similarity=99.5 - number % 3)))

        assert home.visit.visitor_id == "v1"
        assert home.messages.count == 1

    def test_who_returns_while_the_code_is_valid_gets_no_second_one(self, home: Home) -> None:
        """Two minutes later, the code still opens."""
        home.knows("v1")
        home.watches(0, 5, Person("grace", visitor_id="v1"))
        home.watches(120, 125, Person("grace", visitor_id="v1"))

        assert home.messages.count == 1

    def test_who_returns_later_is_a_new_visit_with_a_new_code(self, home: Home) -> None:
        """After the code's time."""
        home.knows("v1")
        home.watches(0, 5, Person("grace", visitor_id="v1"))
        home.watches(400, 405, Person("grace", visitor_id="v1"))

        assert len(home.visits.everything) == 2
        assert len(home.messages.to_visitors) == 2

    def test_with_a_stranger_is_told_to_the_owner_as_such(self, home: Home) -> None:
        """Two visits: the visitor gets a code, the owner the question."""
        home.knows("v1", "Grace")
        home.watches(0, 5, Person("grace", LEFT, visitor_id="v1"), Person("bob", RIGHT))

        assert len(home.visits.everything) == 2
        assert len(home.messages.to_visitors) == 1
        (text,) = home.messages.to_owner
        assert text.startswith("Someone you don't know is at the front door with Grace: ")

    def test_blocked_is_a_warning_to_the_owner_and_no_code(self, home: Home) -> None:
        """Once, however long they stand there."""
        home.knows("v1", "Mallory", blocked=True)
        home.watches(0, 10, Person("mallory", visitor_id="v1"))

        assert home.visit.status is VisitStatus.DENIED
        assert home.messages.to_visitors == []
        (text,) = home.messages.to_owner
        assert text.startswith("Mallory, whom you blocked, is at the front door: ")

    def test_approved_at_another_door_only_is_asked_about(self, home: Home) -> None:
        """By name; who merely looks like them stays a stranger."""
        home.knows("v1", "Grace", door="garage")
        home.sees(home.record(0, Person("grace", LEFT, visitor_id="v1"), Person("bob", RIGHT)))

        assert home.visit.status is VisitStatus.AWAITING_OWNER
        assert home.visit.faces[0].suggested_visitor_id == "v1"
        (text,) = home.messages.to_owner
        assert text.startswith("Grace and someone you don't know are at the front door: ")

    @pytest.mark.parametrize(
        ("similarity", "who"),
        [
            (99.0, "Grace is at the front door and is let in only if you say so"),
            (98.9, "Someone you don't know is at the front door"),
        ],
    )
    def test_let_in_only_when_asked_is_named_where_it_is_sure(
        self, home: Home, similarity: float, who: str
    ) -> None:
        """From the similarity on that counts as known."""
        home.knows("v1", "Grace", door="garage")
        home.sees(home.record(0, Person("grace", visitor_id="v1", similarity=similarity)))

        (text,) = home.messages.to_owner
        assert text.startswith(f"{who}: ")

    def test_stands_there_once_and_who_looks_as_alike_is_a_stranger(self, home: Home) -> None:
        """A twin of somebody known is not them a second time."""
        home.knows("v1", "Grace", door="garage")
        home.sees(
            home.record(0, Person("grace", LEFT, visitor_id="v1"), Person("twin", RIGHT, visitor_id="v1"))
        )

        (text,) = home.messages.to_owner
        assert text.startswith("Grace and someone you don't know are at the front door: ")

    def test_not_on_file_any_more_is_a_stranger(self, home: Home) -> None:
        """A face in the collection without a visitor counts for nothing."""
        home.sees(home.record(0, Person("ghost", visitor_id="gone")))

        assert home.visit.faces[0].suggested_visitor_id is None
        assert len(home.messages.to_owner) == 1

    def test_whose_phone_takes_no_messages_is_told_to_the_owner(self, home: Home) -> None:
        """The owner decides what to do; nobody tries again and again."""
        home.knows("v1", "Grace")
        home.messages.unreachable.add(home.visitors.get("v1").phone)
        home.watches(0, 5, Person("grace", visitor_id="v1"))

        assert home.visit.status is VisitStatus.AWAITING_OWNER
        (text,) = home.messages.to_owner
        assert text.startswith("Grace is at the front door, but their phone takes no text messages: ")

    def test_leaves_a_visit_of_strangers_that_a_bad_frame_put_them_in(self, home: Home) -> None:
        """Known, gone, back with a bad first frame that compares with nobody: no question, one open visit."""
        home.knows("v1")
        home.watches(0, 5, Person("grace", visitor_id="v1"))
        home.sees(home.record(60, Person("a blur", sharpness=1, box=BoundingBox(0.4, 0.3, 0.01, 0.01))))
        home.watches(60.5, 64, Person("grace", BoundingBox(0.4, 0.3, 0.02, 0.03), visitor_id="v1"))

        assert home.messages.count == 1
        stray = home.visits.everything[0]
        assert stray.status_at(home.now) is VisitStatus.EXPIRED


class TestAgainAndLate:
    """Kinesis sends records again, and sometimes late."""

    def test_the_same_batch_again_changes_nothing(self, home: Home) -> None:
        """Same records, new invocation."""
        batch = [home.record(number / 2, STRANGER) for number in range(20)]
        home.sees(*batch)
        visit, photos = home.visit, dict(home.photos.puts)
        home.sees(*batch)

        assert home.visit == visit
        assert home.photos.puts == photos
        assert home.messages.count == 1

    def test_an_old_record_moves_nothing_back(self, home: Home) -> None:
        """A face that has moved on since, and a record from before."""
        records = [
            home.record(number, Person("ada", replace(MIDDLE, left=0.1 * number))) for number in range(8)
        ]
        home.sees(*records)
        home.sees(records[1])

        assert home.visit.last_seen_at == NOW + 7
        assert home.visit.faces[0].bounding_box.left == pytest.approx(0.7)
        assert len(home.visit.faces) == 1

    def test_a_record_without_faces_is_nothing(self, home: Home) -> None:
        """The filter drops them; if one comes, it opens no visit."""
        home.sees(home.record(0))

        assert home.visits.everything == []

    def test_a_door_that_the_home_does_not_have_is_refused(self, home: Home) -> None:
        """Permanent: it ends in the on-failure queue."""
        with pytest.raises(DoorNotFoundError):
            home.sees(home.record(0, STRANGER, door_id="cellar"))


class TestPicturesThatAreMissing:
    """A fragment that is not there yet, or no longer; a frame that does not decode."""

    def test_not_yet_there_is_waited_for(self, home: Home) -> None:
        """The record fails, the visit is there; when it comes again the question goes with a photo."""
        record = home.record(0, STRANGER)
        home.fragments.not_ready.add(record.fragment_number)
        with pytest.raises(FragmentNotReadyError):
            home.sees(record)
        assert home.messages.count == 0

        home.fragments.not_ready.clear()
        home.sees(record)
        assert home.visit.best_photo_key is not None
        assert home.messages.count == 1

    def test_not_yet_there_is_asked_for_once_an_invocation(self, home: Home) -> None:
        """A hundred records do not wait a hundred times."""
        reception = home.receive_visitors.begin()
        for number in range(4):
            record = home.record(number, STRANGER)
            home.fragments.not_ready.add(record.fragment_number)
            with pytest.raises(FragmentNotReadyError):
                home.sees(record, reception=reception)

        assert home.fragments.gets == 1

    def test_not_yet_there_does_not_keep_a_known_visitor_waiting(self, home: Home) -> None:
        """The code goes at once; the record comes again for the photo, and sends no second code."""
        home.knows("v1")
        record = home.record(0, Person("grace", visitor_id="v1"))
        home.fragments.not_ready.add(record.fragment_number)
        with pytest.raises(FragmentNotReadyError):
            home.sees(record)
        assert home.messages.count == 1

        home.fragments.not_ready.clear()
        home.sees(record)
        assert home.messages.count == 1
        assert home.visit.best_photo_key is not None

    @pytest.mark.parametrize("what", ["gone", "broken"])
    def test_never_to_be_had_does_not_keep_the_owner_waiting(self, home: Home, what: str) -> None:
        """The question goes without a photo; a later frame gives one."""
        record = home.record(0, STRANGER)
        getattr(home.fragments, what).add(record.fragment_number)
        home.sees(record)
        assert home.messages.count == 1
        assert home.visit.best_photo_key is None

        home.sees(home.record(1, STRANGER))
        assert home.visit.best_photo_key is not None
        assert home.messages.count == 1

    def test_without_pictures_time_alone_tells_who_it_is(self, home: Home) -> None:
        """Within the gap the same visit, after it a new one."""
        home.fragments.gone |= {f"{second:020}" for second in range(100)}
        home.watches(0, 3, STRANGER)
        home.watches(13, 15, Person("bob", LEFT))
        assert len(home.visits.everything) == 1

        home.watches(50, 52, Person("eve", LEFT))
        assert len(home.visits.everything) == 2

    def test_while_faces_cannot_be_compared_the_record_comes_again(self, home: Home) -> None:
        """Rekognition throttles: no guess, and no visit too many."""
        home.watches(0, 3, STRANGER)
        home.faces.unavailable = True
        with pytest.raises(ServiceUnavailableError):
            home.sees(home.record(30, Person("bob")))

        assert len(home.visits.everything) == 1
