"""One visit goes with all that was kept of it, also where nobody on file was in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from smart_door.domain.corrections import object_keys, over_at, photo_keys
from smart_door.domain.errors import VisitChangedError
from smart_door.domain.ports import Clock, Passcodes, Photos, Visits
from smart_door.domain.refusals import VisitGoingOnError
from smart_door.services.changing import ATTEMPTS
from smart_door.services.narration import Narrate


@dataclass(frozen=True, slots=True)
class DeletedVisit:
    """What was deleted: photos and clips that were still kept, and codes."""

    visit_id: str
    photos: int
    clips: int
    codes: int


@dataclass(frozen=True)
class DeleteVisit:
    """Deletes a visit that is over.

    The record goes last: where the deletion breaks off, it still says what is left to delete. Who was in it
    and is on file stays so, with the photos that were taken over from it.
    """

    visits: Visits
    passcodes: Passcodes
    photos: Photos
    clock: Clock
    narrate: Narrate

    def __call__(self, door_id: str, visit_id: str) -> DeletedVisit:
        """Delete everything about the visit. Raises VisitNotFoundError and VisitGoingOnError."""
        kept: set[str] = set()
        codes = 0
        for _ in range(ATTEMPTS):
            visit = self.visits.get(door_id, visit_id)
            until = over_at(visit)
            if self.clock() < until:
                raise VisitGoingOnError(door_id, visit_id, until)
            keys = object_keys(visit)
            kept.update(key for key in keys if self.photos.has(key))
            self.photos.delete(keys)
            codes += self._delete_codes(door_id, visit_id)
            try:
                self.visits.remove(visit)
            except VisitChangedError:  # somebody corrected it meanwhile
                continue
            return self._told(door_id, visit_id, kept, photo_keys(visit), codes)
        raise VisitChangedError(door_id, visit_id)

    def _delete_codes(self, door_id: str, visit_id: str) -> int:
        codes = [one for one in self.passcodes.of_door(door_id) if one.visit_id == visit_id]
        for code in codes:
            self.passcodes.remove(code)
        return len(codes)

    def _told(
        self, door_id: str, visit_id: str, kept: Collection[str], photos: Collection[str], codes: int
    ) -> DeletedVisit:
        of_photos = sum(key in photos for key in kept)
        deleted = DeletedVisit(visit_id, of_photos, len(kept) - of_photos, codes)
        self.narrate(
            "visit deleted",
            door_id=door_id,
            visit_id=visit_id,
            photos=deleted.photos,
            clips=deleted.clips,
            codes=codes,
        )
        return deleted
