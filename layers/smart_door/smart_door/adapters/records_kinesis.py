"""The record of a face search, from a Kinesis record's data to the domain's FaceSearchRecord.

The shape is that of Amazon Rekognition's face search stream processor:
https://docs.aws.amazon.com/rekognition/latest/dg/streaming-video-kinesis-output-reference.html
Whoever can write to the data stream can write anything, so nothing is taken on trust: every field that is
used has its type and its range checked, and nothing is ever evaluated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from smart_door.domain.errors import ForeignStreamError, MalformedRecordError
from smart_door.domain.faces import BoundingBox, DetectedFace, FaceMatch, FaceSearchRecord

_STREAM_ARN = re.compile(
    r"arn:[a-z-]+:kinesisvideo:[a-z0-9-]+:[0-9]{12}:stream/([A-Za-z0-9_.-]{1,256})/[0-9]{1,20}"
)
_FRAGMENT_NUMBER = re.compile(r"[0-9]{1,128}")
_DOOR_ID = re.compile(r"[a-z0-9-]{1,32}")

# 2017 to 3000: a time before is a camera whose clock was never set, one beyond is milliseconds or nonsense.
_EARLIEST, _LATEST = 1_500_000_000, 32_503_680_000
_LONGEST_FRAGMENT = 60.0  # Kinesis Video ends a fragment at 20 s


class KinesisRecords:
    """`ports.Records`. A video stream is a door's if its name is the prefix and the door's id."""

    def __init__(self, stream_name_prefix: str) -> None:
        self._stream_name_prefix = stream_name_prefix

    def parse(self, data: bytes) -> FaceSearchRecord:
        """One analysed frame. Raises MalformedRecordError naming the field, ForeignStreamError."""
        record = _Part(_load(data), "record")
        video = record.part("InputInformation").part("KinesisVideo")
        stream_arn = video.text("StreamArn", _STREAM_ARN)
        frame_offset = video.number("FrameOffsetInSeconds", 0, _LONGEST_FRAGMENT)
        return FaceSearchRecord(
            door_id=self._door_id(stream_arn),
            stream_arn=stream_arn,
            fragment_number=video.text("FragmentNumber", _FRAGMENT_NUMBER),
            frame_offset=frame_offset,
            seen_at=video.number("ProducerTimestamp", _EARLIEST, _LATEST) + frame_offset,
            faces=tuple(_detected_face(face) for face in record.parts("FaceSearchResponse")),
        )

    def _door_id(self, stream_arn: str) -> str:
        name = stream_arn.split("/")[1]
        door_id = name.removeprefix(self._stream_name_prefix)
        if not name.startswith(self._stream_name_prefix) or not _DOOR_ID.fullmatch(door_id):
            raise ForeignStreamError(stream_arn)
        return door_id


class _Part:
    """A JSON object of the record, and where in the record it is; every reader checks what it returns."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise MalformedRecordError(f"{path} is not an object")
        self._fields: Mapping[str, Any] = value
        self._path = path

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def part(self, name: str) -> _Part:
        return _Part(self._get(name), f"{self._path}.{name}")

    def parts(self, name: str) -> list[_Part]:
        values = self._get(name)
        if not isinstance(values, list):
            raise MalformedRecordError(f"{self._path}.{name} is not a list")
        return [_Part(value, f"{self._path}.{name}[{index}]") for index, value in enumerate(values)]

    def text(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self._get(name)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise MalformedRecordError(f"{self._path}.{name} has not its form")
        return value

    def number(self, name: str, low: float, high: float) -> float:
        """A finite number within the range; true and false are none."""
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise MalformedRecordError(f"{self._path}.{name} is not a number")
        if not low <= value <= high or not isfinite(value):
            raise MalformedRecordError(f"{self._path}.{name} is out of range")
        return float(value)

    def _get(self, name: str) -> object:
        if name not in self._fields:
            raise MalformedRecordError(f"{self._path}.{name} is missing")
        return self._fields[name]


def _load(data: bytes) -> object:
    try:
        return json.loads(data.decode("utf-8"))
    except ValueError as err:  # not UTF-8, not JSON, or a number of absurd length
        raise MalformedRecordError("record is not JSON in UTF-8") from err
    except RecursionError as err:
        raise MalformedRecordError("record is nested too deeply") from err


def _detected_face(found: _Part) -> DetectedFace:
    face = found.part("DetectedFace")
    box, quality = face.part("BoundingBox"), face.part("Quality")
    pose = face.part("Pose") if "Pose" in face else None
    return DetectedFace(
        bounding_box=BoundingBox(
            left=box.number("Left", -1, 2),
            top=box.number("Top", -1, 2),
            width=box.number("Width", 0, 2),
            height=box.number("Height", 0, 2),
        ),
        confidence=face.number("Confidence", 0, 100),
        sharpness=quality.number("Sharpness", 0, 100),
        brightness=quality.number("Brightness", 0, 100),
        yaw=pose.number("Yaw", -180, 180) if pose else 0.0,
        pitch=pose.number("Pitch", -180, 180) if pose else 0.0,
        roll=pose.number("Roll", -180, 180) if pose else 0.0,
        matches=tuple(
            _face_match(match)
            for match in found.parts("MatchedFaces")
            if "ExternalImageId" in match.part("Face")
        ),
    )


def _face_match(match: _Part) -> FaceMatch:
    face = match.part("Face")
    return FaceMatch(
        visitor_id=face.text("ExternalImageId", re.compile(r"[a-zA-Z0-9_.\-:]{1,255}")),
        face_id=face.text("FaceId", re.compile(r"[0-9a-f-]{36}")),
        similarity=match.number("Similarity", 0, 100),
    )
