"""The GStreamer child, with real clips."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from kvs_producer.errors import GStreamerError, PermanentError, SourceBrokenError, SourceError
from kvs_producer.gstreamer import explain, input_codec
from kvs_producer.motion import MotionGate
from kvs_producer.pipeline import Captured, Encoding, Pipeline
from kvs_producer.sources import Size, Source, parse_source

SMALL = Encoding(frames_per_second=15, size=Size(160, 120), kilobits_per_second=200)

NO_TRACK = "1a45dfa38b4282886d6174726f736b611853806701ffffffffffffff1654ae6b80"
"""A Matroska file with a header, a segment of unknown size, and Tracks without one."""


def capture(source: Source, encoding: Encoding = SMALL, stop_after: int | None = None) -> list[Captured]:
    """Run a source to its end, or until it is told to stop after some fragments."""

    async def run() -> list[Captured]:
        pipeline = Pipeline(source, encoding)
        found = []
        async with aclosing(pipeline.fragments()) as fragments:
            async for captured in fragments:
                found.append(captured)
                if len(found) == stop_after:
                    stopping = asyncio.create_task(pipeline.stop())
        if stop_after is not None:
            await stopping
        return found

    return asyncio.run(asyncio.wait_for(run(), 240))


def test_a_file_becomes_fragments_of_a_second_in_real_time(clips: Callable[[str], Path]) -> None:
    """Given 2.4 s of video, there are three fragments that begin with a key frame, at the clip's pace."""
    began = time.monotonic()
    found = [captured.fragment for captured in capture(parse_source(str(clips("h264.mp4")), SMALL.size))]
    took = time.monotonic() - began
    assert [fragment.timecode_ms for fragment in found] == [0, 1000, 2000]
    assert [len(fragment.blocks) for fragment in found] == [15, 15, 6]
    assert [fragment.duration_ms for fragment in found] == [1000, 1000, 400]
    for fragment in found:
        assert fragment.starts_with_key_frame
        assert [block.key_frame for block in fragment.blocks].count(True) == 1
        assert fragment.tracks[0].codec_id == "V_MPEG4/ISO/AVC"
        assert fragment.tracks[0].codec_private[0] == 1  # AVCC, which HLS needs
    assert took > 2.2


def test_the_picture_has_the_wanted_size_and_rate(clips: Callable[[str], Path]) -> None:
    """Given 160x120 at 15 fps and a wish for 320x180 at 10, the fragments have the latter."""
    source = parse_source(str(clips("h264.mp4")), Size(320, 180))
    first = capture(source, Encoding(10, Size(320, 180), 300))[0].fragment
    assert (first.tracks[0].width, first.tracks[0].height, len(first.blocks)) == (320, 180, 10)


def test_another_codec_is_fine_and_said(
    clips: Callable[[str], Path], caplog: pytest.LogCaptureFixture
) -> None:
    """Given VP8, it is encoded anew as H.264 like everything else, and the log says so."""
    caplog.set_level("INFO")
    found = capture(parse_source(str(clips("vp8.webm")), SMALL.size))
    assert found[0].fragment.tracks[0].codec_id == "V_MPEG4/ISO/AVC"
    assert "VP8, encoded anew as H.264" in caplog.text


def test_a_live_source_that_is_stopped_delivers_its_last_fragment() -> None:
    """Given a test pattern stopped after two fragments, what came after them is delivered, too."""
    found = capture(parse_source("test-pattern", SMALL.size), stop_after=2)
    assert len(found) > 2
    last = found[-1].fragment
    assert last.starts_with_key_frame
    assert 0 < last.duration_ms <= 1000


def test_a_source_that_is_stopped_before_its_first_frame_ends_without_complaint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Given a stop so early that GStreamer writes a file without a track, nothing is wrong."""
    (tmp_path / "gst-launch-1.0").write_text(
        f"#!{sys.executable}\n"
        "import os, pathlib, signal, sys, time\n"
        f"no_track = bytes.fromhex('{NO_TRACK}')\n"
        "pipes = [int(word[3:]) for word in sys.argv if word.startswith('fd=')]\n"
        "def stop(*_): [os.write(pipe, no_track) for pipe in pipes]; sys.exit()\n"
        "signal.signal(signal.SIGINT, stop)\n"
        f"pathlib.Path({str(tmp_path / 'ready')!r}).touch()\n"
        "time.sleep(30)\n"
    )
    (tmp_path / "gst-launch-1.0").chmod(0o755)
    monkeypatch.setattr("kvs_producer.pipeline.PROGRAM", str(tmp_path / "gst-launch-1.0"))

    async def run() -> list[Captured]:
        pipeline = Pipeline(parse_source("test-pattern", SMALL.size), SMALL, MotionGate())
        consuming = asyncio.create_task(everything(pipeline))
        while not (tmp_path / "ready").exists():
            await asyncio.sleep(0.01)
        await pipeline.stop()
        return await consuming

    assert asyncio.run(asyncio.wait_for(run(), 60)) == []
    assert not caplog.records


async def everything(pipeline: Pipeline) -> list[Captured]:
    """All fragments of a pipeline."""
    async with aclosing(pipeline.fragments()) as fragments:
        return [captured async for captured in fragments]


def test_a_name_with_odd_characters_is_only_a_name(clips: Callable[[str], Path], tmp_path: Path) -> None:
    """Given quotes, blanks and exclamation marks in a file's name, nothing of it is taken for a pipeline."""
    odd = tmp_path / 'it\'s "my" clip ! fakesink \\ ü.mp4'
    odd.write_bytes(clips("h264.mp4").read_bytes())
    assert len(capture(parse_source(str(odd), SMALL.size))) == 3


