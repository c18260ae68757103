"""Video whose every frame can be told from every other: in frame n, a white bar stands in column n."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import cache
from typing import Any

import cv2
import numpy as np

from matroska import Fragment, FragmentReader

FPS = 15
COUNT = 3
BAR = 8
WIDTH, HEIGHT = COUNT * FPS * BAR, 240

ENCODERS = {
    "h264": "x264enc tune=zerolatency key-int-max=15 option-string=scenecut=0 ! h264parse",
    "vp8": "vp8enc deadline=1 keyframe-max-dist=15",
    "mjpeg": "jpegenc",
}


@cache
def fragments(codec: str = "h264") -> tuple[Fragment, ...]:
    """COUNT fragments of one second, as the producer encodes them; frame n of all has its bar in column n."""
    return encode([_frame(n) for n in range(COUNT * FPS)], codec)


def encode(frames: Sequence[Any], codec: str = "h264") -> tuple[Fragment, ...]:
    """Fragments of FPS frames each; a frame is an array of rows and columns, grey or blue-green-red."""
    height, width = frames[0].shape[:2]
    colours = "gray8" if frames[0].ndim == 2 else "bgr"
    raw = b"".join(frame.tobytes() for frame in frames)
    source = f"fdsrc ! rawvideoparse format={colours} width={width} height={height} framerate={FPS}/1"
    pipeline = (
        f"{source} ! videoconvert ! video/x-raw,format=I420 ! {ENCODERS[codec]}"
        " ! matroskamux streamable=true min-cluster-duration=0 ! fdsink"
    )
    stream = subprocess.run(
        ["gst-launch-1.0", "-q", *pipeline.split()], input=raw, stdout=subprocess.PIPE, check=True
    ).stdout
    reader = FragmentReader()
    return tuple(reader.feed(stream) + reader.close())


def frame_number(jpeg: bytes) -> int:
    """Which frame a whole picture is: the column of its bar."""
    columns = picture(jpeg).mean(axis=0).reshape(-1, BAR).mean(axis=1)
    return int(columns.argmax())


def picture(jpeg: bytes) -> Any:
    """A JPEG's brightness as an array of rows and columns."""
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert pixels is not None
    return pixels


def _frame(number: int) -> Any:
    pixels = np.full((HEIGHT, WIDTH), 40, np.uint8)
    pixels[:, number * BAR : (number + 1) * BAR] = 220
    return pixels
