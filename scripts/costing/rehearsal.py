"""How many paid calls a visit is worth, found by letting fragment search itself decide.

A visit is described (how long something moves without a face, how long a face is seen) and played second by
second to the use case of `analyze_fragment`. Cameras, tables and Rekognition are stand-ins; what is looked at
and searched is decided by the code that decides it in Lambda.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from smart_door.domain.faces import BoundingBox, DetectedFace
from smart_door.domain.fragment_search import (
    CollectionMatch,
    FoundFace,
    FragmentNotification,
    SampledFrame,
    SearchAnswer,
    SearchedFrame,
)
from smart_door.domain.ports import RecentVisits
from smart_door.domain.visits import NEAR_SECONDS, Delivery, Face, Visit, VisitStatus
from smart_door.domain.watched_faces import Thrift
from smart_door.services.search_fragment import SearchFragment, Tally

DOOR = "front"
PLACE = BoundingBox(0.45, 0.3, 0.12, 0.2)
SETTLED_AFTER = 2.5
"""Seconds from the first record of somebody until the table says that a code went or the owner was asked."""

GLANCES_THAT_MISS = 4
"""A glance misses one face of so many (turned heads, glasses, shadows)."""

_BEGAN = 1_800_000_000.0


@dataclass(frozen=True)
class Scene:
    """What happens at the door: seconds of motion before a face shows, with a face, and after.

    A `known` face is recognised by its first search.
    """

    before: int = 2
    face: int = 30
    after: int = 5
    known: bool = False

    @property
    def seconds(self) -> int:
        """How long something moves."""
        return self.before + self.face + self.after

    def shows_face(self, second: float) -> bool:
        """Whether a face is to be seen so long after the beginning."""
        return self.before <= second < self.before + self.face


@dataclass(frozen=True)
class Calls:
    """Paid calls of Rekognition, by operation."""

    detect: float = 0.0
    search: float = 0.0
    compare: float = 0.0

    @property
    def total(self) -> float:
        """All of them."""
        return self.detect + self.search + self.compare


@cache
def rehearse(scene: Scene, frames_per_second: int = 2, gap_seconds: float = 15.0) -> Calls:
    """The calls of one visit that goes like this."""
    stage = _Stage(scene)
    search = SearchFragment(
        fragments=stage,
        samples=stage,
        search=stage,
        results=stage,
        visits=stage,
        door_ids=frozenset({DOOR}),
        thrift=Thrift(frame_seconds=1 / frames_per_second, gap_seconds=gap_seconds),
        clock=lambda: stage.now,
    )
    tally = Tally()
    for second in range(scene.seconds):
        stage.now = _BEGAN + second + 1
        stage.receive()
        search(FragmentNotification(DOOR, "", str(second), _BEGAN + second, _BEGAN + second), tally)
    stage.receive()
    return Calls(tally.looks, tally.searches, stage.compared)


@dataclass(frozen=True)
class _Frame:
    """A frame whose picture is the second that it shows."""

    at: float
    scene: Scene
    width: int = 1280
    height: int = 720

    def jpeg(self, quality: int = 85) -> bytes:
        return str(self.at).encode()

    def crop(self, bounding_box: BoundingBox, margin: float = 0.4) -> bytes:
        return self.jpeg()

    def glimpses(self) -> Sequence[BoundingBox]:
        missed = round(self.at * 2) % GLANCES_THAT_MISS == GLANCES_THAT_MISS - 1
        return [PLACE] if self.scene.shows_face(self.at) and not missed else []


@dataclass
class _Stage:
    """Every port of fragment search, and the visit in the table that its records make."""

    scene: Scene
    now: float = _BEGAN
    compared: int = 0
    _written: list[SearchedFrame] = field(default_factory=list)
    _visit: Visit | None = None

    def get(self, stream_arn: str, fragment_number: str) -> bytes:
        return fragment_number.encode()

    def sample(self, fragment: bytes, step: float) -> Sequence[SampledFrame]:
        second, count = int(fragment), round(1 / step)
        return [
            SampledFrame(number * step, _Frame(second + number * step, self.scene)) for number in range(count)
        ]

    def detect(self, jpeg: bytes) -> Sequence[FoundFace]:
        if not self.scene.shows_face(float(jpeg)):
            return []
        return [FoundFace(DetectedFace(PLACE, 99.9, sharpness=80.0, brightness=60.0), ())]

    def search(self, jpeg: bytes) -> SearchAnswer:
        match = CollectionMatch(99.8, "face", "image", "visitor", 99.9, PLACE)
        return SearchAnswer(BoundingBox(0.3, 0.3, 0.4, 0.4), (match,) if self.scene.known else ())

    def put(self, frame: SearchedFrame) -> None:
        self._written.append(frame)

    def receive(self) -> None:
        """What process_face_matches makes of the records: a visit that is settled soon, and goes on."""
        written, self._written = self._written, []
        for frame in written:
            if not frame.faces:
                continue
            at = frame.notification.producer_time + frame.offset
            if self._visit is None:
                self._visit = _visit(at)
            # Somebody unknown who was out of sight for longer is compared with the visit's face.
            elif not self.scene.known and at - self._visit.last_seen_at > NEAR_SECONDS:
                self.compared += 1
            self._visit = replace(self._visit, last_seen_at=at).in_sight(at)
        if self._visit is not None and self.now - self._visit.first_seen_at >= SETTLED_AFTER:
            self._visit = replace(self._visit, owner_message=Delivery(sent_at=self.now))

    def recent_at(self, door_id: str, since: float) -> RecentVisits:
        return RecentVisits((self._visit,) if self._visit else (), None)


def _visit(at: float) -> Visit:
    return Visit(
        door_id=DOOR,
        visit_id="0",
        status=VisitStatus.AWAITING_OWNER,
        faces=(Face(0, PLACE, at, at),),
        first_seen_at=at,
        last_seen_at=at,
        opened_at=at,
        expires_at=at + 600,
        delete_at=at + 86400,
    )
