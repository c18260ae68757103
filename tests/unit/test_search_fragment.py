"""Fragment search over fakes: what is looked at, what is searched, and what the records say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from secrets import token_bytes

import pytest

from smart_door.domain.errors import (
    FragmentGoneError,
    FragmentNotReadyError,
    FrameDecodeError,
    ServiceUnavailableError,
)
from smart_door.domain.faces import BoundingBox
from smart_door.domain.fragment_search import FragmentNotification
from smart_door.domain.ids import new_visit_id
from smart_door.domain.refusals import DoorNotFoundError
from smart_door.domain.visits import Delivery, Face, Visit, VisitStatus
from smart_door.domain.watched_faces import Thrift
from smart_door.services.search_fragment import SearchFragment, Tally
from tests.fakes import FakeFragments, InMemoryVisits
from tests.fakes.face_search import FakeFaceSearch, FakeResults, FakeSamples, People, match

NOW = 1_795_221_531.0
STREAM_ARN = "arn:aws:kinesisvideo:us-east-1:123456789012:stream/smart-door-front/1795000000000"
MIDDLE = BoundingBox(0.45, 0.3, 0.12, 0.2)
BESIDE = BoundingBox(0.59, 0.28, 0.16, 0.26)
FAR = BoundingBox(0.05, 0.3, 0.12, 0.2)
NOBODY: People = {}
STRANGER: People = {"stranger": MIDDLE}
GRACE: People = {"grace": MIDDLE}


@dataclass
class Camera:
    """A door's video over the use case: fragments of one second, their frames half a second apart."""

    samples: FakeSamples = field(default_factory=FakeSamples)
    fragments: FakeFragments = field(default_factory=FakeFragments)
    results: FakeResults = field(default_factory=FakeResults)
    visits: InMemoryVisits = field(default_factory=InMemoryVisits)
    thrift: Thrift = field(default_factory=Thrift)
    tally: Tally = field(default_factory=Tally)
    behind: float = 0.0
    now: float = NOW

    def __post_init__(self) -> None:
        self.search = FakeFaceSearch(self.samples)
        self.function = self.instance()

    def instance(self) -> SearchFragment:
        """A function instance that remembers nothing."""
        return SearchFragment(
            self.fragments,
            self.samples,
            self.search,
            self.results,
            self.visits,
            frozenset({"front"}),
            self.thrift,
            lambda: self.now,
        )

    def notified(self, second: int, people: People, door_id: str = "front") -> None:
        """The fragment of a second, in which these people stand, is stored and tagged."""
        number = f"{second:020}"
        self.samples.scenes[number] = {0.0: people, 0.25: people, 0.5: people, 0.75: people}
        notification = FragmentNotification(door_id, STREAM_ARN, number, NOW + second, NOW + second + 0.2)
        self.now = notification.server_time + 1 + self.behind
        self.function(notification, self.tally)

    def watches(self, since: int, until: int, people: People) -> None:
        """Every fragment from one second to another (exclusive)."""
        for second in range(since, until):
            self.notified(second, people)

    def visit(self, since: float, until: float, **changes: object) -> Visit:
        """A stranger's visit in the table, seen from `since` to `until`; the owner was asked."""
        face = Face(0, MIDDLE, NOW + since, NOW + until)
        visit = Visit(
            door_id="front",
            visit_id=new_visit_id(NOW + since, token_bytes),
            status=VisitStatus.AWAITING_OWNER,
            faces=(face,),
            first_seen_at=NOW + since,
            last_seen_at=NOW + until,
            opened_at=NOW + since,
            expires_at=NOW + since + 600,
            delete_at=NOW + 86400,
            spans=((NOW + since, NOW + until),),
            owner_message=Delivery(sent_at=NOW + since + 1),
        )
        visit = replace(visit, **changes)  # type: ignore[arg-type] # fields by name
        self.visits.add(visit, None)
        return visit


@pytest.fixture
def camera() -> Camera:
    """A camera before which nothing happened yet."""
    return Camera()


