"""MP4 out of fragments: every frame, at its time, in boxes that fit into each other."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import pytest

from emulator.mp4 import (
    BadConfigurationError,
    BadFrameError,
    NoConfigurationError,
    NoH264Error,
    VideoFormat,
    init_segment,
    media_segment,
    samples_of,
    whole_file,
)
from matroska import Fragment, FragmentReader, Frame, Track, encode_frames, encode_header
from tests.contract import video

CONTAINERS = {"moov", "trak", "mdia", "minf", "dinf", "stbl", "mvex", "moof", "traf"}
# A record with one set of each kind, which is enough to be well formed.
CONFIGURATION = bytes.fromhex("0164001fff e10004 6764001f 01 0003 68eb8f".replace(" ", ""))


class Box(NamedTuple):
    """A box of a file: the names of those around it and its own, its content, and where that begins."""

    path: str
    content: bytes
    begin: int


def boxes(data: bytes, path: str = "", begin: int = 0) -> Iterator[Box]:
    """All boxes of a file, each before those in it. Sizes must add up."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        assert 8 <= size <= len(data) - at, f"{path} holds a box that does not fit"
        name = f"{path}/{kind.decode()}".lstrip("/")
        content = data[at + 8 : at + size]
        yield Box(name, content, begin + at + 8)
        if kind.decode() in CONTAINERS:
            yield from boxes(content, name, begin + at + 8)
        at += size


def only(data: bytes, path: str) -> Box:
    """The one box with this path."""
    [found] = [box for box in boxes(data) if box.path == path]
    return found


def column(
    data: bytes, kind: str, width: int, *, skip: int = 8, signed: bool = False
) -> list[tuple[int, ...]]:
    """The rows of a sample table."""
    content = only(data, f"moov/trak/mdia/minf/stbl/{kind}").content[skip:]
    numbers = struct.unpack(f">{len(content) // 4}{'i' if signed else 'I'}", content)
    return [tuple(numbers[at : at + width]) for at in range(0, len(numbers), width)]


def frames_of(file: Path) -> list[tuple[int, int]]:
    """What a player shows: of each frame its number and its time in milliseconds."""
    capture = cv2.VideoCapture(str(file))
    shown = []
    while capture.grab():
        at = round(capture.get(cv2.CAP_PROP_POS_MSEC))
        columns = capture.retrieve()[1].mean(axis=(0, 2)).reshape(-1, video.BAR).mean(axis=1)
        shown.append((int(columns.argmax()), at))
    return shown


@pytest.fixture(scope="module")
def reordered() -> list[Fragment]:
    """Two seconds whose frames refer to later ones, so that they are not in the order of showing."""
    pipeline = (
        "videotestsrc num-buffers=30 ! video/x-raw,format=I420,width=160,height=120,framerate=15/1 ! "
        "x264enc bframes=2 b-adapt=false key-int-max=15 option-string=scenecut=0 ! h264parse ! "
        "matroskamux streamable=true min-cluster-duration=0 ! fdsink fd=1"
    )
    done = subprocess.run(["gst-launch-1.0", "-q", *pipeline.split()], check=True, capture_output=True)
    reader = FragmentReader()
    return reader.feed(done.stdout) + reader.close()


def fragment(
    frames: Sequence[tuple[int, bytes]] = ((0, b"\0\0\0\1\x65"),),
    private: bytes = CONFIGURATION,
    codec: str = "V_MPEG4/ISO/AVC",
) -> Fragment:
    """A fragment with these frames, of which the first is a key frame; times are milliseconds."""
    header = encode_header([Track(1, codec_id=codec, codec_private=private, width=64, height=48)])
    cluster = encode_frames(0, [Frame(data, at, n == 0) for n, (at, data) in enumerate(frames)])
    [found] = FragmentReader().feed(header + cluster)
    return found


def test_a_whole_file_shows_every_frame_at_its_time(tmp_path: Path) -> None:
    """Given three seconds of video, when made a file, then a player shows its 45 frames as they were."""
    file = tmp_path / "clip.mp4"
    file.write_bytes(whole_file((f.timecode_ms + 5000, f) for f in video.fragments()))
    shown = frames_of(file)
    assert [number for number, _ in shown] == list(range(45))
    assert [at for _, at in shown] == pytest.approx([n * 1000 / 15 for n in range(45)], abs=1)


def test_segments_after_their_init_are_a_file(tmp_path: Path) -> None:
    """Given an init and media segments that begin at an epoch time, then joined they show every frame."""
    begin_ms = 1_795_221_531_000
    parts = video.fragments()
    format_ = VideoFormat.of(parts[0].tracks)
    file = tmp_path / "segments.mp4"
    segments = [
        media_segment(n, begin_ms + part.timecode_ms, samples_of(part, format_))
        for n, part in enumerate(parts, 1)
    ]
    file.write_bytes(init_segment(format_) + b"".join(segments))
    assert [number for number, _ in frames_of(file)] == list(range(45))
    times = [struct.unpack(">Q", only(segment, "moof/traf/tfdt").content[4:])[0] for segment in segments]
    assert times == [begin_ms, begin_ms + 1000, begin_ms + 2000]


def test_a_media_segment_says_where_its_frames_are() -> None:
    """Given a fragment, when made a segment, then the run's offset, sizes and flags lead to its frames."""
    part = video.fragments()[1]
    segment = media_segment(7, 1000, samples_of(part, VideoFormat.of(part.tracks)))
    run = only(segment, "moof/traf/trun").content
    count, offset = struct.unpack_from(">II", run, 4)
    rows = [struct.unpack_from(">IIIi", run, 12 + 16 * n) for n in range(count)]
    payloads = []
    for _, size, _, _ in rows:
        payloads.append(segment[offset : offset + size])
        offset += size
    assert payloads == [part.payload(block) for block in part.blocks]
    assert offset == len(segment)
    assert sum(duration for duration, *_ in rows) == part.duration_ms
    assert [flags == 0x02000000 for _, _, flags, _ in rows] == [True] + [False] * 14
    assert struct.unpack(">I", only(segment, "moof/mfhd").content[4:]) == (7,)


