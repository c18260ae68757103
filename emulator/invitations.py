"""Sends the invitations of user pools: worded by the pool's custom message trigger, where it has one.

Source: "Custom message Lambda trigger" and "Customizing user pool workflows with Lambda triggers" of the
Cognito developer guide; an event of AWS's in DefinitelyTyped/DefinitelyTyped#62357. Like AWS, it asks after
the user was made, so that a user stays whose invitation failed (boto/boto3#3524), and sends the pool's own
text in place of a message in which a placeholder is missing (awsdocs/amazon-cognito-developer-guide#31). How
Cognito refuses texts that it does not take: amazon-archives/amazon-cognito-identity-js#99. The other errors'
words are from memory.
"""

from __future__ import annotations

import asyncio
import json
import logging
import unicodedata
import uuid
from collections.abc import Callable
from typing import Any

from emulator.effects import Effect, Invitation
from emulator.event_sources.invoking import Invoked, invoke
from emulator.event_sources.permissions import may_invoke
from emulator.html_text import plain_text
from emulator.moto_services import Answer
from emulator.service import Settings

logger = logging.getLogger(__name__)

USERNAME, PASSWORD = "{username}", "{####}"
SUBJECT_LIMIT, MESSAGE_LIMIT = 140, 20_000
_TRIES, _TRY_SECONDS = 3, 5.0
_ALLOWED = frozenset("LMSNP")
Deliver = Callable[[str, str, str], None]


class TriggerError(Exception):
    """The trigger's failure, as Cognito tells it to whoever called; `code` is the error's name."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Invitations:
    """Words invitations and hands them over: `deliver` gets address, subject and plain text."""

    def __init__(self, settings: Settings, deliver: Deliver) -> None:
        self._settings = settings
        self._deliver = deliver

    async def send(self, effect: Effect) -> Answer | None:
        """Send an effect that is an invitation; the answer to the caller if it cannot be worded."""
        if not isinstance(effect, Invitation):
            return None
        try:
            subject, message = await self._worded(effect)
        except TriggerError as error:
            logger.warning("The invitation of %s is not sent: %s", effect.username, error)
            return _refusal(error)
        # The words become text before the password is in them: what looks like a tag in it stays.
        text = plain_text(message).replace(USERNAME, effect.login).replace(PASSWORD, effect.password)
        self._deliver(effect.to, subject, text)
        return None

    async def _worded(self, invitation: Invitation) -> tuple[str, str]:
        """Subject and message, which is HTML, with their placeholders. Raises TriggerError."""
        if not invitation.trigger_arn:
            return invitation.subject, invitation.message
        response = await self._ask(invitation)
        subject = _text_of(response, "emailSubject", SUBJECT_LIMIT) or invitation.subject
        message = _text_of(response, "emailMessage", MESSAGE_LIMIT) or invitation.message
        if USERNAME not in message or PASSWORD not in message:
            logger.warning("%s left a placeholder out: the pool's own text is sent", invitation.trigger_arn)
            message = invitation.message
        return subject, message

    async def _ask(self, invitation: Invitation) -> dict[str, Any]:
        arn, pool_arn = invitation.trigger_arn, self._arn(invitation.pool_id)
        if not await asyncio.to_thread(may_invoke, arn, "cognito-idp.amazonaws.com", pool_arn):
            raise TriggerError(
                "UnexpectedLambdaException",
                "CustomMessage invocation failed due to error AccessDeniedException.",
            )
        event = _event(invitation, self._settings.region)
        for _ in range(_TRIES):
            try:
                async with asyncio.timeout(_TRY_SECONDS):
                    invoked = await invoke(arn, event)
            except TimeoutError:
                continue
            if _error_of(invoked).get("errorType") != "Sandbox.Timedout":
                return _response(invoked)
        raise TriggerError(
            "UnexpectedLambdaException",
            "CustomMessage failed with error Socket timeout while invoking Lambda function.",
        )

    def _arn(self, pool_id: str) -> str:
        settings = self._settings
        return f"arn:aws:cognito-idp:{settings.region}:{settings.account_id}:userpool/{pool_id}"


def _event(invitation: Invitation, region: str) -> dict[str, Any]:
    return {
        "version": "1",
        "region": region,
        "userPoolId": invitation.pool_id,
        "userName": invitation.username,
        "callerContext": {
            "awsSdkVersion": "aws-sdk-unknown-unknown",
            "clientId": "CLIENT_ID_NOT_APPLICABLE",
        },
        "triggerSource": "CustomMessage_AdminCreateUser",
        "request": {
            "userAttributes": dict(invitation.attributes),
            "codeParameter": PASSWORD,
            "linkParameter": "{##Click Here##}",
            "usernameParameter": USERNAME,
        },
        "response": {"smsMessage": None, "emailMessage": None, "emailSubject": None},
    }


def _response(invoked: Invoked) -> dict[str, Any]:
    """The answer's `response`. Raises TriggerError."""
    if invoked.error and invoked.status != 200:
        raise TriggerError(
            "UnexpectedLambdaException", f"CustomMessage invocation failed due to error {invoked.error}."
        )
    if invoked.error:
        message = str(_error_of(invoked).get("errorMessage", "")).rstrip(".")
        raise TriggerError("UserLambdaValidationException", f"CustomMessage failed with error {message}.")
    try:
        response: dict[str, Any] = json.loads(invoked.answer)["response"]
        if not isinstance(response, dict):
            raise TypeError
    except (ValueError, KeyError, TypeError) as error:
        raise TriggerError("InvalidLambdaResponseException", "Unrecognizable lambda output") from error
    return response


def _error_of(invoked: Invoked) -> dict[str, Any]:
    try:
        error = json.loads(invoked.answer) if invoked.error else {}
    except ValueError:
        return {}
    return error if isinstance(error, dict) else {}


def _text_of(response: dict[str, Any], name: str, limit: int) -> str:
    """A text of the answer, "" where the pool's own is to be used. Raises TriggerError."""
    text = response.get(name)
    if not text:
        return ""
    if not isinstance(text, str):
        raise TriggerError("InvalidLambdaResponseException", "Unrecognizable lambda output")
    if len(text) > limit or not all(char.isspace() or _is_allowed(char) for char in text):
        field = "emailBody" if name == "emailMessage" else name
        raise TriggerError(
            "InvalidParameterException",
            f"1 validation error detected: Value at '{field}' failed to satisfy constraint: Member must have "
            f"length less than or equal to {limit} and satisfy regular expression pattern: "
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}\s]*",
        )
    return text


def _is_allowed(char: str) -> bool:
    return unicodedata.category(char)[0] in _ALLOWED


def _refusal(error: TriggerError) -> Answer:
    headers = (
        ("Content-Type", "application/x-amz-json-1.1"),
        ("x-amzn-ErrorType", error.code),
        ("x-amzn-RequestId", str(uuid.uuid4())),
    )
    return Answer(400, headers, json.dumps({"__type": error.code, "message": str(error)}).encode())
