"""Everything but the tables, in memory: video, photos, faces, messages, events.

Pictures are texts here: a fragment's bytes name the people in it, a crop is the name of the person whose box
it is. So a comparison of faces is a comparison of names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from smart_door.domain.errors import (
    FragmentGoneError,
    FragmentNotReadyError,
    FrameDecodeError,
    MessageNotSentError,
    MessageRefusedError,
    ServiceUnavailableError,
)
from smart_door.domain.events import VisitorAdmitted
from smart_door.domain.faces import BoundingBox, DetectedFace
from smart_door.domain.footage import Still
from smart_door.domain.picture_errors import (
    NoFaceError,
    PhotoNotFoundError,
    PoorFaceError,
)
from smart_door.domain.ports import Frame, PhotoLink
from smart_door.domain.refusals import PhoneUnreachableError


class FakeFragments:
    """`ports.Fragments`: every fragment is there unless said otherwise. `gets` counts the calls."""

    def __init__(self) -> None:
        self.not_ready: set[str] = set()
        self.gone: set[str] = set()
        self.broken: set[str] = set()
        self.gets = 0

    def get(self, stream_arn: str, fragment_number: str) -> bytes:
        """The fragment's number as its bytes; a broken one does not decode."""
        self.gets += 1
        if fragment_number in self.not_ready:
            raise FragmentNotReadyError(stream_arn, fragment_number)
        if fragment_number in self.gone:
            raise FragmentGoneError(stream_arn, fragment_number)
        return b"broken" if fragment_number in self.broken else fragment_number.encode()


@dataclass(frozen=True)
class FakeFrame:
    """One frame: where (box) which person stands."""

    name: str
    people: dict[BoundingBox, str]
    width: int = 1280
    height: int = 720

    def jpeg(self, quality: int = 85) -> bytes:
        """The frame's name."""
        return self.name.encode()

    def crop(self, bounding_box: BoundingBox, margin: float = 0.4) -> bytes:
        """The name of the person nearest the box."""
        box = min(self.people, key=bounding_box.distance, default=None)
        return b"" if box is None else self.people[box].encode()


class FakeFrames:
    """`ports.Frames`: who stands where at which offset of which fragment is put in `people`."""

    def __init__(self) -> None:
        self.people: dict[tuple[str, float], dict[BoundingBox, str]] = {}
        self.decoded: list[tuple[str, float]] = []

    def decode(self, fragment: bytes, offsets: Sequence[float]) -> Sequence[Frame]:
        """The frames at the offsets."""
        if fragment == b"broken":
            raise FrameDecodeError("broken")
        name = fragment.decode()
        self.decoded += [(name, offset) for offset in offsets]
        return [FakeFrame(f"{name}@{offset:g}", self.people.get((name, offset), {})) for offset in offsets]


NEWEST = 1_795_221_529.5


