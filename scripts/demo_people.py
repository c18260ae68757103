"""The two people of the demonstration clip, cut out of portraits that installed packages bring along.

Both photographs are works of NASA and the US Navy and in the public domain: `grace_hopper.jpg` is part of
matplotlib's sample data, `astronaut.png` (Eileen Collins) of scikit-image's. The outlines below say
roughly what is certainly and what is perhaps the person; GrabCut finds the edge between the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import matplotlib.cbook
import numpy as np
import numpy.typing as npt
import skimage.data

Points = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Portrait:
    """A photograph and what is needed to make a person of it; all places are pixels of the photograph."""

    load: Callable[[], npt.NDArray[np.uint8]]
    certainly: Points
    perhaps: Points
    face: tuple[int, int]
    face_size: int
    neck: tuple[int, int]
    floor: int  # the row that meets the lower edge of the frame
    scale: float  # so that both faces are about the same size at the door


@dataclass(frozen=True)
class Cutout:
    """A person without what was behind them: blue-green-red-alpha, colours already multiplied by alpha."""

    image: npt.NDArray[np.uint8]


def cut_out(portrait: Portrait) -> Cutout:
    """Separate the person from the background of the photograph, with a soft edge."""
    photograph = portrait.load()
    marks = np.full(photograph.shape[:2], cv2.GC_BGD, np.uint8)
    cv2.fillPoly(marks, [np.array(portrait.perhaps, np.int32)], cv2.GC_PR_FGD)
    cv2.fillPoly(marks, [np.array(portrait.certainly, np.int32)], cv2.GC_FGD)
    cv2.setRNGSeed(1)  # GrabCut starts from random clusters: the same ones every time
    cv2.grabCut(photograph, marks, None, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    person = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8) * 255
    person = cv2.erode(cv2.medianBlur(person, 7), np.ones((3, 3), np.uint8))
    sides = cv2.copyMakeBorder(person[:, 2:-2], 0, 0, 2, 2, cv2.BORDER_CONSTANT, value=0)
    alpha = cv2.GaussianBlur(sides, (0, 0), 1.8).astype(np.float32) / 255
    return Cutout(np.dstack([photograph * alpha[..., None], alpha * 255]).round().astype(np.uint8))


def _grace_hopper() -> npt.NDArray[np.uint8]:
    path = matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    return np.asarray(cv2.imread(str(path)), dtype=np.uint8)


def _astronaut() -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(skimage.data.astronaut(), cv2.COLOR_RGB2BGR), dtype=np.uint8)


HOPPER = Portrait(
    load=_grace_hopper,
    certainly=(
        (152, 112), (182, 88), (185, 56), (262, 30), (335, 56), (346, 88), (366, 112), (362, 180),
        (372, 200), (364, 255), (350, 296), (332, 320), (330, 358), (452, 396), (488, 436), (500, 600),
        (30, 600), (40, 450), (80, 388), (190, 346), (204, 312), (186, 286), (166, 262), (160, 200),
        (164, 160),
    ),
    perhaps=(
        (20, 600), (20, 440), (35, 405), (70, 372), (165, 325), (190, 312), (150, 262), (140, 200),
        (143, 105), (170, 78), (180, 38), (262, 16), (340, 38), (360, 78), (380, 110), (384, 250),
        (362, 305), (345, 322), (480, 372), (498, 412), (505, 470), (508, 600),
    ),
    face=(266, 232),
    face_size=200,
    neck=(266, 345),
    floor=570,
    scale=0.94,
)  # fmt: skip

ASTRONAUT = Portrait(
    load=_astronaut,
    certainly=(
        (175, 120), (162, 85), (170, 60), (220, 25), (275, 45), (288, 85), (270, 125), (255, 170),
        (285, 195), (295, 250), (330, 260), (350, 340), (350, 512), (40, 512), (35, 420), (55, 270),
        (110, 230), (125, 200), (140, 165), (180, 160), (178, 130),
    ),
    perhaps=(
        (10, 512), (10, 420), (30, 260), (100, 205), (108, 190), (125, 155), (165, 140), (145, 110),
        (145, 70), (165, 35), (220, 8), (275, 25), (305, 75), (300, 120), (270, 160), (300, 190),
        (312, 245), (350, 265), (366, 330), (366, 512),
    ),
    face=(222, 125),
    face_size=95,
    neck=(220, 185),
    floor=338,
    scale=1.75,
)  # fmt: skip
