"""What can be wrong with the bytes of a Matroska stream.

MatroskaError              never raised itself
├── MalformedError         the bytes are no Matroska, or an element stands where it must not
├── TooLargeError          an element or fragment is larger than the reader's limit
└── TruncatedError         the stream ended within an element
"""

from __future__ import annotations


class MatroskaError(Exception):
    """The base of this package's errors: `offset` is the byte of the stream where the trouble begins."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(f"byte {offset}: {reason}")
        self.offset = offset
        self.reason = reason


class MalformedError(MatroskaError):
    """The bytes are no Matroska, or an element stands where it must not."""


class TooLargeError(MatroskaError):
    """An element or a fragment is larger than `limit` bytes."""

    def __init__(self, offset: int, limit: int) -> None:
        super().__init__(offset, f"more than the {limit} bytes allowed")
        self.limit = limit


class TruncatedError(MatroskaError):
    """The stream ended within an element: what was begun there is no whole fragment."""
