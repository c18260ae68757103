"""The visits of several doors as one row, newest first."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from smart_door.domain.ids import first_visit_id
from smart_door.domain.ports import Visits
from smart_door.domain.refusals import DoorNotFoundError
from smart_door.domain.visits import Visit, VisitStatus

PAGE = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which visits are asked for; None asks for any. `since` and `until` (excluded) are epoch seconds."""

    door_id: str | None = None
    visitor_ids: Collection[str] | None = None
    outcome: VisitStatus | None = None
    since: float | None = None
    until: float | None = None

    def takes(self, visit: Visit, now: float) -> bool:
        """Whether the visit is of that person and that outcome; door and time are seen to by the walk."""
        if self.outcome is not None and visit.status_at(now) is not self.outcome:
            return False
        return self.visitor_ids is None or not _people(visit).isdisjoint(self.visitor_ids)


def walk(
    visits: Visits, door_ids: Collection[str], before: str | None, wanted: Wanted, page: int = PAGE
) -> Iterator[Visit]:
    """The visits of these doors within the wanted time, with ids smaller than `before`, newest first.

    Raises DoorNotFoundError where the wanted door is none of these.
    """
    if wanted.door_id is not None and wanted.door_id not in door_ids:
        raise DoorNotFoundError(wanted.door_id)
    limits = [before, None if wanted.until is None else first_visit_id(wanted.until)]
    before = min((limit for limit in limits if limit is not None), default=None)
    first = "" if wanted.since is None else first_visit_id(wanted.since)
    doors = [door_id for door_id in door_ids if wanted.door_id in (None, door_id)]
    rows = [_of_door(visits, door_id, before, first, page) for door_id in doors]
    return heapq.merge(*rows, key=lambda visit: visit.visit_id, reverse=True)


def _of_door(visits: Visits, door_id: str, before: str | None, first: str, page: int) -> Iterator[Visit]:
    while found := visits.page(door_id, before, page):
        for visit in found:
            if visit.visit_id < first:
                return
            yield visit
        if len(found) < page:
            return
        before = found[-1].visit_id


def _people(visit: Visit) -> set[str | None]:
    return {visit.visitor_id, *visit.companion_ids, *(face.visitor_id for face in visit.faces)}
