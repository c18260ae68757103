"""A fragment: one cluster that begins with a key frame, with all it takes to decode it by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from matroska.ebml import Id, children, encode, encode_id, encode_unsigned, encode_vint
from matroska.tags import encode_tags

VIDEO = 1
"""The track type of video; 2 is audio (RFC 9559, TrackType)."""

NANOSECONDS_PER_MILLISECOND = 1_000_000


@dataclass(frozen=True)
class Track:
    """One track as the segment's Tracks element describes it.

    `codec_private` is the decoder's configuration (for H.264 the AVCC record), `default_duration_ns` the
    duration of one frame or 0 where the sender does not say.
    """

    number: int
    kind: int = VIDEO
    codec_id: str = "V_MPEG4/ISO/AVC"
    codec_private: bytes = b""
    name: str = ""
    default_duration_ns: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Block:
    """One frame of a fragment; `payload` of the fragment gives its bytes.

    `offset_ms` counts from the fragment's timecode; `start` and `end` are positions in `Fragment.cluster`.
    """

    track_number: int
    offset_ms: int
    key_frame: bool
    start: int
    end: int
    duration_ms: int = 0


@dataclass(frozen=True)
class Fragment:
    """One fragment of a stream, whole.

    `header` is the beginning of a file (EBML, Segment of unknown size, Info, Tracks), `cluster` the cluster
    with its size written down. `timecode_ms` is the cluster's timecode as the sender gave it, in
    milliseconds: since the epoch, or since the sender began. `explicitly_ended` says whether the stream
    itself showed the fragment's end (the next element, or its size); it is False only for a cluster of
    unknown size that the end of the input ended, which a sender may have broken off between two frames.
    """

    header: bytes = field(repr=False)
    cluster: bytes = field(repr=False)
    timecode_ms: int
    duration_ms: int
    tracks: tuple[Track, ...]
    blocks: tuple[Block, ...] = field(repr=False)
    tags: Mapping[str, str] = field(default_factory=dict)
    timestamp_scale: int = NANOSECONDS_PER_MILLISECOND
    explicitly_ended: bool = True

    @property
    def starts_with_key_frame(self) -> bool:
        """Whether the first frame can be decoded without one before it."""
        return self.blocks[0].key_frame

    @property
    def video(self) -> Track | None:
        """The first video track, or None."""
        return next((track for track in self.tracks if track.kind == VIDEO), None)

    def payload(self, block: Block) -> bytes:
        """Return the bytes of one frame."""
        return self.cluster[block.start : block.end]

    def to_bytes(self, tags: Mapping[str, str] | None = None) -> bytes:
        """Return a Matroska file of this one fragment, with `tags` in place of its own where given."""
        return self.header + encode_tags(self.tags if tags is None else tags) + self.cluster

    def at(self, timecode_ms: int) -> Fragment:
        """Return the same fragment with another timecode in milliseconds."""
        timestamp = round(timecode_ms * NANOSECONDS_PER_MILLISECOND / self.timestamp_scale)
        kept = [
            encode(child.id, bytes(child.content))
            for child in children(*cluster_content(self.cluster))
            if child.id != Id.TIMESTAMP
        ]
        cluster = encode_cluster(timestamp, kept)
        shift = len(cluster) - len(self.cluster)
        moved = tuple(
            replace(block, start=block.start + shift, end=block.end + shift) for block in self.blocks
        )
        return replace(self, cluster=cluster, timecode_ms=timecode_ms, blocks=moved)


_CLUSTER_HEADER_LENGTH = 4 + 8


def encode_cluster(timestamp: int, blocks: list[bytes]) -> bytes:
    """Write a cluster of known size: its timestamp (in the segment's scale), then its block elements."""
    body = encode_unsigned(Id.TIMESTAMP, timestamp) + b"".join(blocks)
    return encode_id(Id.CLUSTER) + encode_vint(len(body), 8) + body


def cluster_content(cluster: bytes) -> tuple[memoryview, int]:
    """Return the content of a cluster that `encode_cluster` wrote, and where it begins."""
    return memoryview(cluster)[_CLUSTER_HEADER_LENGTH:], _CLUSTER_HEADER_LENGTH
