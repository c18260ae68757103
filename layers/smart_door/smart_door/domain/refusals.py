"""What a caller is told: the request is wrong, what it is about is not there, or it comes too late.

    PermanentError
    ├── InvalidRequestError         a field of a request is wrong
    │   ├── PhoneNumberError        not a phone number
    │   │   └── PhoneUnreachableError   text messages do not go there
    │   │       └── PhoneOptedOutError  because somebody answered STOP from it
    │   ├── TimeLeftOutError        clocks are put forward then: there is no such time
    │   ├── FaceIndexError          whose face is meant must be said, or that face is not there
    ├── DoorNotFoundError
    ├── VisitNotFoundError
    ├── VisitorNotFoundError
    ├── PassNotFoundError
    ├── PassExistsError             the request made a pass before, and asks for another one now
    ├── MemberNotFoundError
    ├── MemberExistsError           somebody of the household has that e-mail address already
    ├── LastOwnerError              a household needs an owner
    ├── HomePhoneError              the number that the home was set up with is told everything anyway
    ├── VisitAlreadyDecidedError
    ├── UndoTooLateError            the decision stands: its time to be undone is over
    ├── CodeNotAgainError           the visit has no code that could be sent again
    ├── CodeSentJustNowError        the code went seconds ago: it may still arrive
    ├── VisitExpiredError
    ├── VisitGoingOnError           the visit is not over yet
    ├── VisitorBlockedError         a blocked visitor cannot be let in before being unblocked
    ├── PasscodeWrongError          no such code at this door (or for this visit)
    ├── PasscodeExpiredError
    ├── PasscodeUsedError
    └── TooManyTriesError

The other errors, and what all have in common, are in domain.errors and domain.picture_errors.
"""

from __future__ import annotations

from smart_door.domain.errors import PermanentError


class InvalidRequestError(PermanentError):
    """A field of a request is wrong; `problem` is one sentence for the person who sent it."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__()
        self.field = field
        self.problem = problem


class PhoneNumberError(InvalidRequestError):
    """The number is not in E.164 form. It is not kept here."""

    def __init__(self, problem: str = "Give the number with its country code, like +15555550123.") -> None:
        super().__init__("phone", problem)


class PhoneUnreachableError(PhoneNumberError):
    """Text messages do not go to this number: there is none like it, or its owner wants none."""

    def __init__(self) -> None:
        super().__init__("Text messages do not reach this number.")


class PhoneOptedOutError(PhoneUnreachableError):
    """Somebody answered STOP to a text message of this account from this number."""


class TimeLeftOutError(InvalidRequestError):
    """All of the time is one that clocks leave out, since they are put forward then."""

    def __init__(self, field: str) -> None:
        super().__init__(field, "Clocks are put forward then: that time does not come. Choose another.")


class FaceIndexError(InvalidRequestError):
    """The visit shows several strangers and no face was chosen, or the chosen face is none of theirs."""

    def __init__(self, faces: int) -> None:
        people = "1 person is" if faces == 1 else f"{faces} people are"
        super().__init__("face_index", f"Choose whose face it is: {people} in this visit.")
        self.faces = faces


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


class PassExistsError(PermanentError):
    """A request that was sent again, changed, after it had made a pass."""

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


class HomePhoneError(PermanentError):
    """The number is the one that the home was set up with: whoever has it is told everything anyway."""


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


class CodeNotAgainError(PermanentError):
    """No code of this visit can be sent again: there is none, its time is over, or it went often enough."""

    def __init__(self, door_id: str, visit_id: str) -> None:
        super().__init__()
        self.door_id = door_id
        self.visit_id = visit_id


class CodeSentJustNowError(PermanentError):
    """The visit's code went seconds ago; another one may go after `retry_after_seconds` (1 or more)."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class VisitExpiredError(PermanentError):
    """Nobody decided the visit in time."""

    def __init__(self, door_id: str, visit_id: str) -> None:
        super().__init__()
        self.door_id = door_id
        self.visit_id = visit_id


class VisitGoingOnError(PermanentError):
    """The visit is not over before `over_at` (epoch seconds)."""

    def __init__(self, door_id: str, visit_id: str, over_at: float) -> None:
        super().__init__()
        self.door_id = door_id
        self.visit_id = visit_id
        self.over_at = over_at


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


class TooManyTriesError(PermanentError):
    """Too many passcodes were tried; trying is possible again after `retry_after_seconds` (1 or more)."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds
