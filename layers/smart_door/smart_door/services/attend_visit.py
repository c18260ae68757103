"""One visit and the faces of one frame that belong to it: photo, record, message."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from smart_door.domain.errors import RetryableError
from smart_door.domain.faces import FaceSearchRecord
from smart_door.domain.ids import new_visit_id
from smart_door.domain.ports import RandomBytes
from smart_door.domain.rules import Rules
from smart_door.domain.sightings import FaceKey, Sighting, companions, continued_faces, see_again
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import UNDECIDED, Face, Visit, VisitStatus
from smart_door.services.door_scene import DoorScene
from smart_door.services.narration import Narrate
from smart_door.services.pictures import PictureError, Pictures
from smart_door.services.place_faces import Place
from smart_door.services.tell_people import TellPeople


@dataclass(frozen=True)
class AttendVisit:
    """Brings one visit up to date with a frame."""

    pictures: Pictures
    tell_people: TellPeople
    rules: Rules
    random_bytes: RandomBytes
    find: Callable[[str], Visitor | None]
    narrate: Narrate

    def __call__(
        self, record: FaceSearchRecord, scene: DoorScene, group: Sequence[Place], now: float
    ) -> set[FaceKey]:
        """Handle the places of one visit (see `by_visit`); which faces they are now.

        Raises RetryableError where the record must come again; what could be done until then is done.
        """
        visitor = group[0].sighting.visitor
        visit_id = group[0].visit_id
        known_before = None if visit_id is None else scene.visit(visit_id).visitor_id
        visit = self._new_visit(record, now) if visit_id is None else scene.visit(visit_id)
        visit, seen = _with_sightings(visit, group)
        visit = self._settle(scene, visit, visitor, record.seen_at)
        waiting: RetryableError | None = None
        if visitor is None:  # the owner wants to see whom it is about; a known visitor wants the code
            visit, waiting = self._photograph(record, visit, seen)
        visit = scene.keep(visit) if visit_id else self._open(scene, visit)
        if visitor is not None and visit.visitor_id != known_before:
            self._narrate_recognition(visit, group[0].sighting)
        visit = self._tell(scene, visit, visitor, seen, now, photo_to_come=waiting is not None)
        if visitor is not None:
            self._mark_recognised(scene, visit, group[0].sighting, now)
            visit, waiting = self._photograph(record, visit, seen)
            scene.keep(visit)
        if waiting is not None:
            raise waiting
        return {(visit.visit_id, index) for index in seen}

    def _tell(
        self,
        scene: DoorScene,
        visit: Visit,
        visitor: Visitor | None,
        seen: Mapping[int, Sighting],
        now: float,
        *,
        photo_to_come: bool,
    ) -> Visit:
        told = self.tell_people.tell(
            visit,
            visitor,
            now,
            score=max(sighting.score for sighting in seen.values()),
            find=self.find,
            photo_to_come=photo_to_come,
        )
        return visit if told is visit else scene.note(told)

    def _new_visit(self, record: FaceSearchRecord, now: float) -> Visit:
        return Visit(
            door_id=record.door_id,
            visit_id=new_visit_id(record.seen_at, self.random_bytes),
            status=VisitStatus.OPEN,
            faces=(),
            first_seen_at=record.seen_at,
            last_seen_at=record.seen_at,
            opened_at=now,
            expires_at=now + self.rules.visit_seconds,
            delete_at=now + self.rules.keep_seconds,
        )

    def _settle(self, scene: DoorScene, visit: Visit, visitor: Visitor | None, seen_at: float) -> Visit:
        """Say whose the visit is where somebody was recognised, and who came along where nobody was."""
        if visitor is not None:
            whole = not visit.strangers and visit.visitor_id is None and visit.status in UNDECIDED
            return replace(visit, visitor_id=visitor.visitor_id) if whole else visit
        if not visit.strangers:
            return visit
        together = sorted({*visit.companion_ids, *companions(scene.visits, seen_at)})
        return replace(visit, companion_ids=tuple(together))

    def _open(self, scene: DoorScene, visit: Visit) -> Visit:
        scene.open(visit)
        self.narrate("visit opened", door_id=visit.door_id, visit_id=visit.visit_id, faces=len(visit.faces))
        return visit

    def _narrate_recognition(self, visit: Visit, sighting: Sighting) -> None:
        self.narrate(
            "visitor recognised",
            door_id=visit.door_id,
            visit_id=visit.visit_id,
            visitor_id=visit.visitor_id,
            similarity=sighting.match.similarity if sighting.match else None,
        )

    def _photograph(
        self, record: FaceSearchRecord, visit: Visit, seen: Mapping[int, Sighting]
    ) -> tuple[Visit, RetryableError | None]:
        """The visit with better photos; without, where there is no frame for good; and what is waited for."""
        try:
            return self.pictures.improve(record, visit, seen), None
        except RetryableError as error:
            return visit, error
        except PictureError as error:
            self.narrate("photo missing", door_id=visit.door_id, visit_id=visit.visit_id, reason=str(error))
            return visit, None

    def _mark_recognised(self, scene: DoorScene, visit: Visit, sighting: Sighting, now: float) -> None:
        """Take somebody out of a visit of strangers that a bad first frame brought them into.

        A visit where no stranger is left ends.
        """
        others = [
            other
            for other in scene.visits
            if other.visit_id != visit.visit_id
            and other.visitor_id is None
            and other.status_at(now) in UNDECIDED
        ]
        taken = [(other.visit_id, face.index) for other in others for face in other.faces if face.visitor_id]
        continued = continued_faces([sighting], others, taken, by_time_alone=False).get(0)
        if continued is not None:
            other, face = continued
            other = other.with_face(see_again(face, sighting))
            scene.keep(other if other.strangers else replace(other, expires_at=now))


def by_visit(places: Sequence[Place]) -> list[list[Place]]:
    """The places of each visit together, in their order; strangers who are new share one new visit."""
    groups: dict[tuple[str | None, str | None], list[Place]] = {}
    for place in places:
        visitor_id = place.sighting.visitor.visitor_id if place.sighting.visitor else None
        groups.setdefault((place.visit_id, visitor_id), []).append(place)
    return list(groups.values())


def _with_sightings(visit: Visit, group: Sequence[Place]) -> tuple[Visit, dict[int, Sighting]]:
    """The visit after the sightings, and which of its faces (by index) they are of."""
    seen: dict[int, Sighting] = {}
    for place in group:
        sighting = place.sighting
        face = None if place.face_index is None else visit.face(place.face_index)
        if face is None:
            face = Face(len(visit.faces), sighting.bounding_box, sighting.seen_at, sighting.seen_at)
            shown = len(visit.faces) / (len(visit.faces) + 1)  # a photo of fewer people counts for less
            visit = replace(visit, photo_score=visit.photo_score * shown)
        visit = visit.with_face(see_again(face, sighting)).in_sight(sighting.seen_at)
        seen[face.index] = sighting
    return visit, seen
