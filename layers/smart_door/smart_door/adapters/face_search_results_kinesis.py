"""Records of face search, written to the data stream as a stream processor writes them.

The shape is that of Amazon Rekognition's face search stream processor:
https://docs.aws.amazon.com/rekognition/latest/dg/streaming-video-kinesis-output-reference.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from smart_door.adapters.aws_errors import aws_call
from smart_door.domain.faces import BoundingBox
from smart_door.domain.fragment_search import CollectionMatch, FoundFace, SearchedFrame

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient


class KinesisFaceSearchResults:
    """`fragment_search.FaceSearchResults`. A video stream's records share a shard and keep their order."""

    def __init__(self, client: KinesisClient, stream_name: str) -> None:
        self._client = client
        self._stream_name = stream_name

    def put(self, frame: SearchedFrame) -> None:
        """Write one frame's record."""
        with aws_call("kinesis", "PutRecord"):
            self._client.put_record(
                StreamName=self._stream_name,
                Data=json.dumps(record_of(frame)).encode(),
                PartitionKey=frame.notification.stream_arn.split("/")[1],
            )


def record_of(frame: SearchedFrame) -> dict[str, Any]:
    """The record of one frame as a JSON object."""
    notification = frame.notification
    return {
        "InputInformation": {
            "KinesisVideo": {
                "StreamArn": notification.stream_arn,
                "FragmentNumber": notification.fragment_number,
                "ServerTimestamp": notification.server_time,
                "ProducerTimestamp": notification.producer_time,
                "FrameOffsetInSeconds": round(frame.offset, 3),
            }
        },
        "StreamProcessorInformation": {"Status": "RUNNING"},
        "FaceSearchResponse": [
            {
                "DetectedFace": _detected_face(face.found),
                "MatchedFaces": [_matched_face(match) for match in face.matches],
            }
            for face in frame.faces
        ],
    }


def _detected_face(found: FoundFace) -> dict[str, Any]:
    face = found.face
    return {
        "BoundingBox": _box(face.bounding_box),
        "Confidence": face.confidence,
        "Landmarks": [{"Type": point.kind, "X": point.x, "Y": point.y} for point in found.landmarks],
        "Pose": {"Pitch": face.pitch, "Roll": face.roll, "Yaw": face.yaw},
        "Quality": {"Brightness": face.brightness, "Sharpness": face.sharpness},
    }


def _matched_face(match: CollectionMatch) -> dict[str, Any]:
    face: dict[str, Any] = {
        "BoundingBox": _box(match.bounding_box),
        "FaceId": match.face_id,
        "Confidence": match.confidence,
        "ImageId": match.image_id,
    }
    if match.external_image_id is not None:
        face["ExternalImageId"] = match.external_image_id
    return {"Similarity": match.similarity, "Face": face}


def _box(box: BoundingBox) -> dict[str, float]:
    return {"Height": box.height, "Width": box.width, "Left": box.left, "Top": box.top}
