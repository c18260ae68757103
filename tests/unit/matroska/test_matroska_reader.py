"""What the fragment reader makes of streams as producers and Kinesis Video write them."""

from __future__ import annotations

import subprocess

import pytest

from matroska import (
    END_OF_FRAGMENT,
    FragmentReader,
    Frame,
    MalformedError,
    SegmentWriter,
    TooLargeError,
    Track,
    TruncatedError,
    encode_frames,
    encode_header,
    encode_tags,
)
from matroska.ebml import Id, encode, encode_open, encode_text, encode_unsigned, encode_vint

HEADER = encode_header([Track(1, width=1280, height=720)])
FRAMES = [Frame(b"key", 0, key_frame=True), Frame(b"delta", 40)]


def _unknown(timecode_ms: int, frames: list[Frame] | None = None) -> bytes:
    return encode_frames(timecode_ms, FRAMES if frames is None else frames, known_size=False)


def test_a_cluster_of_unknown_size_ends_with_the_next_one() -> None:
    """Given clusters of unknown size, when the second begins, then the first is complete."""
    reader = FragmentReader()
    assert reader.feed(HEADER + _unknown(1000)) == []
    assert reader.open_timecode_ms == 1000

    (fragment,) = reader.feed(_unknown(2000)[:6] + _unknown(2000)[6:])

    assert fragment.timecode_ms == 1000
    assert fragment.explicitly_ended
    assert reader.open_timecode_ms == 2000


def test_the_end_tag_ends_a_fragment_and_is_none_of_the_next() -> None:
    """Given the tag END_OF_FRAGMENT behind a cluster, when it arrives, then the fragment is complete."""
    reader = FragmentReader()
    (first,) = reader.feed(HEADER + _unknown(1000) + encode_tags({END_OF_FRAGMENT: ""}))
    assert first.explicitly_ended
    assert reader.open_timecode_ms is None

    assert reader.feed(_unknown(2000)) == []
    (second,) = reader.close()
    assert second.tags == {}


def test_tags_belong_to_the_cluster_behind_them() -> None:
    """Given tags between two clusters, when read, then the second fragment carries them."""
    reader = FragmentReader()
    tags = encode_tags({"AWS_KINESISVIDEO_NOTIFICATION": ""}) + encode_tags({"door": "front"})
    first, second = reader.feed(HEADER + _unknown(1000) + tags + _unknown(2000)) + reader.close()
    assert first.tags == {}
    assert second.tags == {"AWS_KINESISVIDEO_NOTIFICATION": "", "door": "front"}


def test_tags_of_a_track_are_no_metadata_of_a_fragment() -> None:
    """Given the tag by which a muxer names the encoder of a track, when read, then no fragment carries it."""
    simple_tag = encode(
        Id.SIMPLE_TAG, encode_text(Id.TAG_NAME, "ENCODER"), encode_text(Id.TAG_STRING, "x264")
    )
    targets = encode(Id.TARGETS, encode_unsigned(0x63C5, 7))
    tags = encode(Id.TAGS, encode(Id.TAG, targets, simple_tag))
    (fragment,) = FragmentReader().feed(HEADER + tags + encode_frames(0, FRAMES))
    assert fragment.tags == {}


def test_every_fragment_may_be_a_file_of_its_own() -> None:
    """Given the answer of GetMedia, when read, then each file is a fragment with the tags before it."""
    files = [
        HEADER + encode_tags({"NUMBER": str(n)}) + encode_frames(n, FRAMES) + encode_tags({"TOKEN": str(n)})
        for n in (1, 2)
    ]
    found = FragmentReader().feed(b"".join(files))
    assert [(fragment.timecode_ms, fragment.tags) for fragment in found] == [
        (1, {"NUMBER": "1"}),
        (2, {"NUMBER": "2"}),
    ]


