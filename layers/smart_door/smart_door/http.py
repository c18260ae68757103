"""Errors as HTTP answers: one table, and one body {"code", "message"} for all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from smart_door.domain import errors, picture_errors, refusals
from smart_door.domain.errors import SmartDoorError
from smart_door.domain.home_time import iso
from smart_door.domain.passcodes import REDEMPTION_SECONDS


@dataclass(frozen=True)
class Problem:
    """What a caller is told: `code` is for programs and stays, `message` is for people."""

    status: HTTPStatus
    code: str
    message: str


_BAD_REQUEST = Problem(HTTPStatus.BAD_REQUEST, "request_invalid", "The request is not in order.")
_BUSY = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "busy", "That did not work just now. Try again in a moment.")
_OUR_FAULT = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong here.")

PROBLEMS: Mapping[type[SmartDoorError], Problem] = {
    # What the caller can mend.
    refusals.InvalidRequestError: _BAD_REQUEST,
    refusals.PhoneNumberError: Problem(HTTPStatus.BAD_REQUEST, "phone_invalid", "That is no phone number."),
    refusals.PhoneUnreachableError: Problem(
        HTTPStatus.BAD_REQUEST, "phone_unreachable", "Text messages do not reach this number."
    ),
    refusals.PhoneOptedOutError: Problem(
        HTTPStatus.BAD_REQUEST, "phone_opted_out", "Somebody answered STOP from this number."
    ),
    refusals.TimeLeftOutError: Problem(
        HTTPStatus.BAD_REQUEST, "time_left_out", "Clocks are put forward then. Choose another time."
    ),
    refusals.FaceIndexError: Problem(HTTPStatus.BAD_REQUEST, "face_needed", "Choose whose face it is."),
    picture_errors.PhotoFormatError: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "photo_invalid", "Choose a photo that is a JPEG or a PNG."
    ),
    picture_errors.PhotoTooLargeError: Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "photo_too_large",
        "The photo is too large. Choose one under 4 MB.",
    ),
    picture_errors.NoFaceError: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "photo_without_face",
        "No face can be seen on this photo. Choose one from the front, in good light.",
    ),
    picture_errors.PoorFaceError: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "photo_unclear",
        "The face is hard to make out on this photo. Choose a sharper or closer one, from the front.",
    ),
    picture_errors.SeveralFacesError: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "photo_of_several",
        "There are several people on this photo. Choose one that shows only this person.",
    ),
    picture_errors.PhotosFullError: Problem(
        HTTPStatus.CONFLICT, "photos_full", "There are 8 photos already. Remove one first."
    ),
    refusals.DoorNotFoundError: Problem(HTTPStatus.NOT_FOUND, "door_not_found", "There is no such door."),
    refusals.VisitNotFoundError: Problem(HTTPStatus.NOT_FOUND, "visit_not_found", "There is no such visit."),
    refusals.VisitorNotFoundError: Problem(
        HTTPStatus.NOT_FOUND, "visitor_not_found", "There is no such visitor."
    ),
    refusals.PassNotFoundError: Problem(HTTPStatus.NOT_FOUND, "pass_not_found", "There is no such pass."),
    refusals.PassExistsError: Problem(
        HTTPStatus.CONFLICT, "pass_made_already", "This invitation was made before it was changed."
    ),
    refusals.MemberNotFoundError: Problem(
        HTTPStatus.NOT_FOUND, "member_not_found", "Nobody of the household is meant by this."
    ),
    refusals.MemberExistsError: Problem(
        HTTPStatus.CONFLICT, "member_exists", "Somebody of the household has this e-mail address already."
    ),
    refusals.LastOwnerError: Problem(
        HTTPStatus.CONFLICT, "last_owner", "A home needs an owner. Make somebody else the owner first."
    ),
    refusals.HomePhoneError: Problem(
        HTTPStatus.CONFLICT,
        "phone_of_home",
        "The home was set up with this number: it is told everything anyway.",
    ),
    picture_errors.PhotoNotFoundError: Problem(HTTPStatus.NOT_FOUND, "photo_not_found", "The photo is gone."),
    picture_errors.NoVideoError: Problem(
        HTTPStatus.NOT_FOUND, "no_video", "There is no video: the camera sends nothing, or sent nothing then."
    ),
    picture_errors.VideoExpiredError: Problem(
        HTTPStatus.GONE, "video_expired", "The video of this visit is not kept any more."
    ),
    picture_errors.VideoUnplayableError: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "video_unplayable",
        "The camera's video cannot be played. Let the camera send H.264.",
    ),
    refusals.VisitAlreadyDecidedError: Problem(
        HTTPStatus.CONFLICT, "visit_already_decided", "This visit was decided before."
    ),
    refusals.UndoTooLateError: Problem(
        HTTPStatus.CONFLICT, "undo_too_late", "This cannot be undone any more."
    ),
    refusals.CodeNotAgainError: Problem(
        HTTPStatus.CONFLICT, "code_not_again", "No code of this visit can be sent again."
    ),
    refusals.CodeSentJustNowError: Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "code_sent_just_now",
        "The code was sent just now. Give it a moment to arrive.",
    ),
    refusals.VisitorBlockedError: Problem(
        HTTPStatus.CONFLICT, "visitor_blocked", "This visitor is blocked. Unblock them first."
    ),
    refusals.VisitExpiredError: Problem(
        HTTPStatus.GONE, "visit_expired", "This visit is over: nobody decided in time."
    ),
    refusals.VisitGoingOnError: Problem(
        HTTPStatus.CONFLICT, "visit_going_on", "This visit is not over yet. Delete it afterwards."
    ),
    refusals.PasscodeWrongError: Problem(
        HTTPStatus.FORBIDDEN,
        "passcode_wrong",
        "This code does not open this door now. Check the code, and the time if you were invited.",
    ),
    refusals.PasscodeExpiredError: Problem(
        HTTPStatus.FORBIDDEN, "passcode_expired", "This code is past its time. Ask for a new one."
    ),
    refusals.PasscodeUsedError: Problem(
        HTTPStatus.FORBIDDEN, "passcode_used", "This code was used before. Each works once."
    ),
    refusals.TooManyTriesError: Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "passcode_too_many_tries",
        "Too many wrong codes. Wait before trying again.",
    ),
    # What passes.
    errors.VisitChangedError: _BUSY,
    errors.DoorChangedError: _BUSY,
    errors.VisitorChangedError: _BUSY,
    errors.SettingsChangedError: _BUSY,
    errors.FragmentNotReadyError: _BUSY,
    errors.MessageClaimedError: _BUSY,
    errors.ServiceUnavailableError: _BUSY,
    errors.MessageNotSentError: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "message_not_sent",
        "The text message could not be sent just now, so nothing was changed. Try again.",
    ),
    errors.InvitationNotSentError: Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "invitation_not_sent",
        "The invitation could not be sent just now, so nobody was invited. Try again.",
    ),
    errors.MessageRefusedError: Problem(
        HTTPStatus.BAD_GATEWAY,
        "message_refused",
        "AWS does not let this home send text messages, so nothing was changed.",
    ),
    # What only we can mend, or what no API call leads to.
    errors.PasscodeTakenError: _OUR_FAULT,
    errors.FragmentGoneError: _OUR_FAULT,
    errors.FrameDecodeError: _OUR_FAULT,
    errors.MalformedRecordError: _OUR_FAULT,
    errors.ForeignStreamError: _OUR_FAULT,
    errors.ServiceRefusedError: _OUR_FAULT,
    errors.ConfigurationError: _OUR_FAULT,
}
"""Every error of the domain that is ever raised; a test holds that none is missing."""


def problem_of(error: SmartDoorError) -> Problem:
    """The error's own line in the table, or that of what it is a kind of; at last our own fault."""
    for kind in type(error).__mro__:
        if kind in PROBLEMS:
            return PROBLEMS[kind]
    return _OUR_FAULT


def answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A Lambda proxy answer of JSON, which nothing on the way may keep."""
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", **(headers or {})},
        "body": json.dumps(body, ensure_ascii=False),
    }


def file_answer(name: str, content_type: str, text: str) -> dict[str, Any]:
    """A Lambda proxy answer that a browser saves under a name."""
    disposition = f'attachment; filename="{name}"'
    headers = {"Content-Type": content_type, "Content-Disposition": disposition, "Cache-Control": "no-store"}
    return {"statusCode": int(HTTPStatus.OK), "headers": headers, "body": text}


def error_answer(error: SmartDoorError) -> dict[str, Any]:
    """The error as a Lambda proxy answer; it says no more than the table and the error's own sentence."""
    problem = problem_of(error)
    body: dict[str, Any] = {"code": problem.code, "message": problem.message}
    headers: dict[str, str] = {}
    if isinstance(error, refusals.InvalidRequestError):
        body |= {"message": error.problem, "field": error.field}
    if isinstance(error, refusals.VisitAlreadyDecidedError):
        body |= _who_decided(error)
    if isinstance(error, refusals.VisitGoingOnError):
        body["over_at"] = iso(error.over_at)
    if isinstance(error, picture_errors.NoVideoError):
        body["camera_sends"] = error.camera_sends
    if isinstance(error, refusals.TooManyTriesError | refusals.CodeSentJustNowError):
        body["retry_after_seconds"] = error.retry_after_seconds
        headers["Retry-After"] = str(error.retry_after_seconds)
    elif problem.status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(round(REDEMPTION_SECONDS))
    return answer(problem.status, body, headers)


def _who_decided(error: refusals.VisitAlreadyDecidedError) -> dict[str, Any]:
    """What was decided, by whom and when, so that a page can say so without asking again."""
    decided_at = None if error.decided_at is None else iso(error.decided_at)
    known = {"state": error.status, "decided_by": error.decided_by, "decided_at": decided_at}
    return {name: value for name, value in known.items() if value is not None}


def internal_error() -> dict[str, Any]:
    """The answer where a fault of ours came up."""
    return answer(_OUR_FAULT.status, {"code": _OUR_FAULT.code, "message": _OUR_FAULT.message})


def login_needed() -> dict[str, Any]:
    """The answer to a request that no login came with, as the API's authorizer gives it."""
    return answer(HTTPStatus.UNAUTHORIZED, {"code": "login_needed", "message": "Log in to go on."})


def not_allowed() -> dict[str, Any]:
    """The answer to somebody of the household whose role does not go so far."""
    message = "You may not do this here. Ask the owner of the home."
    return answer(HTTPStatus.FORBIDDEN, {"code": "not_allowed", "message": message})


def not_found() -> dict[str, Any]:
    """The answer to a method or path that the specification does not have."""
    return answer(HTTPStatus.NOT_FOUND, {"code": "not_found", "message": "There is nothing at this address."})


def json_body(event: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object of a proxy event's body. Raises InvalidRequestError."""
    try:
        body = json.loads(event.get("body") or "")
    except ValueError as error:
        raise refusals.InvalidRequestError("body", "The request's body is not JSON.") from error
    if not isinstance(body, dict):
        raise refusals.InvalidRequestError("body", "The request's body is not a JSON object.")
    return body
