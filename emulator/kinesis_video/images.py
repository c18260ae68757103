"""GetImages: pictures of a time, at regular intervals."""

from __future__ import annotations

import asyncio
import base64
import io
import os
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import cv2

from emulator.kinesis_video.archive import Archive
from emulator.kinesis_video.exceptions import InvalidArgumentError, ValidationError
from emulator.kinesis_video.fragment_folder import FragmentRecord
from emulator.kinesis_video.paging import page
from emulator.kinesis_video.requests import Fields
from emulator.kinesis_video.selection import Selection, milliseconds
from matroska import Fragment

MOST_A_PAGE = 25
MAX_RANGE_MS = 300_000
LEAST_INTERVAL_MS = 200
DEFAULT_INTERVAL_MS = 3000
DEFAULT_QUALITY = 80
_LONGEST_FRAGMENT_MS = 20_000
_NO_GAP_MS = 50  # a fragment counts as there for so long after its end

Images = dict[int, bytes | None]
"""A picture, or None where none could be made, by its time in milliseconds."""


async def get_images(archive: Archive, fields: Fields) -> Fields:
    """Answer GetImages: a picture, or why there is none, for each time of the page."""
    style = _Style.parse(fields)
    limit = min(fields.get("MaxResults") or MOST_A_PAGE, MOST_A_PAGE)
    times, token = page(_times(fields), "{:015d}".format, fields.get("NextToken"), limit)
    by_producer = fields["ImageSelectorType"] == "PRODUCER_TIMESTAMP"
    images = [
        _described(time_ms, image) for time_ms, image in await _taken(archive, by_producer, times, style)
    ]
    return {"Images": images, "NextToken": token} if token else {"Images": images}


def _times(fields: Fields) -> list[int]:
    """Return the times, in milliseconds, of which pictures are wanted. Raises InvalidArgumentError."""
    start, end = milliseconds(fields["StartTimestamp"]), milliseconds(fields["EndTimestamp"])
    if end <= start:
        raise InvalidArgumentError("EndTimestamp must be later than StartTimestamp")
    if end - start > MAX_RANGE_MS:
        raise InvalidArgumentError("EndTimestamp must be within 300 seconds of StartTimestamp")
    asked = fields.get("SamplingInterval")
    interval = DEFAULT_INTERVAL_MS if asked is None else asked
    if interval < LEAST_INTERVAL_MS:
        raise InvalidArgumentError(f"SamplingInterval must be {LEAST_INTERVAL_MS} milliseconds or more")
    return list(range(start, end + 1, interval))


def _described(time_ms: int, image: bytes | str) -> Fields:
    if isinstance(image, str):
        return {"TimeStamp": time_ms / 1000, "Error": image}
    return {"TimeStamp": time_ms / 1000, "ImageContent": base64.b64encode(image).decode()}


@dataclass(frozen=True)
class _Style:
    """How pictures are written: `size` is width and height in pixels, as far as they were asked for."""

    suffix: str
    quality: int
    size: tuple[int | None, int | None]

    @classmethod
    def parse(cls, fields: Fields) -> _Style:
        size = fields.get("WidthPixels"), fields.get("HeightPixels")
        if size[0] and not size[1]:
            raise ValidationError("WidthPixels needs HeightPixels beside it")
        quality = (fields.get("FormatConfig") or {}).get("JPEGQuality", str(DEFAULT_QUALITY))
        if not quality.isdecimal() or not 1 <= int(quality) <= 100:
            raise InvalidArgumentError("FormatConfig.JPEGQuality must be from 1 to 100")
        return cls(".png" if fields["Format"] == "PNG" else ".jpg", int(quality), size)

    def write(self, pixels: Any) -> bytes:
        height = self.size[1] or pixels.shape[0]
        width = self.size[0] or max(round(pixels.shape[1] * height / pixels.shape[0]), 1)
        if (width, height) != (pixels.shape[1], pixels.shape[0]):
            pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        return bytes(cv2.imencode(self.suffix, pixels, [cv2.IMWRITE_JPEG_QUALITY, self.quality])[1])


async def _taken(
    archive: Archive, by_producer: bool, times: Sequence[int], style: _Style
) -> list[tuple[int, bytes | str]]:
    """Return each time's picture, or the code of its error."""
    if not times:
        return []
    selection = Selection(by_producer, times[0] - _LONGEST_FRAGMENT_MS, times[-1])
    records = selection.of(archive.records)
    begins = [selection.time_of(record) for record in records]
    wanted: dict[str, list[int]] = {}
    for time_ms in times:
        index = bisect_right(begins, time_ms) - 1
        if index >= 0 and time_ms < begins[index] + records[index].duration_ms + _NO_GAP_MS:
            wanted.setdefault(records[index].number, []).append(time_ms)
    images: Images = {}
    for record in records:
        if record.number in wanted:
            images |= await _of_fragment(
                archive, record, selection.time_of(record), wanted[record.number], style
            )
    return [(time_ms, _or_error(images, time_ms)) for time_ms in times]


def _or_error(images: Mapping[int, bytes | None], time_ms: int) -> bytes | str:
    return "NO_MEDIA" if time_ms not in images else images[time_ms] or "MEDIA_ERROR"


async def _of_fragment(
    archive: Archive, record: FragmentRecord, begin_ms: int, times: Sequence[int], style: _Style
) -> Images:
    fragment = await archive.fragment(record)
    if fragment is None:
        return {}
    return await asyncio.to_thread(_decoded, fragment, begin_ms, times, style)


def _decoded(fragment: Fragment, begin_ms: int, times: Sequence[int], style: _Style) -> Images:
    """Return the frames that were to be seen at these times. Frames come out in the order of showing."""
    track = fragment.video
    shown = sorted(
        block.offset_ms for block in fragment.blocks if track and block.track_number == track.number
    )
    indices = {time_ms: max(bisect_right(shown, time_ms - begin_ms) - 1, 0) for time_ms in times}
    written = _frames(fragment.to_bytes({}), set(indices.values()), style)
    return {time_ms: written.get(index) for time_ms, index in indices.items()}


def _frames(data: bytes, indices: set[int], style: _Style) -> dict[int, bytes]:
    """Decode up to the last frame that is wanted; what cannot be decoded is missing."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # damaged video is an answer, not told on stderr
    buffer = io.BytesIO(data)  # must outlive the capture
    stream = cast("Any", buffer)  # cv2 reads any file object; its stubs ask for a class of its own
    capture = cv2.VideoCapture(stream, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    written: dict[int, bytes] = {}
    try:
        for index in range(max(indices) + 1):
            if not capture.isOpened() or not capture.grab():
                break
            if index in indices:
                decoded, pixels = capture.retrieve()
                if decoded:
                    written[index] = style.write(pixels)
    finally:
        capture.release()
    return written
