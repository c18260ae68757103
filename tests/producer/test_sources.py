"""What `--source` may be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kvs_producer.errors import SourceError
from kvs_producer.sources import Size, parse_source

HD = Size(1280, 720)


def test_a_file_is_read_at_its_own_pace(tmp_path: Path) -> None:
    """Given a file, the source is not live and names the file."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x")
    source = parse_source(str(path), HD)
    assert not source.live
    assert f"location={path}" in source.elements


def test_a_file_url_is_a_file(tmp_path: Path) -> None:
    """Given file://..., it is the same file."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x")
    assert parse_source(f"file://{path}", HD).label == str(path)


@pytest.mark.parametrize(
    ("name", "reason"), [("missing.mp4", "no such file"), (".", "folder"), ("empty.mp4", "empty")]
)
def test_a_file_that_cannot_be_video_is_refused_at_once(tmp_path: Path, name: str, reason: str) -> None:
    """Given no file, a folder or an empty file, the error says which it is."""
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(SourceError, match=reason):
        parse_source(str(tmp_path / name), HD)


def test_a_camera_that_is_not_there_is_refused_at_once() -> None:
    """Given a device that does not exist, the error says where to look."""
    with pytest.raises(SourceError, match="plugged in"):
        parse_source("/dev/video-of-nobody", HD)


def test_a_device_is_asked_for_the_wanted_size_first() -> None:
    """Given a character device, it becomes a V4L2 source that would rather send the size we want."""
    source = parse_source(os.devnull, HD)
    assert source.live
    assert source.elements[:2] == ("v4l2src", "device=/dev/null")
    assert source.elements[3].startswith("image/jpeg,width=1280,height=720;video/x-raw,width=1280")


def test_the_password_of_an_rtsp_camera_is_never_shown() -> None:
    """Given user and password in the address, GStreamer gets them and messages do not."""
    source = parse_source("rtsp://me:p%40ss@10.0.0.7:8554/live", HD)
    assert source.label == "rtsp://me:***@10.0.0.7:8554/live"
    assert "location=rtsp://me:p%40ss@10.0.0.7:8554/live" in source.elements
    assert source.live


def test_an_rtsp_address_without_a_host_is_refused() -> None:
    """Given rtsp:///x, the error says what is missing."""
    with pytest.raises(SourceError, match="no host"):
        parse_source("rtsp:///x", HD)


@pytest.mark.parametrize("text", ["1280", "1280x", "1281x720", "10x10", "-640x480", "1280*720"])
def test_a_size_that_h264_cannot_have_is_refused(text: str) -> None:
    """Given odd, tiny or no numbers, the size is refused."""
    with pytest.raises(ValueError, match=r"size|even"):
        Size.parse(text)


def test_a_size_is_width_and_height() -> None:
    """Given 640x480, that is what it is."""
    assert Size.parse("640x480") == Size(640, 480)
