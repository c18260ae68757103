"""GetClip: the fragments of a time as one MP4 file, as they were encoded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from emulator.kinesis_video.archive import Archive
from emulator.kinesis_video.exceptions import (
    InvalidCodecPrivateDataError,
    InvalidMediaFrameError,
    KinesisVideoError,
    MissingCodecPrivateDataError,
    ResourceNotFoundError,
    UnsupportedStreamMediaTypeError,
)
from emulator.kinesis_video.fragment_folder import FragmentRecord
from emulator.kinesis_video.requests import Fields
from emulator.kinesis_video.selection import Selection
from emulator.mp4 import whole_file
from emulator.mp4.errors import (
    BadConfigurationError,
    BadFrameError,
    Mp4Error,
    NoConfigurationError,
    NoH264Error,
)

MAX_FRAGMENTS = 200
MAX_BYTES = 100_000_000

REFUSALS: Mapping[type[Mp4Error], type[KinesisVideoError]] = {
    NoH264Error: UnsupportedStreamMediaTypeError,
    NoConfigurationError: MissingCodecPrivateDataError,
    BadConfigurationError: InvalidCodecPrivateDataError,
    BadFrameError: InvalidMediaFrameError,
}


@contextmanager
def refused_as_aws_does() -> Iterator[None]:
    """Turn what MP4 cannot hold into Kinesis Video's errors."""
    try:
        yield
    except Mp4Error as err:
        raise REFUSALS[type(err)](str(err)) from err


async def get_clip(archive: Archive, fields: Fields) -> bytes:
    """Return the MP4 of the range: its first 200 fragments, or its first 100 MB if that is less.

    On the clip's own clock, which begins at 0, frames are as far apart as the producer said.
    """
    selection = Selection.parse(fields["ClipFragmentSelector"], "ClipFragmentSelector")
    records = _within_limits(selection.of(archive.records))
    fragments = [(record.producer_ms, await archive.fragment(record)) for record in records]
    there = [(time_ms, fragment) for time_ms, fragment in fragments if fragment is not None]
    if not there:
        raise ResourceNotFoundError("No fragments found in the stream for the clip request.")
    with refused_as_aws_does():
        return await asyncio.to_thread(whole_file, there)


def _within_limits(records: Sequence[FragmentRecord]) -> list[FragmentRecord]:
    taken: list[FragmentRecord] = []
    size = 0
    for record in records[:MAX_FRAGMENTS]:
        size += record.size
        if size > MAX_BYTES:
            break
        taken.append(record)
    return taken