def test_a_known_face_makes_a_record_with_its_match(camera: Camera) -> None:
    """Given Grace is enrolled, when she stands in a fragment, then its frames' records name her."""
    camera.search.known["grace"] = 99.7

    camera.notified(0, GRACE)

    first, *_ = camera.results.frames
    assert (first.notification.fragment_number, first.offset) == ("0" * 20, 0.0)
    (face,) = first.faces
    assert face.found.face.bounding_box == MIDDLE
    assert face.matches == (match("grace", 99.7),)


def test_a_frame_without_a_face_is_a_record_without_one(camera: Camera) -> None:
    """Given nobody, when something moves for three seconds, then one look says so and nothing is searched."""
    camera.watches(0, 3, NOBODY)

    assert [frame.faces for frame in camera.results.frames] == [()]
    assert (camera.tally.looks, camera.tally.searches) == (1, 0)


def test_each_face_is_searched_as_the_largest_of_its_crop(camera: Camera) -> None:
    """Given a larger face beside hers, when Grace is searched, then it is she who is found."""
    camera.search.known |= {"grace": 99.5, "ann": 98.0}

    camera.notified(0, {"grace": MIDDLE, "ann": BESIDE})

    by_box = {face.found.face.bounding_box: face.matches for face in camera.results.frames[0].faces}
    assert by_box == {MIDDLE: (match("grace", 99.5),), BESIDE: (match("ann", 98.0),)}


def test_a_face_that_cannot_be_searched_alone_matches_nobody(camera: Camera) -> None:
    """Given a crop in which the service finds no face, then the face is there, unmatched."""
    camera.search.faceless.add("stranger")

    camera.notified(0, STRANGER)

    assert [face.matches for face in camera.results.frames[0].faces] == [()]


def test_somebody_recognised_is_searched_once(camera: Camera) -> None:
    """Given Grace was recognised, when the next seconds show her, then her last match is still hers."""
    camera.search.known["grace"] = 99.7

    camera.watches(0, 3, GRACE)

    assert camera.tally.searches == 1
    assert camera.tally.looks < 6
    assert {face.matches for frame in camera.results.frames for face in frame.faces} == {
        (match("grace", 99.7),)
    }


def test_a_stranger_is_searched_until_it_is_clear_that_nobody_knows_them(camera: Camera) -> None:
    """Given good pictures that resemble nobody, then two searches are enough."""
    camera.watches(0, 5, STRANGER)

    assert camera.tally.searches == 2
    assert camera.tally.looks <= 5


def test_a_bad_picture_is_searched_more_often(camera: Camera) -> None:
    """Given blurred pictures, when they get no better, then searching ends all the same."""
    camera.search.sharpness = 5.0

    camera.watches(0, 8, STRANGER)

    assert 3 <= camera.tally.searches <= 6


def test_a_clearly_better_picture_of_a_stranger_is_searched_again(camera: Camera) -> None:
    """Given a stranger whom poor pictures did not name, when a good one comes, then it counts."""
    camera.search.sharpness = 45.0
    camera.watches(0, 2, GRACE)
    camera.search.known["grace"] = 99.9
    camera.search.sharpness = 100.0

    camera.watches(2, 5, GRACE)

    assert camera.results.frames[-1].faces[0].matches == (match("grace", 99.9),)


def test_a_settled_visit_is_hardly_looked_at(camera: Camera) -> None:
    """Given the owner was asked, when the stranger waits 20 seconds more, then few calls are made."""
    camera.watches(0, 3, STRANGER)
    before = camera.tally.looks
    visit = camera.visit(0, 3)

    for second in range(3, 23):
        camera.notified(second, STRANGER)
        seen_until = max(NOW + 3, *(frame.notification.producer_time for frame in camera.results.frames))
        visit = camera.visits.replace(replace(visit, last_seen_at=seen_until, spans=((NOW, seen_until),)))

    assert camera.tally.looks - before <= 1


def test_a_settled_visit_goes_on_while_its_people_stay(camera: Camera) -> None:
    """Given minutes of talk at the door, then looks still come, ever more seldom."""
    camera.watches(0, 3, STRANGER)
    before = camera.tally.looks
    visit = camera.visit(0, 3)

    for second in range(3, 123):
        camera.notified(second, STRANGER)
        seen_until = max(NOW + 3, *(frame.notification.producer_time for frame in camera.results.frames))
        visit = camera.visits.replace(replace(visit, last_seen_at=seen_until, spans=((NOW, seen_until),)))

    assert 2 <= camera.tally.looks - before <= 5


