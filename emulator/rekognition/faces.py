"""What the engine says about a picture: values only, in AWS's units.

Boxes and landmarks are ratios of the picture's width and height, measured from its top left corner;
angles are degrees; confidence, brightness and sharpness run from 0 to 100.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

EMBEDDING_LENGTH = 128
Embedding = NDArray[np.float32]
"""EMBEDDING_LENGTH numbers; how far apart two are says how alike the faces are (see similarity.py)."""


@dataclass(frozen=True)
class BoundingBox:
    """The whole face, forehead to chin. It may reach beyond the picture where the face does."""

    left: float
    top: float
    width: float
    height: float

    def to_aws(self) -> dict[str, float]:
        """Return the API's BoundingBox."""
        return {"Width": self.width, "Height": self.height, "Left": self.left, "Top": self.top}


@dataclass(frozen=True)
class Landmark:
    """A point of the face; `kind` is a LandmarkType of the API. Left and right are the picture's."""

    kind: str
    x: float
    y: float


@dataclass(frozen=True)
class Pose:
    """Where the head points: yaw > 0 to the picture's right, pitch > 0 up, roll > 0 clockwise."""

    pitch: float
    roll: float
    yaw: float


@dataclass(frozen=True)
class Quality:
    """How well the face can be seen."""

    brightness: float
    sharpness: float


@dataclass(frozen=True)
class Face:
    """One face in a picture. `embedding` is None where the caller did not ask for it."""

    bounding_box: BoundingBox
    confidence: float
    landmarks: tuple[Landmark, ...]
    pose: Pose
    quality: Quality
    embedding: Embedding | None = field(default=None, compare=False, repr=False)

    def to_aws(self) -> dict[str, object]:
        """Return the members of FaceDetail (and DetectedFace) that the engine can really see."""
        return {
            "BoundingBox": self.bounding_box.to_aws(),
            "Confidence": self.confidence,
            "Landmarks": [{"Type": point.kind, "X": point.x, "Y": point.y} for point in self.landmarks],
            "Pose": {"Pitch": self.pose.pitch, "Roll": self.pose.roll, "Yaw": self.pose.yaw},
            "Quality": {"Brightness": self.quality.brightness, "Sharpness": self.quality.sharpness},
        }


@dataclass(frozen=True)
class Picture:
    """All faces of one picture, the largest first; width and height in pixels."""

    width: int
    height: int
    faces: tuple[Face, ...]


@dataclass(frozen=True)
class AnalysedFrame:
    """The faces of one video frame, `offset` seconds after the fragment's first frame."""

    offset: float
    picture: Picture
