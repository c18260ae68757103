"""After an admission the face is indexed, so that the visitor is known next time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from smart_door.domain.errors import NoFaceError, VisitorNotFoundError
from smart_door.domain.events import VisitorAdmitted
from smart_door.domain.ports import Faces, Photos, Visitors, Visits
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import Face
from smart_door.services.changing import change_visitor
from smart_door.services.narration import Narrate

FACES_OF_A_VISITOR = 5
"""AWS advises to index several images of a person; more than these tell nothing new."""

CERTAIN_SIMILARITY = 99.5
"""Somebody recognised this surely needs no further image."""


@dataclass(frozen=True)
class EnrollFace:
    """Indexes the face of an admitted visitor."""

    visits: Visits
    visitors: Visitors
    photos: Photos
    faces: Faces
    narrate: Narrate

    def __call__(self, event: VisitorAdmitted) -> str | None:
        """The new face id, or None where no face was to be indexed.

        Doing it again for the same event adds no second face: the same picture under the same external
        image id is one face. Raises VisitNotFoundError, VisitorNotFoundError, PhotoNotFoundError.
        """
        visitor = self.visitors.get(event.visitor_id)
        visit = self.visits.get(event.door_id, event.visit_id)
        face = visit.face(visit.face_index) if visit.face_index is not None else None
        reason = _reason_against(visitor, face)
        if reason is not None or face is None or face.photo_key is None:
            self._tell_skipped(event, reason or "no photo of the face")
            return None
        jpeg = self.photos.get(face.photo_key)
        try:
            face_id = self.faces.index(jpeg, visitor.visitor_id)
        except NoFaceError:
            self._tell_skipped(event, "no usable face in the photo")
            return None
        self._remember(visitor, face_id, jpeg)
        self.narrate(
            "face enrolled", door_id=event.door_id, visit_id=event.visit_id, visitor_id=event.visitor_id
        )
        return face_id

    def _remember(self, visitor: Visitor, face_id: str, jpeg: bytes) -> None:
        key = visitor.photo_key or f"visitors/{visitor.visitor_id}/face.jpg"
        if visitor.photo_key is None:
            self.photos.put(key, jpeg)

        def with_face(visitor: Visitor) -> Visitor:
            if face_id in visitor.face_ids:
                return visitor
            return replace(visitor, face_ids=(*visitor.face_ids, face_id), photo_key=key)

        try:
            change_visitor(self.visitors, visitor, with_face)
        except VisitorNotFoundError:  # removed meanwhile: nothing of them may stay
            self.faces.delete([face_id])
            raise

    def _tell_skipped(self, event: VisitorAdmitted, reason: str) -> None:
        self.narrate(
            "face not enrolled",
            door_id=event.door_id,
            visit_id=event.visit_id,
            visitor_id=event.visitor_id,
            reason=reason,
        )


def _reason_against(visitor: Visitor, face: Face | None) -> str | None:
    if visitor.is_blocked:
        return "the visitor is blocked"
    if len(visitor.face_ids) >= FACES_OF_A_VISITOR:
        return "enough faces are indexed"
    recognised = face is not None and face.visitor_id == visitor.visitor_id
    if face is not None and recognised and (face.similarity or 0.0) >= CERTAIN_SIMILARITY:
        return "recognised surely"
    return None
