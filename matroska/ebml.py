"""The notation below Matroska: element ids, sizes of variable length, and values (RFC 8794, RFC 9559)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from matroska.errors import MalformedError

Buffer = bytes | bytearray | memoryview


class Id(IntEnum):
    """The element ids that fragments are made of, with their length marker, as RFC 9559 lists them."""

    EBML = 0x1A45DFA3
    EBML_MAX_ID_LENGTH = 0x42F2
    EBML_MAX_SIZE_LENGTH = 0x42F3
    EBML_VERSION = 0x4286
    EBML_READ_VERSION = 0x42F7
    DOC_TYPE = 0x4282
    DOC_TYPE_VERSION = 0x4287
    DOC_TYPE_READ_VERSION = 0x4285
    VOID = 0xEC
    CRC_32 = 0xBF
    SEGMENT = 0x18538067
    SEEK_HEAD = 0x114D9B74
    CUES = 0x1C53BB6B
    CHAPTERS = 0x1043A770
    ATTACHMENTS = 0x1941A469
    INFO = 0x1549A966
    TIMESTAMP_SCALE = 0x2AD7B1
    MUXING_APP = 0x4D80
    WRITING_APP = 0x5741
    TRACKS = 0x1654AE6B
    TRACK_ENTRY = 0xAE
    TRACK_NUMBER = 0xD7
    TRACK_UID = 0x73C5
    TRACK_TYPE = 0x83
    TRACK_NAME = 0x536E
    DEFAULT_DURATION = 0x23E383
    CODEC_ID = 0x86
    CODEC_PRIVATE = 0x63A2
    VIDEO = 0xE0
    PIXEL_WIDTH = 0xB0
    PIXEL_HEIGHT = 0xBA
    TAGS = 0x1254C367
    TAG = 0x7373
    TARGETS = 0x63C0
    TARGET_TYPE_VALUE = 0x68CA
    TARGET_TYPE = 0x63CA
    SIMPLE_TAG = 0x67C8
    TAG_NAME = 0x45A3
    TAG_STRING = 0x4487
    CLUSTER = 0x1F43B675
    TIMESTAMP = 0xE7
    SILENT_TRACKS = 0x5854
    POSITION = 0xA7
    PREV_SIZE = 0xAB
    SIMPLE_BLOCK = 0xA3
    BLOCK_GROUP = 0xA0
    BLOCK = 0xA1
    BLOCK_DURATION = 0x9B
    REFERENCE_BLOCK = 0xFB


class ElementHeader(NamedTuple):
    """An element's id, the size of its content in bytes (None: unknown) and the length of this header."""

    id: int
    size: int | None
    length: int


class Element(NamedTuple):
    """A whole element within a buffer: its id, its content, and where the content begins in the stream."""

    id: int
    content: memoryview
    offset: int


def read_header(buffer: Buffer, position: int, offset: int) -> ElementHeader | None:
    """Read the element header at `position`; None if its bytes are not all there yet.

    `offset` is the position in the stream, for `MalformedError`.
    """
    available = len(buffer) - position
    if available < 1:
        return None
    id_length = 9 - buffer[position].bit_length()
    if id_length > 4:
        raise MalformedError(offset, f"0x{buffer[position]:02x} begins no element id")
    if available < id_length + 1:
        return None
    size_length = 9 - buffer[position + id_length].bit_length()
    if size_length > 8:
        raise MalformedError(offset + id_length, "an element's size has more than 8 bytes")
    if available < id_length + size_length:
        return None
    element_id = int.from_bytes(buffer[position : position + id_length], "big")
    size_at = position + id_length
    size: int | None = _value(buffer[size_at : size_at + size_length])
    if size == (1 << 7 * size_length) - 1:
        size = None
    return ElementHeader(element_id, size, id_length + size_length)


def children(content: Buffer, offset: int) -> Iterator[Element]:
    """Yield the elements of a parent's content, which is there as a whole; `offset` is where it begins.

    Raises MalformedError for a child that reaches over the parent's end or has no size.
    """
    view = memoryview(content)
    position = 0
    while position < len(view):
        header = read_header(view, position, offset + position)
        if header is None or header.size is None or position + header.length + header.size > len(view):
            raise MalformedError(offset + position, "an element reaches over the end of its parent")
        start = position + header.length
        position = start + header.size
        yield Element(header.id, view[start:position], offset + start)


def read_vint(content: Buffer, offset: int) -> tuple[int, int]:
    """Read a number of variable length, such as a block's track number; return it and its length."""
    length = 9 - content[0].bit_length() if len(content) else 9
    if length > min(8, len(content)):
        raise MalformedError(offset, "a number of variable length is cut off")
    return _value(content[:length]), length


def unsigned(element: Element) -> int:
    """Read an unsigned integer."""
    if len(element.content) > 8:
        raise MalformedError(element.offset, "an integer has more than 8 bytes")
    return int.from_bytes(element.content, "big")


def text(element: Element) -> str:
    """Read a string: UTF-8, which may be padded with zero bytes."""
    try:
        return bytes(element.content).split(b"\0", 1)[0].decode()
    except UnicodeDecodeError as err:
        raise MalformedError(element.offset, "a string is not UTF-8") from err


def encode(element_id: int, *content: bytes) -> bytes:
    """Write an element of known size."""
    size = sum(map(len, content))
    return b"".join((encode_id(element_id), encode_vint(size), *content))


def encode_id(element_id: int) -> bytes:
    """Write an element's id: it carries its own length marker."""
    return element_id.to_bytes((element_id.bit_length() + 7) // 8, "big")


def encode_vint(value: int, length: int | None = None) -> bytes:
    """Write a number of variable length: as short as can be, or `length` bytes."""
    if length is None:
        length = next(n for n in range(1, 9) if value < (1 << 7 * n) - 1)
    return (value | 1 << 7 * length).to_bytes(length, "big")


def encode_unsigned(element_id: int, value: int) -> bytes:
    """Write an element that holds an unsigned integer."""
    return encode(element_id, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def encode_text(element_id: int, value: str) -> bytes:
    """Write an element that holds a string."""
    return encode(element_id, value.encode())


def encode_open(element_id: int) -> bytes:
    """Write the header of an element of unknown size: its children follow until something else does."""
    return encode_id(element_id) + b"\x01" + b"\xff" * 7


def signed_16(content: Buffer) -> int:
    """Read a block's timestamp relative to its cluster."""
    number: int = struct.unpack(">h", content)[0]
    return number


def _value(vint: Buffer) -> int:
    return int.from_bytes(vint, "big") & ((1 << 7 * len(vint)) - 1)
