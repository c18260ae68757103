"""Everything that can go wrong, as types that say whether trying again can help.

    SmartDoorError                      never raised itself
    ├── RetryableError                  the same call may succeed later
    │   ├── VisitChangedError           somebody else wrote the visit first
    │   ├── DoorChangedError            somebody else opened a visit at the door first
    │   ├── VisitorChangedError         somebody else wrote the visitor first
    │   ├── SettingsChangedError        somebody else wrote the settings first
    │   ├── FragmentNotReadyError       named in a record, not yet readable
    │   ├── MessageNotSentError         the text message service did not take it
    │   ├── MessageClaimedError         another run is sending it just now
    │   └── ServiceUnavailableError     throttled, timed out or out of order
    └── PermanentError                  the same call will fail again
        ├── InvalidRequestError         a field of a request is wrong
        │   ├── PhoneNumberError        not a number that text messages reach
        │   ├── FaceIndexError          whose face is meant must be said, or that face is not there
        │   └── PhotoFormatError        neither JPEG nor PNG, or not to be decoded
        ├── DoorNotFoundError
        ├── VisitNotFoundError
        ├── VisitorNotFoundError
        ├── PassNotFoundError
        ├── MemberNotFoundError
        ├── MemberExistsError           somebody of the household has that e-mail address already
        ├── LastOwnerError              a household needs an owner
        ├── PhotoNotFoundError
        ├── VisitAlreadyDecidedError
        ├── UndoTooLateError            the decision stands: its time to be undone is over
        ├── VisitExpiredError
        ├── VisitorBlockedError         a blocked visitor cannot be let in before being unblocked
        ├── PasscodeWrongError          no such code at this door (or for this visit)
        ├── PasscodeExpiredError
        ├── PasscodeUsedError
        ├── PasscodeTakenError          the drawn code is in use at the door: draw another
        ├── TooManyTriesError
        ├── NoFaceError                 the image shows no face
        │   └── PoorFaceError           the image shows one that is too poor to tell people apart
        ├── SeveralFacesError           the image shows several people
        ├── PhotoTooLargeError
        ├── PhotosFullError             the visitor has as many photos as there may be
        ├── FragmentGoneError           past the stream's retention, or never stored
        ├── FrameDecodeError            the fragment holds no picture that decodes
        ├── MalformedRecordError        not a face search record
        │   └── ForeignStreamError      of a video stream that is none of our doors
        ├── ServiceRefusedError         an AWS service says no for good (permission, validation)
        └── ConfigurationError          an environment variable is missing or wrong

Errors carry fields; `str()` of one never holds a passcode, a phone number or a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class SmartDoorError(Exception):
    """Base of all errors of Smart Door; never raised itself. `str()` lists the fields but those `unsaid`."""

    unsaid: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        said = {name: value for name, value in vars(self).items() if name not in self.unsaid}
        fields = ", ".join(f"{name}={value!r}" for name, value in said.items())
        return f"{type(self).__name__}({fields})"


class RetryableError(SmartDoorError):
    """The same call may succeed later."""


class PermanentError(SmartDoorError):
    """The same call will fail again."""


class VisitChangedError(RetryableError):
    """The visit was written by somebody else since it was read."""

    def __init__(self, door_id: str, visit_id: str) -> None:
        super().__init__()
        self.door_id = door_id
        self.visit_id = visit_id


class DoorChangedError(RetryableError):
    """A visit was opened at the door by somebody else since the recent visits were read."""

    def __init__(self, door_id: str) -> None:
        super().__init__()
        self.door_id = door_id


class VisitorChangedError(RetryableError):
    """The visitor was written by somebody else since it was read."""

    def __init__(self, visitor_id: str) -> None:
        super().__init__()
        self.visitor_id = visitor_id


class SettingsChangedError(RetryableError):
    """The settings were written by somebody else since they were read."""


class FragmentNotReadyError(RetryableError):
    """The fragment is named in a record but cannot be read back yet, after a bounded back-off."""

    def __init__(self, stream_arn: str, fragment_number: str) -> None:
        super().__init__()
        self.stream_arn = stream_arn
        self.fragment_number = fragment_number


class MessageNotSentError(RetryableError):
    """The text message service did not take the message; `code` is the service's own error code."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class MessageClaimedError(RetryableError):
    """Another run claimed the visit's message and may still be sending it."""

    def __init__(self, door_id: str, visit_id: str) -> None:
        super().__init__()
        self.door_id = door_id
        self.visit_id = visit_id


class ServiceUnavailableError(RetryableError):
    """An AWS service throttled the call, timed out or failed by its own fault."""

    def __init__(self, service: str, operation: str, code: str) -> None:
        super().__init__()
        self.service = service
        self.operation = operation
        self.code = code


