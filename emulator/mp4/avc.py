"""H.264 in MP4: the decoder configuration record and the NAL units of a frame (ISO/IEC 14496-15, 5.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emulator.mp4.errors import BadConfigurationError, BadFrameError, NoConfigurationError, NoH264Error
from matroska import Track
from matroska.fragment import VIDEO

CODEC_IDS = ("V_MPEG4/ISO/AVC", "V_MPEG/ISO/AVC")
"""Matroska's name of H.264, and the one that Kinesis Video's documentation uses."""

_FIXED_BYTES = 6  # version, profile, compatibility, level, length size, number of sequence parameter sets


@dataclass(frozen=True)
class VideoFormat:
    """What a decoder must know before the first frame; width and height are pixels.

    `configuration` is the AVCDecoderConfigurationRecord, `length_size` the bytes of each NAL unit's length.
    """

    configuration: bytes
    width: int
    height: int

    @classmethod
    def of(cls, tracks: Iterable[Track]) -> VideoFormat:
        """Read it from the first video track of a fragment's tracks.

        Raises NoH264Error, NoConfigurationError, BadConfigurationError.
        """
        track = next((track for track in tracks if track.kind == VIDEO), None)
        if track is None or track.codec_id not in CODEC_IDS:
            raise NoH264Error(f"the video's codec is {track.codec_id if track else 'missing'}, not H.264")
        if not track.codec_private:
            raise NoConfigurationError("the video track has no codec private data")
        _check_configuration(track.codec_private)
        return cls(track.codec_private, track.width, track.height)

    @property
    def length_size(self) -> int:
        """1, 2 or 4."""
        return (self.configuration[4] & 3) + 1

    @property
    def codec(self) -> str:
        """The name that players know it by, such as avc1.64001f (RFC 6381, 3.3): profile to level in hex."""
        return f"avc1.{self.configuration[1:4].hex()}"

    def check_frame(self, payload: bytes) -> None:
        """Raises BadFrameError unless the frame is filled by NAL units, each after its length."""
        at, size = 0, self.length_size
        while at < len(payload):
            length = int.from_bytes(payload[at : at + size])
            at += size + length
            if not length or at > len(payload):
                raise BadFrameError("the NAL units of a frame do not fill it")
        if not payload:
            raise BadFrameError("a frame is empty")


def _check_configuration(record: bytes) -> None:
    """Raises BadConfigurationError unless it holds parameter sets of both kinds, and holds them whole."""
    if len(record) <= _FIXED_BYTES or record[0] != 1 or record[4] & 3 == 2:
        raise BadConfigurationError("the codec private data is no AVCDecoderConfigurationRecord")
    sequence_sets = record[5] & 0x1F
    at = _after_sets(record, _FIXED_BYTES, sequence_sets)
    picture_sets = record[at] if at < len(record) else 0
    end = _after_sets(record, at + 1, picture_sets)
    if not sequence_sets or not picture_sets or end > len(record):
        raise BadConfigurationError("the codec private data lacks sequence or picture parameter sets")


def _after_sets(record: bytes, at: int, count: int) -> int:
    for _ in range(count):
        at += 2 + int.from_bytes(record[at : at + 2])
    return at
