"""Which visit does each face of a frame belong to?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from smart_door.domain.errors import ServiceRefusedError
from smart_door.domain.faces import FaceSearchRecord
from smart_door.domain.picture_errors import NoFaceError, PhotoNotFoundError
from smart_door.domain.ports import Faces
from smart_door.domain.rules import COMPARISONS, SAME_PERSON_SIMILARITY, Rules
from smart_door.domain.sightings import (
    FaceKey,
    Sighting,
    continued_faces,
    visit_by_time,
    visit_in_company,
    visit_of_visitor,
)
from smart_door.domain.visits import UNDECIDED, Face, Visit
from smart_door.services.narration import Narrate
from smart_door.services.pictures import PictureError, Pictures


@dataclass(frozen=True)
class Place:
    """Where a sighting belongs: a face of a visit, a new face of a visit, or (no visit) a new visit.

    Strangers of one frame without a visit share the new one; each known visitor has one of their own.
    """

    sighting: Sighting
    visit_id: str | None
    face_index: int | None

    @property
    def key(self) -> FaceKey | None:
        """The face, if it is one that a visit has already."""
        if self.visit_id is None or self.face_index is None:
            return None
        return self.visit_id, self.face_index


@dataclass(frozen=True)
class PlaceFaces:
    """Finds the places of the faces of one frame among a door's recent visits; changes nothing."""

    faces: Faces
    pictures: Pictures
    rules: Rules
    narrate: Narrate

    def known(self, sightings: Sequence[Sighting], visits: Sequence[Visit], now: float) -> list[Place]:
        """The places of recognised visitors; `visits` are newest first."""
        places: list[Place] = []
        for sighting in sightings:
            places.append(self._place_known(sighting, visits, places, now))
        return places

    def strangers(
        self,
        record: FaceSearchRecord,
        sightings: Sequence[Sighting],
        visits: Sequence[Visit],
        known: Collection[FaceKey],
        now: float,
    ) -> list[Place]:
        """The places of the other sightings. `known` are the faces of the frame's recognised visitors.

        Raises FragmentNotReadyError and ServiceUnavailableError where a comparison has to wait.
        """
        taken = set(known)
        continued = continued_faces(sightings, visits, taken)
        places = [
            Place(sightings[position], visit.visit_id, face.index)
            for position, (visit, face) in continued.items()
        ]
        taken |= _taken(places)
        of_visitors = {visit_id for visit_id, _ in known}
        lasting = [
            visit for visit in visits if not visit.is_over(record.seen_at, now, self.rules.gap_seconds)
        ]
        for position, sighting in enumerate(sightings):
            if position in continued:
                continue
            together = {place.visit_id for place in places}
            joinable = [visit for visit in lasting if visit.visit_id not in of_visitors]
            company = visit_in_company(joinable, record.seen_at, now, together)
            place = self._place_newcomer(record, sighting, lasting, taken, company)
            if place is not None:
                places.append(place)
                taken |= _taken([place])
        return places

    def _place_known(
        self, sighting: Sighting, visits: Sequence[Visit], places: Iterable[Place], now: float
    ) -> Place:
        visitor_id = sighting.visitor.visitor_id if sighting.visitor else ""
        seen_at, gap = sighting.seen_at, self.rules.gap_seconds
        visit = visit_of_visitor(visits, visitor_id, seen_at, now, gap)
        if visit is not None:
            face = next((face for face in visit.faces if face.visitor_id == visitor_id), None)
            index = face.index if face else visit.face_index
            if index is None and visit.faces:  # a pass opens the door before any face is seen
                index = visit.faces[0].index
            return Place(sighting, visit.visit_id, index)
        taken = _taken(places)
        continued = continued_faces([sighting], visits, taken, by_time_alone=False).get(0)
        if continued is not None:
            visit, face = continued
            denied_by_owner = visit.decided_by is not None and visit.status not in UNDECIDED
            alone = visit.strangers == (face,) and visit.status_at(now) in UNDECIDED
            if face.visitor_id is None and (alone or denied_by_owner):
                return Place(sighting, visit.visit_id, face.index)
        return Place(sighting, None, None)

    def _place_newcomer(
        self,
        record: FaceSearchRecord,
        sighting: Sighting,
        lasting: Sequence[Visit],
        taken: set[FaceKey],
        company: Visit | None,
    ) -> Place | None:
        candidates = [
            (visit, face)
            for visit in lasting
            for face in sorted(
                visit.faces, key=lambda face: face.bounding_box.distance(sighting.bounding_box)
            )
            if (visit.visit_id, face.index) not in taken
        ]
        if candidates:
            same = self._same_person(record, sighting, candidates)
            if same is not None:
                return Place(sighting, same[0].visit_id, same[1].index)
        if company is not None:
            return Place(sighting, company.visit_id, None)
        if candidates and sighting.bounding_box.touches_side():
            return (
                None  # half in sight, so nothing can be told from the comparison: the next frame shows more
            )
        return Place(sighting, None, None)

    def _same_person(
        self, record: FaceSearchRecord, sighting: Sighting, candidates: Sequence[tuple[Visit, Face]]
    ) -> tuple[Visit, Face] | None:
        """The candidate that looks the same; by time alone where pictures are missing on either side.

        The frame comes first: while it is not ready, neither may be the photos of visits that the same
        invocation opened, and time alone would guess wrongly.
        """
        with_photo = [(visit, face) for visit, face in candidates if face.photo_key is not None]
        incomparable = [visit for visit, face in candidates if face.photo_key is None]
        try:
            seen = self.pictures.frame(record).crop(sighting.bounding_box)
        except PictureError:
            incomparable = [visit for visit, _ in candidates]
        else:
            for visit, face in with_photo[:COMPARISONS]:
                similarity = self._compare(face.photo_key or "", seen)
                if similarity is None:
                    incomparable.append(visit)
                elif similarity >= SAME_PERSON_SIMILARITY:
                    return visit, face
        by_time = visit_by_time(incomparable, record.seen_at, self.rules.gap_seconds)
        return next(((visit, face) for visit, face in candidates if visit is by_time), None)

    def _compare(self, stored_key: str, seen: bytes) -> float | None:
        """The similarity, or None where the pictures cannot be compared."""
        try:
            stored = self.pictures.stored_face(stored_key)
            self.narrate("faces compared")  # counted before, since what fails is paid for, too
            return self.faces.compare(stored, seen)
        except (PhotoNotFoundError, NoFaceError, ServiceRefusedError) as error:
            self.narrate("faces not comparable", reason=str(error))
            return None


def _taken(places: Iterable[Place]) -> set[FaceKey]:
    return {place.key for place in places if place.key is not None}