def test_an_admitted_visitor_is_looked_at_within_the_gap(camera: Camera) -> None:
    """Given a visit that a gap ends, when its person stays, then two looks come within each gap."""
    camera.watches(0, 3, STRANGER)
    visit = camera.visit(0, 3, status=VisitStatus.ADMITTED)
    before = len(camera.results.frames)

    for second in range(3, 33):
        camera.notified(second, STRANGER)
        seen_until = max(NOW + 3, *(frame.notification.producer_time for frame in camera.results.frames))
        visit = camera.visits.replace(replace(visit, last_seen_at=seen_until, spans=((NOW, seen_until),)))

    times = [frame.notification.producer_time for frame in camera.results.frames[before:]]
    assert max(later - earlier for earlier, later in pairwise(times)) <= 8


def test_somebody_who_joins_a_settled_visit_is_looked_at_at_once(camera: Camera) -> None:
    """Given a settled visit, when a glance shows a second face, then it is searched within seconds."""
    camera.watches(0, 3, STRANGER)
    camera.visit(0, 3)
    camera.watches(3, 6, STRANGER)

    camera.watches(6, 8, {**STRANGER, "other": FAR})

    assert len(camera.results.frames[-1].faces) == 2


def test_who_takes_the_place_of_somebody_is_looked_at_at_once(camera: Camera) -> None:
    """Given a settled visit whose face is out of sight, when one is glimpsed there again, it is searched."""
    camera.watches(0, 3, STRANGER)
    camera.visit(0, 3)
    camera.watches(3, 9, NOBODY)
    before = camera.tally.searches

    camera.watches(9, 12, {"other": MIDDLE})

    assert camera.tally.searches > before


def test_a_face_that_no_glance_shows_is_looked_at_all_the_same(camera: Camera) -> None:
    """Given somebody in profile, whom no glance shows, then a look finds them after two seconds."""
    camera.samples.glanced = ()

    camera.watches(0, 3, STRANGER)

    assert any(frame.faces for frame in camera.results.frames)


def test_a_face_that_no_glance_shows_is_looked_at_after_pauses_too(camera: Camera) -> None:
    """Given a producer that tags a second now and then, then the next of them is looked at."""
    camera.samples.glanced = ()

    for second in (0, 20):
        camera.notified(second, STRANGER)

    assert any(frame.faces for frame in camera.results.frames)


def test_a_coat_that_is_taken_for_a_face_costs_little(camera: Camera) -> None:
    """Given a glance that errs for a minute, then looks get rarer as if it had shown nothing."""
    camera.samples.glanced = (MIDDLE,)

    camera.watches(0, 60, NOBODY)

    assert camera.tally.looks <= 14


def test_people_who_pass_by_cost_one_look(camera: Camera) -> None:
    """Given three seconds of motion without a face, then one call is all."""
    camera.watches(0, 3, NOBODY)

    assert (camera.tally.looks, camera.tally.searches) == (1, 0)


def test_a_new_instance_leaves_a_settled_visit_alone_too(camera: Camera) -> None:
    """Given an instance without memory, when the table says the visit was seen just now, then no call."""
    camera.visit(0, 3)

    camera.notified(4, STRANGER)

    assert camera.tally.looks == 0


@pytest.mark.parametrize(
    "unsettled",
    [
        {"status": VisitStatus.OPEN, "owner_message": Delivery()},
        {"status": VisitStatus.AWAITING_OWNER, "owner_message": Delivery(claimed_until=NOW)},
    ],
)
def test_a_visit_that_waits_for_a_picture_is_looked_at(camera: Camera, unsettled: dict[str, object]) -> None:
    """Given a visit whose message is not sent, then every frame counts."""
    camera.visit(0, 3, **unsettled)

    camera.notified(4, STRANGER)

    assert camera.tally.looks == 2


