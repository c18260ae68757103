"""What the owner page shows: visits and visitors in the words of api-specs/owner.yaml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from smart_door.domain.errors import DoorNotFoundError, VisitorNotFoundError
from smart_door.domain.ports import Clock, Photos, Visitors, Visits
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import UNDECIDED, Face, Visit

WAITING_LOOK_BACK_SECONDS = 7200.0
"""A visit waits for an hour at most (the template's limit), and the camera's clock may be off a little."""

PAGE = 20

Json = dict[str, Any]


@dataclass(frozen=True)
class ShowHome:
    """Reads for the owner page. `door_names` has every door of the home."""

    visits: Visits
    visitors: Visitors
    photos: Photos
    door_names: Mapping[str, str]
    clock: Clock

    def list_visits(self, *, waiting: bool = False, before: str | None = None, limit: int = PAGE) -> Json:
        """A page of the visits of all doors, newest first; `waiting`, only those still to be decided."""
        now = self.clock()
        found: list[Visit] = []
        for door_id in self.door_names:
            if waiting:
                recent = self.visits.recent_at(door_id, now - WAITING_LOOK_BACK_SECONDS).visits
                found += [visit for visit in recent if visit.status_at(now) in UNDECIDED]
            else:
                found += self.visits.page(door_id, before, limit + 1)
        found = [visit for visit in found if before is None or visit.visit_id < before]
        found.sort(key=lambda visit: visit.visit_id, reverse=True)
        page = found[:limit]
        find = self._finder()
        shown: Json = {"visits": [self._visit(visit, find, now) for visit in page]}
        if len(found) > limit:
            shown["next_before"] = page[-1].visit_id
        return shown

    def get_visit(self, door_id: str, visit_id: str) -> Json:
        """One visit. Raises DoorNotFoundError, VisitNotFoundError."""
        if door_id not in self.door_names:
            raise DoorNotFoundError(door_id)
        return self.show_visit(self.visits.get(door_id, visit_id))

    def show_visit(self, visit: Visit) -> Json:
        """A visit at hand."""
        return self._visit(visit, self._finder(), self.clock())

    def list_visitors(self) -> Json:
        """Everyone who has a name, by name."""
        everyone = sorted(
            self.visitors.all(), key=lambda visitor: (visitor.name.casefold(), visitor.visitor_id)
        )
        return {"visitors": [self._visitor(visitor) for visitor in everyone]}

    def _visit(self, visit: Visit, find: Callable[[str], Visitor | None], now: float) -> Json:
        visitor = find(visit.visitor_id) if visit.visitor_id else None
        shown: Json = {
            "door_id": visit.door_id,
            "door_name": self.door_names.get(visit.door_id, visit.door_id),
            "visit_id": visit.visit_id,
            "state": visit.status_at(now).value,
            "opened_at": iso(visit.opened_at),
            "last_seen_at": iso(visit.last_seen_at),
            "expires_at": iso(visit.expires_at),
            "faces": [self._face(face, find) for face in visit.faces],
            "photo_url": self._url(visit.best_photo_key),
            "first_photo_url": self._url(visit.first_photo_key),
            "decided_at": None if visit.decided_at is None else iso(visit.decided_at),
            "decided_by": visit.decided_by,
            "visitor_id": visit.visitor_id,
            "visitor_name": visitor.name if visitor else None,
        }
        if visit.best_photo_key is not None:
            shown["photo_links_expire_at"] = iso(self.photos.link(visit.best_photo_key).expires_at)
        return _present(shown)

    def _face(self, face: Face, find: Callable[[str], Visitor | None]) -> Json:
        visitor_id = face.visitor_id or face.suggested_visitor_id
        visitor = find(visitor_id) if visitor_id else None
        known = visitor is not None and face.visitor_id is not None
        return _present(
            {
                "face_index": face.index,
                "known": known,
                "visitor_id": visitor.visitor_id if visitor else None,
                "visitor_name": visitor.name if visitor else None,
                "similarity": (face.similarity if known else face.suggested_similarity) if visitor else None,
                "bounding_box": asdict(face.photo_box) if face.photo_box else None,
                "photo_url": self._url(face.photo_key),
            }
        )

    def _visitor(self, visitor: Visitor) -> Json:
        return _present(
            {
                "visitor_id": visitor.visitor_id,
                "name": visitor.name,
                "phone": visitor.phone,
                "status": visitor.status.value,
                "door_ids": sorted(visitor.door_ids),
                "created_at": iso(visitor.created_at),
                "faces": len(visitor.face_ids),
                "photo_url": self._url(visitor.photo_key),
            }
        )

    def _url(self, key: str | None) -> str | None:
        return None if key is None else self.photos.link(key).url

    def _finder(self) -> Callable[[str], Visitor | None]:
        """Finds visitors by id, each read once; one who was removed is None."""
        found: dict[str, Visitor | None] = {}

        def find(visitor_id: str) -> Visitor | None:
            if visitor_id not in found:
                try:
                    found[visitor_id] = self.visitors.get(visitor_id)
                except VisitorNotFoundError:
                    found[visitor_id] = None
            return found[visitor_id]

        return find


def iso(epoch_seconds: float) -> str:
    """UTC in ISO 8601 with milliseconds and "Z"."""
    at = datetime.fromtimestamp(epoch_seconds, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _present(fields: Json) -> Json:
    """The fields that have a value: absent is how the specification says "none"."""
    return {name: value for name, value in fields.items() if value is not None}
