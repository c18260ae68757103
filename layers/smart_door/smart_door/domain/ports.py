"""What the use cases need from outside, as Protocols. The adapters and the tests' fakes fulfil them.

Errors are those of `domain.errors`. Besides the ones named here, every method may raise
ServiceUnavailableError (throttled, timed out, 5xx: retryable) and ServiceRefusedError (permanent).
None never means that a read failed. Times are float epoch seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from smart_door.domain.events import VisitorAdmitted
from smart_door.domain.faces import BoundingBox, DetectedFace, FaceSearchRecord
from smart_door.domain.footage import Still
from smart_door.domain.passcodes import Passcode
from smart_door.domain.passes import Pass
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import Visit

Clock = Callable[[], float]
"""Now, in epoch seconds (`time.time`)."""

RandomBytes = Callable[[int], bytes]
"""So many bytes from a cryptographic source (`secrets.token_bytes`)."""

NewVisitorId = Callable[[], str]
"""A fresh visitor id: a random UUID in its 36-character form (`str(uuid.uuid4())`)."""


class Records(Protocol):
    """Reads the data of one Kinesis record: `adapters.records_kinesis.KinesisRecords(stream_name_prefix)`."""

    def parse(self, data: bytes) -> FaceSearchRecord:
        """One analysed frame, from the JSON in aws-facts' "The record of a face-search stream processor".

        `seen_at` is ProducerTimestamp + FrameOffsetInSeconds. The door is what follows the prefix in the
        stream's name. Raises MalformedRecordError (not UTF-8, not JSON, a field missing, of a wrong type, not
        finite, out of range; `reason` names the field) and ForeignStreamError. MatchedFaces without an
        ExternalImageId are left out. Nothing is ever evaluated.
        """


@dataclass(frozen=True, slots=True)
class RecentVisits:
    """The visits of a door, newest first, and which of all was opened last when they were read.

    `last_opened` is an opaque token of the door's "last opened" mark (None: no visit was ever opened).
    """

    visits: tuple[Visit, ...]
    last_opened: str | None


class Visits(Protocol):
    """The Visits table.

    Besides the visits each door has one mark, the item with visit_id "~last" (sorts after all visit ids),
    attribute `last_opened` = the visit_id added last. One Query (ConsistentRead, descending, visit_id >=
    first possible id of `since`) reads both. The mark is never returned as a visit.
    """

    def recent_at(self, door_id: str, since: float) -> RecentVisits:
        """The door's visits first seen at `since` or later, newest first (consistent read, all pages)."""

    def get(self, door_id: str, visit_id: str) -> Visit:
        """One visit (consistent read). Raises VisitNotFoundError."""

    def add(self, visit: Visit, last_opened: str | None) -> None:
        """Store a new visit (version 1), if no visit was opened at the door since `last_opened` was read.

        One TransactWriteItems: Put of the visit (must not exist), Put of the mark (must still hold
        `last_opened`, or must not exist for None). Raises DoorChangedError for both, and for a transaction
        conflict. So of two who see the same stranger at once, one opens the visit and the other finds it.
        """

    def replace(self, visit: Visit) -> Visit:
        """Store a changed visit if the stored version is still `visit.version`.

        Returns it with version + 1. Raises VisitChangedError (also when the visit is gone).
        """

    def remove(self, visit: Visit) -> None:
        """Remove a visit if the stored version is still the same; one that is not there is no error.

        Raises VisitChangedError.
        """

    def page(self, door_id: str, before: str | None, limit: int) -> Sequence[Visit]:
        """Up to `limit` visits, newest first; with `before`, only those with a smaller visit_id."""


class Visitors(Protocol):
    """The Visitors table."""

    def get(self, visitor_id: str) -> Visitor:
        """One visitor (consistent read), whose id is another one if that one was merged into theirs.

        Raises VisitorNotFoundError.
        """

    def add(self, visitor: Visitor) -> None:
        """Store a new visitor (version 1). Raises VisitorChangedError if the id is taken."""

    def replace(self, visitor: Visitor) -> Visitor:
        """Store a changed visitor if the stored version is still `visitor.version`.

        Returns it with version + 1. Raises VisitorChangedError (also when the visitor is gone).
        """

    def merge(self, kept: Visitor, given_up: Visitor) -> Visitor:
        """Store `kept` (changed by `merged_with`) and lead the ids of `given_up` to it, all or nothing.

        Returns it with version + 1. Raises VisitorChangedError if either was changed since it was read.
        """

    def remove(self, visitor: Visitor) -> None:
        """Remove a visitor and the ids merged into it, if the stored version is still the same.

        One who is not there is no error. Raises VisitorChangedError.
        """

    def all(self) -> Sequence[Visitor]:
        """Everyone (all pages), in no particular order."""


