"""Whose face is it? The rules by which the faces of a frame continue the faces of visits.

A face belongs to the visit of the same person at the same door. Someone known is told by their visitor id.
A stranger is told by time and place: whoever is where a face was a moment ago is that face. What time and
place leave open, a comparison of faces decides (in the service, since it needs AWS).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from smart_door.domain.faces import (
    BoundingBox,
    DetectedFace,
    FaceMatch,
    FaceSearchRecord,
    best_matches,
    frame_score,
)
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import NEAR_SECONDS, UNDECIDED, Evidence, Face, Visit

_REACH, _REACH_PER_SECOND, _REACH_LIMIT = 1.0, 1.0, 2.5  # in sizes of the face: how far a face may have moved
_JUST_NOW = 1.0  # seconds: the last place still says where a face was so shortly before
_LATE = 100.0  # cost of a sighting from within a face's time, whose place then is not known any more

FaceKey = tuple[str, int]
"""Names a face: visit id and face index."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One face of one frame, with what is known about it.

    `visitor` is who was recognised (known, and approved here or blocked); `match` is then the match that says
    so, otherwise the one that merely suggests somebody. `evidence` is what the match rests on.
    """

    bounding_box: BoundingBox
    score: float
    seen_at: float
    visitor: Visitor | None = None
    match: FaceMatch | None = None
    evidence: Evidence | None = None


def sighting_of(
    face: DetectedFace,
    record: FaceSearchRecord,
    *,
    threshold: float,
    find: Callable[[str], Visitor | None],
) -> Sighting:
    """What a face of the record tells: the most alike visitor that exists, recognised from `threshold` on.

    A match with somebody who is not on file any more counts for nothing. Someone on file who is approved at
    other doors only is asked about, with the resemblance as a suggestion.
    """
    seen = Sighting(face.bounding_box, frame_score(face), record.seen_at)
    people: dict[str, tuple[Visitor, FaceMatch]] = {}
    for match in best_matches(face.matches):
        visitor = find(match.visitor_id)
        if visitor is not None:  # whose id may be another one: their records were merged
            people.setdefault(visitor.visitor_id, (visitor, replace(match, visitor_id=visitor.visitor_id)))
    if not people:
        return seen
    (visitor, match), *others = people.values()
    runner_up = others[0][1] if others else None
    evidence = Evidence(
        seen_at=record.seen_at,
        fragment_number=record.fragment_number,
        frame_offset=record.frame_offset,
        threshold=threshold,
        runner_up_id=runner_up.visitor_id if runner_up else None,
        runner_up_similarity=runner_up.similarity if runner_up else None,
    )
    may_be_known = visitor.is_blocked or visitor.may_enter(record.door_id)
    known = match.similarity >= threshold and may_be_known
    return replace(seen, visitor=visitor if known else None, match=match, evidence=evidence)


def is_without_access(face: Face, visitor: Visitor, door_id: str) -> bool:
    """Whether the face is surely `visitor`'s, who is not let in at this door without asking."""
    alike = face.evidence is not None and (face.suggested_similarity or 0.0) >= face.evidence.threshold
    theirs = face.suggested_visitor_id in visitor.ids
    return face.visitor_id is None and theirs and alike and not visitor.may_enter(door_id)


def one_sighting_per_visitor(sightings: Sequence[Sighting]) -> list[Sighting]:
    """The sightings with each visitor recognised once, where most alike; nobody stands there twice."""
    best: dict[str, Sighting] = {}
    for sighting in sightings:
        if sighting.visitor is not None:
            rival = best.get(sighting.visitor.visitor_id)
            if rival is None or _similarity(sighting) > _similarity(rival):
                best[sighting.visitor.visitor_id] = sighting
    return [
        sighting
        if sighting.visitor is None or best[sighting.visitor.visitor_id] is sighting
        else replace(sighting, visitor=None)
        for sighting in sightings
    ]


def _similarity(sighting: Sighting) -> float:
    return sighting.match.similarity if sighting.match else 0.0


def visit_of_visitor(
    visits: Iterable[Visit], visitor_id: str, seen_at: float, now: float, gap_seconds: float
) -> Visit | None:
    """The newest visit of that visitor that is not over; None begins a new one."""
    for visit in visits:
        if visit.visitor_id == visitor_id and not visit.is_over(seen_at, now, gap_seconds):
            return visit
    return None