def test_elements_without_meaning_here_are_skipped() -> None:
    """Given Void, SeekHead, Cues, PrevSize and checksums, when read, then they leave no trace."""
    noise = encode(Id.VOID, bytes(3000)) + encode(Id.SEEK_HEAD, b"x") + encode(Id.CUES, b"y")
    block = encode(Id.SIMPLE_BLOCK, encode_vint(1), b"\0\0\x80", b"key")
    cluster = encode(
        Id.CLUSTER,
        encode(Id.CRC_32, bytes(4)),
        encode_unsigned(Id.TIMESTAMP, 5),
        encode_unsigned(Id.POSITION, 9),
        encode_unsigned(Id.PREV_SIZE, 9),
        block,
    )
    (fragment,) = FragmentReader().feed(HEADER + noise + cluster)
    plain = encode_frames(5, [Frame(b"key", key_frame=True)])
    assert fragment.to_bytes() == HEADER + plain


def test_block_groups_tell_key_frames_and_durations() -> None:
    """Given frames in block groups, when read, then a reference means no key frame, and durations count."""
    key = encode(Id.BLOCK_GROUP, encode(Id.BLOCK, encode_vint(1), b"\0\0\0", b"key"))
    delta = encode(
        Id.BLOCK_GROUP,
        encode_unsigned(Id.BLOCK_DURATION, 25),
        encode(Id.BLOCK, encode_vint(1), b"\0\x28\0", b"delta"),
        encode(Id.REFERENCE_BLOCK, b"\xd8"),
    )
    (fragment,) = FragmentReader().feed(
        HEADER + encode(Id.CLUSTER, encode_unsigned(Id.TIMESTAMP, 7), key, delta)
    )
    assert [block.key_frame for block in fragment.blocks] == [True, False]
    assert [fragment.payload(block) for block in fragment.blocks] == [b"key", b"delta"]
    assert fragment.duration_ms == 40 + 25


@pytest.mark.parametrize(
    ("default_duration_ns", "frames", "expected_ms"),
    [
        (66_666_666, [Frame(b"", 0), Frame(b"", 67)], 134),
        (0, [Frame(b"", 0), Frame(b"", 40), Frame(b"", 80)], 120),
        (0, [Frame(b"", 0)], 0),
        (0, [Frame(b"", 80), Frame(b"", 0), Frame(b"", 40)], 120),
    ],
)
def test_a_fragment_lasts_until_the_end_of_its_last_frame(
    default_duration_ns: int, frames: list[Frame], expected_ms: int
) -> None:
    """Given frames at these times, when read, then the duration counts the last frame as well."""
    header = encode_header([Track(1, default_duration_ns=default_duration_ns)])
    (fragment,) = FragmentReader().feed(header + encode_frames(0, frames))
    assert fragment.duration_ms == expected_ms


def test_other_timestamp_scales_are_converted() -> None:
    """Given timestamps in tenths of milliseconds, when read and moved, then times are milliseconds."""
    header = encode_header([Track(1)], timestamp_scale=100_000)
    (fragment,) = FragmentReader().feed(header + encode_frames(10_000, [Frame(b"", 0), Frame(b"", 400)]))
    assert fragment.timecode_ms == 1000
    assert fragment.blocks[1].offset_ms == 40
    (moved,) = FragmentReader().feed(fragment.at(2000).to_bytes())
    assert moved.timecode_ms == 2000


@pytest.mark.parametrize(
    ("damaged", "offset"),
    [
        (b"\0", 0),
        (b"RIFF", 0),
        (encode_tags({"a": "b"}), 0),
        (encode_open(Id.SEGMENT), 0),
        (HEADER + b"\x0f", len(HEADER)),
        (HEADER + b"\xa3\x80", len(HEADER)),
        (HEADER + encode_frames(1, FRAMES) + b"\xff\xff", len(HEADER + encode_frames(1, FRAMES))),
        (HEADER + _unknown(1) + b"\x42\x86\x81\0", len(HEADER + _unknown(1))),
        (HEADER + _unknown(1, []) + _unknown(2), len(HEADER)),
        (HEADER + encode_open(Id.CLUSTER) + b"\xa3\x84\x81\0\0\x80", len(HEADER) + 14),
        (HEADER + _unknown(1, []) + b"\xa3\x81\x81", len(HEADER + _unknown(1, [])) + 2),
        (encode_header([])[:-5] + encode(Id.TRACKS, b""), None),
        (encode_header([Track(1), Track(1)]), None),
        (encode_header([])[:-5] + encode_frames(1, FRAMES), None),
    ],
)
def test_malformed_bytes_are_named_with_their_place(damaged: bytes, offset: int | None) -> None:
    """Given bytes that are no fragments, when read, then a typed error says where the trouble begins."""
    with pytest.raises(MalformedError) as caught:
        FragmentReader().feed(damaged)
    assert offset is None or caught.value.offset == offset
    assert str(caught.value.offset) in str(caught.value)


