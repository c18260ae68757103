"""A traditional MP4 file: all tables in front, so that it plays while it is still being loaded.

The sample tables are ISO/IEC 14496-12, 8.6 and 8.7. Every fragment is a chunk; where the camera's settings
changed between two fragments, the file has two sample descriptions and the chunks say which is theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from emulator.mp4.avc import VideoFormat
from emulator.mp4.boxes import box, file_type, full_box, movie, numbers, table
from emulator.mp4.samples import Sample, samples_of
from matroska import Fragment


@dataclass(frozen=True)
class _Chunk:
    begin_ms: int
    format_index: int  # from 1
    samples: tuple[Sample, ...]

    @property
    def end_ms(self) -> int:
        return self.begin_ms + self.samples[-1].decode_ms + self.samples[-1].duration_ms


def whole_file(fragments: Iterable[tuple[int, Fragment]]) -> bytes:
    """Return the file of fragments that begin at these milliseconds of any clock.

    Between two fragments that leave a gap the last frame stays; a fragment that begins before the one before
    it ends is played after it. Raises Mp4Error for the first fragment that cannot be in it.
    """
    formats: list[VideoFormat] = []
    chunks: list[_Chunk] = []
    first_ms: int | None = None
    for time_ms, fragment in fragments:
        video = VideoFormat.of(fragment.tracks)
        if video not in formats:
            formats.append(video)
        samples = samples_of(fragment, video)
        first_ms = time_ms if first_ms is None else first_ms
        begin_ms = max(time_ms - first_ms, chunks[-1].end_ms if chunks else 0)
        if chunks:
            chunks[-1] = _lengthened(chunks[-1], begin_ms)
        chunks.append(_Chunk(begin_ms, formats.index(video) + 1, samples))
    start = file_type()
    unplaced = _movie(formats, chunks, 0)
    head = start + _movie(formats, chunks, len(start) + len(unplaced) + 8)
    return head + box("mdat", *(sample.payload for chunk in chunks for sample in chunk.samples))


def _lengthened(chunk: _Chunk, end_ms: int) -> _Chunk:
    *others, last = chunk.samples
    lasting = replace(last, duration_ms=end_ms - chunk.begin_ms - last.decode_ms)
    return replace(chunk, samples=(*others, lasting))


def _movie(formats: Sequence[VideoFormat], chunks: Sequence[_Chunk], data_begin: int) -> bytes:
    samples = [sample for chunk in chunks for sample in chunk.samples]
    offsets, at = [], data_begin
    for chunk in chunks:
        offsets.append([at])
        at += sum(len(sample.payload) for sample in chunk.samples)
    key_frames = [[number] for number, sample in enumerate(samples, 1) if sample.key_frame]
    tables = [
        table("stts", _runs(sample.duration_ms for sample in samples)),
        table("ctts", _runs(sample.offset_ms for sample in samples), signed=True),
        table("stss", key_frames),
        table(
            "stsc",
            [[number, len(chunk.samples), chunk.format_index] for number, chunk in enumerate(chunks, 1)],
        ),
        full_box("stsz", numbers(0, len(samples), *(len(sample.payload) for sample in samples))),
        table("stco", offsets),
    ]
    return movie(formats, tables, chunks[-1].end_ms)


def _runs(values: Iterable[int]) -> list[list[int]]:
    """How often in a row, and what."""
    return [[len(list(group)), value] for value, group in groupby(values)]
