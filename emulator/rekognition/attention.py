"""Which looks a frame of a stream is worth.

Looking in every way takes most of a second of one core at 720p; video is analysed twice a second, beside
everything else on the machine. So a frame gets the plain look, and where something moves also the next of
the further looks in turn: closer (at what moves, for small faces), leaning to one side, to the other. A look
that showed a face which the plain one missed is kept up until it has shown none four times. While nothing
moves and nobody is there, only every fourth frame is looked at at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle

import cv2
import numpy as np
from numpy.typing import NDArray

from emulator.rekognition.looks import (
    CLOSER,
    LEANING_LEFT,
    LEANING_RIGHT,
    PLAIN,
    Detection,
    Look,
    Pixels,
    Region,
)

_SMALL = (160, 90)  # pixels, width and height, of the pictures that are compared
_CHANGED = 10  # levels of grey of 255: above the noise of a compressed video
_FEWEST = 4  # changed pixels of the small picture; fewer are noise
_ADAPTATION = (
    0.05  # how far the remembered background goes towards each frame: about ten seconds at 2 a second
)
_PATIENCE = 4  # frames
_IDLE_EVERY = 4  # frames
_MARGIN = 0.04  # of the picture, around what moved


@dataclass
class Attention:
    """The state of one stream. Give it every frame that is analysed: `looks`, then `saw`."""

    _background: NDArray[np.float32] | None = None
    _further: cycle[Look] = field(
        default_factory=lambda: cycle((CLOSER, LEANING_LEFT, LEANING_RIGHT)), repr=False
    )
    _empty_frames: int = 0  # since something moved or a face was seen
    _kept: dict[Look, int] = field(default_factory=dict)  # and for how many more frames

    def looks(self, pixels: Pixels) -> tuple[Look, ...]:
        """Return the looks for this frame, the plain one first; none if it is not worth any."""
        moving = self._moving(pixels)
        wanted = list(self._kept)
        if moving is not None:
            self._empty_frames = 0
            upcoming = next(self._further)
            if upcoming not in wanted:
                wanted.append(upcoming)
        elif not self._kept and self._empty_frames % _IDLE_EVERY:
            return ()
        return (PLAIN, *(_where(look, moving) for look in wanted))

    def saw(self, detections: Sequence[Detection]) -> None:
        """Remember which further looks showed faces, and whether anybody is there."""
        self._empty_frames = 0 if detections else self._empty_frames + 1
        self._kept = {look: frames - 1 for look, frames in self._kept.items() if frames > 1}
        for found in detections:
            if found.look != PLAIN:
                self._kept[replace(found.look, region=PLAIN.region)] = _PATIENCE

    def _moving(self, pixels: Pixels) -> Region | None:
        """Return the box around all that differs from the background, or None."""
        grey = cv2.cvtColor(cv2.resize(pixels, _SMALL, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        now: NDArray[np.float32] = cv2.GaussianBlur(grey, (3, 3), 0).astype(np.float32)
        if self._background is None:
            self._background = now
            return PLAIN.region  # all is new
        rows, columns = np.nonzero(np.abs(now - self._background) > _CHANGED)
        self._background += _ADAPTATION * (now - self._background)
        if len(rows) < _FEWEST:
            return None
        return (
            max(float(columns.min()) / _SMALL[0] - _MARGIN, 0.0),
            max(float(rows.min()) / _SMALL[1] - _MARGIN, 0.0),
            min(float(columns.max() + 1) / _SMALL[0] + _MARGIN, 1.0),
            min(float(rows.max() + 1) / _SMALL[1] + _MARGIN, 1.0),
        )


def _where(look: Look, moving: Region | None) -> Look:
    return replace(look, region=moving) if look.magnify > 1 and moving is not None else look
