"""Properties of the fragment reader and writer that hold for any stream, cut anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matroska import (
    Fragment,
    FragmentReader,
    Frame,
    MatroskaError,
    SegmentWriter,
    Track,
    encode_frames,
    encode_header,
    encode_tags,
)

TRACKS = (Track(1, codec_private=b"\x01\x64", width=1280, height=720), Track(2, kind=2, codec_id="A_AAC"))


@dataclass(frozen=True)
class Sent:
    """What a sender puts into one fragment."""

    timecode_ms: int
    frames: tuple[Frame, ...]
    tags: dict[str, str]
    known_size: bool

    def to_bytes(self) -> bytes:
        """The fragment as it goes over the wire, without a header."""
        return encode_tags(self.tags) + encode_frames(
            self.timecode_ms, self.frames, known_size=self.known_size
        )


frames = st.builds(
    Frame,
    payload=st.binary(max_size=40),
    offset_ms=st.integers(-32768, 32767),
    key_frame=st.booleans(),
    track_number=st.sampled_from([1, 2]),
)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=10).filter(
    lambda name: name != "AWS_KINESISVIDEO_END_OF_FRAGMENT"
)
values = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10)
fragments = st.builds(
    Sent,
    timecode_ms=st.integers(0, 2**42),
    frames=st.lists(frames, min_size=1, max_size=5).map(tuple),
    tags=st.dictionaries(names, values, max_size=3),
    known_size=st.booleans(),
)
streams = st.lists(fragments, min_size=1, max_size=4)


def _bytes(stream: list[Sent]) -> bytes:
    return encode_header(TRACKS) + b"".join(sent.to_bytes() for sent in stream)


def _pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[begin:end] for begin, end in pairwise(places)]


def _read(pieces: list[bytes]) -> tuple[list[Fragment], tuple[type[MatroskaError], int] | None]:
    """Return all fragments of a stream that ends in good order, and the error it ended with."""
    reader = FragmentReader()
    found: list[Fragment] = []
    try:
        for piece in pieces:
            found += reader.feed(piece)
        found += reader.close()
    except MatroskaError as error:
        return found + list(reader.rescued), (type(error), error.offset)
    return found, None


@given(streams)
def test_what_is_written_is_read(stream: list[Sent]) -> None:
    """Given any fragments, when written and read again, then times, tags and frames are the same."""
    found, error = _read([_bytes(stream)])

    assert error is None
    assert [fragment.timecode_ms for fragment in found] == [sent.timecode_ms for sent in stream]
    assert [fragment.tags for fragment in found] == [sent.tags for sent in stream]
    assert all(fragment.tracks == TRACKS for fragment in found)
    for fragment, sent in zip(found, stream, strict=True):
        assert [fragment.payload(block) for block in fragment.blocks] == [f.payload for f in sent.frames]
        assert [(b.offset_ms, b.key_frame, b.track_number) for b in fragment.blocks] == [
            (frame.offset_ms, frame.key_frame, frame.track_number) for frame in sent.frames
        ]


@given(streams, st.lists(st.integers(0, 2**20), max_size=12))
def test_pieces_make_no_difference(stream: list[Sent], cuts: list[int]) -> None:
    """Given any stream, when it arrives in any pieces, then the same fragments come out."""
    data = _bytes(stream)
    assert _read(_pieces(data, cuts)) == _read([data])


@given(
    streams, st.binary(min_size=1, max_size=20), st.integers(0), st.lists(st.integers(0, 2**20), max_size=6)
)
def test_damaged_streams_fail_alike_in_any_pieces(
    stream: list[Sent], damage: bytes, where: int, cuts: list[int]
) -> None:
    """Given a damaged stream, when read in any pieces, then it ends with the same typed error, if any."""
    data = bytearray(_bytes(stream))
    begin = where % len(data)
    data[begin : begin + len(damage)] = damage
    assert _read(_pieces(bytes(data), cuts)) == _read([bytes(data)])


@given(st.binary(max_size=200))
def test_noise_is_never_a_fragment(noise: bytes) -> None:
    """Given bytes that are no Matroska, when read, then nothing comes out and nothing but typed errors."""
    found, error = _read([noise])
    assert found == []
    assert error is not None or noise == b""


@given(streams, st.integers(0))
def test_a_stream_cut_off_yields_no_half_fragment(stream: list[Sent], cut: int) -> None:
    """Given a stream cut off anywhere, when fed, then only whole fragments come out."""
    data = _bytes(stream)
    whole, _ = _read([data])
    found = FragmentReader().feed(data[: cut % len(data)])
    assert [fragment.to_bytes() for fragment in found] == [f.to_bytes() for f in whole[: len(found)]]
    assert all(fragment.explicitly_ended for fragment in found)


@given(streams, st.integers(0))
def test_an_end_that_may_be_a_break_is_marked(stream: list[Sent], cut: int) -> None:
    """Given a stream cut off anywhere, when closed, then a last fragment is whole or marked as uncertain."""
    data = _bytes(stream)
    whole, _ = _read([data])
    found, _ = _read([data[: cut % len(data)]])
    for fragment, expected in zip(found, whole, strict=False):
        assert fragment.cluster == expected.cluster or not fragment.explicitly_ended


@given(streams, st.integers(0, 2**42))
def test_a_fragment_stands_alone(stream: list[Sent], timecode_ms: int) -> None:
    """Given any fragment, when written as a file of its own at another time, then it reads as the same."""
    for fragment in _read([_bytes(stream)])[0]:
        moved = fragment.at(timecode_ms)
        (found,) = FragmentReader().feed(moved.to_bytes())
        assert found.timecode_ms == timecode_ms
        assert found.duration_ms == fragment.duration_ms
        assert found.tags == fragment.tags
        assert [found.payload(b) for b in found.blocks] == [fragment.payload(b) for b in fragment.blocks]
        assert [moved.payload(b) for b in moved.blocks] == [fragment.payload(b) for b in fragment.blocks]


@pytest.mark.parametrize("end", [True, False])
@given(stream=streams)
def test_fragments_sent_on_are_the_same(end: bool, stream: list[Sent]) -> None:
    """Given fragments of one stream, when sent on in a segment of ours, then they arrive as they were."""
    read, _ = _read([_bytes(stream)])
    writer = SegmentWriter()
    found, error = _read([writer.fragment(fragment, end=end) for fragment in read])
    assert error is None
    assert [(f.cluster, f.tags) for f in found] == [(f.cluster, f.tags) for f in read]
    assert all(fragment.explicitly_ended for fragment in found)
