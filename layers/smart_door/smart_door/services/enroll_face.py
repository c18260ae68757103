"""After an admission the face is indexed, so that the visitor is known next time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from smart_door.domain.events import VisitorAdmitted
from smart_door.domain.picture_errors import NoFaceError
from smart_door.domain.ports import Faces, Photos, Visitors, Visits
from smart_door.domain.refusals import VisitorNotFoundError
from smart_door.domain.settings import Settings
from smart_door.domain.visitors import FacePhoto, Visitor
from smart_door.domain.visits import Face
from smart_door.services.manage_visitors import keep_face
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
    settings: Callable[[], Settings] = Settings

    def __call__(self, event: VisitorAdmitted) -> str | None:
        """The new face id, or None where no face was to be indexed.

        Doing it again for the same event adds no second face: the same picture under the same external
        image id is one face. Raises VisitNotFoundError, PhotoNotFoundError.
        """
        try:
            return self._enroll(event)
        except VisitorNotFoundError:
            self._tell_skipped(event, "the visitor was deleted meanwhile")
            return None

    def _enroll(self, event: VisitorAdmitted) -> str | None:
        visitor = self.visitors.get(event.visitor_id)
        visit = self.visits.get(event.door_id, event.visit_id)
        if visit.visitor_id not in visitor.ids:
            self._tell_skipped(event, "the match was taken back")
            return None
        if not self.settings().enrol_faces:
            self._tell_skipped(event, "the household wants no faces enrolled")
            return None
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
        key = f"visitors/{visitor.visitor_id}/{face_id}.jpg"
        visitor = keep_face(self.visitors, self.faces, visitor, FacePhoto(face_id, key, event.visit_id))
        self.photos.put(key, jpeg)
        self.narrate(
            "face enrolled", door_id=event.door_id, visit_id=event.visit_id, visitor_id=event.visitor_id
        )
        return face_id

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
    recognised = face is not None and face.visitor_id in visitor.ids
    if face is not None and recognised and (face.similarity or 0.0) >= CERTAIN_SIMILARITY:
        return "recognised surely"
    return None
