"""Draws the pages' icons as PNG, as phones and tablets want them: `python -m scripts.draw_icons`.

The same door as static-sites/shared/icon.svg, in the colours of its tokens; drawn large and scaled down, so
that edges are smooth.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).resolve().parent.parent / "static-sites/shared/icons"

_GREEN, _PAPER, _BRASS = (75, 95, 29), (238, 243, 245), (22, 97, 138)  # BGR
_OVERSAMPLING = 4
_GRID = 32  # the drawing's own units, as in icon.svg

# Each file's width in pixels, how much of it the drawing fills, and the rounding of its corners. No rounding
# leaves it to the system, which cuts a maskable icon to its own shape and keeps the middle four fifths.
ICONS = {
    "any-192.png": (192, 1.0, 8.0),
    "any-512.png": (512, 1.0, 8.0),
    "maskable-512.png": (512, 0.72, 0.0),
    "touch-180.png": (180, 0.86, 0.0),
}


def draw(width: int, fill: float, rounding: float) -> npt.NDArray[np.uint8]:
    """A door in a frame, as BGRA pixels of `width` by `width`."""
    scale = width * _OVERSAMPLING / _GRID
    size = width * _OVERSAMPLING
    image = np.zeros((size, size, 4), np.uint8)
    _rounded_square(image, rounding * scale)

    def at(x: float, y: float) -> tuple[int, int]:
        middle = _GRID / 2
        return round((middle + (x - middle) * fill) * scale), round((middle + (y - middle) * fill) * scale)

    def length(units: float) -> int:
        return round(units * fill * scale)

    cv2.rectangle(image, at(9, 11), at(23, 27), (*_PAPER, 255), cv2.FILLED)
    cv2.circle(image, at(16, 11), length(7), (*_PAPER, 255), cv2.FILLED)
    cv2.circle(image, at(19.4, 18), length(1.6), (*_BRASS, 255), cv2.FILLED)
    cv2.circle(image, at(16, 10.6), length(2), (*_GREEN, 255), cv2.FILLED)
    small: npt.NDArray[np.uint8] = cv2.resize(image, (width, width), interpolation=cv2.INTER_AREA)
    return small


def _rounded_square(image: npt.NDArray[np.uint8], radius: float) -> None:
    size, corner = len(image), round(radius)
    colour = (*_GREEN, 255)
    cv2.rectangle(image, (corner, 0), (size - corner, size), colour, cv2.FILLED)
    cv2.rectangle(image, (0, corner), (size, size - corner), colour, cv2.FILLED)
    for x in (corner, size - corner):
        for y in (corner, size - corner):
            cv2.circle(image, (x, y), corner, colour, cv2.FILLED)


def main() -> None:
    """Write every icon."""
    FOLDER.mkdir(exist_ok=True)
    for name, (width, fill, rounding) in ICONS.items():
        cv2.imwrite(str(FOLDER / name), draw(width, fill, rounding), [cv2.IMWRITE_PNG_COMPRESSION, 9])
        print(f"{name}: {(FOLDER / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
