"""The operations on single images: detecting, comparing, indexing and searching faces."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Awaitable
from typing import Any, TypeVar

from emulator.rekognition.collection_operations import face_with_version
from emulator.rekognition.detector import EngineSetupError
from emulator.rekognition.engine import EngineLostError, FaceEngine
from emulator.rekognition.exceptions import (
    InternalServerError,
    InvalidImageFormatError,
    InvalidParameterError,
    ResourceNotFoundError,
)
from emulator.rekognition.faces import Embedding, Face, Picture
from emulator.rekognition.images import image_bytes
from emulator.rekognition.models import MODEL_VERSION, IndexedFace, Match, Store
from emulator.rekognition.quality_filter import reasons_against
from emulator.rekognition.similarity import DEFAULT_THRESHOLD, similarity
from emulator.rekognition.worker import MANY, UnreadableImageError

Fields = dict[str, Any]
T = TypeVar("T")

MOST_MATCHES = 4096
_NO_FACE = "There are no faces in the image. Should be at least 1."
_IMAGE_IDS = uuid.UUID("6f0c1d4e-0f3a-5b0e-9b7e-52ad4bd1a9b4")


class ImageOperations:
    """DetectFaces, CompareFaces, IndexFaces, SearchFacesByImage, SearchFaces."""

    def __init__(self, store: Store, engine: FaceEngine) -> None:
        self._store = store
        self._engine = engine

    async def detect_faces(self, fields: Fields) -> Fields:
        """Attributes that the engine cannot see (age, emotions, ...) are left out, whatever was asked for."""
        picture = await self._picture(await image_bytes(fields["Image"]), 0)
        return {"FaceDetails": [face.to_aws() for face in picture.faces]}

    async def compare_faces(self, fields: Fields) -> Fields:
        """Compares the largest face of the source with every face of the target."""
        level = fields.get("QualityFilter", "NONE")
        images = await image_bytes(fields["SourceImage"]), await image_bytes(fields["TargetImage"])
        pictured, target = await _answered(self._engine.faces_in_pair(*images))
        source = _largest(pictured, level)
        faces = [face for face in target.faces if not reasons_against(face, target.height, level)]
        if not faces:
            raise InvalidParameterError(_NO_FACE)
        threshold = fields.get("SimilarityThreshold", DEFAULT_THRESHOLD)
        rated = sorted(
            ((similarity(_embedding(source), _embedding(face)), face) for face in faces),
            key=lambda pair: -pair[0],
        )
        return {
            "SourceImageFace": {
                "BoundingBox": source.bounding_box.to_aws(),
                "Confidence": source.confidence,
            },
            "FaceMatches": [
                {"Similarity": value, "Face": face.to_aws()} for value, face in rated if value >= threshold
            ],
            "UnmatchedFaces": [face.to_aws() for value, face in rated if value < threshold],
        }

    async def index_faces(self, fields: Fields) -> Fields:
        """The same image with the same ExternalImageId again gives the same face ids and adds nothing."""
        collection_id, level = fields["CollectionId"], fields.get("QualityFilter", "AUTO")
        self._store.collection(collection_id)
        data = await image_bytes(fields["Image"])
        picture = await self._picture(data)
        indexed: list[Face] = []
        unindexed: list[tuple[list[str], Face]] = []
        for face in picture.faces:
            reasons = reasons_against(face, picture.height, level)
            if not reasons and len(indexed) >= fields.get("MaxFaces", MANY):
                reasons = ["EXCEEDS_MAX_FACES"]
            if reasons:
                unindexed.append((reasons, face))
            else:
                indexed.append(face)
        records = self._added(collection_id, data, fields.get("ExternalImageId"), indexed)
        return {
            "FaceRecords": [
                {"Face": face_with_version(record), "FaceDetail": face.to_aws()}
                for record, face in zip(records, indexed, strict=True)
            ],
            "FaceModelVersion": MODEL_VERSION,
            "UnindexedFaces": [
                {"Reasons": reasons, "FaceDetail": face.to_aws()} for reasons, face in unindexed
            ],
        }

    async def search_faces_by_image(self, fields: Fields) -> Fields:
        """Searches with the largest face of the image only."""
        self._store.collection(fields["CollectionId"])
        picture = await self._picture(await image_bytes(fields["Image"]), 1)
        face = _largest(picture, fields.get("QualityFilter", "NONE"))
        return {
            "SearchedFaceBoundingBox": face.bounding_box.to_aws(),
            "SearchedFaceConfidence": face.confidence,
            "FaceMatches": _matches(self._search(fields, _embedding(face))),
            "FaceModelVersion": MODEL_VERSION,
        }

    async def search_faces(self, fields: Fields) -> Fields:
        """Searches with a face of the collection; that face itself is no match."""
        face_id = fields["FaceId"]
        for face in self._store.faces(fields["CollectionId"]):
            if face.face_id == face_id:
                break
        else:
            raise ResourceNotFoundError(f"The face id: {face_id} does not exist")
        others = [found for found in self._search(fields, face.embedding, 1) if found.face.face_id != face_id]
        return {
            "SearchedFaceId": face_id,
            "FaceMatches": _matches(others[: fields.get("MaxFaces", MOST_MATCHES)]),
            "FaceModelVersion": MODEL_VERSION,
        }

    def _search(self, fields: Fields, embedding: Embedding, more: int = 0) -> list[Match]:
        threshold = fields.get("FaceMatchThreshold", DEFAULT_THRESHOLD)
        most = fields.get("MaxFaces", MOST_MATCHES) + more
        return self._store.search(fields["CollectionId"], embedding, threshold, most)

    async def _picture(self, data: bytes, embeddings: int = MANY) -> Picture:
        return await _answered(self._engine.faces_in_image(data, embeddings))

    def _added(
        self, collection_id: str, data: bytes, external_image_id: str | None, faces: list[Face]
    ) -> list[IndexedFace]:
        """Add the faces that are not in the collection from this very image already; return all of them."""
        image_id = str(uuid.uuid5(_IMAGE_IDS, hashlib.sha256(data).hexdigest()))
        known = {
            face.bounding_box: face
            for face in self._store.faces(collection_id)
            if external_image_id and (face.image_id, face.external_image_id) == (image_id, external_image_id)
        }
        records = [
            known.get(face.bounding_box)
            or IndexedFace(
                face_id=str(uuid.uuid4()),
                image_id=image_id,
                external_image_id=external_image_id,
                bounding_box=face.bounding_box,
                confidence=face.confidence,
                embedding=_embedding(face),
            )
            for face in faces
        ]
        self._store.add_faces(collection_id, [record for record in records if record not in known.values()])
        return records


async def _answered(answer: Awaitable[T]) -> T:
    """Wait for the engine, and say what it raises as Rekognition would."""
    try:
        return await answer
    except UnreadableImageError as err:
        raise InvalidImageFormatError("Request has invalid image format") from err
    except EngineLostError as err:
        raise InternalServerError(f"{err}; please try again") from err
    except EngineSetupError as err:
        raise InternalServerError(str(err)) from err


def _largest(picture: Picture, level: str) -> Face:
    """Return the largest face. Raises InvalidParameterError if there is none, or its quality is too low."""
    if not picture.faces or reasons_against(picture.faces[0], picture.height, level):
        raise InvalidParameterError(_NO_FACE)
    return picture.faces[0]


def _embedding(face: Face) -> Embedding:
    if face.embedding is None:
        raise AssertionError("the engine was not asked for this face's embedding")
    return face.embedding


def _matches(found: list[Match]) -> list[Fields]:
    return [{"Similarity": match.similarity, "Face": face_with_version(match.face)} for match in found]