def test_fragments_before_the_damage_are_not_lost() -> None:
    """Given damage behind a whole fragment, when both arrive at once, then the reader has the fragment."""
    reader = FragmentReader()
    with pytest.raises(MalformedError):
        reader.feed(HEADER + encode_frames(1, FRAMES) + b"\xff\xff")
    assert [fragment.timecode_ms for fragment in reader.rescued] == [1]

    with pytest.raises(MalformedError):
        reader.feed(encode_frames(2, FRAMES))
    assert reader.rescued == ()


@pytest.mark.parametrize("known_size", [True, False])
def test_a_fragment_over_the_limit_is_refused_before_it_is_buffered(known_size: bool) -> None:
    """Given a limit, when a larger fragment is announced, then it is refused at its first bytes."""
    reader = FragmentReader(max_fragment_bytes=1000)
    data = HEADER + encode_frames(1, [Frame(bytes(600)), Frame(bytes(600))], known_size=known_size)
    with pytest.raises(TooLargeError) as caught:
        reader.feed(data[: len(HEADER) + 700])
    assert caught.value.offset >= len(HEADER)


def test_a_header_over_the_limit_is_refused() -> None:
    """Given tags that claim to be huge, when announced, then they are refused."""
    with pytest.raises(TooLargeError):
        FragmentReader().feed(HEADER + encode(Id.TAGS, bytes(2_000_000))[:20])


@pytest.mark.parametrize("cut", [1, 3, 8])
def test_a_stream_that_ends_within_an_element_is_truncated(cut: int) -> None:
    """Given a stream without its last bytes, when closed, then nothing is taken for whole."""
    reader = FragmentReader()
    reader.feed((HEADER + _unknown(1))[:-cut])
    with pytest.raises(TruncatedError):
        reader.close()


def test_a_cluster_shorter_than_its_size_is_truncated() -> None:
    """Given a cluster of known size that lacks a frame, when closed, then nothing is taken for whole."""
    reader = FragmentReader()
    reader.feed(HEADER + encode_frames(1, FRAMES)[:-12])
    with pytest.raises(TruncatedError):
        reader.close()


def test_one_segment_has_one_header() -> None:
    """Given fragments of two segments, when written as one, then the writer refuses."""
    (one,) = FragmentReader().feed(HEADER + encode_frames(1, FRAMES))
    (other,) = FragmentReader().feed(encode_header([Track(2)]) + encode_frames(1, FRAMES))
    writer = SegmentWriter()
    writer.fragment(one)
    with pytest.raises(ValueError, match="another segment"):
        writer.fragment(other)


def test_gstreamer_streams_are_cut_at_their_key_frames() -> None:
    """Given three seconds of H.264 from GStreamer, when read, then there are three fragments of a second."""
    pipeline = (
        "videotestsrc num-buffers=45 ! video/x-raw,width=160,height=120,framerate=15/1 ! "
        "x264enc tune=zerolatency key-int-max=15 option-string=scenecut=0 ! h264parse ! "
        "matroskamux streamable=true min-cluster-duration=0 ! fdsink fd=1"
    )
    data = subprocess.run(["gst-launch-1.0", "-q", *pipeline.split()], check=True, capture_output=True).stdout
    reader = FragmentReader()
    found = reader.feed(data) + reader.close()
    assert [fragment.timecode_ms for fragment in found] == [0, 1000, 2000]
    assert [fragment.duration_ms for fragment in found] == [1000, 1000, 1000]
    assert all(fragment.starts_with_key_frame and len(fragment.blocks) == 15 for fragment in found)
    video = found[0].video
    assert video is not None
    assert (video.codec_id, video.width, video.height) == ("V_MPEG4/ISO/AVC", 160, 120)
    assert video.codec_private[:1] == b"\x01"
