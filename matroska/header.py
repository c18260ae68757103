"""The beginning of a segment: EBML header, Info and Tracks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from matroska.ebml import (
    Buffer,
    Element,
    Id,
    children,
    encode,
    encode_open,
    encode_text,
    encode_unsigned,
    text,
    unsigned,
)
from matroska.errors import MalformedError
from matroska.fragment import NANOSECONDS_PER_MILLISECOND, VIDEO, Track

_APPLICATION = "Smart Door"


def encode_header(
    tracks: Sequence[Track],
    timestamp_scale: int = NANOSECONDS_PER_MILLISECOND,
    application: str = _APPLICATION,
) -> bytes:
    """Write EBML header, the begin of a Segment of unknown size, Info and Tracks.

    `timestamp_scale` is the unit of all timestamps of the segment in nanoseconds.
    """
    info = encode(
        Id.INFO,
        encode_unsigned(Id.TIMESTAMP_SCALE, timestamp_scale),
        encode_text(Id.MUXING_APP, application),
        encode_text(Id.WRITING_APP, application),
    )
    return EBML_HEADER + SEGMENT_BEGIN + info + encode(Id.TRACKS, *map(_encode_track, tracks))


def _encode_track(track: Track) -> bytes:
    parts = [
        encode_unsigned(Id.TRACK_NUMBER, track.number),
        encode_unsigned(Id.TRACK_UID, track.number),
        encode_unsigned(Id.TRACK_TYPE, track.kind),
        encode_text(Id.CODEC_ID, track.codec_id),
    ]
    if track.name:
        parts.append(encode_text(Id.TRACK_NAME, track.name))
    if track.codec_private:
        parts.append(encode(Id.CODEC_PRIVATE, track.codec_private))
    if track.default_duration_ns:
        parts.append(encode_unsigned(Id.DEFAULT_DURATION, track.default_duration_ns))
    if track.kind == VIDEO:
        size = encode_unsigned(Id.PIXEL_WIDTH, track.width), encode_unsigned(Id.PIXEL_HEIGHT, track.height)
        parts.append(encode(Id.VIDEO, *size))
    return encode(Id.TRACK_ENTRY, *parts)


def decode_tracks(content: Buffer, offset: int) -> tuple[Track, ...]:
    """Read the content of a Tracks element; MalformedError if it describes no track or one number twice."""
    tracks = tuple(_decode_track(child) for child in children(content, offset) if child.id == Id.TRACK_ENTRY)
    if not tracks:
        raise MalformedError(offset, "Tracks describes no track")
    if len({track.number for track in tracks}) < len(tracks):
        raise MalformedError(offset, "Tracks describes one track number twice")
    return tracks


def decode_timestamp_scale(content: Buffer, offset: int) -> int:
    """Read the unit of timestamps, in nanoseconds, from the content of an Info element."""
    for child in children(content, offset):
        if child.id == Id.TIMESTAMP_SCALE:
            scale = unsigned(child)
            if scale == 0:
                raise MalformedError(child.offset, "a timestamp scale of 0")
            return scale
    return NANOSECONDS_PER_MILLISECOND


_TRACK_FIELDS: dict[int, tuple[str, Callable[[Element], Any]]] = {
    Id.TRACK_NUMBER: ("number", unsigned),
    Id.TRACK_TYPE: ("kind", unsigned),
    Id.CODEC_ID: ("codec_id", text),
    Id.CODEC_PRIVATE: ("codec_private", lambda element: bytes(element.content)),
    Id.TRACK_NAME: ("name", text),
    Id.DEFAULT_DURATION: ("default_duration_ns", unsigned),
}
_VIDEO_FIELDS = {Id.PIXEL_WIDTH: "width", Id.PIXEL_HEIGHT: "height"}


def _decode_track(entry: Element) -> Track:
    fields: dict[str, Any] = {"number": 0, "kind": 0, "codec_id": ""}
    for child in children(entry.content, entry.offset):
        if child.id in _TRACK_FIELDS:
            name, read = _TRACK_FIELDS[child.id]
            fields[name] = read(child)
        elif child.id == Id.VIDEO:
            fields |= {
                _VIDEO_FIELDS[Id(part.id)]: unsigned(part)
                for part in children(child.content, child.offset)
                if part.id in _VIDEO_FIELDS
            }
    if not (fields["number"] and fields["kind"] and fields["codec_id"]):
        raise MalformedError(entry.offset, "a track without number, type or codec")
    return Track(**fields)


EBML_HEADER = encode(
    Id.EBML,
    encode_unsigned(Id.EBML_VERSION, 1),
    encode_unsigned(Id.EBML_READ_VERSION, 1),
    encode_unsigned(Id.EBML_MAX_ID_LENGTH, 4),
    encode_unsigned(Id.EBML_MAX_SIZE_LENGTH, 8),
    encode_text(Id.DOC_TYPE, "matroska"),
    encode_unsigned(Id.DOC_TYPE_VERSION, 4),
    encode_unsigned(Id.DOC_TYPE_READ_VERSION, 2),
)
SEGMENT_BEGIN = encode_open(Id.SEGMENT)
