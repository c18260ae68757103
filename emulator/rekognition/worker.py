"""What runs in the engine's process: pictures in, faces out.

Every function here takes and returns what can be sent between processes. One process keeps one `Detector`
and, for each video stream, what moved there (attention.py).
"""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
import threading
from collections import OrderedDict
from collections.abc import Iterator
from functools import cache
from multiprocessing.connection import wait
from typing import Any, cast

import cv2
import numpy as np

from emulator.rekognition.attention import Attention
from emulator.rekognition.detector import Detector
from emulator.rekognition.faces import AnalysedFrame, Picture
from emulator.rekognition.looks import Pixels

MANY = 100  # embeddings: of every face
_STREAMS = 64
_HALF_A_FRAME = 1 / 60  # seconds: a frame this little before its time will do

_attention: OrderedDict[str, Attention] = OrderedDict()


class UnreadableImageError(Exception):
    """The bytes are no picture that can be decoded."""


class UnreadableVideoError(Exception):
    """The bytes are no video of which even one frame can be decoded."""


def prepare() -> None:
    """Set the process up: it ends with its parent, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "-8"  # damaged video is reported by an exception, not on stderr
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def load() -> int:
    """Load the models (about a second) and return the process id."""
    _detector()
    return os.getpid()


def analyse_image(image: bytes, embeddings: int) -> Picture:
    """Find the faces of a JPEG or PNG; the `embeddings` largest get an embedding.

    A JPEG that says how the camera was held is turned upright first, as Rekognition does.
    Raises UnreadableImageError.
    """
    try:
        decoded = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as err:
        raise UnreadableImageError(str(err)) from None  # cv2's errors cannot be sent between processes
    if decoded is None:
        raise UnreadableImageError("The image cannot be decoded.")
    pixels: Pixels = cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)
    detector = _detector()
    return detector.describe(pixels, detector.detect(pixels), embeddings)


def analyse_pair(source: bytes, target: bytes) -> tuple[Picture, Picture]:
    """Find the faces of two pictures that are to be compared: the largest of the source, all of the target.

    Raises UnreadableImageError.
    """
    return analyse_image(source, 1), analyse_image(target, MANY)


def analyse_fragment(
    stream: str, fragment: bytes, first: float, step: float, most: int
) -> tuple[AnalysedFrame, ...]:
    """Find the faces in frames of one fragment, every one with an embedding.

    The frames are those nearest after `first`, `first + step`, ... seconds from the fragment's first frame,
    `most` of them at the most. Raises UnreadableVideoError.
    """
    detector = _detector()
    attention = _attention_to(stream)
    analysed = []
    for offset, pixels in _frames(fragment, first, step):
        detections = detector.detect(pixels, attention.looks(pixels))
        attention.saw(detections)
        analysed.append(AnalysedFrame(offset, detector.describe(pixels, detections, MANY)))
        if len(analysed) == most:
            break
    return tuple(analysed)


def _frames(fragment: bytes, first: float, step: float) -> Iterator[tuple[float, Pixels]]:
    """Decode the frames that are due. Only stepping with grab() gives true times in cv2."""
    buffer = io.BytesIO(fragment)  # must outlive the capture
    stream = cast("Any", buffer)  # cv2 reads any file object; its stubs ask for a class of its own
    capture = cv2.VideoCapture(stream, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    try:
        start: float | None = None
        due = first
        while capture.isOpened() and capture.grab():
            position = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            start = position if start is None else start
            if position - start < due - _HALF_A_FRAME:
                continue
            decoded, frame = capture.retrieve()
            if decoded:
                due += step
                yield position - start, cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        if start is None:
            raise UnreadableVideoError("No frame of the fragment can be decoded.")
    finally:
        capture.release()


@cache
def _detector() -> Detector:
    return Detector()


def _attention_to(stream: str) -> Attention:
    attention = _attention.setdefault(stream, Attention())
    _attention.move_to_end(stream)
    while len(_attention) > _STREAMS:
        _attention.popitem(last=False)
    return attention


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