class Passcodes(Protocol):
    """The Passcodes table: codes as keyed hashes, and the counts of tries."""

    def add(self, passcode: Passcode, now: float) -> None:
        """Store a new passcode. Raises PasscodeTakenError while the same digest is unexpired at the door."""

    def redeem(self, door_id: str, digest: str, now: float, visit_id: str | None) -> Passcode | Pass:
        """Use the passcode up, or find the pass that the code is of, which `Passes.use` then decides about.

        A pass belongs to no visit, so with `visit_id` it is wrong. For a passcode one conditional UpdateItem
        sets used_at = `now`, and is the whole decision. Condition: it exists, belongs to `visit_id` where
        that is given, expires_at > now, has no done_at, and has no used_at or one of
        `passcodes.REDEMPTION_SECONDS` or more before now (the admission of the earlier redemption broke off
        before `finish`, so it may be taken up again). Returns the passcode as written. Raises
        PasscodeWrongError (not there, another visit's), PasscodeUsedError, PasscodeExpiredError, in this
        order of precedence (a used one is "used" also after its time).
        """

    def of_door(self, door_id: str) -> Sequence[Passcode]:
        """The passcodes that are still kept of the door, in no particular order."""

    def remove(self, passcode: Passcode) -> None:
        """Remove a passcode; one that is not there is no error."""

    def finish(self, passcode: Passcode, now: float) -> None:
        """Set done_at = `now`: the admission is complete, the passcode can never be taken up again."""

    def count_try(self, door_id: str, scope: str, now: float, window_seconds: float, limit: int) -> None:
        """Count one try before the passcode is looked at. `scope` is "door" or "visit#<visit_id>".

        The window begins with its first try and lasts `window_seconds`. Atomic: of many at once, `limit`
        pass in a window. Raises TooManyTriesError with the seconds (rounded up) until the window is over.
        """

    def return_try(self, door_id: str, scope: str) -> None:
        """Take one counted try back after a success; never goes below zero, a missing count is no error."""


class Passes(Protocol):
    """Passes, in the Passcodes table, under the keyed hashes of their codes."""

    def add(self, new: Pass, now: float) -> None:
        """Store a new pass. Raises PasscodeTakenError while the same digest is unexpired at the door."""

    def of_door(self, door_id: str) -> Sequence[Pass]:
        """The door's passes, in no particular order."""

    def use(self, found: Pass, window: str, visit_id: str, now: float) -> Pass:
        """Use a pass for a window: one conditional UpdateItem, which is the whole decision.

        Condition: it is there, neither revoked nor past its time, and the window was not used, or its use
        broke off `passcodes.REDEMPTION_SECONDS` or more ago. Returns the pass as written; `visit_id` is the
        visit of this use. Raises PasscodeWrongError (gone, revoked), PasscodeExpiredError, PasscodeUsedError.
        """

    def finish(self, used: Pass) -> None:
        """The admission of this use is complete: it can never be taken up again."""

    def claim(self, found: Pass, now: float, until: float) -> Pass | None:
        """Claim the pass's message until then, if it neither went nor is claimed; None otherwise.

        One conditional UpdateItem: of several who try one gets it.
        """

    def told(self, found: Pass, now: float) -> Pass:
        """The message went. Raises PassNotFoundError."""

    def revoke(self, found: Pass, now: float) -> Pass:
        """Let the pass never open again; revoking twice changes nothing. Raises PassNotFoundError."""

    def remove(self, found: Pass) -> None:
        """Remove all that is known of a pass; one that is not there is no error."""