class InvalidRequestError(PermanentError):
    """A field of a request is wrong; `problem` is one sentence for the person who sent it."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__()
        self.field = field
        self.problem = problem


class PhoneNumberError(InvalidRequestError):
    """The number is not in E.164 form, or text messages cannot reach it. It is not kept here."""

    def __init__(self, problem: str = "Give the number with its country code, like +15555550123.") -> None:
        super().__init__("phone", problem)


class FaceIndexError(InvalidRequestError):
    """The visit shows several strangers and no face was chosen, or the chosen face is none of theirs."""

    def __init__(self, faces: int) -> None:
        people = "1 person is" if faces == 1 else f"{faces} people are"
        super().__init__("face_index", f"Choose whose face it is: {people} in this visit.")
        self.faces = faces


class PhotoFormatError(InvalidRequestError):
    """The picture is neither a JPEG nor a PNG, or does not decode."""

    def __init__(self, problem: str = "Choose a photo that is a JPEG or a PNG.") -> None:
        super().__init__("photo", problem)


class DoorNotFoundError(PermanentError):
    """The home has no door of that id."""

    def __init__(self, door_id: str) -> None:
        super().__init__()
        self.door_id = door_id


class VisitNotFoundError(PermanentError):
    """No such visit at the door."""

    def __init__(self, door_id: str, visit_id: str) -> None:
        super().__init__()
        self.door_id = door_id
        self.visit_id = visit_id


class VisitorNotFoundError(PermanentError):
    """No such visitor."""

    def __init__(self, visitor_id: str) -> None:
        super().__init__()
        self.visitor_id = visitor_id


class PassNotFoundError(PermanentError):
    """No such pass at the door (perhaps it was removed after its end)."""

    def __init__(self, door_id: str, pass_id: str) -> None:
        super().__init__()
        self.door_id = door_id
        self.pass_id = pass_id


class MemberNotFoundError(PermanentError):
    """Nobody of the household has that id."""

    def __init__(self, member_id: str) -> None:
        super().__init__()
        self.member_id = member_id


class MemberExistsError(PermanentError):
    """Somebody of the household has that e-mail address already."""


class LastOwnerError(PermanentError):
    """Without this one the household would have no owner."""

    def __init__(self, member_id: str) -> None:
        super().__init__()
        self.member_id = member_id


class PhotoNotFoundError(PermanentError):
    """No photo under that key (perhaps it expired)."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class VisitAlreadyDecidedError(PermanentError):
    """Somebody of the household (`decided_by`), or the recognition of a visitor (None), decided before."""

    unsaid = frozenset({"decided_by"})

    def __init__(
        self,
        door_id: str,
        visit_id: str,
        status: str,
        decided_by: str | None = None,
        decided_at: float | None = None,
    ) -> None:
        super().__init__()
        self.door_id = door_id
        self.visit_id = visit_id
        self.status = status
        self.decided_by = decided_by
        self.decided_at = decided_at


class UndoTooLateError(PermanentError):
    """There is no decision of the household's that can still be undone."""

    def __init__(self, door_id: str, visit_id: str) -> None:
        super().__init__()
        self.door_id = door_id
        self.visit_id = visit_id


class VisitExpiredError(PermanentError):
    """Nobody decided the visit in time."""

    def __init__(self, door_id: str, visit_id: str) -> None:
        super().__init__()
        self.door_id = door_id
        self.visit_id = visit_id


class VisitorBlockedError(PermanentError):
    """The visitor is blocked and must be unblocked before being let in."""

    def __init__(self, visitor_id: str) -> None:
        super().__init__()
        self.visitor_id = visitor_id


class PasscodeWrongError(PermanentError):
    """No such passcode at this door, or it belongs to another visit, or its visitor may not come in."""

    def __init__(self, door_id: str) -> None:
        super().__init__()
        self.door_id = door_id


class PasscodeExpiredError(PermanentError):
    """The passcode is past its time, whether or not the database removed it yet."""

    def __init__(self, door_id: str) -> None:
        super().__init__()
        self.door_id = door_id


class PasscodeUsedError(PermanentError):
    """The passcode opened the door before."""

    def __init__(self, door_id: str) -> None:
        super().__init__()
        self.door_id = door_id


class PasscodeTakenError(PermanentError):
    """The drawn digits are somebody's valid passcode at the door already: draw again."""

    def __init__(self, door_id: str) -> None:
        super().__init__()
        self.door_id = door_id


class TooManyTriesError(PermanentError):
    """Too many passcodes were tried; trying is possible again after `retry_after_seconds` (1 or more)."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class NoFaceError(PermanentError):
    """The image shows no face that can be used."""


class PoorFaceError(NoFaceError):
    """The image shows a face that is too poor; `reasons` are Rekognition's, such as LOW_SHARPNESS."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__()
        self.reasons = tuple(reasons)


class SeveralFacesError(PermanentError):
    """The image shows so many people (2 or more) that nobody can say whose face is meant."""

    def __init__(self, faces: int) -> None:
        super().__init__()
        self.faces = faces


class PhotoTooLargeError(PermanentError):
    """The picture has more bytes than `most`."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


class PhotosFullError(PermanentError):
    """The visitor has `most` photos, and there may be no more."""

    def __init__(self, visitor_id: str, most: int) -> None:
        super().__init__()
        self.visitor_id = visitor_id
        self.most = most


class FragmentGoneError(PermanentError):
    """The fragment is past the stream's retention, or was never stored."""

    def __init__(self, stream_arn: str, fragment_number: str) -> None:
        super().__init__()
        self.stream_arn = stream_arn
        self.fragment_number = fragment_number


class FrameDecodeError(PermanentError):
    """The fragment holds no picture that decodes; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class MalformedRecordError(PermanentError):
    """The data are no face search record; `reason` names the field, never its content."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class ForeignStreamError(MalformedRecordError):
    """The record is of a video stream that is none of our doors."""

    def __init__(self, stream_arn: str) -> None:
        super().__init__("the stream is none of our doors")
        self.stream_arn = stream_arn


class ServiceRefusedError(PermanentError):
    """An AWS service says no for good: a permission, a validation, a resource that is not there."""

    def __init__(self, service: str, operation: str, code: str) -> None:
        super().__init__()
        self.service = service
        self.operation = operation
        self.code = code


class ConfigurationError(PermanentError):
    """The environment variable `name` is missing or wrong."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__()
        self.name = name
        self.problem = problem
