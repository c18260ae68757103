"""Records of face search become visits, photos and messages.

One `Reception` handles one invocation's records in their order. Handling a record again, or late, changes
nothing wrongly: a face finds the visit that it made the first time, photos keep their keys, and messages
are claimed in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from smart_door.domain.errors import (
    DoorChangedError,
    RetryableError,
    SmartDoorError,
    VisitChangedError,
)
from smart_door.domain.faces import DetectedFace, FaceSearchRecord
from smart_door.domain.ports import Clock, Faces, RandomBytes, Visitors, Visits
from smart_door.domain.presence import missed
from smart_door.domain.refusals import DoorNotFoundError, VisitorNotFoundError
from smart_door.domain.rules import Rules
from smart_door.domain.sightings import (
    FaceKey,
    Sighting,
    one_sighting_per_visitor,
    rejected_at,
    sighting_of,
)
from smart_door.domain.visitors import Visitor
from smart_door.services.attend_visit import AttendVisit, by_visit
from smart_door.services.door_scene import DoorScene
from smart_door.services.narration import Narrate
from smart_door.services.pictures import Pictures
from smart_door.services.place_faces import Place, PlaceFaces
from smart_door.services.tell_people import TellPeople

ATTEMPTS = 5


@dataclass(frozen=True)
class ReceiveVisitors:
    """The use case with all that it needs; `begin` starts one invocation."""

    visits: Visits
    visitors: Visitors
    faces: Faces
    new_pictures: Callable[[], Pictures]
    tell_people: TellPeople
    rules: Rules
    door_ids: frozenset[str]
    clock: Clock
    random_bytes: RandomBytes
    narrate: Narrate

    def begin(self) -> Reception:
        """A reception that reads each visitor, fragment and door's visits once."""
        return Reception(self, self.new_pictures())


@dataclass
class Reception:
    """One invocation's records."""

    use: ReceiveVisitors
    pictures: Pictures
    _scenes: dict[str, DoorScene] = field(default_factory=dict)
    _visitors: dict[str, Visitor | None] = field(default_factory=dict)
    _waiting: dict[str, RetryableError] = field(default_factory=dict)

    def receive(self, record: FaceSearchRecord) -> None:
        """Handle one record.

        Raises DoorNotFoundError for a door this home does not have, and RetryableError where the record must
        come again: its frame is not there yet, a message was not taken, a service is out of order.
        """
        if record.door_id not in self.use.door_ids:
            raise DoorNotFoundError(record.door_id)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._receive(record)
            except SmartDoorError as error:
                self._scenes.pop(record.door_id, None)  # the store may differ from what is believed here
                lost_a_race = isinstance(error, VisitChangedError | DoorChangedError)
                if not lost_a_race or attempt == ATTEMPTS:
                    raise
            else:
                return

    def _receive(self, record: FaceSearchRecord) -> None:
        now = self.use.clock()
        scene = self._scene(record)
        if not record.faces:
            for visit in scene.visits:
                scene.keep(missed(visit, record.seen_at, now))
            return
        gap_seconds = self.use.rules.gap_seconds
        rejected = rejected_at(scene.visits, record.seen_at, now, gap_seconds)
        sightings = one_sighting_per_visitor(
            [self._sighting(record, face, rejected) for face in record.faces]
        )
        known = [sighting for sighting in sightings if sighting.visitor is not None]
        strangers = [sighting for sighting in sightings if sighting.visitor is None]
        place = PlaceFaces(self.use.faces, self.pictures, self.use.rules, self.use.narrate)
        attended = self._attend(record, scene, place.known(known, scene.visits, now), now)
        failed = attended.failed
        if strangers:
            try:
                self._wait_for_earlier(record)
                places = place.strangers(record, strangers, scene.visits, attended.faces, now)
            except RetryableError as error:
                self._waiting[record.door_id] = error
                raise
            failed = self._attend(record, scene, places, now).failed or failed
        if failed is not None:
            raise failed

    def _attend(
        self, record: FaceSearchRecord, scene: DoorScene, places: Sequence[Place], now: float
    ) -> Attended:
        """Each visit for itself: the others in the frame do not wait for one that fails."""
        attend = AttendVisit(
            self.pictures,
            self.use.tell_people,
            self.use.rules,
            self.use.random_bytes,
            self._find_visitor,
            self.use.narrate,
        )
        attended = Attended()
        for group in by_visit(places):
            try:
                attended.faces |= attend(record, scene, group, now)
            except (VisitChangedError, DoorChangedError):
                raise
            except RetryableError as error:
                attended.failed = error
                attended.faces |= {place.key for place in group if place.key is not None}
        return attended

    def _wait_for_earlier(self, record: FaceSearchRecord) -> None:
        """Strangers queue behind one whose place could not be found yet: order tells who is who.

        Kinesis sends the earlier record again and this one after it.
        """
        earlier = self._waiting.get(record.door_id)
        if earlier is not None:
            raise earlier

    def _sighting(self, record: FaceSearchRecord, face: DetectedFace, rejected: frozenset[str]) -> Sighting:
        def find(visitor_id: str) -> Visitor | None:
            visitor = self._find_visitor(visitor_id)
            return None if visitor is None or not rejected.isdisjoint(visitor.ids) else visitor

        return sighting_of(face, record, threshold=self.use.rules.recognition_similarity, find=find)

    def _scene(self, record: FaceSearchRecord) -> DoorScene:
        scene = self._scenes.get(record.door_id)
        if scene is None or not scene.covers(record.seen_at):
            scene = DoorScene.read(self.use.visits, record.door_id, record.seen_at)
            self._scenes[record.door_id] = scene
        return scene

    def _find_visitor(self, visitor_id: str) -> Visitor | None:
        if visitor_id not in self._visitors:
            try:
                self._visitors[visitor_id] = self.use.visitors.get(visitor_id)
            except VisitorNotFoundError:
                self._visitors[visitor_id] = None
        return self._visitors[visitor_id]


@dataclass
class Attended:
    """Which faces were attended to, and the last failure on the way."""

    faces: set[FaceKey] = field(default_factory=set)
    failed: RetryableError | None = None