class FakePhotos:
    """`ports.Photos`. `puts` counts the writes of each key."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.puts: dict[str, int] = {}

    def put(self, key: str, photo: bytes) -> None:
        """Store the picture."""
        self.stored[key] = photo
        self.puts[key] = self.puts.get(key, 0) + 1

    def delete(self, keys: Collection[str]) -> None:
        """Remove pictures."""
        for key in keys:
            self.stored.pop(key, None)

    def get(self, key: str) -> bytes:
        """The picture."""
        if key not in self.stored:
            raise PhotoNotFoundError(key)
        return self.stored[key]

    def has(self, key: str) -> bool:
        """Whether it is stored."""
        return key in self.stored

    def link(self, key: str, file_name: str | None = None) -> PhotoLink:
        """An address with the key in it, and the name under which it is saved."""
        if file_name is not None:
            return PhotoLink(f"https://photos.example/{key}?name={file_name}", 2_000_000_000.0)
        return PhotoLink(f"https://photos.example/{key}?signature=x", 2_000_000_000.0)


class FakeFootage:
    """`ports.Footage` of a door that sends as long as `live_url` and `picture` are set; `clips` counts."""

    def __init__(self) -> None:
        self.live_url: str | None = "https://stream.example/live.m3u8"
        self.picture: Still | None = Still(NEWEST, b"newest")
        self.mp4: bytes | None = b"mp4"
        self.clips: list[tuple[str, float, float]] = []
        self.while_asked: Callable[[], object] = lambda: None

    def live(self, door_id: str, seconds: int) -> str | None:
        """An address with the door in it."""
        return self.live_url and f"{self.live_url}?{door_id}&{seconds}"

    def still(self, door_id: str) -> Still | None:
        """The picture."""
        return self.picture

    def clip(self, door_id: str, begins_at: float, ends_at: float) -> bytes | None:
        """The film; what happens meanwhile happens."""
        self.clips.append((door_id, begins_at, ends_at))
        self.while_asked()
        return self.mp4


class FakeFaces:
    """`ports.Faces`: two crops of one name show the same person, an empty one nobody."""

    def __init__(self) -> None:
        self.indexed: dict[str, str] = {}
        self.pictures: dict[str, bytes] = {}
        self.compared = 0
        self.unavailable = False

    def detect(self, photo: bytes) -> Sequence[DetectedFace]:
        """A photo says whom it shows after its first bytes: "Ann", "Ann+Bea", "" for nobody."""
        names = [name for name in _names(photo).split("+") if name]
        return [DetectedFace(BoundingBox(0.1, 0.1, 0.3, 0.4), 99.9, 80.0, 60.0) for _ in names]

    def index(self, jpeg: bytes, visitor_id: str) -> str:
        """The same picture of the same visitor is one face; what is blurred cannot be told apart."""
        name = _names(jpeg)
        if not name:
            raise NoFaceError
        if name.startswith("blurred"):
            raise PoorFaceError(["LOW_SHARPNESS"])
        face_id = f"face-of-{visitor_id}-{name}"
        self.indexed[face_id] = visitor_id
        self.pictures[face_id] = jpeg
        return face_id

    def compare(self, source_jpeg: bytes, target_jpeg: bytes) -> float:
        """99.9 for the same person, else 0."""
        self.compared += 1
        if self.unavailable:
            raise ServiceUnavailableError("rekognition", "CompareFaces", "ThrottlingException")
        if not source_jpeg or not target_jpeg:
            raise NoFaceError
        return 99.9 if source_jpeg == target_jpeg else 0.0

    def delete(self, face_ids: Sequence[str]) -> None:
        """Remove faces."""
        for face_id in face_ids:
            self.indexed.pop(face_id, None)


def photo_of(name: str, *, png: bool = False) -> bytes:
    """A photo as somebody would upload it, of whoever is named."""
    return (b"\x89PNG\r\n\x1a\n" if png else b"\xff\xd8\xff") + name.encode()


def _names(photo: bytes) -> str:
    return photo.removeprefix(b"\xff\xd8\xff").removeprefix(b"\x89PNG\r\n\x1a\n").decode()


@dataclass
class FakeMessages:
    """`ports.Messages`. `failures` sendings fail first, `unreachable` numbers always, `refused` ones all."""

    to_owner: list[str] = field(default_factory=list)
    to_visitors: list[tuple[str, str]] = field(default_factory=list)
    failures: int = 0
    unreachable: set[str] = field(default_factory=set)
    opted_out: set[str] = field(default_factory=set)
    refused: bool = False

    @property
    def count(self) -> int:
        """All messages that went."""
        return len(self.to_owner) + len(self.to_visitors)

    def text(self, phone: str, text: str) -> None:
        """To a visitor."""
        if phone in self.unreachable:
            raise PhoneUnreachableError
        self._fail()
        self.to_visitors.append((phone, text))

    def has_opted_out(self, phone: str) -> bool:
        """Whether it did."""
        return phone in self.opted_out

    def tell_owner(self, text: str) -> None:
        """To the owner."""
        self._fail()
        self.to_owner.append(text)

    def _fail(self) -> None:
        if self.refused:
            raise MessageRefusedError("sns", "Publish", "AuthorizationError")
        if self.failures > 0:
            self.failures -= 1
            raise MessageNotSentError("InternalError")


@dataclass(frozen=True)
class KeptRecord:
    """A record in the queue of failed records."""

    data: bytes
    sequence_number: str
    error: str


@dataclass
class FakeFailedRecords:
    """`ports.FailedRecords`. While `out_of_order`, it takes nothing."""

    kept: list[KeptRecord] = field(default_factory=list)
    out_of_order: bool = False

    def put(self, data: bytes, sequence_number: str, error: str) -> None:
        """Keep the record."""
        if self.out_of_order:
            raise ServiceUnavailableError("sqs", "SendMessage", "InternalFailure")
        self.kept.append(KeptRecord(data, sequence_number, error))


@dataclass
class FakeEvents:
    """`ports.Events`. `failures` publishings fail first."""

    published: list[VisitorAdmitted] = field(default_factory=list)
    failures: int = 0

    def publish(self, event: VisitorAdmitted) -> None:
        """Keep the event."""
        if self.failures > 0:
            self.failures -= 1
            raise ServiceUnavailableError("events", "PutEvents", "InternalFailure")
        self.published.append(event)
