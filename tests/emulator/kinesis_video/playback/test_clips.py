"""GetClip: what was archived, as a file that plays."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import pytest

from emulator.kinesis_video import clip
from emulator.mp4.errors import Mp4Error
from matroska import Fragment, FragmentReader, Frame, Track, encode_frames, encode_header
from tests.contract import video as filming
from tests.emulator.asking import code_of

NAMED = {"StartTimestamp": 1.0, "EndTimestamp": 2.0}


def frames(data: bytes, folder: Path) -> list[int]:
    """The numbers of the frames that a player shows."""
    file = folder / "clip.mp4"
    file.write_bytes(data)
    capture = cv2.VideoCapture(str(file))
    numbers = []
    while capture.grab():
        columns = capture.retrieve()[1].mean(axis=(0, 2)).reshape(-1, filming.BAR).mean(axis=1)
        numbers.append(int(columns.argmax()))
    return numbers


@pytest.mark.parametrize(
    ("begin", "end", "expected"), [(-1, 10, range(45)), (0, 1, range(30)), (0.5, 1.5, range(15, 30))]
)
def test_a_clip_has_the_fragments_that_begin_in_the_range(
    archived: Any, film: Any, tmp_path: Path, begin: float, end: float, expected: range
) -> None:
    """Given three fragments, when a range is asked for, then those that begin in it come, ends included."""
    found = archived.get_clip(StreamName=film.stream, ClipFragmentSelector=film.selector(begin, end))
    assert found["ContentType"] == "video/mp4"
    assert frames(found["Payload"].read(), tmp_path) == list(expected)


def test_a_clip_by_the_servers_clock(archived: Any, film: Any, tmp_path: Path) -> None:
    """Given the time at which fragments arrived, when asked for by it, then they all come."""
    info = archived.list_fragments(StreamName=film.stream)["Fragments"]
    span = {"StartTimestamp": info[0]["ServerTimestamp"], "EndTimestamp": time.time()}
    found = archived.get_clip(
        StreamName=film.stream,
        ClipFragmentSelector={"FragmentSelectorType": "SERVER_TIMESTAMP", "TimestampRange": span},
    )
    assert frames(found["Payload"].read(), tmp_path) == list(range(45))


def test_a_fragment_sent_twice_at_one_time_is_there_once(
    archived: Any, stream: str, put_parts: Any, tmp_path: Path
) -> None:
    """Given two fragments of the same producer time, when a clip is made, then it has the newer one."""
    first, second, _ = filming.fragments()
    put_parts(stream, 1000.0, [first])
    put_parts(stream, 1000.0, [second])
    span = {"StartTimestamp": 999.0, "EndTimestamp": 1001.0}
    found = archived.get_clip(
        StreamName=stream,
        ClipFragmentSelector={"FragmentSelectorType": "PRODUCER_TIMESTAMP", "TimestampRange": span},
    )
    assert frames(found["Payload"].read(), tmp_path) == list(range(15, 30))


@pytest.mark.parametrize("limit", ["MAX_FRAGMENTS", "MAX_BYTES"])
def test_a_clip_ends_at_its_limit(
    archived: Any, film: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """Given room for two fragments, when three are asked for, then the clip has the first two."""
    info = archived.list_fragments(StreamName=film.stream)["Fragments"]
    sizes = [fragment["FragmentSizeInBytes"] for fragment in info]
    monkeypatch.setattr(clip, limit, {"MAX_FRAGMENTS": 2, "MAX_BYTES": sum(sizes[:2])}[limit])
    found = archived.get_clip(StreamName=film.stream, ClipFragmentSelector=film.selector())
    assert frames(found["Payload"].read(), tmp_path) == list(range(30))


@pytest.mark.parametrize(
    ("begin", "end", "kind", "code"),
    [
        (100, 200, "PRODUCER_TIMESTAMP", "ResourceNotFoundException"),
        (2, 1, "PRODUCER_TIMESTAMP", "InvalidArgumentException"),
        (0, 86_401, "PRODUCER_TIMESTAMP", "InvalidArgumentException"),
        (0, 3600, "SERVER_TIMESTAMP", "InvalidArgumentException"),
    ],
)
def test_ranges_that_give_no_clip(
    archived: Any, film: Any, begin: float, end: float, kind: str, code: str
) -> None:
    """Given a range without a fragment, turned round, too long, or in the future, then AWS's error."""
    selector = film.selector(begin, end, kind)
    refused = code_of(lambda: archived.get_clip(StreamName=film.stream, ClipFragmentSelector=selector))
    assert refused == code


def test_streams_that_give_no_clip(archived: Any, video: Any, make_stream: Any) -> None:
    """Given no such stream, none named, or one that retains nothing, when a clip is asked for, then so."""
    selector = {"FragmentSelectorType": "PRODUCER_TIMESTAMP", "TimestampRange": NAMED}
    codes = [
        code_of(partial(archived.get_clip, **named, ClipFragmentSelector=selector))
        for named in ({"StreamName": "nobody-s"}, {}, {"StreamName": make_stream(video, 0)})
    ]
    assert codes == ["ResourceNotFoundException", "InvalidArgumentException", "NoDataRetentionException"]


def test_a_clip_needs_its_range(video: Any, film: Any) -> None:
    """Given a request without a selector, when sent past the SDK's own check, then it is refused."""
    client = video.client("kinesis-video-archived-media", parameter_validation=False)
    assert code_of(lambda: client.get_clip(StreamName=film.stream)) == "InvalidArgumentException"


def made_up(private: bytes, payload: bytes = b"\0\0\0\1\x65") -> Fragment:
    """A fragment of one frame that says it is H.264."""
    header = encode_header([Track(1, codec_private=private, width=64, height=48)])
    [found] = FragmentReader().feed(header + encode_frames(0, [Frame(payload, key_frame=True)]))
    return found


def unplayable() -> dict[str, Fragment]:
    """Fragments that make no MP4, by what Kinesis Video says of them."""
    track = filming.fragments()[0].video
    assert track is not None
    return {
        "UnsupportedStreamMediaTypeException": filming.fragments("vp8")[0],
        "MissingCodecPrivateDataException": made_up(b""),
        "InvalidCodecPrivateDataException": made_up(b"\0\0\0\1\x67"),
        "InvalidMediaFrameException": made_up(track.codec_private, b"\xff\xff\xff\xff\x65"),
    }


@pytest.mark.parametrize("code", sorted(unplayable()))
def test_video_that_makes_no_clip(archived: Any, stream: str, put_parts: Any, code: str) -> None:
    """Given another codec, no or a damaged configuration, or damaged frames, then AWS's error of each."""
    put_parts(stream, 1000.0, [unplayable()[code]])
    span = {"StartTimestamp": 999.0, "EndTimestamp": 1001.0}
    selector = {"FragmentSelectorType": "PRODUCER_TIMESTAMP", "TimestampRange": span}
    assert code_of(lambda: archived.get_clip(StreamName=stream, ClipFragmentSelector=selector)) == code


def test_every_reason_against_mp4_has_its_error() -> None:
    """Given all errors of the MP4 writer, then each has an error of Kinesis Video."""
    assert set(Mp4Error.__subclasses__()) == set(clip.REFUSALS)
