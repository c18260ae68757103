"""Two people whose portraits are in the public domain and come with installed packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import matplotlib
import skimage


def jpeg(pixels: Any) -> bytes:
    """An array of pixels as JPEG."""
    encoded, data = cv2.imencode(".jpg", pixels)
    assert encoded
    return bytes(data)


def grace() -> Any:
    """A public-domain portrait of Grace Hopper, her head and shoulders."""
    pixels = cv2.imread(str(Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"))
    assert pixels is not None
    return pixels


def eileen() -> Any:
    """A public-domain portrait of Eileen Collins, her head and shoulders."""
    pixels = cv2.imread(str(Path(skimage.__file__).parent / "data" / "astronaut.png"))
    assert pixels is not None
    return pixels[0:300, 80:400]
