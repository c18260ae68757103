"""The image of a request: bytes in it, or an object in S3, checked before the engine sees it.

Limits, as the Rekognition developer guide and AWS's own error messages state them: JPEG or PNG; 5 MiB in the
request, 15 MiB in S3; from 80 to 10,000 pixels a side.
"""

from __future__ import annotations

import asyncio
import struct
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.clients import client
from emulator.rekognition.exceptions import (
    ImageTooLargeError,
    InvalidImageFormatError,
    InvalidParameterError,
    InvalidS3ObjectError,
)

MAX_S3_BYTES = 15 * 1024 * 1024
SHORTEST_SIDE = 80
LONGEST_SIDE = 10_000

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_STANDALONE = {0x01, *range(0xD0, 0xD9)}  # JPEG markers without a length
_START_OF_FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


async def image_bytes(image: dict[str, Any]) -> bytes:
    """Return the JPEG or PNG that an API Image names.

    Raises InvalidParameterError, InvalidImageFormatError, ImageTooLargeError, InvalidS3ObjectError.
    """
    if ("Bytes" in image) == ("S3Object" in image):
        raise InvalidParameterError("Request has invalid parameters: give either Bytes or S3Object")
    if "Bytes" in image:
        data: bytes = image["Bytes"]  # its length is a constraint of the API's model
    else:
        data = await asyncio.to_thread(_object, image["S3Object"])
    width, height = size_of(data)
    if min(width, height) < SHORTEST_SIDE:
        raise InvalidParameterError(
            f"Request has invalid parameters: an image of {width} x {height}; "
            f"each side must have {SHORTEST_SIDE} pixels"
        )
    if max(width, height) > LONGEST_SIDE:
        raise ImageTooLargeError(
            f"Input image dimensions {width} x {height} exceed maximum dimension size of "
            f"{LONGEST_SIDE} pixels"
        )
    return data


def size_of(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels without decoding. Raises InvalidImageFormatError."""
    try:
        if data.startswith(_PNG):
            width, height = struct.unpack_from(">II", data, 16)
            return width, height
        if data.startswith(_JPEG):
            return _jpeg_size(data)
    except (struct.error, IndexError):
        pass  # it ends before it says: damaged, like everything else that is neither
    raise InvalidImageFormatError("Request has invalid image format")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Walk the segments to the frame header (ITU-T T.81, B.1 and B.2.2)."""
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif marker in _START_OF_FRAME:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        else:
            at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    raise InvalidImageFormatError("Request has invalid image format")


def _object(where: dict[str, Any]) -> bytes:
    """Fetch the object as any client would."""
    if not where.get("Bucket") or not where.get("Name"):
        raise InvalidS3ObjectError("S3Object must have Bucket and Name")
    version = {"VersionId": where["Version"]} if where.get("Version") else {}
    try:
        found = client("s3").get_object(Bucket=where["Bucket"], Key=where["Name"], **version)
        if found["ContentLength"] > MAX_S3_BYTES:
            raise ImageTooLargeError(f"Image size is too large: {MAX_S3_BYTES} bytes at most")
        data: bytes = found["Body"].read()
    except (ClientError, BotoCoreError) as err:
        raise InvalidS3ObjectError(
            "Unable to get object metadata from S3. "
            f"Check object key, region and/or access permissions: {err}"
        ) from err
    return data
