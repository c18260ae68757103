"""Everything about a person goes: faces, photos, and their part in the visits."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from smart_door.domain.corrections import anonymised, is_about, object_keys, photo_keys, shows
from smart_door.domain.errors import VisitorChangedError
from smart_door.domain.passes import Pass
from smart_door.domain.ports import Clock, Faces, Passcodes, Passes, Photos, Visitors, Visits
from smart_door.domain.visits import Visit
from smart_door.services.changing import ATTEMPTS, change_visit
from smart_door.services.narration import Narrate
from smart_door.services.walk_visits import Wanted, walk


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted: indexed faces, photos, passes, codes, and how many visits name nobody any more."""

    visitor_id: str
    faces: int
    photos: int
    visits: int
    passes: int
    codes: int


@dataclass(frozen=True)
class ForgetVisitor:
    """Deletes a visitor.

    The record goes last: where the deletion breaks off, it still says what is left to delete, and deleting
    once more completes it.
    """

    visits: Visits
    visitors: Visitors
    passcodes: Passcodes
    passes: Passes
    photos: Photos
    faces: Faces
    door_ids: Collection[str]
    clock: Clock
    narrate: Narrate

    def __call__(self, visitor_id: str) -> Forgotten:
        """Delete everything about the visitor; what that was. Raises VisitorNotFoundError."""
        faces: set[str] = set()
        photos: set[str] = set()
        visits: set[str] = set()
        passes: set[str] = set()
        codes: set[str] = set()
        for _ in range(ATTEMPTS):
            visitor = self.visitors.get(visitor_id)
            self.faces.delete(visitor.face_ids)
            self.photos.delete(visitor.photo_keys)
            faces.update(visitor.face_ids)
            photos.update(visitor.photo_keys)
            for visit in self._visits_about(visitor.ids):
                visits.add(visit.visit_id)
                photos.update(self._anonymise(visit, visitor.ids))
            for invitation in self._passes_of(visitor.ids):
                self.passes.remove(invitation)
                passes.add(invitation.pass_id)
            codes.update(self._delete_codes(visitor.ids))
            try:
                self.visitors.remove(visitor)
            except VisitorChangedError:  # a face was added meanwhile: that one goes too
                continue
            forgotten = Forgotten(
                visitor.visitor_id, len(faces), len(photos), len(visits), len(passes), len(codes)
            )
            self.narrate(
                "visitor deleted",
                visitor_id=forgotten.visitor_id,
                faces=forgotten.faces,
                photos=forgotten.photos,
                visits=forgotten.visits,
                passes=forgotten.passes,
                codes=forgotten.codes,
            )
            return forgotten
        raise VisitorChangedError(visitor_id)

    def _anonymise(self, visit: Visit, visitor_ids: frozenset[str]) -> tuple[str, ...]:
        """The keys of the photos that went: those of visits that show the person. Clips of these go too."""
        is_shown = shows(visit, visitor_ids)
        keys = photo_keys(visit) if is_shown else ()
        self.photos.delete(object_keys(visit) if is_shown else ())
        now = self.clock()
        change_visit(self.visits, visit, lambda visit: anonymised(visit, visitor_ids, now))
        return keys

    def _delete_codes(self, visitor_ids: frozenset[str]) -> list[str]:
        everything = (one for door_id in self.door_ids for one in self.passcodes.of_door(door_id))
        codes = [one for one in everything if one.visitor_id in visitor_ids]
        for code in codes:
            self.passcodes.remove(code)
        return [code.digest for code in codes]

    def _passes_of(self, visitor_ids: frozenset[str]) -> list[Pass]:
        everything = (one for door_id in self.door_ids for one in self.passes.of_door(door_id))
        return [one for one in everything if one.visitor_id in visitor_ids]

    def _visits_about(self, visitor_ids: frozenset[str]) -> Iterator[Visit]:
        everything = walk(self.visits, self.door_ids, None, Wanted())
        return (visit for visit in everything if is_about(visit, visitor_ids))
