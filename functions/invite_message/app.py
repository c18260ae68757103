"""Cognito's custom message trigger: the e-mail that invites somebody into the household.

Cognito takes the invitation back to whoever sent it where this fails, so it never fails on purpose: what goes
wrong is logged, and the invitation goes out in Cognito's own words.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

from smart_door import bootstrap

logger = Logger()
tracer = Tracer()

INVITATION = "CustomMessage_AdminCreateUser"


@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Put subject and message of an invitation into the event; other messages stay Cognito's."""
    source = event.get("triggerSource")
    is_written = False
    if source == INVITATION:
        try:
            _write(event)
            is_written = True
        except Exception:  # whatever it is, somebody waits for the password
            logger.exception("the invitation goes out in Cognito's words")
    logger.info("message looked at", source=source, written=is_written)
    return event


def _write(event: dict[str, Any]) -> None:
    request = event["request"]
    letter = bootstrap.invite_message()(request["usernameParameter"], request["codeParameter"])
    event["response"] |= {"emailSubject": letter.subject, "emailMessage": letter.message}
