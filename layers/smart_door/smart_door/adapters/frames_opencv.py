"""Pictures out of a fragment, decoded in memory with OpenCV's FFmpeg.

OpenCV comes in a layer of its own and takes long to import: it is imported at the first fragment, by the
functions that decode one. What is known about its VideoCapture on a stream of bytes: one decoding thread is
fastest for a second of video; set(POS_MSEC) says True and lands at 0, so frames are stepped through; the
BytesIO must outlive the capture, or the interpreter crashes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

from smart_door.domain.errors import FrameDecodeError
from smart_door.domain.faces import BoundingBox
from smart_door.domain.fragment_search import SampledFrame
from smart_door.domain.ports import Frame

_H264 = frozenset({"h264", "avc1", "H264"})
_CROP_QUALITY = 90
_HALF_A_FRAME = 1 / 60  # seconds: a frame this little before its time will do
_GLANCE_PIXELS, _GLANCE_LEAST = 640, 18  # the longer side of what is glanced at, and the smallest face in it
_GLANCE_STEP, _GLANCE_NEIGHBOURS = 1.15, 2  # rather a coat too much than a face too few


class OpenCvFrames:
    """`ports.Frames` and `fragment_search.FrameSamples` with OpenCV."""

    def decode(self, fragment: bytes, offsets: Sequence[float]) -> Sequence[Frame]:
        """The frame nearest each offset (seconds from the fragment's first frame), in the offsets' order.

        An offset past the end gives the last frame; of a damaged fragment, the last that decodes. Raises
        FrameDecodeError: no video at all, not H.264, no frame that decodes.
        """
        nearest: list[tuple[float, Frame | None]] = [(inf, None)] * len(offsets)
        with _opened(fragment) as capture:
            for time in _frame_times(capture):
                nearer = [
                    index for index, offset in enumerate(offsets) if abs(time - offset) < nearest[index][0]
                ]
                if nearer:
                    frame = _current_frame(capture)
                    for index in nearer:
                        nearest[index] = abs(time - offsets[index]), frame
                elif all(time > offset for offset in offsets):
                    break
        frames = [frame for _, frame in nearest if frame is not None]
        if len(frames) != len(offsets):
            raise FrameDecodeError("no frame decodes")
        return frames

    def sample(self, fragment: bytes, step: float) -> Sequence[SampledFrame]:
        """The first frame, and from there one every `step` seconds; of a damaged fragment, those that decode.

        Raises FrameDecodeError as `decode` does.
        """
        sampled: list[SampledFrame] = []
        with _opened(fragment) as capture:
            for time in _frame_times(capture):
                if time >= step * len(sampled) - _HALF_A_FRAME:
                    sampled.append(SampledFrame(time, _current_frame(capture)))
        if not sampled:
            raise FrameDecodeError("no frame decodes")
        return sampled


class OpenCvFrame:
    """`fragment_search.GlancedFrame` over OpenCV's array of rows, columns, and blue, green, red."""

    def __init__(self, pixels: Any) -> None:
        self._pixels = pixels
        self._glimpses: tuple[BoundingBox, ...] | None = None

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self._pixels.shape[1])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self._pixels.shape[0])

    def jpeg(self, quality: int = 85) -> bytes:
        """The whole picture as JPEG, quality 1..100."""
        return _jpeg(self._pixels, quality)

    def crop(self, bounding_box: BoundingBox, margin: float = 0.4) -> bytes:
        """The box, widened on each side by `margin` of its size and cut at the frame's edges, as JPEG.

        At least one pixel is left, wherever the box is.
        """
        across, down = bounding_box.width * margin, bounding_box.height * margin
        left, right = _cut(
            bounding_box.left - across, bounding_box.left + bounding_box.width + across, self.width
        )
        top, bottom = _cut(
            bounding_box.top - down, bounding_box.top + bounding_box.height + down, self.height
        )
        return _jpeg(self._pixels[top:bottom, left:right], _CROP_QUALITY)

    def glimpses(self) -> Sequence[BoundingBox]:
        """Where OpenCV's frontal face cascade sees faces: some 30 ms on two cores, once a frame."""
        if self._glimpses is None:
            self._glimpses = self._glance()
        return self._glimpses

    def _glance(self) -> tuple[BoundingBox, ...]:
        import cv2

        shrunk = min(_GLANCE_PIXELS / max(self.width, self.height), 1.0)
        grey = cv2.cvtColor(self._pixels, cv2.COLOR_BGR2GRAY)
        small = cv2.resize(grey, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA)
        height, width = small.shape
        found = _frontal_faces().detectMultiScale(
            cv2.equalizeHist(small), _GLANCE_STEP, _GLANCE_NEIGHBOURS, 0, (_GLANCE_LEAST, _GLANCE_LEAST)
        )
        return tuple(
            BoundingBox(float(x) / width, float(y) / height, float(w) / width, float(h) / height)
            for x, y, w, h in found
        )


@cache
def _frontal_faces() -> Any:
    """The cascade that comes with OpenCV. Raises FileNotFoundError where the layer was trimmed too far."""
    import cv2

    path = Path(cv2.__file__).parent / "data/haarcascade_frontalface_alt2.xml"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: the opencv layer lacks the face cascade")
    return cv2.CascadeClassifier(str(path))


@contextmanager
def _opened(fragment: bytes) -> Iterator[Any]:
    """The fragment as a cv2.VideoCapture before its first frame; OpenCV's errors become FrameDecodeError."""
    import cv2

    # It lives in this function until the capture is released. Any, since OpenCV takes whatever reads and
    # seeks, but its stub does not say so.
    data: Any = io.BytesIO(fragment)
    capture: Any = None
    try:
        capture = cv2.VideoCapture(data, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        if not capture.isOpened():
            raise FrameDecodeError("not a video")
        codec = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little").decode("latin-1")
        if codec not in _H264:
            raise FrameDecodeError(f"the codec is {codec!r}, not H.264")
        yield capture
    except cv2.error as err:
        raise FrameDecodeError(f"OpenCV error {err.code}") from err
    finally:
        if capture is not None:
            capture.release()


def _frame_times(capture: Any) -> Iterator[float]:
    """Step through the frames: each one's time, in seconds after the first, while it is current.

    Positions count from the segment's start or, where FFmpeg could not tell that, from the epoch: only the
    difference to the first frame's is dependable.
    """
    import cv2

    first: float | None = None
    while capture.grab():
        position = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        first = position if first is None else first
        yield position - first


def _current_frame(capture: Any) -> OpenCvFrame:
    fetched, pixels = capture.retrieve()
    if not fetched:
        raise FrameDecodeError("a frame does not convert")
    return OpenCvFrame(pixels)


def _cut(start: float, end: float, size: int) -> tuple[int, int]:
    """A span of ratios as whole pixels within the frame, at least one."""
    first = min(max(round(start * size), 0), size - 1)
    last = max(min(round(end * size), size), first + 1)
    return first, last


def _jpeg(pixels: Any, quality: int) -> bytes:
    import cv2

    try:
        encoded, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    except cv2.error as err:
        raise FrameDecodeError(f"OpenCV error {err.code}") from err
    if not encoded:
        raise FrameDecodeError("the picture does not encode")
    return bytes(data)
