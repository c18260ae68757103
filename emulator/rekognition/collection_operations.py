"""The operations on collections and the faces in them."""

from __future__ import annotations

import time
from typing import Any

from emulator.rekognition.exceptions import InvalidParameterError
from emulator.rekognition.models import MODEL_VERSION, Collection, IndexedFace, Store
from emulator.rekognition.paging import page
from emulator.service import Settings

Fields = dict[str, Any]


class CollectionOperations:
    """CreateCollection, DeleteCollection, DescribeCollection, ListCollections, ListFaces, DeleteFaces."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    async def create_collection(self, fields: Fields) -> Fields:
        """The ARN of the answer has no "arn:" in front: that is how AWS answers this operation."""
        collection = Collection(fields["CollectionId"], time.time(), fields.get("Tags", {}))
        self._store.add_collection(collection)
        return {
            "StatusCode": 200,
            "CollectionArn": self._arn(collection.collection_id).removeprefix("arn:"),
            "FaceModelVersion": MODEL_VERSION,
        }

    async def delete_collection(self, fields: Fields) -> Fields:
        """Deletes the faces with it."""
        self._store.delete_collection(fields["CollectionId"])
        return {"StatusCode": 200}

    async def describe_collection(self, fields: Fields) -> Fields:
        """Counts the faces."""
        collection = self._store.collection(fields["CollectionId"])
        return {
            "FaceCount": len(self._store.faces(collection.collection_id)),
            "FaceModelVersion": MODEL_VERSION,
            "CollectionARN": self._arn(collection.collection_id),
            "CreationTimestamp": collection.created_at,
            "UserCount": 0,
        }

    async def list_collections(self, fields: Fields) -> Fields:
        """In alphabetical order."""
        ids, more = page(self._store.collection_ids(), fields, str, str)
        return {"CollectionIds": ids, "FaceModelVersions": [MODEL_VERSION] * len(ids), **more}

    async def list_faces(self, fields: Fields) -> Fields:
        """In the order of indexing; all, or those of FaceIds."""
        if "UserId" in fields:
            raise InvalidParameterError("The emulator's Rekognition has no users: leave UserId out.")
        faces = self._store.faces(fields["CollectionId"])
        if "FaceIds" in fields:
            wanted = set(fields["FaceIds"])
            faces = [face for face in faces if face.face_id in wanted]
        found, more = page(faces, fields, int, lambda face: face.position)
        return {
            "Faces": [face_with_version(face) for face in found],
            "FaceModelVersion": MODEL_VERSION,
            **more,
        }

    async def delete_faces(self, fields: Fields) -> Fields:
        """Deletes those that exist, and says which of the others do not."""
        collection_id, wanted = fields["CollectionId"], list(dict.fromkeys(fields["FaceIds"]))
        existing = {face.face_id for face in self._store.faces(collection_id)}
        deleted = [face_id for face_id in wanted if face_id in existing]
        self._store.delete_faces(collection_id, deleted)
        return {
            "DeletedFaces": deleted,
            "UnsuccessfulFaceDeletions": [
                {"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]}
                for face_id in wanted
                if face_id not in existing
            ],
        }

    def _arn(self, collection_id: str) -> str:
        settings = self._settings
        return f"arn:aws:rekognition:{settings.region}:{settings.account_id}:collection/{collection_id}"


def face_with_version(face: IndexedFace) -> Fields:
    """Return the API's Face as the image operations answer it."""
    return {**face.to_aws(), "IndexFacesModelVersion": MODEL_VERSION}
