"""H.264 video from Matroska fragments into MP4, without encoding anything anew.

    VideoFormat.of(tracks)          what a decoder must know: configuration record, width, height
    samples_of(fragment, format)    its frames with decode times, offsets and durations
    init_segment(format)            what a player loads first (ftyp, moov)           HLS
    media_segment(...)              one fragment (moof, mdat)                        HLS
    whole_file(fragments)           a traditional file that can be downloaded        clips

One video track; sound is left out. Times are milliseconds, which is also the files' timescale.
Sources: ISO/IEC 14496-12 (the boxes), ISO/IEC 14496-15 (H.264 in them).
"""

from emulator.mp4.avc import VideoFormat
from emulator.mp4.errors import BadConfigurationError, BadFrameError, NoConfigurationError, NoH264Error
from emulator.mp4.fragmented import init_segment, media_segment
from emulator.mp4.samples import samples_of
from emulator.mp4.whole_file import whole_file

__all__ = [
    "BadConfigurationError",
    "BadFrameError",
    "NoConfigurationError",
    "NoH264Error",
    "VideoFormat",
    "init_segment",
    "media_segment",
    "samples_of",
    "whole_file",
]
