"""Pose, landmarks and box from five points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.rekognition.geometry import NOSE_DEPTH, NOSE_DROP, face_box, landmarks_of, pose_of

OUTER, INNER = 0.695, 0.305  # of the eyes' distance, from the middle: corners of the eyes


def head(yaw: float = 0, pitch: float = 0, roll: float = 0, scale: float = 90) -> np.ndarray:
    """Project an average head, turned by these degrees, orthographically to five points in pixels."""
    places = np.array(
        [
            (OUTER, 0, 0),
            (INNER, 0, 0),
            (-OUTER, 0, 0),
            (-INNER, 0, 0),
            (0, NOSE_DROP, NOSE_DEPTH),
        ]
    )
    y, p, r = (math.radians(angle) for angle in (yaw, pitch, roll))
    nod = np.array([(1, 0, 0), (0, math.cos(p), -math.sin(p)), (0, math.sin(p), math.cos(p))])
    turn = np.array([(math.cos(y), 0, math.sin(y)), (0, 1, 0), (-math.sin(y), 0, math.cos(y))])
    lean = np.array([(math.cos(r), -math.sin(r)), (math.sin(r), math.cos(r))])
    projected = (nod @ turn @ places.T)[:2]
    points: np.ndarray = (lean @ projected).T * scale + (640, 360)
    return points


def test_a_head_that_faces_the_camera_has_no_angles() -> None:
    """Given eyes level and the nose below their middle, then all angles are 0."""
    pose = pose_of(head())
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((0, 0, 0), abs=1e-6)


@given(roll=st.floats(-90, 90))
def test_roll_is_exact(roll: float) -> None:
    """Given a head that only leans, then roll is that angle, clockwise, and nothing else changes."""
    pose = pose_of(head(roll=roll))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((0, 0, roll), abs=1e-6)


@given(yaw=st.floats(-60, 60), roll=st.floats(-60, 60))
def test_yaw_of_an_average_head_comes_back(yaw: float, roll: float) -> None:
    """Given an average head turned aside and leaning, then yaw is positive to the picture's right."""
    assert pose_of(head(yaw=yaw, roll=roll)).yaw == pytest.approx(yaw, abs=1e-6)


@given(pitch=st.floats(-25, 60))
def test_pitch_of_an_average_head_comes_back(pitch: float) -> None:
    """Given an average head that looks up or down, then pitch is positive upwards."""
    assert pose_of(head(pitch=pitch)).pitch == pytest.approx(pitch, abs=1e-6)


@given(points=st.lists(st.tuples(st.floats(-50, 2000), st.floats(-50, 2000)), min_size=5, max_size=5))
def test_any_points_have_some_pose(points: list[tuple[float, float]]) -> None:
    """Given points in any place, even all in one, then the angles are in AWS's range."""
    pose = pose_of(np.array(points))
    assert all(-180 <= angle <= 180 for angle in (pose.yaw, pose.pitch, pose.roll))


def test_landmarks_are_ratios_and_left_is_the_pictures_left() -> None:
    """Given a head in the middle of a picture, then its eyes are to either side of it."""
    places = {point.kind: (point.x, point.y) for point in landmarks_of(head(), 1280, 720)}
    assert places["eyeLeft"][0] < 0.5 < places["eyeRight"][0]
    assert places["leftEyeLeft"][0] < places["eyeLeft"][0] < places["leftEyeRight"][0]
    assert places["nose"] == pytest.approx((0.5, 0.5 + NOSE_DROP * 90 / 720))


def test_the_box_reaches_higher_than_the_detectors_square() -> None:
    """Given an upright face, then the box is taller than wide and moved towards the forehead."""
    box = face_box((640, 360), 100, 0, 1280, 720)
    assert box.width * 1280 == pytest.approx(104)
    assert box.height * 720 == pytest.approx(130)
    assert (box.top + box.height / 2) * 720 == pytest.approx(356)


def test_a_head_on_its_side_has_a_wide_box() -> None:
    """Given a head that lies on its side, then width and height change places."""
    box = face_box((640, 360), 100, 90, 1280, 720)
    assert box.width * 1280 == pytest.approx(130)
    assert box.height * 720 == pytest.approx(104)
