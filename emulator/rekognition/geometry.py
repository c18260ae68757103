"""From five points on a face to its pose, its landmarks and its box, as AWS would put them.

The points are those of dlib's 5-point model, in pixels: outer and inner corner of the eye on the picture's
right, outer and inner corner of the eye on its left, and the base of the nose.

Pose. Roll is exact: the angle of the line through the eyes. Yaw and pitch follow from where the base of the
nose is, on an average head under orthographic projection: eye centres 1 apart, nose base NOSE_DROP below
and NOSE_DEPTH in front of the line between them. With the picture turned so that the eyes are level and
lengths divided by the eyes' distance in the picture,

    sideways = tan(yaw) * NOSE_DEPTH
    downwards * cos(yaw) = NOSE_DROP * cos(pitch) - NOSE_DEPTH * cos(yaw) * sin(pitch)

Yaw is good to about 10 degrees. Pitch depends on how long a nose is and is coarse: a sign and a size. Looking
down further than the angle at which the nose is lowest in the picture cannot be told from looking down less.
The signs are AWS's, as the examples in its documentation show them: see faces.Pose.

Box. dlib's detector answers a square from the eyebrows to just under the mouth. Rekognition's box holds the
whole face. In the examples of AWS's documentation the eyes are 38 % down that box, the mouth 73 %, and its
width is about 2.4 times the eyes' distance; the factors below put dlib's square there.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from emulator.rekognition.faces import BoundingBox, Landmark, Pose

Points = NDArray[np.float64]

NOSE_DROP = 0.71
NOSE_DEPTH = 0.40

_WIDTH, _HEIGHT = 1.04, 1.30  # of the side of the detector's square
_DOWN = -0.04  # likewise, from its centre to that of the box

_RIGHT_OUTER, _RIGHT_INNER, _LEFT_OUTER, _LEFT_INNER, _NOSE = range(5)


def pose_of(points: Points) -> Pose:
    """Return the head's pose from the five points, shape (5, 2), in pixels."""
    left_eye, right_eye = _eyes(points)
    across = right_eye - left_eye
    eye_distance = max(float(np.hypot(*across)), 1e-6)
    roll = math.atan2(across[1], across[0])
    to_nose = (points[_NOSE] - (left_eye + right_eye) / 2) / eye_distance
    sideways = to_nose[0] * math.cos(roll) + to_nose[1] * math.sin(roll)
    downwards = to_nose[1] * math.cos(roll) - to_nose[0] * math.sin(roll)
    yaw = math.atan(sideways / NOSE_DEPTH)
    depth = NOSE_DEPTH * math.cos(yaw)
    reach = math.hypot(NOSE_DROP, depth)
    lean = min(max(downwards * math.cos(yaw) / reach, -1.0), 1.0)
    pitch = math.acos(lean) - math.atan2(depth, NOSE_DROP)
    return Pose(pitch=math.degrees(pitch), roll=math.degrees(roll), yaw=math.degrees(yaw))


def landmarks_of(points: Points, width: int, height: int) -> tuple[Landmark, ...]:
    """Return the landmarks that five points really give, as ratios of the picture.

    `nose` is the base of the nose (AWS's is its tip); eye centres lie halfway between the corners.
    """
    left_eye, right_eye = _eyes(points)
    places = {
        "eyeLeft": left_eye,
        "eyeRight": right_eye,
        "nose": points[_NOSE],
        "leftEyeLeft": points[_LEFT_OUTER],
        "leftEyeRight": points[_LEFT_INNER],
        "rightEyeLeft": points[_RIGHT_INNER],
        "rightEyeRight": points[_RIGHT_OUTER],
    }
    return tuple(Landmark(kind, float(at[0]) / width, float(at[1]) / height) for kind, at in places.items())


def face_box(centre: tuple[float, float], size: float, tilt: float, width: int, height: int) -> BoundingBox:
    """Return the box of the whole face for a detector's square.

    `centre` and `size` of the square are pixels; `tilt` is how many degrees, clockwise, the head was leaning
    when the square was found. The box has its sides along the picture's and holds the leaning face's ellipse.
    """
    angle = math.radians(tilt)
    sine, cosine = math.sin(angle), math.cos(angle)
    x = centre[0] - _DOWN * size * sine
    y = centre[1] + _DOWN * size * cosine
    box_width = size * math.hypot(_WIDTH * cosine, _HEIGHT * sine)
    box_height = size * math.hypot(_WIDTH * sine, _HEIGHT * cosine)
    return BoundingBox(
        left=(x - box_width / 2) / width,
        top=(y - box_height / 2) / height,
        width=box_width / width,
        height=box_height / height,
    )


def _eyes(points: Points) -> tuple[Points, Points]:
    left = (points[_LEFT_OUTER] + points[_LEFT_INNER]) / 2
    right = (points[_RIGHT_OUTER] + points[_RIGHT_INNER]) / 2
    return left, right
