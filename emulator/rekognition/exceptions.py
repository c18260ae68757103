"""Rekognition's errors, with the codes and statuses that AWS answers.

RekognitionError                            never raised itself
├── ValidationError                         400   a value breaks a constraint of the API's model
├── SerializationError                      400   the body is not JSON, or a value is of another type
├── InvalidParameterError                   400
├── InvalidImageFormatError                 400   neither JPEG nor PNG, or damaged
├── ImageTooLargeError                      400
├── InvalidS3ObjectError                    400
├── InvalidPaginationTokenError             400
├── ResourceNotFoundError                   400
├── ResourceAlreadyExistsError              400
├── ResourceInUseError                      400
├── AccessDeniedError                       400   the account does not have the operation
├── InternalServerError                     500   retryable: AWS's SDKs try again by themselves
└── OperationMissingError                   400   Rekognition has it, the emulator does not
"""

from __future__ import annotations

from typing import ClassVar


class RekognitionError(Exception):
    """The base of what a request can be answered instead: `code` is AWS's name of the error."""

    code: ClassVar[str]
    status: ClassVar[int] = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ValidationError(RekognitionError):
    """A value breaks a constraint of the API's model: length, range, pattern, enumeration, presence."""

    code = "ValidationException"


class SerializationError(RekognitionError):
    """The body is not JSON, or a value is of another type than the model says."""

    code = "SerializationException"


class InvalidParameterError(RekognitionError):
    """The values are well-formed but cannot be used."""

    code = "InvalidParameterException"


class InvalidImageFormatError(RekognitionError):
    """The image is neither JPEG nor PNG, or damaged."""

    code = "InvalidImageFormatException"


class ImageTooLargeError(RekognitionError):
    """The image has too many bytes or pixels."""

    code = "ImageTooLargeException"


class InvalidS3ObjectError(RekognitionError):
    """The object cannot be read."""

    code = "InvalidS3ObjectException"


class InvalidPaginationTokenError(RekognitionError):
    """The token is none that this operation gave out."""

    code = "InvalidPaginationTokenException"


class ResourceNotFoundError(RekognitionError):
    """There is no such collection, face or stream processor."""

    code = "ResourceNotFoundException"


class ResourceAlreadyExistsError(RekognitionError):
    """A collection of that id exists."""

    code = "ResourceAlreadyExistsException"


class ResourceInUseError(RekognitionError):
    """The stream processor's state, or another one of that name, forbids it."""

    code = "ResourceInUseException"


class AccessDeniedError(RekognitionError):
    """The account does not have the operation, whatever its policies allow."""

    code = "AccessDeniedException"


class InternalServerError(RekognitionError):
    """The engine was lost while it worked."""

    code = "InternalServerError"
    status = 500


class OperationMissingError(RekognitionError):
    """Rekognition has the operation, the emulator does not."""

    code = "UnknownOperationException"
