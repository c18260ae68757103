"""Kinesis Video's errors, with the codes and statuses of botocore's model.

KinesisVideoError                         never raised itself
├── InvalidArgumentError                  400
├── ResourceNotFoundError                 404
├── ResourceInUseError                    400
├── VersionMismatchError                  400
├── NoDataRetentionError                  400
├── UnsupportedStreamMediaTypeError       400
├── MissingCodecPrivateDataError          400
├── InvalidCodecPrivateDataError          400
├── InvalidMediaFrameError                400
├── ValidationError                       400
├── SessionOverError                      403
├── TooManyTagsError                      400
├── ConnectionLimitExceededError          400
├── UnknownOperationError                 404   a path that Kinesis Video does not have
└── OperationMissingError                 404   an operation that this emulator does not have
"""

from __future__ import annotations

from typing import ClassVar


class KinesisVideoError(Exception):
    """The base of what a request can be answered instead: `code` is AWS's name of the error."""

    code: ClassVar[str]
    status: ClassVar[int] = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidArgumentError(KinesisVideoError):
    """A parameter is missing or not allowed."""

    code = "InvalidArgumentException"


class ResourceNotFoundError(KinesisVideoError):
    """The stream does not exist."""

    code = "ResourceNotFoundException"
    status = 404


class ResourceInUseError(KinesisVideoError):
    """A stream of that name exists already."""

    code = "ResourceInUseException"


class VersionMismatchError(KinesisVideoError):
    """The stream was changed since the caller looked at it."""

    code = "VersionMismatchException"


class NoDataRetentionError(KinesisVideoError):
    """The stream keeps no data, and what was asked for needs it."""

    code = "NoDataRetentionException"


class UnsupportedStreamMediaTypeError(KinesisVideoError):
    """The stream's video is not H.264."""

    code = "UnsupportedStreamMediaTypeException"


class MissingCodecPrivateDataError(KinesisVideoError):
    """A track does not say how it is to be decoded."""

    code = "MissingCodecPrivateDataException"


class InvalidCodecPrivateDataError(KinesisVideoError):
    """What a track says of its decoding is not as ISO/IEC 14496-15 has it."""

    code = "InvalidCodecPrivateDataException"


class InvalidMediaFrameError(KinesisVideoError):
    """A frame cannot be understood as its codec says."""

    code = "InvalidMediaFrameException"


class ValidationError(KinesisVideoError):
    """Parameters that are allowed by themselves, but not together."""

    code = "ValidationException"


class SessionOverError(KinesisVideoError):
    """The token of a playback session is none, or its time is over."""

    code = "AccessDeniedException"
    status = 403


class TooManyTagsError(KinesisVideoError):
    """A stream has at most 50 tags."""

    code = "TagsPerResourceExceededLimitException"


class ConnectionLimitExceededError(KinesisVideoError):
    """Too many consumers read the stream at once."""

    code = "ConnectionLimitExceededException"


class UnknownOperationError(KinesisVideoError):
    """Kinesis Video has no such operation."""

    code = "UnknownOperationException"
    status = 404


class OperationMissingError(KinesisVideoError):
    """Kinesis Video has the operation, the emulator does not."""

    code = "UnknownOperationException"
    status = 404