def test_a_whole_file_says_where_its_frames_are() -> None:
    """Given fragments, when made a file, then chunks, sizes and key frames lead to the very same frames."""
    parts = video.fragments()
    data = whole_file((part.timecode_ms, part) for part in parts)
    sizes = [size for (size,) in column(data, "stsz", 1, skip=12)]
    offsets = [offset for (offset,) in column(data, "stco", 1)]
    assert column(data, "stsc", 3) == [(1, 15, 1), (2, 15, 1), (3, 15, 1)]
    assert column(data, "stss", 1) == [(1,), (16,), (31,)]
    found = []
    for chunk, begin in enumerate(offsets):
        at = begin
        for size in sizes[15 * chunk : 15 * chunk + 15]:
            found.append(data[at : at + size])
            at += size
    assert found == [part.payload(block) for part in parts for block in part.blocks]
    assert offsets[0] == only(data, "mdat").begin


def test_frames_that_are_shown_in_another_order_keep_both(reordered: list[Fragment]) -> None:
    """Given frames that refer to later ones, then decode times rise and showing is as sent."""
    data = whole_file((part.timecode_ms, part) for part in reordered)
    durations = [value for count, value in column(data, "stts", 2) for _ in range(count)]
    offsets = [value for count, value in column(data, "ctts", 2, signed=True) for _ in range(count)]
    decoded = [sum(durations[:n]) for n in range(len(durations))]
    sent = [part.timecode_ms + block.offset_ms for part in reordered for block in part.blocks]
    assert sent != sorted(sent)
    assert [at + offset for at, offset in zip(decoded, offsets, strict=True)] == [at - sent[0] for at in sent]
    assert all(duration > 0 for duration in durations)


@pytest.mark.parametrize(
    ("second_at", "expected"), [(1000, [1000, 1000]), (4000, [4000, 1000]), (300, [1000, 1000])]
)
def test_gaps_are_waited_for_and_overlaps_played_after(second_at: int, expected: list[int]) -> None:
    """Given a second fragment on time, late, or too early, then the first lasts until it can begin."""
    part = fragment([(0, b"\0\0\0\1\x65"), (500, b"\0\0\0\1\x41")])
    data = whole_file([(0, part), (second_at, part)])
    durations = [value for count, value in column(data, "stts", 2) for _ in range(count)]
    assert [sum(durations[:2]), sum(durations[2:])] == expected


def test_two_settings_of_the_camera_are_two_descriptions() -> None:
    """Given a camera that changes its settings between fragments, then each chunk names its own."""
    other = fragment(private=CONFIGURATION[:3] + b"\x28" + CONFIGURATION[4:])
    data = whole_file([(0, fragment()), (1000, other), (2000, fragment())])
    description = only(data, "moov/trak/mdia/minf/stbl/stsd").content
    assert struct.unpack_from(">I", description, 4) == (2,)
    assert description.count(b"avcC") == 2
    assert [row[2] for row in column(data, "stsc", 3)] == [1, 2, 1]


def test_a_format_says_what_players_ask_for() -> None:
    """Given a fragment of the encoder's, then codec, size and length of lengths are those in its record."""
    found = VideoFormat.of(video.fragments()[0].tracks)
    assert (found.width, found.height, found.length_size) == (video.WIDTH, video.HEIGHT, 4)
    assert found.codec == f"avc1.{found.configuration[1]:02x}00{found.configuration[3]:02x}"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"codec": "V_VP8"}, NoH264Error),
        ({"private": b""}, NoConfigurationError),
        ({"private": b"\x01\x64\x00\x1f"}, BadConfigurationError),
        ({"private": CONFIGURATION[:-1]}, BadConfigurationError),
        ({"private": b"\0\0\0\1" + CONFIGURATION}, BadConfigurationError),
        ({"private": CONFIGURATION[:4] + b"\xfe" + CONFIGURATION[5:]}, BadConfigurationError),
        ({"private": CONFIGURATION[:12] + b"\0"}, BadConfigurationError),
        ({"frames": [(0, b"\0\0\0\2\x65")]}, BadFrameError),
        ({"frames": [(0, b"\0\0\0\0\x65")]}, BadFrameError),
        ({"frames": [(0, b"\0\0\0\1\x65\0")]}, BadFrameError),
        ({"frames": [(0, b"")]}, BadFrameError),
    ],
)
def test_what_is_no_h264_is_refused(changes: dict[str, object], error: type[Exception]) -> None:
    """Given another codec, a damaged record or a damaged frame, when made a file, then it is refused."""
    broken = fragment(**changes)  # type: ignore[arg-type]  # by name
    with pytest.raises(error):
        whole_file([(0, broken)])


def test_a_track_without_a_frame_is_refused() -> None:
    """Given a fragment whose only frames are another track's, when asked for its video, then refused."""
    sound = Track(2, kind=2, codec_id="A_AAC")
    header = encode_header([*fragment().tracks, sound])
    cluster = encode_frames(0, [Frame(b"sound", 0, key_frame=True, track_number=2)])
    [part] = FragmentReader().feed(header + cluster)
    with pytest.raises(BadFrameError):
        samples_of(part, VideoFormat.of(part.tracks))
