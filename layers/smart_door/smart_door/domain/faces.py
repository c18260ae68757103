"""Faces as a frame shows them: where, how good, and whose they may be.

One `FaceSearchRecord` is one analysed frame of one door's camera. Boxes are ratios of the frame's width
and height (0..1, may reach a little outside), similarities and qualities are 0..100, as Rekognition has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

_EDGE = 0.005


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """A rectangle in ratios of the frame's width (`left`, `width`) and height (`top`, `height`)."""

    left: float
    top: float
    width: float
    height: float

    @property
    def center(self) -> tuple[float, float]:
        """The middle (x, y), in ratios."""
        return self.left + self.width / 2, self.top + self.height / 2

    def overlap(self, other: BoundingBox) -> float:
        """Intersection over union with `other`, 0..1."""
        width = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        height = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.width * self.height + other.width * other.height - shared)

    def distance(self, other: BoundingBox) -> float:
        """How far apart the middles are, in sizes of the larger face (0 is the same place)."""
        (x1, y1), (x2, y2) = self.center, other.center
        across = max(self.width, other.width, 1e-6)
        down = max(self.height, other.height, 1e-6)
        return hypot((x1 - x2) / across, (y1 - y2) / down)

    def touches_side(self) -> bool:
        """Whether the frame's left or right edge cuts the face off, or nearly so."""
        return self.left <= _EDGE or self.left + self.width >= 1 - _EDGE

    def touches_edge(self) -> bool:
        """Whether any edge of the frame cuts the face off, or nearly so."""
        return self.touches_side() or self.top <= _EDGE or self.top + self.height >= 1 - _EDGE


@dataclass(frozen=True, slots=True)
class FaceMatch:
    """One face of the collection that looks alike: whose it is (external image id) and how alike (0..100)."""

    visitor_id: str
    face_id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """One face in a frame. `yaw`, `pitch`, `roll` in degrees; `matches` in the order they came."""

    bounding_box: BoundingBox
    confidence: float
    sharpness: float
    brightness: float
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    matches: tuple[FaceMatch, ...] = ()


@dataclass(frozen=True, slots=True)
class FaceSearchRecord:
    """One analysed frame: of which door, when (epoch seconds by the camera's clock), and the faces in it.

    The frame is the one nearest `frame_offset` seconds after the start of the fragment.
    """

    door_id: str
    stream_arn: str
    fragment_number: str
    frame_offset: float
    seen_at: float
    faces: tuple[DetectedFace, ...]


def best_matches(matches: Sequence[FaceMatch]) -> list[FaceMatch]:
    """Each visitor's best match, the most alike visitor first."""
    best: dict[str, FaceMatch] = {}
    for match in matches:
        known = best.get(match.visitor_id)
        if known is None or match.similarity > known.similarity:
            best[match.visitor_id] = match
    return sorted(best.values(), key=lambda match: match.similarity, reverse=True)


def frame_score(face: DetectedFace) -> float:
    """How good a picture of the face the frame gives, 0..1: sharp, large, turned to the camera, well lit.

    The factors are multiplied, so that one bad property is not made up for by the others. A face of a
    fifth of the frame's height or more counts as large; a face cut off by the edge counts half.
    """
    sharp = _clamp(face.sharpness / 100)
    large = _clamp(face.bounding_box.height / 0.2)
    turned = _clamp(1 - max(abs(face.yaw), abs(face.pitch)) / 90) * _clamp(1 - abs(face.roll) / 180)
    lit = _clamp(1 - abs(face.brightness - 60) / 100)
    whole = 0.5 if face.bounding_box.touches_edge() else 1.0
    score: float = (0.2 + 0.8 * sharp) * large**0.5 * turned * (0.3 + 0.7 * lit) * whole
    return _clamp(score)


def _clamp(value: float) -> float:
    return min(1.0, max(0.0, value))
