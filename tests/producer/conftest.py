"""What the producer's tests share: fragments without a camera, credentials, small clips."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from matroska import Fragment, FragmentReader, Frame, Track, encode_frames, encode_header

FRAME_BYTES = 4000


def fragment(start_ms: int = 0, *, frames: int = 15, codec_private: bytes = b"avcc") -> Fragment:
    """A fragment of a second that nobody can look at, in pipeline time."""
    header = encode_header([Track(number=1, codec_private=codec_private, width=320, height=240)])
    pictures = [
        Frame(bytes([number]) * FRAME_BYTES, number * 1000 // frames, key_frame=number == 0)
        for number in range(frames)
    ]
    (made,) = FragmentReader().feed(header + encode_frames(start_ms, pictures))
    return made


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that nobody checks, and no endpoint or profile of whoever runs the tests."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def make_clip(path: Path, pipeline: str) -> Path:
    """Write a file with GStreamer; `pipeline` is everything up to the file."""
    subprocess.run(
        ["gst-launch-1.0", "-q", *pipeline.split(), "!", "filesink", f"location={path}"],
        check=True,
        timeout=60,
    )
    return path


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Small clips by name, each made when it is first asked for."""
    folder = tmp_path_factory.mktemp("clips")
    picture = "video/x-raw,width=160,height=120,framerate=15/1"
    recipes = {
        "h264.mp4": f"videotestsrc num-buffers=36 ! {picture} ! x264enc ! mp4mux",
        "long.mp4": f"videotestsrc num-buffers=75 pattern=snow ! {picture} ! x264enc bitrate=300 ! mp4mux",
        "vp8.webm": f"videotestsrc num-buffers=15 ! {picture} ! vp8enc ! webmmux",
        "sound-only.ogg": "audiotestsrc num-buffers=20 ! vorbisenc ! oggmux",
    }

    def clip(name: str) -> Path:
        path = folder / name
        return path if path.exists() else make_clip(path, recipes[name])

    return clip
