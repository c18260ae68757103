"""A fragment's frames as MP4 sees them: in decoding order, each with its time."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.mp4.avc import VideoFormat
from emulator.mp4.errors import BadFrameError
from matroska import Fragment


@dataclass(frozen=True)
class Sample:
    """One frame. `decode_ms` counts from the fragment's begin, `offset_ms` is presentation minus decoding.

    Where frames refer to later ones, offsets are positive and negative (ISO/IEC 14496-12, 8.6.1.3).
    """

    payload: bytes
    decode_ms: int
    offset_ms: int
    duration_ms: int
    key_frame: bool


def samples_of(fragment: Fragment, video: VideoFormat) -> tuple[Sample, ...]:
    """Return the frames of the fragment's video, whose format is `video`. Raises BadFrameError.

    Matroska knows only when a frame is shown. Blocks are in decoding order, so the n-th frame is decoded at
    the n-th of the times at which frames are shown.
    """
    track = fragment.video
    blocks = [block for block in fragment.blocks if track and block.track_number == track.number]
    if not blocks:
        raise BadFrameError("a fragment has no video frame")
    for block in blocks:
        video.check_frame(fragment.payload(block))
    times = sorted(block.offset_ms for block in blocks)
    ends = [*times[1:], max(times[0] + fragment.duration_ms, times[-1])]
    return tuple(
        Sample(
            payload=fragment.payload(block),
            decode_ms=begin,
            offset_ms=block.offset_ms - begin,
            duration_ms=end - begin,
            key_frame=block.key_frame,
        )
        for block, begin, end in zip(blocks, times, ends, strict=True)
    )
