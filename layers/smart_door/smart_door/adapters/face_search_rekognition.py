"""Finding and searching faces with Rekognition's image operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from smart_door.adapters.aws_errors import aws_call, error_code
from smart_door.domain.faces import BoundingBox, DetectedFace
from smart_door.domain.fragment_search import CollectionMatch, FoundFace, Landmark, SearchAnswer
from smart_door.domain.picture_errors import NoFaceError

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

MATCH_FROM = 80.0
"""A stream processor's own default, and its lowest: downstream sees the same matches from both."""

_MOST_MATCHES = 10


class RekognitionFaceSearch:
    """`fragment_search.FaceSearch` over one collection. Images are JPEG, 5 MiB at most."""

    def __init__(self, client: RekognitionClient, collection_id: str) -> None:
        self._client = client
        self._collection_id = collection_id

    def detect(self, jpeg: bytes) -> Sequence[FoundFace]:
        """The faces of a picture with what the default attributes hold: those of a stream processor's."""
        with aws_call("rekognition", "DetectFaces"):
            answer = self._client.detect_faces(Image={"Bytes": jpeg})
        return [found_face(detail) for detail in answer["FaceDetails"]]

    def search(self, jpeg: bytes) -> SearchAnswer:
        """Whom the picture's largest face resembles, the most alike first. Raises NoFaceError."""
        with aws_call("rekognition", "SearchFacesByImage"):
            try:
                answer = self._client.search_faces_by_image(
                    CollectionId=self._collection_id,
                    Image={"Bytes": jpeg},
                    MaxFaces=_MOST_MATCHES,
                    FaceMatchThreshold=MATCH_FROM,
                    QualityFilter="NONE",
                )
            except ClientError as err:
                # The documented answer to an image without a face; the images are otherwise our own JPEGs.
                if error_code(err) == "InvalidParameterException":
                    raise NoFaceError from err
                raise
        return SearchAnswer(
            _box(answer["SearchedFaceBoundingBox"]), tuple(_match(match) for match in answer["FaceMatches"])
        )


def found_face(detail: Mapping[str, Any]) -> FoundFace:
    """A FaceDetail of Rekognition's with its default attributes."""
    quality, pose = detail["Quality"], detail["Pose"]
    face = DetectedFace(
        bounding_box=_box(detail["BoundingBox"]),
        confidence=detail["Confidence"],
        sharpness=quality["Sharpness"],
        brightness=quality["Brightness"],
        yaw=pose["Yaw"],
        pitch=pose["Pitch"],
        roll=pose["Roll"],
    )
    landmarks = tuple(Landmark(point["Type"], point["X"], point["Y"]) for point in detail["Landmarks"])
    return FoundFace(face, landmarks)


def _match(match: Mapping[str, Any]) -> CollectionMatch:
    face = match["Face"]
    return CollectionMatch(
        similarity=match["Similarity"],
        face_id=face["FaceId"],
        image_id=face["ImageId"],
        external_image_id=face.get("ExternalImageId"),
        confidence=face["Confidence"],
        bounding_box=_box(face["BoundingBox"]),
    )


def _box(box: Mapping[str, Any]) -> BoundingBox:
    return BoundingBox(left=box["Left"], top=box["Top"], width=box["Width"], height=box["Height"])
