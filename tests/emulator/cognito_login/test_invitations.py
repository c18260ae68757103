"""Invitations of a user pool, as the phone page shows them."""

from __future__ import annotations

import json
import re
from typing import Any

from urllib3 import request

from tests.emulator.cognito_login.conftest import Login

ADA = "ada@example.com"
PASSWORD = re.compile(r"temporary password is (\S{12})\.")


def letters(login: Login, address: str) -> list[str]:
    """The e-mails that somebody got, oldest first."""
    answer = request("GET", f"{login.emulator.web_url}/phone/messages")
    return [message["text"] for message in json.loads(answer.data) if message["to"] == address]


def invite(login: Login, address: str, **options: Any) -> None:
    """As an application does it, without a password of its own."""
    attributes = [{"Name": "email", "Value": address}]
    login.emulator.client("cognito-idp").admin_create_user(
        UserPoolId=login.pool_id, Username=address, UserAttributes=attributes, **options
    )


def first_password(letter: str) -> str:
    """What the invitation says."""
    found = PASSWORD.search(letter)
    assert found, letter
    return found[1]


def test_the_invitation_has_the_password_for_the_first_login(login: Login) -> None:
    """It leads to the form for one of their own."""
    invite(login, ADA)

    (letter,) = letters(login, ADA)
    assert ADA in letter
    page = login.submit(login.form(), ADA, first_password(letter))
    assert (page.status, "New password" in page.text) == (200, True)


def test_an_invitation_sent_again_has_another_password(login: Login) -> None:
    """To the same user; the first password counts no more."""
    invite(login, "again@example.com")
    invite(login, "again@example.com", MessageAction="RESEND")

    first, second = (first_password(letter) for letter in letters(login, "again@example.com"))
    assert login.submit(login.form(), "again@example.com", first).status == 400
    assert login.submit(login.form(), "again@example.com", second).status == 200
    users = login.emulator.client("cognito-idp").list_users(UserPoolId=login.pool_id)["Users"]
    named = [user for user in users if {"Name": "email", "Value": "again@example.com"} in user["Attributes"]]
    assert len(named) == 1


def test_nothing_is_sent_where_nothing_is_asked_for(login: Login) -> None:
    """By whoever sets a password themselves."""
    invite(login, "silent@example.com", MessageAction="SUPPRESS")

    assert letters(login, "silent@example.com") == []
