"""Boxes: the notation of MP4, and the ones that every file of ours begins with (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from emulator.mp4.avc import VideoFormat

TIMESCALE = 1000  # units a second, as Matroska's
TRACK_ID = 1

_IDENTITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SELF_CONTAINED = 1  # the media is in this very file
_ENABLED_IN_MOVIE = 3
_UNDETERMINED_LANGUAGE = 0x55C4  # "und" in three times five bits
_DOTS_AN_INCH = 72 << 16
_COMPRESSOR_NAME = bytes(32)
_COLOUR_WITHOUT_ALPHA = 0x18


def box(kind: str, *content: bytes) -> bytes:
    """Write a box: its size in 4 bytes, its kind, its content (4.2)."""
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind.encode()) + body


def full_box(kind: str, *content: bytes, version: int = 0, flags: int = 0) -> bytes:
    """Write a box that has a version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


def numbers(*values: int) -> bytes:
    """Write unsigned numbers of 32 bits."""
    return struct.pack(f">{len(values)}I", *values)


def table(kind: str, rows: Sequence[Sequence[int]], *, signed: bool = False) -> bytes:
    """Write a table of the sample tables: the number of its rows, then each row's 32-bit numbers.

    `signed` makes every last column signed, which is version 1 of ctts.
    """
    row = ">" + "I" * (len(rows[0]) - signed) + "i" * signed if rows else ">"
    packed = b"".join(struct.pack(row, *values) for values in rows)
    return full_box(kind, numbers(len(rows)), packed, version=int(signed))


def file_type() -> bytes:
    """Ftyp (4.3): iso6 for the fragments' decode times; the others for players that look for them."""
    return box("ftyp", b"iso6", numbers(0), b"iso6", b"iso2", b"avc1", b"mp41")


def movie(
    formats: Sequence[VideoFormat], tables: Sequence[bytes], duration_ms: int, *extensions: bytes
) -> bytes:
    """Moov (8.2.1) with one video track.

    `tables` are the sample tables beside stsd; `duration_ms` is 0 where fragments follow.
    """
    size = struct.pack(">II", formats[0].width << 16, formats[0].height << 16)
    description = full_box("stsd", numbers(len(formats)), *map(_sample_entry, formats))
    media = box(
        "mdia",
        full_box("mdhd", numbers(0, 0, TIMESCALE, duration_ms, _UNDETERMINED_LANGUAGE << 16)),
        full_box("hdlr", numbers(0), b"vide", bytes(12), b"video\0"),
        box(
            "minf",
            full_box("vmhd", bytes(8), flags=1),
            box("dinf", full_box("dref", numbers(1), full_box("url ", flags=_SELF_CONTAINED))),
            box("stbl", description, *tables),
        ),
    )
    track_header = full_box(
        "tkhd",
        numbers(0, 0, TRACK_ID, 0, duration_ms, 0, 0, 0, 0),
        _IDENTITY,
        size,
        flags=_ENABLED_IN_MOVIE,
    )
    header = full_box(
        "mvhd",
        numbers(0, 0, TIMESCALE, duration_ms, 0x10000, 0x01000000, 0, 0),
        _IDENTITY,
        bytes(24),
        numbers(TRACK_ID + 1),
    )
    return box("moov", header, box("trak", track_header, media), *extensions)


def _sample_entry(video: VideoFormat) -> bytes:
    """avc1 (ISO/IEC 14496-15, 5.4.2) in a VisualSampleEntry (ISO/IEC 14496-12, 12.1.3)."""
    return box(
        "avc1",
        bytes(6),
        struct.pack(">H", 1),  # data reference
        bytes(16),
        struct.pack(">HH", video.width, video.height),
        numbers(_DOTS_AN_INCH, _DOTS_AN_INCH, 0),
        struct.pack(">H", 1),  # frames a sample
        _COMPRESSOR_NAME,
        struct.pack(">Hh", _COLOUR_WITHOUT_ALPHA, -1),
        box("avcC", video.configuration),
    )
