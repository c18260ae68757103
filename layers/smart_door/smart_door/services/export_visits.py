"""Every visit as a line of a table: when, who, what was decided by whom, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

from smart_door.domain.home_time import local
from smart_door.domain.ports import Clock, Visitors, Visits
from smart_door.domain.refusals import VisitorNotFoundError
from smart_door.domain.spreadsheets import Cell, csv_of
from smart_door.domain.visits import Face, Visit
from smart_door.services.walk_visits import Wanted, walk

MOST_ROWS = 5000
"""So many lines fit into a function's answer and time; a spreadsheet of more is asked for by day."""

COLUMNS = (
    "Seen",
    "Door",
    "Outcome",
    "Person",
    "Decided by",
    "Decided",
    "Rule",
    "Similarity",
    "Similarity needed",
    "Runner-up",
    "Runner-up similarity",
    "Frame",
    "Visit",
)


@dataclass(frozen=True)
class ExportVisits:
    """Makes the table. Times are the home's, with their distance from UTC."""

    visits: Visits
    visitors: Visitors
    door_names: Mapping[str, str]
    clock: Clock

    def __call__(self, wanted: Wanted, zone: ZoneInfo) -> str:
        """The newest MOST_ROWS of the visits that are wanted, as CSV with a header."""
        now = self.clock()
        found = walk(self.visits, self.door_names, None, wanted)
        names = _Names(self.visitors)
        rows = (self._row(visit, names, zone, now) for visit in found if wanted.takes(visit, now))
        return csv_of([COLUMNS, *islice(rows, MOST_ROWS)])

    def _row(self, visit: Visit, names: _Names, zone: ZoneInfo, now: float) -> Sequence[Cell]:
        face = _telling_face(visit)
        evidence = face.evidence if face else None
        return (
            _clock_time(visit.first_seen_at, zone),
            self.door_names.get(visit.door_id, visit.door_id),
            visit.status_at(now).value,
            names.of(visit.visitor_id),
            visit.decided_by,
            _clock_time(visit.decided_at, zone),
            visit.rule,
            (face.similarity or face.suggested_similarity) if face else None,
            evidence.threshold if evidence else None,
            names.of(evidence.runner_up_id) if evidence else None,
            evidence.runner_up_similarity if evidence else None,
            _clock_time(evidence.seen_at, zone) if evidence else None,
            visit.visit_id,
        )


class _Names:
    """Finds names, each read once; somebody who was deleted has none."""

    def __init__(self, visitors: Visitors) -> None:
        self._visitors = visitors
        self._found: dict[str, str | None] = {}

    def of(self, visitor_id: str | None) -> str | None:
        if visitor_id is None:
            return None
        if visitor_id not in self._found:
            try:
                self._found[visitor_id] = self._visitors.get(visitor_id).name
            except VisitorNotFoundError:
                self._found[visitor_id] = None
        return self._found[visitor_id]


def _telling_face(visit: Visit) -> Face | None:
    """The face that the decision is about: the one chosen, else the one that resembles somebody most."""
    if visit.face_index is not None:
        return visit.face(visit.face_index)
    alike = [face for face in visit.faces if face.evidence is not None]
    return max(alike, key=lambda face: face.similarity or face.suggested_similarity or 0.0, default=None)


def _clock_time(at: float | None, zone: ZoneInfo) -> str | None:
    return None if at is None else local(at, zone).isoformat(sep=" ", timespec="seconds")