def test_who_comes_after_somebody_left_is_looked_at_at_once(camera: Camera) -> None:
    """Given a settled visit whose people were seen to leave, when somebody comes, they are searched."""
    camera.watches(0, 3, STRANGER)
    camera.visit(0, 3)
    camera.watches(3, 13, NOBODY)
    before = camera.tally.searches

    camera.watches(13, 15, {"other": FAR})

    assert camera.tally.searches > before


def test_something_without_a_face_is_looked_at_less_and_less(camera: Camera) -> None:
    """Given a tree in the wind, when it moves for five minutes, then a hundred looks are not made."""
    camera.watches(0, 300, NOBODY)

    assert camera.tally.looks <= 45
    assert camera.tally.searches == 0


def test_who_comes_while_a_tree_moves_is_seen_within_seconds(camera: Camera) -> None:
    """Given minutes of motion without a face, when somebody comes, then a look finds them in five seconds."""
    camera.watches(0, 120, NOBODY)

    camera.watches(120, 126, STRANGER)

    assert any(frame.faces for frame in camera.results.frames)


def test_notifications_out_of_order_change_nothing(camera: Camera) -> None:
    """Given the fragment before comes after, then its record says its own time, and the visit goes on."""
    camera.notified(2, STRANGER)
    camera.notified(1, STRANGER)
    camera.notified(3, STRANGER)

    times = [frame.notification.producer_time + frame.offset for frame in camera.results.frames]
    assert len(set(times)) == len(times)
    assert camera.tally.searches == 2


def test_a_fragment_that_comes_minutes_late_is_searched(camera: Camera) -> None:
    """Given a throttled fragment that comes again, when others were done since, then it is searched."""
    camera.watches(100, 103, NOBODY)

    camera.notified(0, STRANGER)

    assert any(frame.faces for frame in camera.results.frames)


def test_throttling_is_retryable_and_its_calls_are_counted(camera: Camera) -> None:
    """Given a throttled search, when the fragment comes again, then nothing is lost."""
    throttled = ServiceUnavailableError(
        "rekognition", "DetectFaces", "ProvisionedThroughputExceededException"
    )
    camera.search.failures = [throttled]

    with pytest.raises(ServiceUnavailableError):
        camera.notified(0, STRANGER)
    assert (camera.tally.looks, camera.results.frames) == (1, [])
    camera.notified(0, STRANGER)

    assert [len(frame.faces) for frame in camera.results.frames] == [1, 1]


def test_a_foreign_door_is_refused_before_anything_is_fetched(camera: Camera) -> None:
    """Given a door that this home does not have, then nothing is read or paid for."""
    with pytest.raises(DoorNotFoundError):
        camera.notified(0, STRANGER, door_id="2-front")
    assert camera.fragments.gets == 0


@pytest.mark.parametrize(
    ("trouble", "error"),
    [("gone", FragmentGoneError), ("not_ready", FragmentNotReadyError), ("broken", FrameDecodeError)],
)
def test_a_fragment_that_cannot_be_read_says_so(camera: Camera, trouble: str, error: type[Exception]) -> None:
    """Given a fragment that is gone, late or corrupt, then that is the error, and nothing was paid for."""
    getattr(camera.fragments, trouble).add("0" * 20)

    with pytest.raises(error):
        camera.notified(0, STRANGER)
    assert camera.tally == Tally()


def test_more_frames_a_second_are_sampled_where_that_is_set() -> None:
    """Given four frames a second, when somebody comes, then each is looked at until they are clear."""
    camera = Camera(thrift=Thrift(frame_seconds=0.25))
    camera.search.sharpness = 5.0

    camera.notified(0, STRANGER)

    assert camera.tally.looks == 4


def test_who_is_behind_looks_less_often_and_catches_up(camera: Camera) -> None:
    """Given ten seconds of delay, when somebody stands there, then not every frame is looked at."""
    camera.search.sharpness = 5.0
    camera.behind = 10

    camera.watches(0, 6, STRANGER)

    assert 2 <= camera.tally.looks <= 4
    assert all(len(frame.faces) == 1 for frame in camera.results.frames)
