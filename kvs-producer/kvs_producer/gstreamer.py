"""What GStreamer says when something is wrong, in words that help the camera's owner."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kvs_producer.errors import GStreamerError, PermanentError, SourceError

PROGRAM = "gst-launch-1.0"

_BASE, _GOOD, _BAD = "gstreamer1.0-plugins-base", "gstreamer1.0-plugins-good", "gstreamer1.0-plugins-bad"

DEBIAN_PACKAGES = {
    PROGRAM: "gstreamer1.0-tools",
    "clocksync": "libgstreamer1.0-0",
    "filesrc": "libgstreamer1.0-0",
    "fdsink": "libgstreamer1.0-0",
    "queue": "libgstreamer1.0-0",
    "tee": "libgstreamer1.0-0",
    "decodebin": _BASE,
    "videotestsrc": _BASE,
    "videoconvert": _BASE,
    "videoscale": _BASE,
    "videorate": _BASE,
    "matroskamux": _GOOD,
    "rtspsrc": _GOOD,
    "v4l2src": _GOOD,
    "h264parse": _BAD,
    "x264enc": "gstreamer1.0-plugins-ugly",
}
"""Which Debian package holds each element that our pipelines name."""

_DECODERS = "gstreamer1.0-libav"

_SOURCE_TROUBLE = (
    (r"No such file", "there is no such file"),
    (r"Stream contains no data", "the file is empty"),
    (r"Could not determine type of stream", "this is no video file that GStreamer knows"),
    (
        r"This file is (corrupt|invalid|incomplete)|not enough data|contains no playable streams",
        "the file is damaged",
    ),
    (
        r"Cannot identify device|is not a capture device|isn't a v4l2 driver",
        "this is no camera, or it was unplugged",
    ),
    (r"Device '.*' is busy", "another program is using the camera"),
    (r"[Uu]nauthorized|401", "the camera wants another user name or password (rtsp://user:password@...)"),
    (r"404|Not found \(404\)|Not Found", "the camera answers, but has no stream at this path"),
    (
        r"Failed to connect|Could not connect|Could not open resource",
        "the camera does not answer at this address",
    ),
    (r"Could not resolve|Name or service not known", "no host of this name"),
)
"""What GStreamer 1.22 says on standard error, and what it means; the first that fits counts."""


def input_codec(line: str) -> str | None:
    """Return the codec that a line of `gst-launch-1.0 -v` shows entering the decoder, such as "H.264"."""
    match = re.search(r"decodebin\d+/.*?: caps = (?:\(.*?\))?((?:video|image)/[\w.+-]+)", line)
    if match is None or match[1] in ("video/x-raw", *_CONTAINERS):
        return None
    return _CODECS.get(match[1], match[1].partition("/")[2].removeprefix("x-"))


_CONTAINERS = (
    "video/quicktime",
    "video/x-matroska",
    "video/webm",
    "video/x-msvideo",
    "video/mpegts",
    "video/x-flv",
)
_CODECS = {
    "video/x-h264": "H.264",
    "video/x-h265": "H.265",
    "video/x-vp8": "VP8",
    "video/x-vp9": "VP9",
    "video/x-av1": "AV1",
    "video/mpeg": "MPEG",
    "image/jpeg": "JPEG",
}


def explain(source: str, said: Sequence[str]) -> PermanentError:
    """Make an error of what a pipeline that delivered nothing said on its way out."""
    text = "\n".join(said)
    if missing := re.search(r'no (?:element|property) "?(\w+)"?', text):
        return GStreamerError(f"the GStreamer element {missing[1]}", DEBIAN_PACKAGES.get(missing[1]))
    if lacking := _lacking(text):
        return SourceError(source, lacking)
    if "Delayed linking failed" in text or "reason not-linked" in text:
        return SourceError(source, "there is no video in it")
    for pattern, reason in _SOURCE_TROUBLE:
        if re.search(pattern, text):
            return SourceError(source, reason)
    return SourceError(source, first_error(said) or "GStreamer delivered no video and did not say why")


def _lacking(text: str) -> str:
    """What GStreamer cannot take apart or decode, and which packages can; "" if that is not the trouble."""
    found = re.search(
        r"Missing (?:element|decoder): (.+?)( decoder| demuxer)?(?: \(((?:video|image)/[\w.+-]+).*)?$",
        text,
        re.M,
    )
    if found is None:
        return ""
    name, kind, caps = found.groups()
    if kind == " demuxer" or caps in _CONTAINERS:
        return f"GStreamer has no demuxer for {name} (Debian: sudo apt install {_GOOD} {_BAD})"
    return f"GStreamer has no decoder for {name} (Debian: sudo apt install {_DECODERS} {_BAD})"


def first_error(said: Sequence[str]) -> str:
    """The first error in what a pipeline said, without GStreamer's path of the element."""
    for line in said:
        if match := re.match(r"ERROR: (?:from element \S+: )?(.*)", line):
            return match[1]
    return ""
