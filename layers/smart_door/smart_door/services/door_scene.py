"""What one door's recent visits look like to one invocation."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from smart_door.domain.faces import BoundingBox
from smart_door.domain.ports import Visits
from smart_door.domain.rules import LOOK_BACK_SECONDS, NOTED_AFTER_SECONDS
from smart_door.domain.visits import Visit

_NOWHERE = BoundingBox(0, 0, 0, 0)


@dataclass
class DoorScene:
    """The recent visits of one door, read once and kept up to date with what this invocation does.

    A visit that merely goes on is kept here and written only every second or so. After an error of
    optimistic writing the scene is thrown away and read anew.
    """

    visits_table: Visits
    door_id: str
    since: float
    last_opened: str | None
    _stored: dict[str, Visit] = field(default_factory=dict)
    _current: dict[str, Visit] = field(default_factory=dict)

    @classmethod
    def read(cls, visits: Visits, door_id: str, seen_at: float) -> DoorScene:
        """The scene for records from `seen_at` on."""
        since = seen_at - LOOK_BACK_SECONDS
        recent = visits.recent_at(door_id, since)
        by_id = {visit.visit_id: visit for visit in recent.visits}
        return cls(visits, door_id, since, recent.last_opened, dict(by_id), dict(by_id))

    def covers(self, seen_at: float) -> bool:
        """Whether the scene was read far enough back for a record of `seen_at`."""
        return seen_at - LOOK_BACK_SECONDS / 2 >= self.since

    @property
    def visits(self) -> list[Visit]:
        """Newest first."""
        return sorted(self._current.values(), key=lambda visit: visit.visit_id, reverse=True)

    def visit(self, visit_id: str) -> Visit:
        """The visit as this invocation sees it."""
        return self._current[visit_id]

    def open(self, visit: Visit) -> Visit:
        """Store a new visit. Raises DoorChangedError if somebody else opened one meanwhile."""
        self.visits_table.add(visit, self.last_opened)
        self.last_opened = visit.visit_id
        self.note(visit)
        return visit

    def note(self, visit: Visit) -> Visit:
        """Take over a visit as somebody of this invocation stored it."""
        self._stored[visit.visit_id] = self._current[visit.visit_id] = visit
        return visit

    def keep(self, visit: Visit) -> Visit:
        """Take over a changed visit, stored if the change is worth a write. Raises VisitChangedError."""
        stored = self._stored[visit.visit_id]
        if not _is_worth_writing(stored, visit):
            self._current[visit.visit_id] = visit
            return visit
        return self.note(self.visits_table.replace(visit))


def _is_worth_writing(stored: Visit, changed: Visit) -> bool:
    if changed.last_seen_at - stored.last_seen_at >= NOTED_AFTER_SECONDS:
        return True
    return _without_motion(stored) != _without_motion(changed)


def _without_motion(visit: Visit) -> Visit:
    """The visit without what changes with every record of it."""
    faces = tuple(
        replace(face, bounding_box=_NOWHERE, first_seen_at=0.0, last_seen_at=0.0) for face in visit.faces
    )
    return replace(visit, faces=faces, first_seen_at=0.0, last_seen_at=0.0, spans=())
