"""The tags of a Matroska file, and nothing else of it: Kinesis Video says in tags what an answer holds.

The notation (RFC 8794): an element is an id, a size and content; the count of leading zero bits of the first
byte is how many more bytes an id or a size has. Ids as in RFC 9559.
"""

from __future__ import annotations

from collections.abc import Iterator

_SEGMENT, _CLUSTER, _TAGS, _TAG = 0x18538067, 0x1F43B675, 0x1254C367, 0x7373
_SIMPLE_TAG, _TAG_NAME, _TAG_STRING = 0x67C8, 0x45A3, 0x4487

_PARENTS = frozenset({_SEGMENT, _TAGS, _TAG})


def read_tags(file: bytes) -> dict[str, str]:
    """Every tag's value by its name; of a name that occurs twice, the first.

    Bytes that are no element end the reading: whether the pictures in them decode is for the decoder to say.
    """
    tags: dict[str, str] = {}
    for name, value in _simple_tags(file, 0, len(file)):
        tags.setdefault(name, value)
    return tags


def _simple_tags(file: bytes, start: int, end: int) -> Iterator[tuple[str, str]]:
    for element_id, content, content_end in _elements(file, start, end):
        if element_id == _SIMPLE_TAG:
            texts = {
                child: file[begin:stop].rstrip(b"\0").decode(errors="replace")
                for child, begin, stop in _elements(file, content, content_end)
            }
            yield texts.get(_TAG_NAME, ""), texts.get(_TAG_STRING, "")
        elif element_id in _PARENTS:
            yield from _simple_tags(file, content, content_end)


def _elements(file: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Elements between two positions: id, start and end of the content.

    A cluster of unknown size has no end of its own: its children come as if they were the segment's. Any
    other element of unknown size reaches to `end`.
    """
    position = start
    while position < end:
        id_length = _length(file[position])
        if id_length > 4 or position + id_length >= end:
            return
        size_at = position + id_length
        content = size_at + _length(file[size_at])
        if content > end or content - size_at > 8:
            return
        element_id = int.from_bytes(file[position:size_at])
        bits = 7 * (content - size_at)
        size = int.from_bytes(file[size_at:content]) & ((1 << bits) - 1)
        unknown = size == (1 << bits) - 1
        position = content + size
        if unknown:
            position = content if element_id == _CLUSTER else end
        if position > end:
            return
        yield element_id, content, position


def _length(first_byte: int) -> int:
    """The whole length in bytes of an id or a size that begins with this byte; 9 if none begins so."""
    return 9 - first_byte.bit_length()
