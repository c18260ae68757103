"""What the owner page shows: visits and visitors in the words of api-specs/owner.yaml."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from smart_door.domain.corrections import undo_until
from smart_door.domain.home_time import iso
from smart_door.domain.ports import Clock, Photos, Visitors, Visits
from smart_door.domain.presence import out_of_sight_from
from smart_door.domain.refusals import DoorNotFoundError, VisitorNotFoundError
from smart_door.domain.resending import resend_from
from smart_door.domain.sightings import is_without_access
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import UNDECIDED, Evidence, Face, Visit, VisitStatus
from smart_door.services.walk_visits import Wanted, walk

WAITING_LOOK_BACK_SECONDS = 7200.0
"""A visit waits for an hour at most (the template's limit), and the camera's clock may be off a little."""

PAGE = 20

LOOKED_AT = 1000
"""So many visits are read for one page; the rest is asked for with the next."""

Json = dict[str, Any]


@dataclass(frozen=True)
class ShowHome:
    """Reads for the owner page. `door_names` has every door of the home.

    `gap_seconds` and `searches_fragments` say when somebody is out of sight.
    """

    visits: Visits
    visitors: Visitors
    photos: Photos
    door_names: Mapping[str, str]
    clock: Clock
    gap_seconds: float
    searches_fragments: bool

    def list_waiting(self, limit: int = PAGE) -> Json:
        """The visits that are still to be decided, newest first."""
        now = self.clock()
        since = now - WAITING_LOOK_BACK_SECONDS
        recent = [visit for door in self.door_names for visit in self.visits.recent_at(door, since).visits]
        waiting = [visit for visit in recent if visit.status_at(now) in UNDECIDED]
        waiting.sort(key=lambda visit: visit.visit_id, reverse=True)
        return {"visits": self._shown(waiting[:limit], now)}

    def list_visits(
        self, wanted: Wanted | None = None, *, before: str | None = None, limit: int = PAGE
    ) -> Json:
        """A page of the visits of all doors, newest first; those that are wanted, or all.

        One call looks at LOOKED_AT visits at most, so a page may hold fewer than there are: as long as
        there is a `next_before`, there may be more. Raises DoorNotFoundError.
        """
        wanted = wanted or Wanted()
        now = self.clock()
        page: list[Visit] = []
        next_before: str | None = None
        looked_at = walk(self.visits, self.door_names, before, wanted, limit + 1)
        for number, visit in enumerate(looked_at):
            if len(page) == limit or number == LOOKED_AT:
                break
            if wanted.takes(visit, now):
                page.append(visit)
            next_before = visit.visit_id
        else:
            next_before = None
        return _present({"visits": self._shown(page, now), "next_before": next_before})

    def _shown(self, visits: Sequence[Visit], now: float) -> list[Json]:
        find = self._finder()
        return [self._visit(visit, find, now) for visit in visits]

    def get_visit(self, door_id: str, visit_id: str) -> Json:
        """One visit. Raises DoorNotFoundError, VisitNotFoundError."""
        if door_id not in self.door_names:
            raise DoorNotFoundError(door_id)
        return self.show_visit(self.visits.get(door_id, visit_id))

    def show_visit(self, visit: Visit) -> Json:
        """A visit at hand."""
        return self._visit(visit, self._finder(), self.clock())

    def list_visitors(self, *, with_phones: bool = True) -> Json:
        """Everyone who has a name, by name."""
        everyone = sorted(
            self.visitors.all(), key=lambda visitor: (visitor.name.casefold(), visitor.visitor_id)
        )
        return {"visitors": [self._visitor(visitor, with_phones) for visitor in everyone]}

    def get_visitor(self, visitor_id: str, *, with_phones: bool = True) -> Json:
        """One visitor. Raises VisitorNotFoundError."""
        return self.show_visitor(self.visitors.get(visitor_id), with_phones=with_phones)

    def show_visitor(self, visitor: Visitor, *, with_phones: bool = True) -> Json:
        """A visitor at hand, with all photos."""
        photos = [{"face_id": photo.face_id, "photo_url": self._url(photo.key)} for photo in visitor.photos]
        return {**self._visitor(visitor, with_phones), "photos": photos}

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
            "out_of_sight_from": self._out_of_sight_from(visit, now),
            "faces": [self._face(visit, face, find) for face in visit.faces],
            "photo_url": self._url(visit.best_photo_key),
            "first_photo_url": self._url(visit.first_photo_key),
            "decided_at": None if visit.decided_at is None else iso(visit.decided_at),
            "decided_by": visit.decided_by,
            "rule": visit.rule,
            "undo_until": None if (until := undo_until(visit, now)) is None else iso(until),
            **self._code(visit, now),
            "visitor_id": visit.visitor_id,
            "visitor_name": visitor.name if visitor else None,
            "named_face_index": visit.face_index if visitor else None,
            "anonymised": True if visit.anonymised_at is not None else None,
        }
        if visit.best_photo_key is not None:
            shown["photo_links_expire_at"] = iso(self.photos.link(visit.best_photo_key).expires_at)
        return _present(shown)

    def _out_of_sight_from(self, visit: Visit, now: float) -> str | None:
        if visit.status_at(now) not in UNDECIDED:
            return None
        return iso(out_of_sight_from(visit, self.gap_seconds, is_searched=self.searches_fragments))

    def _code(self, visit: Visit, now: float) -> Json:
        """How it is with the visitor's code: on its way, or why it is not."""
        if visit.status in {VisitStatus.CODE_SENT, VisitStatus.ADMITTED}:
            sent_at = visit.visitor_message.sent_at if visit.status is VisitStatus.CODE_SENT else None
            times = {
                "code_sent_at": sent_at,
                "code_expires_at": None if sent_at is None else visit.code_expires_at,
                "resend_from": resend_from(visit, now),
            }
            return {name: None if at is None else iso(at) for name, at in times.items()}
        return {"message_problem": visit.message_problem}

    def _face(self, visit: Visit, face: Face, find: Callable[[str], Visitor | None]) -> Json:
        visitor_id = face.visitor_id or face.suggested_visitor_id
        visitor = find(visitor_id) if visitor_id else None
        known = visitor is not None and face.visitor_id is not None
        shut_out = visitor is not None and is_without_access(face, visitor, visit.door_id)
        return _present(
            {
                "face_index": face.index,
                "known": known,
                "no_access": shut_out or None,
                "visitor_id": visitor.visitor_id if visitor else None,
                "visitor_name": visitor.name if visitor else None,
                "similarity": (face.similarity if known else face.suggested_similarity) if visitor else None,
                "evidence": self._evidence(face.evidence, find) if face.evidence and visitor else None,
                "bounding_box": asdict(face.photo_box) if face.photo_box else None,
                "photo_url": self._url(face.photo_key),
            }
        )

    def _evidence(self, evidence: Evidence, find: Callable[[str], Visitor | None]) -> Json:
        runner_up = find(evidence.runner_up_id) if evidence.runner_up_id else None
        return _present(
            {
                "seen_at": iso(evidence.seen_at),
                "fragment_number": evidence.fragment_number,
                "frame_offset": evidence.frame_offset,
                "threshold": evidence.threshold,
                "runner_up_id": runner_up.visitor_id if runner_up else None,
                "runner_up_name": runner_up.name if runner_up else None,
                "runner_up_similarity": evidence.runner_up_similarity if runner_up else None,
            }
        )

    def _visitor(self, visitor: Visitor, with_phones: bool) -> Json:
        return _present(
            {
                "visitor_id": visitor.visitor_id,
                "name": visitor.name,
                "phone": visitor.phone if with_phones else None,
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


def _present(fields: Json) -> Json:
    """The fields that have a value: absent is how the specification says "none"."""
    return {name: value for name, value in fields.items() if value is not None}
