"""The writer: frames into clusters, and fragments one after the other into a segment that never ends."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from matroska.ebml import Id, encode, encode_open, encode_unsigned, encode_vint
from matroska.fragment import Fragment, encode_cluster
from matroska.tags import END_OF_FRAGMENT, encode_tags


@dataclass(frozen=True)
class Frame:
    """One encoded frame: `offset_ms` after its cluster's timecode (-32768 to 32767)."""

    payload: bytes
    offset_ms: int = 0
    key_frame: bool = False
    track_number: int = 1


def encode_simple_block(frame: Frame) -> bytes:
    """Write one frame as a SimpleBlock."""
    flags = b"\x80" if frame.key_frame else b"\0"
    relative = struct.pack(">h", frame.offset_ms)
    return encode(Id.SIMPLE_BLOCK, encode_vint(frame.track_number), relative, flags, frame.payload)


def encode_frames(timecode_ms: int, frames: Iterable[Frame], *, known_size: bool = True) -> bytes:
    """Write frames as one cluster; the segment's timestamp scale is a millisecond.

    With `known_size` False as live muxers do: its end shows only when something else begins.
    """
    blocks = [encode_simple_block(frame) for frame in frames]
    if known_size:
        return encode_cluster(timecode_ms, blocks)
    return encode_open(Id.CLUSTER) + encode_unsigned(Id.TIMESTAMP, timecode_ms) + b"".join(blocks)


class SegmentWriter:
    """Write fragments into one segment, as the body of one PutMedia connection.

    The header goes out once, before the first fragment; a later fragment with another header (the encoder was
    started anew) is refused by ValueError, since one connection carries one segment: open another.
    """

    def __init__(self) -> None:
        self._header: bytes | None = None

    def fragment(
        self,
        fragment: Fragment,
        *,
        timecode_ms: int | None = None,
        tags: Mapping[str, str] | None = None,
        end: bool = True,
    ) -> bytes:
        """Return the bytes of one fragment: header if it is the first, its tags, its cluster, its end tag.

        `timecode_ms` gives it another timecode, `tags` replace its own, `end` False leaves out the tag
        END_OF_FRAGMENT, which lets the receiver close the fragment at once.
        """
        if self._header is not None and self._header != fragment.header:
            raise ValueError("the fragment belongs to another segment")
        begin = fragment.header if self._header is None else b""
        self._header = fragment.header
        if timecode_ms is not None:
            fragment = fragment.at(timecode_ms)
        bare = replace(fragment, header=begin)
        return bare.to_bytes(tags) + (encode_tags({END_OF_FRAGMENT: ""}) if end else b"")
