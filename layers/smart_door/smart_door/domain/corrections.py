"""What is changed about a visit afterwards: a wrong match is taken back, a person is forgotten."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from smart_door.domain.footage import clip_keys
from smart_door.domain.refusals import InvalidRequestError, UndoTooLateError
from smart_door.domain.rules import UNDO_SECONDS
from smart_door.domain.visits import UNDECIDED, Addressee, Delivery, Face, Rule, Visit, VisitStatus

LEFT_SECONDS = 120.0
"""Whoever was not seen for so long has left, and what follows an admission is done."""


def matched_id(visit: Visit, face: Face) -> str | None:
    """Who a face of the visit is taken for: recognised, named by the owner, or merely resembled."""
    if face.visitor_id is not None:
        return face.visitor_id
    if visit.visitor_id is not None and visit.face_index == face.index:
        return visit.visitor_id
    return face.suggested_visitor_id


def without_match(visit: Visit, face: Face, wrong_id: str, now: float) -> Visit:
    """The visit after the owner said that this face is not that visitor; they are not seen in it again.

    While the visit lasts, it waits for the owner again, and a code that went to the wrong person opens
    nothing. When it is over, its outcome stays as it was.
    """
    corrected = visit.with_face(without_match_of_face(face, {wrong_id}))
    corrected = replace(corrected, rejected_ids=tuple(dict.fromkeys([*visit.rejected_ids, wrong_id])))
    if visit.visitor_id != wrong_id:
        return corrected
    corrected = replace(corrected, visitor_id=None, face_index=None, message_problem=None)
    by_recognition = visit.decided_by is None
    takes_back = visit.status is VisitStatus.CODE_SENT or (
        visit.status is VisitStatus.DENIED and by_recognition
    )
    if not (visit.status in UNDECIDED or takes_back) or now >= visit.expires_at:
        return corrected
    corrected = replace(
        corrected,
        status=VisitStatus.AWAITING_OWNER,
        decided_at=None,
        decided_by=None,
        code_expires_at=None,
        code_number=visit.code_number + 1,
        owner_message=Delivery(sent_at=now),  # who says so is looking at the visit just now
    )
    return corrected.unclaim(Addressee.VISITOR)


def without_match_of_face(face: Face, wrong_ids: Collection[str]) -> Face:
    """The face, of nobody that is known."""
    if face.visitor_id in wrong_ids:
        face = replace(face, visitor_id=None, similarity=None, evidence=None)
    if face.suggested_visitor_id in wrong_ids:
        face = replace(face, suggested_visitor_id=None, suggested_similarity=None, evidence=None)
    if face.evidence is not None and face.evidence.runner_up_id in wrong_ids:
        evidence = replace(face.evidence, runner_up_id=None, runner_up_similarity=None)
        face = replace(face, evidence=evidence)
    return face


def face_in_question(visit: Visit, face_index: int | None) -> tuple[Face, str]:
    """The face that a correction is about, and who it was taken for. Raises InvalidRequestError."""
    matched = {
        face.index: (face, visitor_id)
        for face in visit.faces
        if (visitor_id := matched_id(visit, face)) is not None
    }
    if face_index is None and len(matched) == 1:
        return next(iter(matched.values()))
    if face_index is None and matched:
        raise InvalidRequestError("face_index", "Choose the face that was taken for somebody else.")
    if face_index not in matched:
        raise InvalidRequestError("face_index", "Nobody was recognised in this face.")
    return matched[face_index]


def is_about(visit: Visit, visitor_ids: Collection[str]) -> bool:
    """Whether the visit says anything about the person."""
    named = {visit.visitor_id, *visit.companion_ids, *visit.rejected_ids}
    for face in visit.faces:
        named |= {face.visitor_id, face.suggested_visitor_id}
        named |= {face.evidence.runner_up_id} if face.evidence else set()
    return not named.isdisjoint(visitor_ids)


def shows(visit: Visit, visitor_ids: Collection[str]) -> bool:
    """Whether the person is on the visit's photos, as far as is known."""
    seen = {visit.visitor_id, *(face.visitor_id for face in visit.faces)}
    return not seen.isdisjoint(visitor_ids)


def photo_keys(visit: Visit) -> tuple[str, ...]:
    """Every photo of the visit."""
    keys = [visit.first_photo_key, visit.best_photo_key, *(face.photo_key for face in visit.faces)]
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def object_keys(visit: Visit) -> tuple[str, ...]:
    """Everything that is kept of the visit beside its record: photos and clips."""
    return (*photo_keys(visit), *clip_keys(visit))


def over_at(visit: Visit) -> float:
    """When the visit is decided for good, its people have left, and faces are enrolled (epoch seconds)."""
    settled = visit.last_seen_at + LEFT_SECONDS
    if visit.status in UNDECIDED or visit.status is VisitStatus.DENIED:
        return max(settled, visit.expires_at)
    if visit.status is VisitStatus.CODE_SENT:
        return max(settled, visit.code_expires_at or 0.0)
    return max(settled, (visit.admitted_at or 0.0) + LEFT_SECONDS)


def anonymised(visit: Visit, visitor_ids: Collection[str], now: float) -> Visit:
    """The visit without a trace of the person: when and at which door remains, and what was decided.

    Where they are on its photos, it has none any more. One that goes on is over: a code of it opens nothing.
    """
    faces = tuple(without_match_of_face(face, visitor_ids) for face in visit.faces)
    forgotten = replace(
        visit,
        faces=faces,
        visitor_id=None if visit.visitor_id in visitor_ids else visit.visitor_id,
        message_problem=None if visit.visitor_id in visitor_ids else visit.message_problem,
        companion_ids=_without(visit.companion_ids, visitor_ids),
        rejected_ids=_without(visit.rejected_ids, visitor_ids),
    )
    if not shows(visit, visitor_ids):
        return forgotten
    return replace(
        forgotten,
        faces=tuple(replace(face, photo_key=None, photo_box=None, score=0.0) for face in faces),
        first_photo_key=None,
        best_photo_key=None,
        photo_score=0.0,
        expires_at=min(visit.expires_at, now),
        anonymised_at=now,
    )


def _without(ids: Collection[str], gone: Collection[str]) -> tuple[str, ...]:
    return tuple(one for one in ids if one not in gone)


def undo_until(visit: Visit, now: float) -> float | None:
    """Until when the decision can be undone; None where it cannot (any more)."""
    undoable = visit.rule is Rule.HOUSEHOLD and visit.status in (VisitStatus.CODE_SENT, VisitStatus.DENIED)
    if not undoable or visit.decided_at is None:
        return None
    until = visit.decided_at + UNDO_SECONDS
    return until if now < until else None


def undone(visit: Visit, now: float) -> Visit:
    """The visit before its decision; a code that was sent opens nothing any more.

    Raises VisitAlreadyDecidedError where the code opened the door, UndoTooLateError.
    """
    if visit.status is VisitStatus.ADMITTED:
        visit.check_undecided(now)
    if undo_until(visit, now) is None:
        raise UndoTooLateError(visit.door_id, visit.visit_id)
    return replace(
        visit,
        status=VisitStatus.AWAITING_OWNER,
        visitor_id=None,
        face_index=None,
        decided_at=None,
        decided_by=None,
        code_expires_at=None,
        code_number=visit.code_number + 1,
        introduced=False,
    ).unclaim(Addressee.VISITOR)
