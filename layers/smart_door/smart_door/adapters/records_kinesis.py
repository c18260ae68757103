"""The record of a face search, from a Kinesis record's data to the domain's FaceSearchRecord.

The shape is that of Amazon Rekognition's face search stream processor:
https://docs.aws.amazon.com/rekognition/latest/dg/streaming-video-kinesis-output-reference.html
Whoever can write to the data stream can write anything, so nothing is taken on trust: every field that is
used has its type and its range checked, and nothing is ever evaluated.
"""

from __future__ import annotations

import re

from smart_door.adapters.checked_json import (
    EARLIEST,
    FRAGMENT_NUMBER,
    LATEST,
    STREAM_ARN,
    Part,
    door_of,
    load,
)
from smart_door.domain.faces import BoundingBox, DetectedFace, FaceMatch, FaceSearchRecord

_LONGEST_FRAGMENT = 60.0  # Kinesis Video ends a fragment at 20 s


class KinesisRecords:
    """`ports.Records`. A video stream is a door's if its name is the prefix and the door's id."""

    def __init__(self, stream_name_prefix: str) -> None:
        self._stream_name_prefix = stream_name_prefix

    def parse(self, data: bytes) -> FaceSearchRecord:
        """One analysed frame. Raises MalformedRecordError naming the field, ForeignStreamError."""
        record = Part(load(data), "record")
        video = record.part("InputInformation").part("KinesisVideo")
        stream_arn = video.text("StreamArn", STREAM_ARN)
        frame_offset = video.number("FrameOffsetInSeconds", 0, _LONGEST_FRAGMENT)
        return FaceSearchRecord(
            door_id=door_of(stream_arn, self._stream_name_prefix),
            stream_arn=stream_arn,
            fragment_number=video.text("FragmentNumber", FRAGMENT_NUMBER),
            frame_offset=frame_offset,
            seen_at=video.number("ProducerTimestamp", EARLIEST, LATEST) + frame_offset,
            faces=tuple(_detected_face(face) for face in record.parts("FaceSearchResponse")),
        )


def _detected_face(found: Part) -> DetectedFace:
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


def _face_match(match: Part) -> FaceMatch:
    face = match.part("Face")
    return FaceMatch(
        visitor_id=face.text("ExternalImageId", re.compile(r"[a-zA-Z0-9_.\-:]{1,255}")),
        face_id=face.text("FaceId", re.compile(r"[0-9a-f-]{36}")),
        similarity=match.number("Similarity", 0, 100),
    )
