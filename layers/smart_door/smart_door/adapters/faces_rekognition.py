"""The face collection and face comparison, with Rekognition's image operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from smart_door.adapters.aws_errors import aws_call, error_code
from smart_door.adapters.face_search_rekognition import found_face
from smart_door.domain.errors import ServiceRefusedError
from smart_door.domain.faces import DetectedFace
from smart_door.domain.photos import MOST_BYTES
from smart_door.domain.picture_errors import (
    NoFaceError,
    PhotoFormatError,
    PhotoTooLargeError,
    PoorFaceError,
)

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

SAME_PERSON_FROM = 80.0
"""CompareFaces' own default: below it Rekognition does not call two faces the same."""

_DELETE_AT_ONCE = 4096  # the most face ids that DeleteFaces takes

_PHOTO_ERRORS: Mapping[str, Callable[[], Exception]] = {
    "InvalidImageFormatException": PhotoFormatError,
    "ImageTooLargeException": lambda: PhotoTooLargeError(MOST_BYTES),
    # Of a picture in the request it is the size that can be wrong: 80 pixels a side at least.
    "InvalidParameterException": lambda: PhotoFormatError("Choose a larger photo: this one is tiny."),
}


class RekognitionFaces:
    """`ports.Faces` over one collection. Images are JPEG, 5 MiB at most."""

    def __init__(self, client: RekognitionClient, collection_id: str) -> None:
        self._client = client
        self._collection_id = collection_id

    def detect(self, photo: bytes) -> Sequence[DetectedFace]:
        """The faces of a JPEG or PNG. Raises PhotoFormatError and PhotoTooLargeError."""
        with aws_call("rekognition", "DetectFaces"):
            try:
                answer = self._client.detect_faces(Image={"Bytes": photo})
            except ClientError as err:
                problem = _PHOTO_ERRORS.get(error_code(err))
                if problem is None:
                    raise
                raise problem() from err
        return [found_face(detail).face for detail in answer["FaceDetails"]]

    def index(self, jpeg: bytes, visitor_id: str) -> str:
        """Add the image's largest face under that external image id; its face id.

        Raises NoFaceError, and PoorFaceError for one that is blurred, too small or turned away: it would
        match anyone.
        """
        with aws_call("rekognition", "IndexFaces"):
            answer = self._client.index_faces(
                CollectionId=self._collection_id,
                Image={"Bytes": jpeg},
                ExternalImageId=visitor_id,
                MaxFaces=1,
                QualityFilter="AUTO",
            )
        for record in answer["FaceRecords"]:
            return record["Face"]["FaceId"]
        for face in answer.get("UnindexedFaces", ()):
            raise PoorFaceError([str(reason) for reason in face.get("Reasons", ())])
        raise NoFaceError

    def compare(self, source_jpeg: bytes, target_jpeg: bytes) -> float:
        """How alike the largest faces of two images are, 0..100; 0 if below 80. Raises NoFaceError.

        CompareFaces holds the source's largest face against every face of the target. A crop may show a
        part of somebody beside the face it is about: only the target's largest face counts.
        """
        with aws_call("rekognition", "CompareFaces"):
            try:
                answer = self._client.compare_faces(
                    SourceImage={"Bytes": source_jpeg},
                    TargetImage={"Bytes": target_jpeg},
                    SimilarityThreshold=SAME_PERSON_FROM,
                )
            except ClientError as err:
                # The documented answer to an image without a face; the images are otherwise our own JPEGs.
                if error_code(err) == "InvalidParameterException":
                    raise NoFaceError from err
                raise
        candidates = [(_size(match["Face"]), match["Similarity"]) for match in answer["FaceMatches"]]
        candidates += [(_size(face), 0.0) for face in answer["UnmatchedFaces"]]
        if not candidates:
            raise NoFaceError
        return max(candidates)[1]

    def delete(self, face_ids: Sequence[str]) -> None:
        """Remove faces from the collection; ones that are not there are no error."""
        for start in range(0, len(face_ids), _DELETE_AT_ONCE):
            with aws_call("rekognition", "DeleteFaces"):
                answer = self._client.delete_faces(
                    CollectionId=self._collection_id, FaceIds=face_ids[start : start + _DELETE_AT_ONCE]
                )
            for failure in answer.get("UnsuccessfulFaceDeletions", ()):
                reasons = set(failure.get("Reasons", ())) - {"FACE_NOT_FOUND"}
                if reasons:
                    raise ServiceRefusedError("rekognition", "DeleteFaces", min(reasons))


def _size(face: Mapping[str, Any]) -> float:
    box = face["BoundingBox"]
    area: float = box["Width"] * box["Height"]
    return area
