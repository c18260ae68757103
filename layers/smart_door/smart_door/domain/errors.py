"""Everything that can go wrong, as types that say whether trying again can help.

    SmartDoorError                      never raised itself
    ├── RetryableError                  the same call may succeed later
    │   ├── VisitChangedError           somebody else wrote the visit first
    │   ├── DoorChangedError            somebody else opened a visit at the door first
    │   ├── VisitorChangedError         somebody else wrote the visitor first
    │   ├── SettingsChangedError        somebody else wrote the settings first
    │   ├── FragmentNotReadyError       named in a record, not yet readable
    │   ├── MessageNotSentError         the text message service did not take it
    │   ├── InvitationNotSentError      an invitation by e-mail could not be written or sent
    │   ├── MessageClaimedError         another run is sending it just now
    │   └── ServiceUnavailableError     throttled, timed out or out of order
    └── PermanentError                  the same call will fail again
        ├── (domain.refusals)           what a caller is told, and can mend or accept
        ├── (domain.picture_errors)     what is wrong with photos and video
        ├── PasscodeTakenError          the drawn code is in use at the door: draw another
        ├── FragmentGoneError           past the stream's retention, or never stored
        ├── FrameDecodeError            the fragment holds no picture that decodes
        ├── MalformedRecordError        not a face search record
        │   └── ForeignStreamError      of a video stream that is none of our doors
        ├── ServiceRefusedError         an AWS service says no for good (permission, validation)
        │   └── MessageRefusedError     the text message service does
        └── ConfigurationError          an environment variable is missing or wrong

Errors carry fields; `str()` of one never holds a passcode, a phone number or a name.
"""

from __future__ import annotations

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


class InvitationNotSentError(RetryableError):
    """The e-mail of an invitation was not written or not sent; `code` is the service's own error code."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class MessageClaimedError(RetryableError):
    """Another run claimed the visit's (or the pass's) message and may still be sending it."""

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


class PasscodeTakenError(PermanentError):
    """The drawn digits are somebody's valid passcode at the door already: draw again."""

    def __init__(self, door_id: str) -> None:
        super().__init__()
        self.door_id = door_id


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


class MessageRefusedError(ServiceRefusedError):
    """The text message service says no for good, and not because of the number."""


class ConfigurationError(PermanentError):
    """The environment variable `name` is missing or wrong."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__()
        self.name = name
        self.problem = problem
