"""Photos that people choose: checked before anything is paid for or stored."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from smart_door.domain.faces import DetectedFace
from smart_door.domain.picture_errors import (
    NoFaceError,
    PhotoFormatError,
    PhotoTooLargeError,
    SeveralFacesError,
)

MOST_BYTES = 4 * 1024 * 1024
"""In base64 that is 5.6 MB, and a function's request may have 6; Rekognition itself takes 5 MiB."""

BYSTANDER = 1 / 3
"""A face lower than this share of the largest one's height is somebody in the background."""

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


def decode_photo(text: str) -> bytes:
    """A JPEG or PNG from base64. Raises PhotoTooLargeError and PhotoFormatError."""
    if len(text) > MOST_BYTES * 4 // 3 + 4:
        raise PhotoTooLargeError(MOST_BYTES)
    try:
        photo = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise PhotoFormatError("The photo is not in base64.") from error
    if len(photo) > MOST_BYTES:
        raise PhotoTooLargeError(MOST_BYTES)
    if not photo.startswith((_PNG, _JPEG)):
        raise PhotoFormatError
    return photo


def extension_of(photo: bytes) -> str:
    """What a key of the photo ends in: "png" or "jpg"."""
    return "png" if photo.startswith(_PNG) else "jpg"


def check_one_face(faces: Sequence[DetectedFace]) -> None:
    """Whether it is clear whose face a photo is about. Raises NoFaceError and SeveralFacesError."""
    if not faces:
        raise NoFaceError
    largest = max(face.bounding_box.height for face in faces)
    people = [face for face in faces if face.bounding_box.height >= largest * BYSTANDER]
    if len(people) > 1:
        raise SeveralFacesError(len(people))
