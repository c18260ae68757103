"""Frames of the records and photos of the visits: fetched only when needed, kept when better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from smart_door.domain.errors import (
    FragmentGoneError,
    FragmentNotReadyError,
    FrameDecodeError,
    PermanentError,
    ServiceRefusedError,
)
from smart_door.domain.faces import FaceSearchRecord
from smart_door.domain.ports import Fragments, Frame, Frames, Photos
from smart_door.domain.rules import CLEARLY_BETTER
from smart_door.domain.sightings import Sighting
from smart_door.domain.visits import Visit

PHOTO_QUALITY = 85

PictureError = (FragmentGoneError, FrameDecodeError, ServiceRefusedError)
"""Why there is no picture for good; what is done then is done without one."""


@dataclass
class Pictures:
    """The frames of one invocation. A fragment is fetched once, a frame decoded once, a failure kept.

    Once a stream's fragment is not ready, later ones are not waited for either: they would not be ready,
    and the records come again.
    """

    fragments: Fragments
    frames: Frames
    photos: Photos
    _fragments: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _frames: dict[tuple[str, str, float], Frame] = field(default_factory=dict)
    _failures: dict[tuple[str, str], PermanentError] = field(default_factory=dict)
    _not_ready: set[str] = field(default_factory=set)
    _faces: dict[str, bytes] = field(default_factory=dict)

    def frame(self, record: FaceSearchRecord) -> Frame:
        """The record's frame.

        Raises FragmentNotReadyError and ServiceUnavailableError (come again), or a PictureError.
        """
        fragment = (record.stream_arn, record.fragment_number)
        key = (*fragment, record.frame_offset)
        if key in self._frames:
            return self._frames[key]
        if fragment in self._failures:
            raise self._failures[fragment]
        try:
            frame = self.frames.decode(self._fragment(*fragment), [record.frame_offset])[0]
        except PictureError as error:
            self._failures[fragment] = error
            raise
        self._frames = {key: frame}  # one frame at a time: a picture takes megabytes
        return frame

    def _fragment(self, stream_arn: str, fragment_number: str) -> bytes:
        key = (stream_arn, fragment_number)
        if key not in self._fragments:
            if stream_arn in self._not_ready:
                raise FragmentNotReadyError(stream_arn, fragment_number)
            try:
                self._fragments = {key: self.fragments.get(stream_arn, fragment_number)}
            except FragmentNotReadyError:
                self._not_ready.add(stream_arn)
                raise
        return self._fragments[key]

    def stored_face(self, key: str) -> bytes:
        """A stored photo. Raises PhotoNotFoundError."""
        if key not in self._faces:
            self._faces[key] = self.photos.get(key)
        return self._faces[key]

    def improve(self, record: FaceSearchRecord, visit: Visit, seen: Mapping[int, Sighting]) -> Visit:
        """Store what the record's frame shows clearly better than the photos so far; the visit knowing it.

        `seen` are the visit's faces (by index) in this frame. Photos of a visit keep their keys, so this may
        be repeated. Raises as `frame` does, with nothing stored.
        """
        score = sum(sighting.score for sighting in seen.values()) / len(visit.faces)
        better_photo = visit.best_photo_key is None or _is_better(score, visit.photo_score)
        better_faces = [
            index
            for index, sighting in seen.items()
            if (face := visit.face(index)) is not None
            and (face.photo_key is None or _is_better(sighting.score, face.score))
        ]
        if not better_photo and not better_faces:
            return visit
        frame = self.frame(record)
        if better_photo:
            visit = self._store_photo(visit, frame, score, seen)
        for index in better_faces:
            visit = self._store_face(visit, frame, index, seen[index])
        return visit

    def _store_photo(self, visit: Visit, frame: Frame, score: float, seen: Mapping[int, Sighting]) -> Visit:
        folder = photo_folder(visit)
        jpeg = frame.jpeg(PHOTO_QUALITY)
        if visit.first_photo_key is None:
            self.photos.put(f"{folder}/first.jpg", jpeg)
        self.photos.put(f"{folder}/best.jpg", jpeg)
        faces = tuple(
            replace(face, photo_box=seen[face.index].bounding_box if face.index in seen else None)
            for face in visit.faces
        )
        return replace(
            visit,
            faces=faces,
            first_photo_key=f"{folder}/first.jpg",
            best_photo_key=f"{folder}/best.jpg",
            photo_score=score,
        )

    def _store_face(self, visit: Visit, frame: Frame, index: int, sighting: Sighting) -> Visit:
        key = f"{photo_folder(visit)}/face-{index}.jpg"
        jpeg = frame.crop(sighting.bounding_box)
        self.photos.put(key, jpeg)
        self._faces[key] = jpeg
        faces = tuple(
            replace(face, score=sighting.score, photo_key=key) if face.index == index else face
            for face in visit.faces
        )
        return replace(visit, faces=faces)


def photo_folder(visit: Visit) -> str:
    """Where the photos of a visit are in the bucket; they expire there."""
    return f"photos/{visit.door_id}/{visit.visit_id}"


def _is_better(score: float, than: float) -> bool:
    return score > than * CLEARLY_BETTER
