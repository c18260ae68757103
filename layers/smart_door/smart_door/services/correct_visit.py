"""Not this person: a wrong match is taken out of a visit."""

from __future__ import annotations

from dataclasses import dataclass

from smart_door.domain.corrections import face_in_question, without_match
from smart_door.domain.ports import Clock, Faces, Photos, Visitors, Visits
from smart_door.domain.refusals import VisitorNotFoundError
from smart_door.domain.visits import Visit
from smart_door.services.changing import change_visit
from smart_door.services.manage_visitors import remove_photos
from smart_door.services.narration import Narrate


@dataclass(frozen=True)
class CorrectVisit:
    """Takes back who a face was taken for, and what followed from it."""

    visits: Visits
    visitors: Visitors
    photos: Photos
    faces: Faces
    clock: Clock
    narrate: Narrate

    def __call__(self, door_id: str, visit_id: str, face_index: int | None) -> Visit:
        """The visit without the match; while it lasts, it waits for the owner's decision again.

        A face that was enrolled from this visit under the wrong name is removed. `face_index` may be None
        where the visit has one match only. Raises VisitNotFoundError, InvalidRequestError.
        """
        visit = self.visits.get(door_id, visit_id)
        face, wrong_id = face_in_question(visit, face_index)
        now = self.clock()

        def corrected(visit: Visit) -> Visit:
            return without_match(visit, visit.face(face.index) or face, wrong_id, now)

        visit = change_visit(self.visits, visit, corrected)
        self._remove_enrolled(wrong_id, visit_id)
        self.narrate("match taken back", door_id=door_id, visit_id=visit_id, visitor_id=wrong_id)
        return visit

    def _remove_enrolled(self, visitor_id: str, visit_id: str) -> None:
        try:
            visitor = self.visitors.get(visitor_id)
        except VisitorNotFoundError:
            return
        enrolled = [photo for photo in visitor.photos if photo.visit_id == visit_id]
        if enrolled:
            remove_photos(self.visitors, self.faces, self.photos, visitor, enrolled)
