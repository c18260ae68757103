"""What Kinesis Video answers while a PutMedia body is still being sent.

Source: the PutMedia page of the Kinesis Video Streams API reference: JSON objects, each an event about one
fragment; and its table of error ids.
"""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass

from kvs_producer.errors import ConnectionLostError


@dataclass(frozen=True)
class Acknowledgement:
    """One event: BUFFERING, RECEIVED, PERSISTED, ERROR or IDLE; `timecode_ms` says of which fragment."""

    event: str
    timecode_ms: int | None = None
    fragment_number: str | None = None
    error_id: int | None = None
    error_code: str | None = None


class AcknowledgementReader:
    """Cut the answer's bytes, in whatever pieces they arrive, into acknowledgements."""

    def __init__(self) -> None:
        self._text = b""

    def feed(self, data: bytes) -> list[Acknowledgement]:
        """Take the next bytes; return the acknowledgements they complete.

        Raises ConnectionLostError if the bytes are none.
        """
        self._text += data
        found = []
        while (end := self._text.find(b"}")) >= 0:  # the objects are flat: the first brace ends the first one
            piece, self._text = self._text[: end + 1], self._text[end + 1 :]
            found.append(_parse(piece))
        return found


def _parse(piece: bytes) -> Acknowledgement:
    try:
        told = json.loads(piece)
        timecode, error_id = told.get("FragmentTimecode"), told.get("ErrorId")
        return Acknowledgement(
            event=str(told["EventType"]),
            timecode_ms=None if timecode is None else int(timecode),
            fragment_number=told.get("FragmentNumber"),
            error_id=None if error_id is None else int(error_id),
            error_code=told.get("ErrorCode"),
        )
    except (ValueError, KeyError, TypeError) as err:
        raise ConnectionLostError(f"the answer is no acknowledgement: {piece[:80]!r}") from err


class Remedy(enum.Enum):
    """What an ERROR asks for."""

    SEND_AGAIN = "send the fragment again on a new connection"
    DROP = "give the fragment up: it would be refused again"
    STREAM_GONE = "end: there is no such stream any more"
    WAIT = "send the fragment again later: a person has to repair something"


_ERRORS = {
    4000: (Remedy.SEND_AGAIN, "the stream could not be read"),
    4001: (Remedy.DROP, "the fragment is larger than 50 MB"),
    4002: (Remedy.DROP, "the fragment is longer than allowed"),
    4003: (Remedy.SEND_AGAIN, "the connection was open longer than allowed"),
    4004: (Remedy.DROP, "its time code is not after the one before"),
    4005: (Remedy.SEND_AGAIN, "the stream of fragments could not be read"),
    4006: (Remedy.DROP, "it is no valid Matroska"),
    4007: (Remedy.DROP, "its time is not plausible; is this machine's clock right?"),
    4008: (Remedy.STREAM_GONE, "the stream was deleted"),
    4009: (Remedy.DROP, "it carries too many or too long tags"),
    4010: (Remedy.DROP, "its tracks are not those that the connection began with"),
    4011: (Remedy.DROP, "a track has no frames"),
    4012: (Remedy.DROP, "it has more than three tracks"),
    4500: (Remedy.WAIT, "access to the stream's KMS key is denied"),
    4501: (Remedy.WAIT, "the stream's KMS key is disabled"),
    4502: (Remedy.WAIT, "the stream's KMS key is not valid"),
    4503: (Remedy.WAIT, "the stream's KMS key is not available"),
    4504: (Remedy.WAIT, "the stream's KMS key is not for encryption"),
    4505: (Remedy.WAIT, "the stream's KMS key is in a wrong state"),
    4506: (Remedy.WAIT, "the stream's KMS key was not found"),
    5000: (Remedy.SEND_AGAIN, "internal error of the service"),
    5001: (Remedy.SEND_AGAIN, "the service could not store it"),
}


def judge(error_id: int | None) -> tuple[Remedy, str]:
    """Say what to do about an ERROR, and what it means. Unknown ids: 45xx wait, 4xxx drop, others again."""
    if error_id in _ERRORS:
        return _ERRORS[error_id]
    if error_id is not None and 4500 <= error_id < 4600:
        return Remedy.WAIT, "the stream's KMS key"
    if error_id is not None and 4000 <= error_id < 5000:
        return Remedy.DROP, "the fragment is refused"
    return Remedy.SEND_AGAIN, "the service had an error"
