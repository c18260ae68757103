"""Which faces are too poor to index or to search with.

AWS does not publish the bars of its levels. These are ours, on the engine's own scales: LOW keeps out what
can hardly be compared, HIGH keeps only what makes a good enrolment. AUTO is LOW, as in AWS's advice for
most uses; NONE keeps everything.
"""

from __future__ import annotations

from dataclasses import dataclass

from emulator.rekognition.faces import Face


@dataclass(frozen=True)
class Bar:
    """The least that a level accepts, of `turned` (degrees) the most; `face_pixels` is the box's height."""

    confidence: float
    brightness: float
    sharpness: float
    face_pixels: float
    turned: float


BARS = {
    "LOW": Bar(confidence=91, brightness=10, sharpness=5, face_pixels=40, turned=70),
    "MEDIUM": Bar(confidence=94, brightness=20, sharpness=20, face_pixels=60, turned=50),
    "HIGH": Bar(confidence=97, brightness=30, sharpness=40, face_pixels=100, turned=30),
}
BARS["AUTO"] = BARS["LOW"]


def reasons_against(face: Face, picture_height: int, level: str) -> list[str]:
    """Return the API's Reasons why a level keeps a face out; none if it may stay."""
    if level == "NONE":
        return []
    bar = BARS[level]
    turned = max(abs(face.pose.yaw), abs(face.pose.pitch))
    found = {
        "LOW_CONFIDENCE": face.confidence < bar.confidence,
        "LOW_BRIGHTNESS": face.quality.brightness < bar.brightness,
        "LOW_SHARPNESS": face.quality.sharpness < bar.sharpness,
        "SMALL_BOUNDING_BOX": face.bounding_box.height * picture_height < bar.face_pixels,
        "EXTREME_POSE": turned > bar.turned,
    }
    return [reason for reason, applies in found.items() if applies]
