"""Visits: somebody, or several together, at one door, from first sight until it is settled who comes in.

    open ──> awaiting_owner ──> code_sent ──> admitted
     │             ├──────────> denied
     │             └──────────> expired        (nobody decided in time)
     ├──> code_sent                            (recognised and approved)
     └──> denied                               (recognised and blocked)

A visit is either one known visitor's or that of strangers. Every change makes a new object; the store
raises `version` when it writes. Times are epoch seconds: `*_seen_at` by the camera's clock, all others
by ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from smart_door.domain.faces import BoundingBox
from smart_door.domain.refusals import (
    FaceIndexError,
    PasscodeWrongError,
    VisitAlreadyDecidedError,
    VisitExpiredError,
)

CLAIM_SECONDS = 15.0
"""How long a claimed message counts as being sent; longer than any sending takes with its retries."""

NEAR_SECONDS = 3.0
"""A face last seen so long ago can be continued by place alone; who is seen within it is there together."""

SPANS = 20
"""So many times in sight are remembered; records that come again are not older than that."""


class VisitStatus(StrEnum):
    """Where a visit stands."""

    OPEN = "open"
    AWAITING_OWNER = "awaiting_owner"
    CODE_SENT = "code_sent"
    ADMITTED = "admitted"
    DENIED = "denied"
    EXPIRED = "expired"


UNDECIDED = frozenset({VisitStatus.OPEN, VisitStatus.AWAITING_OWNER})


class Rule(StrEnum):
    """What decided a visit: who was recognised (let in, or blocked), the household, or a pass."""

    RECOGNISED = "recognised"
    BLOCKED = "blocked"
    HOUSEHOLD = "household"
    PASS = "pass"  # noqa: S105 - an invitation


class MessageProblem(StrEnum):
    """Why a visitor's code did not go: the phone, the service just now, or the service for good."""

    PHONE_UNREACHABLE = "phone_unreachable"
    MESSAGE_NOT_SENT = "message_not_sent"
    MESSAGE_REFUSED = "message_refused"