class Faces(Protocol):
    """The face collection, and what a picture shows."""

    def detect(self, photo: bytes) -> Sequence[DetectedFace]:
        """The faces of a JPEG or PNG, without matches. Raises PhotoFormatError and PhotoTooLargeError."""

    def index(self, jpeg: bytes, visitor_id: str) -> str:
        """Add the image's largest face under that external image id; its face id.

        Raises NoFaceError, PoorFaceError where there is one that is too poor.
        """

    def compare(self, source_jpeg: bytes, target_jpeg: bytes) -> float:
        """How alike the two images' faces are, 0..100; 0 if not the same or below 80. Raises NoFaceError."""

    def delete(self, face_ids: Sequence[str]) -> None:
        """Remove faces from the collection; ones that are not there are no error."""


class Fragments(Protocol):
    """The video archive."""

    def get(self, stream_arn: str, fragment_number: str) -> bytes:
        """One fragment as a Matroska file.

        Raises FragmentNotReadyError (after a bounded back-off) and FragmentGoneError.
        """


class Frame(Protocol):
    """One decoded picture."""

    @property
    def width(self) -> int:
        """Pixels."""

    @property
    def height(self) -> int:
        """Pixels."""

    def jpeg(self, quality: int = 85) -> bytes:
        """The whole picture as JPEG."""

    def crop(self, bounding_box: BoundingBox, margin: float = 0.4) -> bytes:
        """The box as JPEG of quality 90, widened on each side by `margin` of its size, cut at the edges."""


class Frames(Protocol):
    """The decoder."""

    def decode(self, fragment: bytes, offsets: Sequence[float]) -> Sequence[Frame]:
        """The frame nearest each offset (seconds from the fragment's start), in the order of `offsets`.

        An offset past the end gives the last frame. Raises FrameDecodeError if no picture decodes.
        """


class Footage(Protocol):
    """What the doors' cameras send and sent. None means that nothing was filmed then, or is kept.

    Every method may raise VideoUnplayableError.
    """

    def live(self, door_id: str, seconds: int) -> str | None:
        """An HLS address that works for so many seconds; None if nothing came in the last half minute."""

    def still(self, door_id: str) -> Still | None:
        """The newest picture; None if nothing came in the last half minute."""

    def clip(self, door_id: str, begins_at: float, ends_at: float) -> bytes | None:
        """What was filmed between two times of the camera's clock, as MP4."""


@dataclass(frozen=True, slots=True)
class PhotoLink:
    """A short-lived address of a photo; it works until `expires_at`."""

    url: str
    expires_at: float


class Photos(Protocol):
    """The private photo bucket, which keeps clips as well."""

    def put(self, key: str, photo: bytes) -> None:
        """Store a JPEG (a PNG, an MP4 under a key that ends so), replacing what is there."""

    def has(self, key: str) -> bool:
        """Whether something is stored under the key."""

    def delete(self, keys: Collection[str]) -> None:
        """Remove photos; ones that are not there are no error."""

    def get(self, key: str) -> bytes:
        """The JPEG. Raises PhotoNotFoundError."""

    def link(self, key: str, file_name: str | None = None) -> PhotoLink:
        """A presigned address of the photo, whether it exists or not; it may be saved under a name."""


class Messages(Protocol):
    """Text messages. A message that returns was taken by the service once."""

    def text(self, phone: str, text: str) -> None:
        """To a visitor's phone (E.164).

        Raises MessageNotSentError, PhoneUnreachableError (no such number, opted out) and MessageRefusedError.
        """

    def has_opted_out(self, phone: str) -> bool:
        """Whether somebody answered STOP from that phone, so that no text goes there any more.

        Raises PhoneUnreachableError where there can be no such number.
        """

    def tell_owner(self, text: str) -> None:
        """To the owner, through the owner's topic. Raises MessageNotSentError and MessageRefusedError."""


class FailedRecords(Protocol):
    """Where a record goes with which nothing can be done, so that it is not lost."""

    def put(self, data: bytes, sequence_number: str, error: str) -> None:
        """Keep the record's data as it came, with its number and what was wrong.

        Raises ServiceUnavailableError, and ServiceRefusedError where the queue never takes it.
        """


class Events(Protocol):
    """The event bus."""

    def publish(self, event: VisitorAdmitted) -> None:
        """Source "smart-door", detail type = the class's name, detail = its fields, times in ISO 8601 with Z.

        Raises ServiceUnavailableError also where the bus took the call but not the entry.
        """
