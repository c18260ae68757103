"""The code once more: a text message was lost, and another code takes the place of the one that went."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from smart_door.domain.refusals import CodeNotAgainError, CodeSentJustNowError
from smart_door.domain.visits import UNDECIDED, Delivery, Visit, VisitStatus

RESEND_AFTER_SECONDS = 20.0
"""So long a text message has to arrive before another one is sent; longer than a decision can be undone."""

RESEND_FOR_SECONDS = 1800.0
"""After so long since the decision nobody stands at the door any more for whom it was."""

MOST_RESENT = 3
"""So often one approval's code is sent again: each message is paid for, and the phone may be wrong."""


def resend_from(visit: Visit, now: float) -> float | None:
    """From when on the code can be sent again, perhaps in a moment; None where it cannot (any more)."""
    sent_at, decided_at = visit.visitor_message.sent_at, visit.decided_at
    if visit.status is not VisitStatus.CODE_SENT or sent_at is None or decided_at is None:
        return None
    if visit.codes_resent >= MOST_RESENT or now >= decided_at + RESEND_FOR_SECONDS:
        return None
    return sent_at + RESEND_AFTER_SECONDS


def with_another_code(visit: Visit, *, now: float, code_expires_at: float) -> Visit:
    """The visit whose next code opens, and none from before; it counts as sent, so that not two go.

    Raises VisitAlreadyDecidedError where somebody came in or was turned away, CodeSentJustNowError, and
    CodeNotAgainError.
    """
    if visit.status not in {*UNDECIDED, VisitStatus.CODE_SENT}:
        visit.check_undecided(now)
    from_then = resend_from(visit, now)
    if from_then is None:
        raise CodeNotAgainError(visit.door_id, visit.visit_id)
    if now < from_then:
        raise CodeSentJustNowError(max(1, ceil(from_then - now)))
    return replace(
        visit,
        code_number=visit.code_number + 1,
        codes_resent=visit.codes_resent + 1,
        code_expires_at=code_expires_at,
        visitor_message=Delivery(sent_at=now),
    )


def without_other_code(visit: Visit, before: Visit, resent: Visit) -> Visit:
    """The visit as `before`, since the message of `resent` did not go: the earlier code opens again.

    What others did to the visit in between stays.
    """
    if visit.status is not VisitStatus.CODE_SENT or visit.code_number != resent.code_number:
        return visit
    return replace(
        visit,
        code_number=before.code_number,
        codes_resent=before.codes_resent,
        code_expires_at=before.code_expires_at,
        visitor_message=before.visitor_message,
    )
