"""Fragmented MP4: what HLS players load, an initialization segment and then segments of media.

RFC 8216, 3.3 asks for a moov with mvex in the former, and for a moof whose traf has a tfdt in each of the
latter. Movie fragments are ISO/IEC 14496-12, 8.8.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from emulator.mp4.avc import VideoFormat
from emulator.mp4.boxes import TRACK_ID, box, file_type, full_box, movie, numbers, table
from emulator.mp4.samples import Sample

_BASE_IS_MOOF = 0x020000
_RUN_HAS_DATA_OFFSET = 0x000001
_RUN_HAS_DURATION_SIZE_FLAGS_OFFSET = 0x000F00
_KEY_FRAME = 0x02000000  # depends on no other sample (8.8.3.1)
_OTHER_FRAME = 0x01010000  # depends on others; no sync sample


def init_segment(video: VideoFormat) -> bytes:
    """Return ftyp and moov; the sample tables are empty, since the samples are in the fragments."""
    tables = [table("stts", ()), table("stsc", ()), full_box("stsz", numbers(0, 0)), table("stco", ())]
    defaults = full_box("trex", numbers(TRACK_ID, 1, 0, 0, 0))
    return file_type() + movie([video], tables, 0, box("mvex", defaults))


def media_segment(sequence_number: int, begin_ms: int, samples: Sequence[Sample]) -> bytes:
    """Return moof and mdat. `begin_ms` is the time that the samples' times count from."""
    payloads = [sample.payload for sample in samples]
    unplaced = _movie_fragment(sequence_number, begin_ms, samples, 0)
    data_offset = len(unplaced) + 8  # from the begin of moof to the content of mdat
    return _movie_fragment(sequence_number, begin_ms, samples, data_offset) + box("mdat", *payloads)


def _movie_fragment(
    sequence_number: int, begin_ms: int, samples: Sequence[Sample], data_offset: int
) -> bytes:
    run = [
        struct.pack(
            ">IIIi",
            sample.duration_ms,
            len(sample.payload),
            _KEY_FRAME if sample.key_frame else _OTHER_FRAME,
            sample.offset_ms,
        )
        for sample in samples
    ]
    return box(
        "moof",
        full_box("mfhd", numbers(sequence_number)),
        box(
            "traf",
            full_box("tfhd", numbers(TRACK_ID), flags=_BASE_IS_MOOF),
            full_box("tfdt", struct.pack(">Q", begin_ms + samples[0].decode_ms), version=1),
            full_box(
                "trun",
                numbers(len(samples), data_offset),
                *run,
                version=1,
                flags=_RUN_HAS_DATA_OFFSET | _RUN_HAS_DURATION_SIZE_FLAGS_OFFSET,
            ),
        ),
    )
