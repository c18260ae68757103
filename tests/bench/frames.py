"""A frame out of a fragment: from memory, against a temporary file as most code does it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence

import cv2

from matroska import FragmentReader
from smart_door.adapters.frames_opencv import OpenCvFrames
from tests.bench.timing import best_of_both, compared, test_video

_OFFSET = 0.5


def run() -> Sequence[str]:
    """The frame half a second into a fragment of one second of 720p."""
    reader = FragmentReader()
    fragment = reader.feed(test_video(3))[0].to_bytes()

    def through_a_file() -> None:
        with tempfile.NamedTemporaryFile(suffix=".mkv") as file:
            file.write(fragment)
            file.flush()
            capture = cv2.VideoCapture(file.name)
            while capture.grab() and capture.get(cv2.CAP_PROP_POS_MSEC) < _OFFSET * 1000:
                pass
            capture.retrieve()
            capture.release()

    ours, peer = best_of_both(lambda: OpenCvFrames().decode(fragment, [_OFFSET]), through_a_file)
    return [compared("frame from memory", ours, "through a temporary file", peer)]
