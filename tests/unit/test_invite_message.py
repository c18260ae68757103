"""The function invite_message: Cognito's event in, the same with the words out."""

from __future__ import annotations

import copy
import io
from typing import Any

import pytest

from functions.invite_message.app import handler
from smart_door import bootstrap
from smart_door.domain.errors import ConfigurationError, ServiceUnavailableError
from smart_door.services.invite_message import InviteMessage
from tests.unit.lambda_context import FakeContext

EVENT: dict[str, Any] = {
    "version": "1",
    "region": "us-east-1",
    "userPoolId": "us-east-1_home",
    "userName": "1b9e5a4e-0000-4000-8000-000000000000",
    "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "CLIENT_ID_NOT_APPLICABLE"},
    "triggerSource": "CustomMessage_AdminCreateUser",
    "request": {
        "userAttributes": {"email": "ann@example.com", "cognito:user_status": "FORCE_CHANGE_PASSWORD"},
        "codeParameter": "{####}",
        "linkParameter": "{##Click Here##}",
        "usernameParameter": "{username}",
    },
    "response": {"smsMessage": None, "emailMessage": None, "emailSubject": None},
}
OTHERS = ("ForgotPassword", "ResendCode", "VerifyUserAttribute", "UpdateUserAttribute", "Authentication")


def invite(monkeypatch: pytest.MonkeyPatch, event: dict[str, Any], site_url: Any) -> list[str]:
    """Let the function word an event's message, which is changed; what is told."""
    told: list[str] = []

    def narrate(event: str, **details: object) -> None:
        told.append(event)

    use_case = InviteMessage({"front": "Front door"}, site_url, 7, narrate)
    monkeypatch.setattr(bootstrap, "invite_message", lambda: use_case)
    assert handler(event, FakeContext()) is event
    return told


def test_an_invitation_gets_words_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Subject and message are set; all the rest is as it came."""
    event = copy.deepcopy(EVENT)
    assert invite(monkeypatch, event, lambda: "https://door.example") == []

    response = event.pop("response")
    assert event == {name: value for name, value in EVENT.items() if name != "response"}
    assert response["smsMessage"] is None
    assert "Front door" in response["emailSubject"]
    for part in ("https://door.example/owner/", "{username}", "{####}"):
        assert part in response["emailMessage"]


def test_the_placeholders_are_those_of_the_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cognito may call them otherwise."""
    event = copy.deepcopy(EVENT)
    event["request"] |= {"codeParameter": "{#code#}", "usernameParameter": "{#name#}"}
    invite(monkeypatch, event, lambda: "https://door.example")

    message = event["response"]["emailMessage"]
    assert ("{#code#}" in message, "{#name#}" in message, "{####}" in message) == (True, True, False)


@pytest.mark.parametrize("source", OTHERS)
def test_other_messages_stay_cognitos(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """Nothing is read and nothing changed."""
    event = copy.deepcopy(EVENT) | {"triggerSource": f"CustomMessage_{source}"}
    before = copy.deepcopy(event)
    monkeypatch.delattr(bootstrap, "invite_message")

    assert handler(event, FakeContext()) == before


def test_without_the_address_the_invitation_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the password, without a link; and the log says so."""

    def site_url() -> str:
        raise ServiceUnavailableError("ssm", "GetParameter", "GetParameterError")

    event = copy.deepcopy(EVENT)
    assert invite(monkeypatch, event, site_url) == ["invitation without a link"]
    assert "{####}" in event["response"]["emailMessage"]
    assert "Ask whoever invited you" in event["response"]["emailMessage"]


def test_what_goes_wrong_leaves_the_words_to_cognito(
    monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    """The invitation is not lost, and the log says why it is bare."""

    def broken() -> None:
        raise ConfigurationError("FIRST_PASSWORD_DAYS", "it is missing or empty")

    monkeypatch.setattr(bootstrap, "invite_message", broken)
    event = copy.deepcopy(EVENT)

    assert handler(event, FakeContext()) == EVENT
    assert "FIRST_PASSWORD_DAYS" in log.getvalue()


def test_nobodys_address_is_logged(monkeypatch: pytest.MonkeyPatch, log: io.StringIO) -> None:
    """Neither who is invited, nor the words."""
    invite(monkeypatch, copy.deepcopy(EVENT), lambda: "https://door.example")

    assert '"written":true' in log.getvalue().replace(" ", "")
    assert "ann@example.com" not in log.getvalue()
    assert "{####}" not in log.getvalue()