def continued_faces(
    sightings: Sequence[Sighting],
    visits: Sequence[Visit],
    taken: Collection[FaceKey],
    *,
    by_time_alone: bool = True,
) -> dict[int, tuple[Visit, Face]]:
    """Which sightings (by position) continue which faces by time and place; each face at most once.

    The nearest pairs go first. `taken` are faces that are somebody else's in this frame already. A sighting
    from within a face's time, where its place is not known any more, goes `by_time_alone` if nothing nearer
    is there: a record that comes again must find what it made. To say whose a face is that is not enough.
    """
    pairs = [
        (cost, position, visit, face)
        for position, sighting in enumerate(sightings)
        for visit in visits
        for face in visit.faces
        if (visit.visit_id, face.index) not in taken
        and (cost := _cost_of_continuing(visit, face, sighting)) is not None
        and (by_time_alone or cost < _LATE)
    ]
    pairs.sort(key=lambda pair: pair[:2])
    continued: dict[int, tuple[Visit, Face]] = {}
    used: set[FaceKey] = set()
    for _, position, visit, face in pairs:
        key = (visit.visit_id, face.index)
        if position not in continued and key not in used:
            continued[position] = (visit, face)
            used.add(key)
    return continued


def _cost_of_continuing(visit: Visit, face: Face, sighting: Sighting) -> float | None:
    distance = sighting.bounding_box.distance(face.bounding_box)
    elapsed = abs(sighting.seen_at - face.last_seen_at)
    if face.first_seen_at <= sighting.seen_at < face.last_seen_at - _JUST_NOW:
        # A stranger may be taken for another of the same visit. A visitor's face stays a comparison's matter:
        # somebody unknown must not vanish in the visit of somebody known.
        seen = face.visitor_id is None and visit.was_in_sight(sighting.seen_at, 0)
        return _LATE + distance if seen else None
    reach = min(_REACH + _REACH_PER_SECOND * elapsed, _REACH_LIMIT)
    return distance if distance <= reach and is_near_in_time(visit, face, sighting.seen_at) else None


def is_near_in_time(visit: Visit, face: Face, seen_at: float) -> bool:
    """Whether the face was in sight at `seen_at`, or within a few seconds of it."""
    within = face.first_seen_at - NEAR_SECONDS <= seen_at <= face.last_seen_at + NEAR_SECONDS
    return within and visit.was_in_sight(seen_at, NEAR_SECONDS)


def visit_in_company(
    visits: Iterable[Visit], seen_at: float, now: float, together: Collection[str | None] = ()
) -> Visit | None:
    """The undecided visit of strangers in sight at `seen_at`, which another stranger joins; or None.

    `together` are visits (ids) of the very frame. One who joins people that are decided already is a visit
    of their own: an approval is of one person.
    """
    for visit in visits:
        if visit.status_at(now) not in UNDECIDED or not visit.strangers:
            continue
        if visit.visit_id in together or any(
            is_near_in_time(visit, face, seen_at) for face in visit.strangers
        ):
            return visit
    return None


def visit_by_time(visits: Iterable[Visit], seen_at: float, gap_seconds: float) -> Visit | None:
    """The newest visit of strangers that went on at `seen_at`, or ended less than a gap before; or None."""
    for visit in visits:
        if visit.strangers and visit.was_in_sight(seen_at, gap_seconds):
            return visit
    return None


def companions(visits: Iterable[Visit], seen_at: float) -> tuple[str, ...]:
    """The visitors (ids) in sight at `seen_at`, in alphabetical order."""
    return tuple(
        sorted(
            {
                face.visitor_id
                for visit in visits
                for face in visit.faces
                if face.visitor_id is not None and is_near_in_time(visit, face, seen_at)
            }
        )
    )


def see_again(face: Face, sighting: Sighting) -> Face:
    """The face after one more sighting. One from before the last changes neither place nor last sight."""
    seen = replace(face, first_seen_at=min(face.first_seen_at, sighting.seen_at))
    if sighting.seen_at >= face.last_seen_at:
        seen = replace(seen, bounding_box=sighting.bounding_box, last_seen_at=sighting.seen_at)
    match = sighting.match
    if match is None:
        return seen
    if sighting.visitor is not None:
        if seen.visitor_id is None or match.similarity > (seen.similarity or 0.0):
            return replace(
                seen,
                visitor_id=sighting.visitor.visitor_id,
                similarity=match.similarity,
                evidence=sighting.evidence,
            )
        return seen
    if match.similarity > (seen.suggested_similarity or 0.0):
        evidence = sighting.evidence if seen.visitor_id is None else seen.evidence
        seen = replace(
            seen,
            suggested_visitor_id=match.visitor_id,
            suggested_similarity=match.similarity,
            evidence=evidence,
        )
    return seen


def rejected_at(visits: Iterable[Visit], seen_at: float, now: float, gap_seconds: float) -> frozenset[str]:
    """The visitors (ids) whom the owner said not to be those who are there in visits that are not over."""
    return frozenset(
        visitor_id
        for visit in visits
        if visit.rejected_ids and not visit.is_over(seen_at, now, gap_seconds)
        for visitor_id in visit.rejected_ids
    )
