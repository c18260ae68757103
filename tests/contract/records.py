"""Visits and visitors to store: plain ones to change, and hypothesis strategies for any there may be."""

from __future__ import annotations

from secrets import token_bytes

from hypothesis import strategies as st

from smart_door.adapters.dynamodb_items import SMALLEST
from smart_door.domain.faces import BoundingBox
from smart_door.domain.ids import new_visit_id
from smart_door.domain.visitors import FacePhoto, Visitor, VisitorStatus
from smart_door.domain.visits import Delivery, Evidence, Face, MessageProblem, Visit, VisitStatus

NOW = 1795221531.005


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Any float of a range but those so near to zero that DynamoDB's decimals do not reach them."""
    return st.floats(low, high).map(lambda number: number if abs(number) >= SMALLEST else 0.0)


TIMES = numbers(0, 4e9)
RATIOS = numbers(-1, 2)
SIMILARITIES = numbers(0, 100)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
BOXES = st.builds(BoundingBox, RATIOS, RATIOS, RATIOS, RATIOS)
DELIVERIES = st.builds(Delivery, st.none() | TIMES, st.none() | TIMES, st.booleans())

FACES = st.builds(
    Face,
    index=st.integers(0, 9),
    bounding_box=BOXES,
    first_seen_at=TIMES,
    last_seen_at=TIMES,
    score=SIMILARITIES,
    photo_key=st.none() | TEXTS,
    photo_box=st.none() | BOXES,
    visitor_id=st.none() | TEXTS,
    similarity=st.none() | SIMILARITIES,
    suggested_visitor_id=st.none() | TEXTS,
    suggested_similarity=st.none() | SIMILARITIES,
    evidence=st.none()
    | st.builds(
        Evidence,
        seen_at=TIMES,
        fragment_number=TEXTS,
        frame_offset=TIMES,
        threshold=SIMILARITIES,
        runner_up_id=st.none() | TEXTS,
        runner_up_similarity=st.none() | SIMILARITIES,
    ),
)


def visits(door_id: str) -> st.SearchStrategy[Visit]:
    """Any visit at a door, each with an id of its own."""
    return st.builds(
        Visit,
        door_id=st.just(door_id),
        visit_id=st.builds(new_visit_id, st.floats(1.6e9, 2e9), st.just(token_bytes)),
        status=st.sampled_from(VisitStatus),
        faces=st.lists(FACES, max_size=3).map(tuple),
        first_seen_at=TIMES,
        last_seen_at=TIMES,
        opened_at=TIMES,
        expires_at=TIMES,
        delete_at=st.integers(0, 4_000_000_000).map(float),  # DynamoDB's TTL counts whole seconds
        first_photo_key=st.none() | TEXTS,
        best_photo_key=st.none() | TEXTS,
        photo_score=SIMILARITIES,
        visitor_id=st.none() | TEXTS,
        face_index=st.none() | st.integers(0, 9),
        companion_ids=st.lists(TEXTS, max_size=3).map(tuple),
        spans=st.lists(st.tuples(TIMES, TIMES), max_size=3).map(tuple),
        rejected_ids=st.lists(TEXTS, max_size=3).map(tuple),
        anonymised_at=st.none() | TIMES,
        pass_id=st.none() | TEXTS,
        introduced=st.booleans(),
        message_problem=st.none() | st.sampled_from(MessageProblem),
        code_number=st.integers(1, 9),
        codes_resent=st.integers(0, 3),
        decided_at=st.none() | TIMES,
        decided_by=st.none() | TEXTS,
        code_expires_at=st.none() | TIMES,
        admitted_at=st.none() | TIMES,
        owner_message=DELIVERIES,
        visitor_message=DELIVERIES,
    )


VISITORS = st.builds(
    Visitor,
    visitor_id=st.uuids().map(str),
    name=TEXTS,
    phone=st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True),
    status=st.sampled_from(VisitorStatus),
    door_ids=st.frozensets(TEXTS, max_size=4),
    created_at=TIMES,
    face_ids=st.lists(st.uuids().map(str), max_size=5).map(tuple),
    photo_key=st.none() | TEXTS,
    photos=st.lists(
        st.builds(FacePhoto, face_id=TEXTS, key=TEXTS, visit_id=st.none() | TEXTS), max_size=3
    ).map(tuple),
    alias_ids=st.lists(st.uuids().map(str), max_size=2).map(tuple),
)


def visit_at(door_id: str, seen_at: float) -> Visit:
    """A stranger's visit that begins at a time, with an id of its own."""
    return Visit(
        door_id=door_id,
        visit_id=new_visit_id(seen_at, token_bytes),
        status=VisitStatus.OPEN,
        faces=(Face(0, BoundingBox(0.4, 0.3, 0.1, 0.2), seen_at, seen_at),),
        first_seen_at=seen_at,
        last_seen_at=seen_at,
        opened_at=seen_at + 1.25,
        expires_at=seen_at + 600,
        delete_at=float(round(seen_at) + 90 * 86400),
    )
