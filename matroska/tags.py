"""Tags: the names and values that travel with a fragment as its metadata."""

from __future__ import annotations

from collections.abc import Mapping

from matroska.ebml import Buffer, Element, Id, children, encode, encode_text, text

END_OF_FRAGMENT = "AWS_KINESISVIDEO_END_OF_FRAGMENT"
"""The tag by which a Kinesis Video producer says that the cluster before it is complete."""

_DESCRIPTIVE_TARGETS = (Id.TARGET_TYPE, Id.TARGET_TYPE_VALUE)


def encode_tags(tags: Mapping[str, str]) -> bytes:
    """Write a Tags element with one SimpleTag for each name and value; nothing at all for no tags."""
    if not tags:
        return b""
    simple_tags = (
        encode(Id.SIMPLE_TAG, encode_text(Id.TAG_NAME, name), encode_text(Id.TAG_STRING, value))
        for name, value in tags.items()
    )
    return encode(Id.TAGS, encode(Id.TAG, *simple_tags))


def decode_tags(content: Buffer, offset: int) -> dict[str, str]:
    """Read the content of a Tags element.

    A Tag that describes one track, edition, chapter or attachment (muxers write ENCODER so) is left out.
    """
    found: dict[str, str] = {}
    for tag in children(content, offset):
        if tag.id == Id.TAG:
            found |= _decode_tag(tag)
    return found


def _decode_tag(tag: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in children(tag.content, tag.offset):
        if child.id == Id.TARGETS and _names_a_part(child):
            return {}
        if child.id == Id.SIMPLE_TAG:
            found |= _decode_simple_tag(child)
    return found


def _names_a_part(targets: Element) -> bool:
    return any(child.id not in _DESCRIPTIVE_TARGETS for child in children(targets.content, targets.offset))


def _decode_simple_tag(simple_tag: Element) -> dict[str, str]:
    name = value = ""
    for child in children(simple_tag.content, simple_tag.offset):
        if child.id == Id.TAG_NAME:
            name = text(child)
        elif child.id == Id.TAG_STRING:
            value = text(child)
    return {name: value} if name else {}
