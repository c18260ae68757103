"""Fragment search: the faces of one video fragment, found and searched with Rekognition's image operations.

It does what a stream processor does, in accounts that have none, and writes the same records. So these types
hold everything that such a record says, also what Smart Door itself does not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from smart_door.domain.faces import BoundingBox, DetectedFace
from smart_door.domain.ports import Frame

MARGINS = (0.5, 0.25, 0.1, 0.0)
"""How far, in sizes of the face, a crop reaches beyond it on each side; the first that fits is taken."""

_LARGEST_NEIGHBOUR = 0.6  # of the face's own area: a larger part of somebody else's might be found instead


@dataclass(frozen=True, slots=True)
class FragmentNotification:
    """Kinesis Video's word that a tagged fragment is stored. Times are epoch seconds of its first frame."""

    door_id: str
    stream_arn: str
    fragment_number: str
    producer_time: float
    server_time: float


@dataclass(frozen=True, slots=True)
class Landmark:
    """A point of a face, such as "eyeLeft", in ratios of the frame's width and height."""

    kind: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face as DetectFaces describes it; `face` is without matches."""

    face: DetectedFace
    landmarks: tuple[Landmark, ...]


@dataclass(frozen=True, slots=True)
class CollectionMatch:
    """A face of the collection that looks alike (similarity 0..100), with all that is kept of it.

    `bounding_box` is where it was in the picture that was indexed.
    """

    similarity: float
    face_id: str
    image_id: str
    external_image_id: str | None
    confidence: float
    bounding_box: BoundingBox


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What a search with one picture found, and where in the picture the face is that it searched."""

    searched_box: BoundingBox
    matches: tuple[CollectionMatch, ...]


@dataclass(frozen=True, slots=True)
class SearchedFace:
    """A face of a frame with its matches, the most alike first."""

    found: FoundFace
    matches: tuple[CollectionMatch, ...]


@dataclass(frozen=True, slots=True)
class SearchedFrame:
    """One analysed frame, `offset` seconds after the fragment's first: what a record is made of."""

    notification: FragmentNotification
    offset: float
    faces: tuple[SearchedFace, ...]


class GlancedFrame(Frame, Protocol):
    """A frame that can be glanced at without a call of any service."""

    def glimpses(self) -> Sequence[BoundingBox]:
        """Where faces seem to be: most that are turned to the camera, and now and then something else."""


@dataclass(frozen=True, slots=True)
class SampledFrame:
    """One decoded frame, `offset` seconds after the fragment's first."""

    offset: float
    frame: GlancedFrame


class FrameSamples(Protocol):
    """The decoder."""

    def sample(self, fragment: bytes, step: float) -> Sequence[SampledFrame]:
        """The first frame, and then one every `step` seconds. Raises FrameDecodeError if none decodes."""


class FaceSearch(Protocol):
    """Rekognition's image operations; every call is paid for."""

    def detect(self, jpeg: bytes) -> Sequence[FoundFace]:
        """The faces of a picture, boxes and landmarks relative to it."""

    def search(self, jpeg: bytes) -> SearchAnswer:
        """Whom of the collection the picture's largest face resembles. Raises NoFaceError."""


class FaceSearchResults(Protocol):
    """The data stream of face search."""

    def put(self, frame: SearchedFrame) -> None:
        """Write one frame's record, after those written before."""


def crop_of(face: BoundingBox, margin: float) -> BoundingBox:
    """What of the frame a crop of the face with that margin shows: cut at the frame's edges."""
    across, down = face.width * margin, face.height * margin
    left, top = max(face.left - across, 0.0), max(face.top - down, 0.0)
    right = min(face.left + face.width + across, 1.0)
    bottom = min(face.top + face.height + down, 1.0)
    return BoundingBox(left, top, right - left, bottom - top)


def crop_margins(face: BoundingBox, others: Sequence[BoundingBox]) -> list[float]:
    """The margins at which the face is the largest in its crop, widest first; always at least the tightest.

    A search sees only the largest face of a picture, so nobody else's may fill more of the crop.
    """
    own = face.width * face.height
    fitting = [
        margin
        for margin in MARGINS
        if all(_shared(crop_of(face, margin), other) < _LARGEST_NEIGHBOUR * own for other in others)
    ]
    return fitting or [MARGINS[-1]]


def within_frame(box: BoundingBox, crop: BoundingBox) -> BoundingBox:
    """A box relative to the crop, relative to the frame that the crop was cut from."""
    return BoundingBox(
        crop.left + box.left * crop.width,
        crop.top + box.top * crop.height,
        box.width * crop.width,
        box.height * crop.height,
    )


def is_of(searched: BoundingBox, face: BoundingBox, others: Sequence[BoundingBox]) -> bool:
    """Whether what was searched (relative to the frame) is this face rather than one of the others."""
    own = searched.overlap(face)
    return own > 0 and all(searched.overlap(other) < own for other in others)


def _shared(one: BoundingBox, other: BoundingBox) -> float:
    """The area that two boxes share, in the frame's area."""
    width = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    height = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    return max(width, 0.0) * max(height, 0.0)
