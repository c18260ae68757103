"""A cluster while it arrives: what has been read of it, and the fragment it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from matroska.ebml import Element, Id, children, encode, encode_unsigned, read_vint, signed_16, unsigned
from matroska.errors import MalformedError
from matroska.fragment import (
    NANOSECONDS_PER_MILLISECOND,
    VIDEO,
    Block,
    Fragment,
    Track,
    encode_cluster,
)

CLUSTER_CHILDREN = frozenset(
    {
        Id.TIMESTAMP,
        Id.SIMPLE_BLOCK,
        Id.BLOCK_GROUP,
        Id.SILENT_TRACKS,
        Id.POSITION,
        Id.PREV_SIZE,
        Id.VOID,
        Id.CRC_32,
    }
)
_KEY_FRAME_FLAG = 0x80
_HEADER_LENGTH = 12


class OpenCluster:
    """The cluster being read. Add its children in order, then `finish` it.

    Positions, sizes and checksums that hold only where the cluster stood (Position, PrevSize, CRC-32, Void)
    are dropped; timestamp and blocks are kept byte for byte.
    """

    def __init__(self, offset: int, end: int | None, timestamp_scale: int) -> None:
        """`offset` is where it begins in the stream, `end` where it ends (None: its size is unknown)."""
        self.offset = offset
        self.end = end
        self.size = 0
        self._timestamp: int | None = None
        self._scale = timestamp_scale
        self._elements: list[bytes] = []
        self._blocks: list[Block] = []

    @property
    def timecode_ms(self) -> int | None:
        """The cluster's timecode in milliseconds; None until it was read."""
        if self._timestamp is None:
            return None
        return round(self._timestamp * self._scale / NANOSECONDS_PER_MILLISECOND)

    def add(self, element: Element) -> None:
        """Take one child of the cluster."""
        if element.id == Id.TIMESTAMP:
            if self._timestamp is not None:
                raise MalformedError(element.offset, "a cluster with two timestamps")
            self._timestamp = unsigned(element)
        elif element.id in (Id.SIMPLE_BLOCK, Id.BLOCK_GROUP):
            self._add_block(element)

    def finish(
        self, header: bytes, tracks: tuple[Track, ...], tags: Mapping[str, str], *, explicitly: bool
    ) -> Fragment:
        """Make the fragment; MalformedError if the cluster holds no timestamp or no frame."""
        timecode_ms = self.timecode_ms
        if self._timestamp is None or timecode_ms is None:
            raise MalformedError(self.offset, "a cluster without a timestamp")
        if not self._blocks:
            raise MalformedError(self.offset, "a cluster without a frame")
        begin = _HEADER_LENGTH + len(encode_unsigned(Id.TIMESTAMP, self._timestamp))
        blocks = tuple(replace(b, start=b.start + begin, end=b.end + begin) for b in self._blocks)
        return Fragment(
            header=header,
            cluster=encode_cluster(self._timestamp, self._elements),
            timecode_ms=timecode_ms,
            duration_ms=_duration_ms(blocks, tracks),
            tracks=tracks,
            blocks=blocks,
            tags=tags,
            timestamp_scale=self._scale,
            explicitly_ended=explicitly,
        )

    def _add_block(self, element: Element) -> None:
        if self._timestamp is None:
            raise MalformedError(element.offset, "a frame before its cluster's timestamp")
        block = self._simple_block(element) if element.id == Id.SIMPLE_BLOCK else self._block_group(element)
        encoded = encode(element.id, bytes(element.content))
        begin = self.size + len(encoded) - len(element.content)
        self._blocks.append(replace(block, start=block.start + begin, end=block.end + begin))
        self._elements.append(encoded)
        self.size += len(encoded)

    def _simple_block(self, element: Element) -> Block:
        """Read a block's header; its positions count from the begin of the element's content."""
        track_number, length = read_vint(element.content, element.offset)
        if len(element.content) < length + 3:
            raise MalformedError(element.offset, "a frame is shorter than its header")
        relative = signed_16(element.content[length : length + 2])
        return Block(
            track_number=track_number,
            offset_ms=self._milliseconds(relative),
            key_frame=bool(element.content[length + 2] & _KEY_FRAME_FLAG),
            start=length + 3,
            end=len(element.content),
        )

    def _block_group(self, group: Element) -> Block:
        block: Block | None = None
        duration_ms, key_frame = 0, True
        for child in children(group.content, group.offset):
            if child.id == Id.BLOCK:
                begin = child.offset - group.offset
                block = self._simple_block(child)
                block = replace(block, start=block.start + begin, end=block.end + begin)
            elif child.id == Id.BLOCK_DURATION:
                duration_ms = self._milliseconds(unsigned(child))
            elif child.id == Id.REFERENCE_BLOCK:
                key_frame = False
        if block is None:
            raise MalformedError(group.offset, "a block group without a block")
        return replace(block, key_frame=key_frame, duration_ms=duration_ms)

    def _milliseconds(self, timestamp: int) -> int:
        return round(timestamp * self._scale / NANOSECONDS_PER_MILLISECOND)


def _duration_ms(blocks: tuple[Block, ...], tracks: tuple[Track, ...]) -> int:
    """From the first frame to the end of the last one, of the video track if there is one.

    The last frame lasts as long as the block or the track says, else as the frames before it on average.
    """
    lead = next((track for track in tracks if track.kind == VIDEO), tracks[0])
    frames = [block for block in blocks if block.track_number == lead.number] or list(blocks)
    frames.sort(key=lambda block: block.offset_ms)
    span = frames[-1].offset_ms - frames[0].offset_ms
    last = frames[-1].duration_ms or lead.default_duration_ns / NANOSECONDS_PER_MILLISECOND
    if not last and len(frames) > 1:
        last = span / (len(frames) - 1)
    return round(span + last)