def test_sound_alone_is_no_video(clips: Callable[[str], Path]) -> None:
    """Given a file without video, the error says that."""
    with pytest.raises(SourceError, match="no video in it"):
        capture(parse_source(str(clips("sound-only.ogg")), SMALL.size))


def test_a_file_that_is_no_video_file_is_refused(tmp_path: Path) -> None:
    """Given text, the error says that nobody knows this kind of file."""
    path = tmp_path / "letter.mp4"
    path.write_text("Dear Sir or Madam")
    with pytest.raises(SourceError, match="no video file that GStreamer knows"):
        capture(parse_source(str(path), SMALL.size))


def test_a_codec_that_nobody_here_decodes_is_named(
    clips: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a machine without a decoder for the clip, the error names the codec and the package."""
    monkeypatch.setenv("GST_PLUGIN_FEATURE_RANK", "avdec_h264:0,openh264dec:0,vah264dec:0,vaapidecodebin:0")
    with pytest.raises(SourceError, match=r"no decoder for H\.264.*gstreamer1\.0-libav"):
        capture(parse_source(str(clips("h264.mp4")), SMALL.size))


def test_an_rtsp_camera_that_does_not_answer_is_named_without_its_password() -> None:
    """Given an address where nothing listens, the error says so and keeps the password."""
    with pytest.raises(SourceError, match="does not answer") as caught:
        capture(parse_source("rtsp://me:secret@127.0.0.1:9/x", SMALL.size))
    assert "secret" not in str(caught.value)


def test_a_device_that_is_no_camera_is_refused() -> None:
    """Given /dev/null, the error says that it is none."""
    with pytest.raises(SourceError, match="no camera"):
        capture(parse_source("/dev/null", SMALL.size))


def test_a_stream_that_breaks_off_keeps_the_whole_frames_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Given a source that fails after 20 frames, the fragment begun is kept, and the end is an error."""
    broken = Source("camera", ("videotestsrc", "is-live=true", "!", "identity", "error-after=20"), live=True)
    found: list[Captured] = []

    async def run() -> None:
        async with aclosing(Pipeline(broken, SMALL).fragments()) as fragments:
            async for captured in fragments:
                found.append(captured)

    with pytest.raises(SourceBrokenError, match="camera broke off"):
        asyncio.run(run())
    assert len(found) == 2
    assert len(found[1].fragment.blocks) < 15
    assert "broke off within a fragment; its first" in caplog.text


def test_a_camera_that_falls_silent_has_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given no picture for too long and no error either, the source is given up."""
    monkeypatch.setattr("kvs_producer.pipeline.SILENCE_SECONDS", 0.5)
    stuck = Source("camera", ("videotestsrc", "is-live=true", "!", "valve", "drop=true"), live=True)
    with pytest.raises(SourceBrokenError, match="no picture"):
        capture(stuck)


def test_a_missing_program_names_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Given no gst-launch-1.0, the error names the Debian package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GStreamerError, match=r"apt install gstreamer1\.0-tools"):
        capture(parse_source("test-pattern", SMALL.size))


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ('WARNING: erroneous pipeline: no element "x264enc"', GStreamerError, "gstreamer1.0-plugins-ugly"),
        ('WARNING: erroneous pipeline: no element "rtspsrc"', GStreamerError, "gstreamer1.0-plugins-good"),
        ('WARNING: erroneous pipeline: no element "newsrc"', GStreamerError, "newsrc is missing"),
        (
            "Missing element: Quicktime demuxer",
            SourceError,
            "no demuxer for Quicktime (Debian: sudo apt install gstreamer1.0-plugins-good",
        ),
        (
            "Missing decoder: Quicktime (video/quicktime, variant=(string)iso)",
            SourceError,
            "no demuxer for Quicktime (Debian: sudo apt install gstreamer1.0-plugins-good",
        ),
        ("Device '/dev/video0' is busy", SourceError, "another program"),
        (
            "ERROR: from element /GstPipeline:p/GstRTSPSrc:r: Unauthorized",
            SourceError,
            "user name or password",
        ),
        ("ERROR: from element /GstPipeline:p/GstX:x: Something new.", SourceError, "Something new."),
        ("", SourceError, "did not say why"),
    ],
)
def test_what_gstreamer_says_becomes_something_to_do(
    said: str, kind: type[PermanentError], words: str
) -> None:
    """Given GStreamer's last words, the error says what is missing or wrong, and where to get it."""
    error = explain("camera", said.splitlines())
    assert type(error) is kind
    assert words in str(error)


def test_the_codec_is_read_from_what_enters_the_decoder() -> None:
    """Given lines of a verbose pipeline, containers and raw pictures are not taken for the codec."""
    line = "/GstPipeline:pipeline0/GstDecodeBin:decodebin0/GstX:x.GstPad:src: caps = {}"
    assert input_codec(line.format("video/x-vp9, width=(int)640")) == "VP9"
    assert input_codec(line.format("image/jpeg, width=(int)640")) == "JPEG"
    assert input_codec(line.format("video/x-theora, width=(int)640")) == "theora"
    assert input_codec(line.format("video/quicktime, variant=(string)iso")) is None
    assert input_codec(line.format("video/x-raw, format=(string)I420")) is None
    assert input_codec("/GstPipeline:pipeline0/GstX264Enc:x.GstPad:src: caps = video/x-h264") is None
