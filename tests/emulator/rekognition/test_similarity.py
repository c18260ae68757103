"""Distances of embeddings on AWS's scale of similarity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.rekognition.similarity import (
    distance_of_similarity,
    distances,
    similarity,
    similarity_of_distance,
)


@pytest.mark.parametrize(("distance", "expected"), [(0.60, 80), (0.50, 99)])
def test_the_curve_goes_through_its_two_fixed_points(distance: float, expected: float) -> None:
    """Given the distances at which AWS's 80 and 99 are fixed, then those are the similarities."""
    assert similarity_of_distance(distance) == pytest.approx(expected)


@pytest.mark.parametrize(("distance", "expected"), [(0.388, 99.97), (0.55, 95.2), (0.888, 0.04)])
def test_the_documented_table_is_true(distance: float, expected: float) -> None:
    """Given the measured distances of the module's table, then the similarities are those in it."""
    assert similarity_of_distance(distance) == pytest.approx(expected, abs=0.05)


@given(near=st.floats(0, 40), far=st.floats(0, 40))
def test_nearer_is_never_less_similar(near: float, far: float) -> None:
    """Given two distances, then the order of the similarities is the other way round, within 0 and 100."""
    near, far = sorted((near, far))
    assert 100 >= similarity_of_distance(near) >= similarity_of_distance(far) >= 0


@given(percent=st.floats(0.01, 99.9))
def test_the_inverse_is_the_inverse(percent: float) -> None:
    """Given a similarity, then the distance for it has that similarity."""
    assert similarity_of_distance(distance_of_similarity(percent)) == pytest.approx(percent, rel=1e-6)


def test_a_threshold_of_0_lets_everybody_in() -> None:
    """Given a threshold of 0, then no distance is too large."""
    assert distance_of_similarity(0) == float("inf")


def test_a_face_is_as_similar_to_itself_as_can_be() -> None:
    """Given one embedding, then it is at no distance from itself, and others are farther."""
    one, other = np.zeros(128, np.float32), np.full(128, 0.1, np.float32)
    assert similarity(one, one) > 99.99
    assert list(distances(one, np.array([one, other]))) == pytest.approx([0, 0.1 * 128**0.5])
