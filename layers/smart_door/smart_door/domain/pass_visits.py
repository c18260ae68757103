"""Whose visit it is when a pass opens the door: one of its own, or the one stranger's who stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from smart_door.domain.passes import Pass
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import UNDECIDED, Visit, VisitStatus

AT_THE_KEYPAD_SECONDS = 60.0
"""Who types a code was in sight so long ago at most; looks at who waits can be half a minute apart."""


def visit_at_the_keypad(visits: Sequence[Visit], visitor: Visitor, now: float) -> Visit | None:
    """The visit of whoever types the pass's code, where it can be nobody else; None where that is not sure.

    `visits` are those of the door. One visit waits, of one stranger, who was in sight a moment ago, came with
    nobody, and of whom nobody said that they are not this visitor.
    """
    waiting = [visit for visit in visits if visit.status_at(now) in UNDECIDED]
    if len(waiting) != 1:
        return None
    (visit,) = waiting
    alone = len(visit.faces) == len(visit.strangers) == 1 and not visit.companion_ids
    here = now - visit.last_seen_at <= AT_THE_KEYPAD_SECONDS
    somebody_else = visit.visitor_id is not None or not visitor.ids.isdisjoint(visit.rejected_ids)
    return visit if alone and here and not somebody_else else None


def admitted_by_pass(visit: Visit, used: Pass, visitor: Visitor, now: float) -> Visit:
    """The visit, ended by the pass. No face gets the name: a code can be given away."""
    return replace(
        visit,
        status=VisitStatus.ADMITTED,
        visitor_id=visitor.visitor_id,
        face_index=None,
        decided_at=now,
        decided_by=used.created_by,
        admitted_at=now,
        pass_id=used.pass_id,
    )


def pass_visit(used: Pass, visit_id: str, visitor: Visitor, now: float, keep_seconds: float) -> Visit:
    """A visit without a face."""
    begun = Visit(
        door_id=used.door_id,
        visit_id=visit_id,
        status=VisitStatus.OPEN,
        faces=(),
        first_seen_at=now,
        last_seen_at=now,
        opened_at=now,
        expires_at=now,
        delete_at=now + keep_seconds,
    )
    return admitted_by_pass(begun, used, visitor, now)
