"""What Rekognition remembers: collections with their faces, and stream processors.

One SQLite file under the service's folder, so that every change is whole or not at all. Embeddings are also
kept in memory as one matrix a collection: comparing a face with a million others takes 20 ms.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emulator.rekognition.exceptions import (
    ResourceAlreadyExistsError,
    ResourceInUseError,
    ResourceNotFoundError,
)
from emulator.rekognition.faces import EMBEDDING_LENGTH, BoundingBox, Embedding
from emulator.rekognition.similarity import distance_of_similarity, distances, similarity_of_distance

MODEL_VERSION = "7.0"

_TABLES = """
CREATE TABLE IF NOT EXISTS collections (
    collection_id TEXT PRIMARY KEY, created_at REAL NOT NULL, tags TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS faces (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id TEXT NOT NULL REFERENCES collections ON DELETE CASCADE,
    face_id TEXT NOT NULL, image_id TEXT NOT NULL, external_image_id TEXT, bounding_box TEXT NOT NULL,
    confidence REAL NOT NULL, embedding BLOB NOT NULL, UNIQUE (collection_id, face_id)
) STRICT;
CREATE TABLE IF NOT EXISTS stream_processors (name TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True)
class Collection:
    """A collection of faces; times are seconds since the epoch."""

    collection_id: str
    created_at: float
    tags: dict[str, str]


@dataclass(frozen=True)
class IndexedFace:
    """A face of a collection. `position` orders the faces as they were indexed."""

    face_id: str
    image_id: str
    external_image_id: str | None
    bounding_box: BoundingBox
    confidence: float
    embedding: Embedding = field(compare=False, repr=False)
    position: int = 0

    def to_aws(self) -> dict[str, object]:
        """Return the API's Face, without the members that not every answer has."""
        external = {} if self.external_image_id is None else {"ExternalImageId": self.external_image_id}
        return {
            "FaceId": self.face_id,
            "BoundingBox": self.bounding_box.to_aws(),
            "ImageId": self.image_id,
            **external,
            "Confidence": self.confidence,
        }


@dataclass(frozen=True)
class Match:
    """A face of a collection and how similar it is, 0 to 100."""

    face: IndexedFace
    similarity: float


@dataclass(frozen=True)
class StreamProcessor:
    """A face-search stream processor as it was created, and its state."""

    name: str
    arn: str
    video_stream_arn: str
    data_stream_arn: str
    collection_id: str
    threshold: float
    role_arn: str
    created_at: float
    updated_at: float
    status: str = "STOPPED"
    status_message: str = ""
    tags: dict[str, str] = field(default_factory=dict)


class Store:
    """The database. Use it on one thread."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA foreign_keys = ON")
        self._database.executescript(_TABLES)
        self._faces: dict[str, tuple[list[IndexedFace], NDArray[np.float32]]] = {}

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # Collections

    def add_collection(self, collection: Collection) -> None:
        """Raises ResourceAlreadyExistsError."""
        try:
            with self._database:
                self._database.execute(
                    "INSERT INTO collections VALUES (?, ?, ?)",
                    (collection.collection_id, collection.created_at, json.dumps(collection.tags)),
                )
        except sqlite3.IntegrityError as err:
            raise ResourceAlreadyExistsError(
                f"The collection id: {collection.collection_id} already exists"
            ) from err

    def collection(self, collection_id: str) -> Collection:
        """Raises ResourceNotFoundError."""
        row = self._database.execute(
            "SELECT created_at, tags FROM collections WHERE collection_id = ?", (collection_id,)
        ).fetchone()
        if row is None:
            raise ResourceNotFoundError(f"The collection id: {collection_id} does not exist")
        return Collection(collection_id, row[0], json.loads(row[1]))

    def set_collection_tags(self, collection_id: str, tags: dict[str, str]) -> None:
        """Replace all tags."""
        with self._database:
            self._database.execute(
                "UPDATE collections SET tags = ? WHERE collection_id = ?", (json.dumps(tags), collection_id)
            )

    def collection_ids(self) -> list[str]:
        """Return all ids in alphabetical order."""
        return [row[0] for row in self._database.execute("SELECT collection_id FROM collections ORDER BY 1")]

    def delete_collection(self, collection_id: str) -> None:
        """Delete it with all faces. Raises ResourceNotFoundError."""
        self.collection(collection_id)
        with self._database:
            self._database.execute("DELETE FROM collections WHERE collection_id = ?", (collection_id,))
        self._faces.pop(collection_id, None)

    # Faces

    def add_faces(self, collection_id: str, faces: Iterable[IndexedFace]) -> None:
        """Add faces, all or none. Raises ResourceNotFoundError."""
        self.collection(collection_id)
        with self._database:
            self._database.executemany(
                "INSERT INTO faces (collection_id, face_id, image_id, external_image_id, bounding_box,"
                " confidence, embedding) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        collection_id,
                        face.face_id,
                        face.image_id,
                        face.external_image_id,
                        json.dumps(asdict(face.bounding_box)),
                        face.confidence,
                        face.embedding.tobytes(),
                    )
                    for face in faces
                ],
            )
        self._faces.pop(collection_id, None)

    def faces(self, collection_id: str) -> Sequence[IndexedFace]:
        """Return all faces in the order of indexing. Raises ResourceNotFoundError."""
        return self._loaded(collection_id)[0]

    def delete_faces(self, collection_id: str, face_ids: Iterable[str]) -> None:
        """Delete those that exist. Raises ResourceNotFoundError for the collection."""
        self.collection(collection_id)
        with self._database:
            self._database.executemany(
                "DELETE FROM faces WHERE collection_id = ? AND face_id = ?",
                [(collection_id, face_id) for face_id in face_ids],
            )
        self._faces.pop(collection_id, None)

    def search(self, collection_id: str, embedding: Embedding, threshold: float, most: int) -> list[Match]:
        """Return the faces with at least that similarity, the most similar first."""
        faces, matrix = self._loaded(collection_id)
        gaps = distances(embedding, matrix)
        near = np.flatnonzero(gaps <= distance_of_similarity(threshold))
        nearest = near[np.argsort(gaps[near], kind="stable")][:most]
        return [Match(faces[index], similarity_of_distance(float(gaps[index]))) for index in nearest]

    def _loaded(self, collection_id: str) -> tuple[list[IndexedFace], NDArray[np.float32]]:
        if collection_id not in self._faces:
            self.collection(collection_id)
            rows = self._database.execute(
                "SELECT face_id, image_id, external_image_id, bounding_box, confidence, embedding, position"
                " FROM faces WHERE collection_id = ? ORDER BY position",
                (collection_id,),
            )
            faces = [
                IndexedFace(
                    row[0],
                    row[1],
                    row[2],
                    BoundingBox(**json.loads(row[3])),
                    row[4],
                    np.frombuffer(row[5], np.float32),
                    row[6],
                )
                for row in rows
            ]
            matrix = np.zeros((len(faces), EMBEDDING_LENGTH), np.float32)
            for row_number, face in enumerate(faces):
                matrix[row_number] = face.embedding
            self._faces[collection_id] = (faces, matrix)
        return self._faces[collection_id]

    # Stream processors

    def add_stream_processor(self, processor: StreamProcessor) -> None:
        """Raises ResourceInUseError if there is one of that name."""
        try:
            with self._database:
                self._database.execute(
                    "INSERT INTO stream_processors VALUES (?, ?)",
                    (processor.name, json.dumps(asdict(processor))),
                )
        except sqlite3.IntegrityError as err:
            raise ResourceInUseError(f"Stream processor {processor.name} already exists") from err

    def stream_processor(self, name: str) -> StreamProcessor:
        """Raises ResourceNotFoundError."""
        for processor in self.stream_processors():
            if processor.name == name:
                return processor
        raise ResourceNotFoundError(f"Stream processor {name} does not exist")

    def stream_processors(self) -> list[StreamProcessor]:
        """Return all, in alphabetical order."""
        rows = self._database.execute("SELECT document FROM stream_processors ORDER BY name")
        return [StreamProcessor(**json.loads(row[0])) for row in rows]

    def replace_stream_processor(self, processor: StreamProcessor, now: float) -> StreamProcessor:
        """Store another state of it, updated `now`."""
        updated = replace(processor, updated_at=now)
        with self._database:
            self._database.execute(
                "UPDATE stream_processors SET document = ? WHERE name = ?",
                (json.dumps(asdict(updated)), updated.name),
            )
        return updated

    def delete_stream_processor(self, name: str) -> None:
        """Delete it; the caller has looked that it exists."""
        with self._database:
            self._database.execute("DELETE FROM stream_processors WHERE name = ?", (name,))
