"""What PutMedia answers about each fragment: the events and error ids of AWS's reference."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import IntEnum


class ErrorId(IntEnum):
    """Why a fragment or the rest of a connection was not taken."""

    STREAM_READ_ERROR = 4000
    MAX_FRAGMENT_SIZE_REACHED = 4001
    MAX_FRAGMENT_DURATION_REACHED = 4002
    MAX_CONNECTION_DURATION_REACHED = 4003
    FRAGMENT_TIMECODE_LESSER_THAN_PREVIOUS = 4004
    INVALID_MKV_DATA = 4006
    INVALID_PRODUCER_TIMESTAMP = 4007
    STREAM_NOT_ACTIVE = 4008
    FRAGMENT_METADATA_LIMIT_REACHED = 4009
    TRACK_NUMBER_MISMATCH = 4010
    FRAMES_MISSING_FOR_TRACK = 4011
    MORE_THAN_ALLOWED_TRACKS_FOUND = 4012
    ARCHIVAL_ERROR = 5001


@dataclass(frozen=True)
class Acknowledgement:
    """One event about a fragment: BUFFERING, RECEIVED, PERSISTED, ERROR; IDLE is about none.

    `timecode_ms` is the fragment's timecode as the producer sent it.
    """

    event_type: str
    timecode_ms: int | None = None
    fragment_number: str | None = None
    error_id: ErrorId | None = None

    def to_bytes(self) -> bytes:
        """Write it as one line of JSON, well under the 1024 bytes that AWS's own producer can take."""
        fields: dict[str, object] = {"EventType": self.event_type}
        if self.timecode_ms is not None:
            fields["FragmentTimecode"] = self.timecode_ms
        if self.fragment_number is not None:
            fields["FragmentNumber"] = self.fragment_number
        if self.error_id is not None:
            fields |= {"ErrorId": int(self.error_id), "ErrorCode": self.error_id.name}
        return json.dumps(fields, separators=(",", ":")).encode() + b"\r\n"
