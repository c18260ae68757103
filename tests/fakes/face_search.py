"""The ports of fragment search, in memory: who stands where in which frame is said beforehand.

A picture is text: a frame's bytes name the frame, a crop's say what of it is to be seen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from smart_door.domain.errors import FrameDecodeError, RetryableError
from smart_door.domain.faces import BoundingBox, DetectedFace
from smart_door.domain.fragment_search import (
    CollectionMatch,
    FoundFace,
    Landmark,
    SampledFrame,
    SearchAnswer,
    SearchedFrame,
    crop_of,
)
from smart_door.domain.picture_errors import NoFaceError

People = dict[str, BoundingBox]


@dataclass(frozen=True)
class PaintedFrame:
    """One frame: which person stands where."""

    name: str
    people: People
    width: int = 1280
    height: int = 720
    glanced: tuple[BoundingBox, ...] | None = None

    def jpeg(self, quality: int = 85) -> bytes:
        """The frame's name."""
        return self.name.encode()

    def glimpses(self) -> Sequence[BoundingBox]:
        """Everybody, unless `glanced` says otherwise."""
        return tuple(self.people.values()) if self.glanced is None else self.glanced

    def crop(self, bounding_box: BoundingBox, margin: float = 0.4) -> bytes:
        """The faces that are to be seen in the crop, each with its place there and the visible area."""
        crop = crop_of(bounding_box, margin)
        seen = [
            (_visible(box, crop), name, _relative(box, crop))
            for name, box in self.people.items()
            if _visible(box, crop) > 0
        ]
        return json.dumps([[area, name, list(place)] for area, name, place in seen]).encode()


@dataclass
class FakeSamples:
    """`fragment_search.FrameSamples`: a fragment's bytes are its number; `scenes` says what it shows.

    A glance sees everybody, or just what `glanced` says.
    """

    scenes: dict[str, dict[float, People]] = field(default_factory=dict)
    glanced: tuple[BoundingBox, ...] | None = None

    def sample(self, fragment: bytes, step: float) -> Sequence[SampledFrame]:
        """The frames of the scene that are due."""
        if fragment == b"broken":
            raise FrameDecodeError("broken")
        number, sampled = fragment.decode(), list[SampledFrame]()
        for offset, people in sorted(self.scenes[number].items()):
            if offset >= step * len(sampled) - 1e-9:
                sampled.append(
                    SampledFrame(offset, PaintedFrame(f"{number}@{offset:g}", people, glanced=self.glanced))
                )
        return sampled


@dataclass
class FakeFaceSearch:
    """`fragment_search.FaceSearch`. `known` are the people of the collection with their similarity.

    `failures` are raised by the next calls, `sharpness` is that of every face.
    """

    samples: FakeSamples
    known: dict[str, float] = field(default_factory=dict)
    sharpness: float = 80.0
    failures: list[RetryableError] = field(default_factory=list)
    detected: list[str] = field(default_factory=list)
    searched: list[str] = field(default_factory=list)
    faceless: set[str] = field(default_factory=set)

    def detect(self, jpeg: bytes) -> Sequence[FoundFace]:
        """The people of the frame, largest first."""
        self._fail()
        self.detected.append(jpeg.decode())
        number, offset = jpeg.decode().split("@")
        people = self.samples.scenes[number][float(offset)]
        boxes = sorted(people.values(), key=lambda box: -box.width * box.height)
        return [
            FoundFace(DetectedFace(box, 99.9, self.sharpness, 60.0), (Landmark("eyeLeft", *box.center),))
            for box in boxes
        ]

    def search(self, jpeg: bytes) -> SearchAnswer:
        """Whom the largest face of the crop resembles."""
        self._fail()
        seen = json.loads(jpeg)
        if not seen or max(seen)[1] in self.faceless:
            raise NoFaceError
        _, name, place = max(seen)
        self.searched.append(name)
        matches = (match(name, self.known[name]),) if name in self.known else ()
        return SearchAnswer(BoundingBox(*place), matches)

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)


@dataclass
class FakeResults:
    """`fragment_search.FaceSearchResults`."""

    frames: list[SearchedFrame] = field(default_factory=list)

    def put(self, frame: SearchedFrame) -> None:
        """Keep it."""
        self.frames.append(frame)


def match(name: str, similarity: float) -> CollectionMatch:
    """The match with a person of the collection."""
    box = BoundingBox(0.3, 0.3, 0.4, 0.4)
    return CollectionMatch(similarity, f"face-of-{name}", f"image-of-{name}", name, 99.9, box)


def _visible(box: BoundingBox, crop: BoundingBox) -> float:
    width = min(box.left + box.width, crop.left + crop.width) - max(box.left, crop.left)
    height = min(box.top + box.height, crop.top + crop.height) - max(box.top, crop.top)
    return max(width, 0.0) * max(height, 0.0)


def _relative(box: BoundingBox, crop: BoundingBox) -> tuple[float, float, float, float]:
    return (
        (box.left - crop.left) / crop.width,
        (box.top - crop.top) / crop.height,
        box.width / crop.width,
        box.height / crop.height,
    )
