"""Ways of looking at a picture: scaled, turned, or only a part; and close-ups of one place in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""A picture as rows of red, green, blue."""
Matrix = NDArray[np.float64]
"""An affine map, shape (2, 3), from one picture's pixels to another's."""
Region = tuple[float, float, float, float]
"""Left, top, right, bottom as ratios of the picture."""

LONGEST_SIDE = 1280
WHOLE: Region = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Look:
    """One way of looking at a picture.

    `magnify` counts from a picture whose longer side is 1280 pixels at most; `turn` is degrees clockwise.
    """

    magnify: float = 1.0
    turn: float = 0.0
    region: Region = WHOLE


PLAIN = Look()
CLOSER = Look(magnify=2.0)
LEANING_LEFT = Look(magnify=0.5, turn=35.0)
LEANING_RIGHT = Look(magnify=0.5, turn=-35.0)
EVERY_WAY = (PLAIN, CLOSER, LEANING_LEFT, LEANING_RIGHT)


@dataclass(frozen=True)
class Detection:
    """A face's square: centre and size in pixels of the picture, and the look that showed it."""

    x: float
    y: float
    size: float
    score: float
    look: Look

    def overlaps(self, other: Detection) -> bool:
        """Whether both are the same face."""
        return math.hypot(self.x - other.x, self.y - other.y) < 0.5 * max(self.size, other.size)


@dataclass(frozen=True)
class Scene:
    """What a look shows; `back` maps its pixels to the picture's, one of which is `scale` of its own."""

    pixels: Pixels
    back: Matrix
    scale: float


def scene(pixels: Pixels, look: Look) -> Scene:
    """Return the picture as the look shows it."""
    height, width = pixels.shape[:2]
    scale = look.magnify * min(1.0, LONGEST_SIDE / max(width, height))
    left, top = round(look.region[0] * width), round(look.region[1] * height)
    part = pixels[top : round(look.region[3] * height), left : round(look.region[2] * width)]
    part_height, part_width = part.shape[:2]
    onto = cv2.getRotationMatrix2D((part_width / 2, part_height / 2), -look.turn, scale)
    cosine, sine = abs(onto[0, 0]), abs(onto[0, 1])
    new_width = max(round(part_width * cosine + part_height * sine), 1)
    new_height = max(round(part_width * sine + part_height * cosine), 1)
    onto[:, 2] += ((new_width - part_width) / 2, (new_height - part_height) / 2)
    if scale != 1 or look.turn:
        part = _warp(part, onto, new_width, new_height, scale)
    back = cv2.invertAffineTransform(onto)
    back[:, 2] += (left, top)
    return Scene(np.ascontiguousarray(part), back, scale)


def close_up(pixels: Pixels, detection: Detection, size: int, side: int) -> Scene:
    """Return `side` pixels square around a face, turned upright, in which its own square has `size`."""
    scale = size / detection.size
    onto = cv2.getRotationMatrix2D((detection.x, detection.y), -detection.look.turn, scale)
    onto[:, 2] += (side / 2 - detection.x, side / 2 - detection.y)
    return Scene(_warp(pixels, onto, side, side, scale), cv2.invertAffineTransform(onto), scale)


def _warp(pixels: Pixels, onto: Matrix, width: int, height: int, scale: float) -> Pixels:
    if scale < 0.7:  # warpAffine does not average: without this, large steps down would alias
        step = max(scale, 0.5) if scale > 0.35 else 2 * scale
        pixels = cv2.resize(pixels, None, fx=step, fy=step, interpolation=cv2.INTER_AREA)
        onto = onto @ np.diag([1 / step, 1 / step, 1.0])
    warped: Pixels = cv2.warpAffine(
        pixels, onto, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return warped