class Addressee(StrEnum):
    """Who a visit's message goes to."""

    OWNER = "owner"
    VISITOR = "visitor"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far one message is: `claimed_until` while somebody sends it, `sent_at` once it went.

    One that `is_silent` was not sent at that time, since the household wants none.
    """

    claimed_until: float | None = None
    sent_at: float | None = None
    is_silent: bool = False

    def is_claimed(self, now: float) -> bool:
        """Whether somebody is sending it just now; a claim lapses, so a crash does not lose the message."""
        return self.sent_at is None and self.claimed_until is not None and now < self.claimed_until


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a match rests on: the frame, the similarity that was asked for, and who came second.

    The frame is `frame_offset` seconds into the fragment, taken at `seen_at`. `threshold` (0..100) is the
    similarity from which a face counted as known then. The runner-up is the next person on file, if any.
    """

    seen_at: float
    fragment_number: str
    frame_offset: float
    threshold: float
    runner_up_id: str | None = None
    runner_up_similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """One person's face in a visit.

    `bounding_box` is where it was seen last; `photo_box` where it is on the visit's best photo, None if
    it is not on that one. `score` (0..1) is that of the crop under `photo_key`, 0 while there is none.
    `visitor_id` and `similarity` say who was recognised; the `suggested_*` who it merely resembles, and
    `evidence` what that rests on.
    """

    index: int
    bounding_box: BoundingBox
    first_seen_at: float
    last_seen_at: float
    score: float = 0.0
    photo_key: str | None = None
    photo_box: BoundingBox | None = None
    visitor_id: str | None = None
    similarity: float | None = None
    suggested_visitor_id: str | None = None
    suggested_similarity: float | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit. `visitor_id` is who it is for once that is settled: recognised, or approved by the owner.

    `first_photo_key` is the frame that opened the visit, `best_photo_key` the best so far with `photo_score`
    (0..1). `companion_ids` are known visitors seen together with the strangers of this visit. `face_index`
    is whose face the owner put the name to. `decided_by` is the owner's e-mail address. `delete_at` is when
    the record may be removed. `spans` are the times (from, to) when anybody of the visit was in sight, the
    last few of them, oldest first. `rejected_ids` are visitors who were recognised in it by mistake.
    `anonymised_at` is when the person it was about was deleted. `pass_id` is the pass that opened the door;
    `decided_by` is then who invited. `introduced` says that the approval put the visitor on file.
    `message_problem` is why somebody who was recognised has no code. `missed_at` is when a look at the door
    first showed nobody since the last sight (see `domain.presence`). `code_number` tells the code that opens
    from those that opened before it, and `codes_resent` counts how often another one was asked for.
    """

    door_id: str
    visit_id: str
    status: VisitStatus
    faces: tuple[Face, ...]
    first_seen_at: float
    last_seen_at: float
    opened_at: float
    expires_at: float
    delete_at: float
    first_photo_key: str | None = None
    best_photo_key: str | None = None
    photo_score: float = 0.0
    visitor_id: str | None = None
    face_index: int | None = None
    companion_ids: tuple[str, ...] = ()
    decided_at: float | None = None
    decided_by: str | None = None
    code_expires_at: float | None = None
    admitted_at: float | None = None
    spans: tuple[tuple[float, float], ...] = ()
    rejected_ids: tuple[str, ...] = ()
    anonymised_at: float | None = None
    pass_id: str | None = None
    introduced: bool = False
    message_problem: MessageProblem | None = None
    missed_at: float | None = None
    code_number: int = 1
    codes_resent: int = 0
    owner_message: Delivery = Delivery()
    visitor_message: Delivery = Delivery()
    version: int = 1

    def status_at(self, now: float) -> VisitStatus:
        """The status, counting a visit as expired from `expires_at` on whether or not that was stored."""
        if self.status in UNDECIDED and now >= self.expires_at:
            return VisitStatus.EXPIRED
        return self.status

    @property
    def rule(self) -> Rule | None:
        """What decided the visit; None while nobody has."""
        if self.decided_at is None:
            return None
        if self.pass_id is not None:
            return Rule.PASS
        if self.decided_by is not None:
            return Rule.HOUSEHOLD
        return Rule.BLOCKED if self.status is VisitStatus.DENIED else Rule.RECOGNISED

    def is_over(self, seen_at: float, now: float, gap_seconds: float) -> bool:
        """Whether someone seen at `seen_at` begins another visit.

        Undecided and denied visits last until they expire, a sent code until it does; besides, a visit
        lasts as long as nobody was out of sight for longer than `gap_seconds`.
        """
        if seen_at <= self.last_seen_at + gap_seconds:
            return False
        if self.status in UNDECIDED or self.status is VisitStatus.DENIED:
            return now >= self.expires_at
        return self.status is not VisitStatus.CODE_SENT or now >= (self.code_expires_at or 0.0)

    @property
    def strangers(self) -> tuple[Face, ...]:
        """The faces that nobody was recognised in."""
        return tuple(face for face in self.faces if face.visitor_id is None)

    def face(self, index: int) -> Face | None:
        """The face of that index, or None."""
        return next((face for face in self.faces if face.index == index), None)

    def with_face(self, changed: Face) -> Visit:
        """The visit with one face changed, or added at the end; first and last sight follow the faces'."""
        others = tuple(changed if face.index == changed.index else face for face in self.faces)
        faces = others if self.face(changed.index) else (*self.faces, changed)
        return replace(
            self,
            faces=faces,
            first_seen_at=min(self.first_seen_at, changed.first_seen_at),
            last_seen_at=max(self.last_seen_at, changed.last_seen_at),
        )

    def in_sight(self, at: float) -> Visit:
        """The visit with somebody of it in sight at `at`; times closer than NEAR_SECONDS are one span."""
        start = end = at
        apart = []
        for span in self.spans:
            if span[0] - NEAR_SECONDS <= at <= span[1] + NEAR_SECONDS:
                start, end = min(start, span[0]), max(end, span[1])
            else:
                apart.append(span)
        return replace(self, spans=tuple(sorted([*apart, (start, end)])[-SPANS:]))

    def was_in_sight(self, at: float, within: float) -> bool:
        """Whether anybody of the visit was in sight at `at`, or within so many seconds of it."""
        return any(start - within <= at <= end + within for start, end in self.spans)

    # --- messages ---------------------------------------------------------------------------------------

    def delivery(self, to: Addressee) -> Delivery:
        """How far the message to the owner or the visitor is."""
        return self.owner_message if to is Addressee.OWNER else self.visitor_message

    def with_delivery(self, to: Addressee, delivery: Delivery) -> Visit:
        """The visit with that message's state changed."""
        if to is Addressee.OWNER:
            return replace(self, owner_message=delivery)
        return replace(self, visitor_message=delivery)

    def claim(self, to: Addressee, now: float) -> Visit:
        """The visit with the message claimed by who writes this; the write decides between two who try."""
        return self.with_delivery(to, Delivery(claimed_until=now + CLAIM_SECONDS))

    def sent(self, to: Addressee, now: float) -> Visit:
        """The visit with the message sent."""
        visit = replace(self, message_problem=None) if to is Addressee.VISITOR else self
        return visit.with_delivery(to, Delivery(sent_at=now))

    def unclaim(self, to: Addressee) -> Visit:
        """The visit with the message still to be sent."""
        return self.with_delivery(to, Delivery())

    # --- decisions --------------------------------------------------------------------------------------

    def check_undecided(self, now: float) -> None:
        """Raise VisitExpiredError or VisitAlreadyDecidedError where the owner has nothing to decide any more.

        An approval whose message was never sent and is not being sent either (the run broke off) counts
        as not decided.
        """
        status = self.status_at(now)
        if status is VisitStatus.EXPIRED:
            raise VisitExpiredError(self.door_id, self.visit_id)
        broken_off = (
            status is VisitStatus.CODE_SENT
            and self.visitor_message.sent_at is None
            and not self.visitor_message.is_claimed(now)
        )
        if status not in UNDECIDED and not broken_off:
            raise VisitAlreadyDecidedError(
                self.door_id, self.visit_id, status.value, self.decided_by, self.decided_at
            )

    def chosen_face(self, face_index: int | None) -> Face:
        """The stranger's face that an approval is about. Raises FaceIndexError if that is not clear."""
        choices = self.strangers or self.faces
        if face_index is None:
            if len(choices) != 1:
                raise FaceIndexError(len(choices))
            return choices[0]
        for face in choices:
            if face.index == face_index:
                return face
        raise FaceIndexError(len(choices))

    def approved(
        self, visitor_id: str, face: Face, *, by: str | None, now: float, code_expires_at: float
    ) -> Visit:
        """Decided: the visitor gets a code. `by` is None where recognition decided."""
        return replace(
            self,
            status=VisitStatus.CODE_SENT,
            visitor_id=visitor_id,
            face_index=face.index,
            decided_at=now,
            decided_by=by,
            code_expires_at=code_expires_at,
            codes_resent=0,
        ).claim(Addressee.VISITOR, now)

    def denied(self, *, by: str | None, now: float) -> Visit:
        """Decided: nobody comes in. `by` is None where a blocked visitor was recognised."""
        return replace(self, status=VisitStatus.DENIED, decided_at=now, decided_by=by)

    def undecided_again(self, problem: MessageProblem | None = None) -> Visit:
        """The approval taken back, since its message could not be sent; who was recognised stays so.

        `problem` says why, for those who look at the visit. An approval that led to an admission stands.
        """
        if self.status is not VisitStatus.CODE_SENT:
            return self
        recognised = self.decided_by is None
        return replace(
            self,
            status=VisitStatus.OPEN if recognised else VisitStatus.AWAITING_OWNER,
            visitor_id=self.visitor_id if recognised else None,
            face_index=None,
            decided_at=None,
            decided_by=None,
            code_expires_at=None,
            message_problem=problem or self.message_problem,
        ).unclaim(Addressee.VISITOR)

    def admitted(self, now: float) -> Visit:
        """The code opened the door at `now`; admitting twice changes nothing.

        Raises PasscodeWrongError where the approval was taken back, since its message was not sent.
        """
        if self.status is VisitStatus.ADMITTED:
            return self  # with the time of the first admission
        if self.status is not VisitStatus.CODE_SENT:
            raise PasscodeWrongError(self.door_id)
        return replace(self, status=VisitStatus.ADMITTED, admitted_at=now)
