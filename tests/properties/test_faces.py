"""Faces, boxes and matches, whatever the camera sees."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from smart_door.domain.faces import BoundingBox, DetectedFace, FaceMatch, best_matches, frame_score

RATIO = st.floats(-0.2, 1.2)
SIZE = st.floats(0.001, 1)
BOXES = st.builds(BoundingBox, RATIO, RATIO, SIZE, SIZE)
PERCENT = st.floats(0, 100)
ANGLE = st.floats(-180, 180)
DETECTED = st.builds(DetectedFace, BOXES, PERCENT, PERCENT, PERCENT, ANGLE, ANGLE, ANGLE)
MATCHES = st.lists(st.builds(FaceMatch, st.sampled_from("abcd"), st.text("0123", max_size=4), PERCENT))


@given(MATCHES, st.randoms(use_true_random=False))
def test_the_best_match_is_found_in_any_order(matches: list[FaceMatch], chance: object) -> None:
    """Never the worst, never the first by chance; each visitor once."""
    best = best_matches(matches)

    assert [match.similarity for match in best] == sorted(
        (
            max(m.similarity for m in matches if m.visitor_id == visitor_id)
            for visitor_id in {m.visitor_id for m in matches}
        ),
        reverse=True,
    )
    shuffled = list(matches)
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis gives a Random
    assert [match.similarity for match in best_matches(shuffled)] == [match.similarity for match in best]


@given(DETECTED)
def test_a_score_is_from_0_to_1(face: DetectedFace) -> None:
    """Whatever the values."""
    assert 0 <= frame_score(face) <= 1


@given(DETECTED, PERCENT)
def test_a_sharper_face_scores_no_less(face: DetectedFace, sharpness: float) -> None:
    """All else alike."""
    blurred, sharp = sorted([face, replace(face, sharpness=sharpness)], key=lambda face: face.sharpness)

    assert frame_score(blurred) <= frame_score(sharp)


@given(DETECTED, st.floats(0, 1))
def test_a_face_turned_less_scores_no_less(face: DetectedFace, factor: float) -> None:
    """All else alike."""
    assert frame_score(face) <= frame_score(replace(face, yaw=face.yaw * factor))


@given(BOXES, BOXES)
def test_overlap_and_distance_are_mutual(one: BoundingBox, other: BoundingBox) -> None:
    """And a box is at its own place."""
    assert 0 <= one.overlap(other) <= 1.000001
    assert abs(one.overlap(other) - other.overlap(one)) < 1e-9
    assert one.distance(other) == other.distance(one)
    assert one.distance(one) == 0
