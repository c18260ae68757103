"""Where the video comes from: a file, a V4L2 camera, an RTSP camera or a test pattern."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from kvs_producer.errors import SourceError

TEST_PATTERN = "test-pattern"


@dataclass(frozen=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    @classmethod
    def parse(cls, text: str) -> Size:
        """Read "1280x720"; ValueError if it is none, or one that H.264 cannot have (odd, under 16)."""
        match = re.fullmatch(r"(\d{2,4})x(\d{2,4})", text)
        if match is None:
            raise ValueError(f"{text!r} is no size such as 1280x720")
        size = cls(int(match[1]), int(match[2]))
        if size.width % 2 or size.height % 2 or min(size.width, size.height) < 16:
            raise ValueError(f"{text!r}: width and height must be even, and 16 or more")
        return size


@dataclass(frozen=True)
class Source:
    """A source, ready for gst-launch-1.0.

    `label` names it in messages, without a password. `elements` are the words of the pipeline's beginning, up
    to pictures that are decoded. `live` sources set their own pace and are started again when they break
    off; the others are files and are read at the pace at which they were recorded.
    """

    label: str
    elements: tuple[str, ...]
    live: bool


def parse_source(text: str, size: Size) -> Source:
    """Understand `--source`. Raises SourceError for a file or device that is not there or not readable."""
    if text == TEST_PATTERN:
        return Source(TEST_PATTERN, ("videotestsrc", "is-live=true", "pattern=ball"), live=True)
    if re.match(r"rtsps?://", text):
        return _rtsp(text)
    if text.startswith("/dev/"):
        return _camera(text, size)
    return _file(text.removeprefix("file://"))


def _rtsp(url: str) -> Source:
    parts = urlsplit(url)
    if not parts.hostname:
        raise SourceError(url, "this RTSP address names no host")
    shown = parts
    if parts.password is not None:
        shown = parts._replace(netloc=f"{parts.username}:***@{parts.netloc.rpartition('@')[2]}")
    # TCP: over a home's wireless network, lost packets would cost whole pictures.
    source = (
        "rtspsrc",
        f"location={url}",
        "protocols=tcp",
        "latency=200",
        "drop-on-latency=true",
        "timeout=5000000",
    )
    only_video = ("!", "application/x-rtp,media=video", "!", "decodebin")
    return Source(urlunsplit(shown), (*source, *only_video), live=True)


def _camera(device: str, size: Size) -> Source:
    try:
        mode = os.stat(device).st_mode
    except FileNotFoundError as err:
        raise SourceError(
            device, "there is no such device; is the camera plugged in? (ls /dev/video*)"
        ) from err
    if not stat.S_ISCHR(mode):
        raise SourceError(device, "this is no camera device")
    if not os.access(device, os.R_OK | os.W_OK):
        raise SourceError(device, "no permission to open the camera (add the user to the group video)")
    # What the camera can do best in this order: this size compressed, this size raw, whatever it has.
    exact = f"width={size.width},height={size.height}"
    offers = f"image/jpeg,{exact};video/x-raw,{exact};image/jpeg;video/x-raw;video/x-h264"
    return Source(device, ("v4l2src", f"device={device}", "!", offers, "!", "decodebin"), live=True)


def _file(name: str) -> Source:
    path = Path(name)
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError as err:
        raise SourceError(name, "there is no such file") from err
    except IsADirectoryError as err:
        raise SourceError(name, "this is a folder, not a video file") from err
    except OSError as err:
        raise SourceError(name, f"the file cannot be read: {err.strerror}") from err
    if empty:
        raise SourceError(name, "the file is empty")
    return Source(name, ("filesrc", f"location={path.absolute()}", "!", "decodebin"), live=False)
