"""Passwords and tokens, through Cognito's admin API.

moto's SRP accepts any password, so this takes the flow that compares them.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from emulator import clients
from emulator.cognito_login.registrations import Client


class WrongPasswordError(Exception):
    """The user name or the password is wrong; which of them is not said."""


class PasswordRefusedError(Exception):
    """The new password is not what the pool's policy asks for."""


class TokenRefusedError(Exception):
    """The refresh token is not, or no longer, good."""


class ChallengeNotOfferedError(Exception):
    """Cognito asks for something that this login has no page for (such as a second factor)."""


@dataclass(frozen=True)
class NewPasswordNeeded:
    """The password was right, but must be changed first."""

    session: str


async def log_in(client: Client, username: str, password: str) -> Mapping[str, Any] | NewPasswordNeeded:
    """Check a password; the tokens. Raises WrongPasswordError or ChallengeNotOfferedError."""
    try:
        answer = await asyncio.to_thread(
            clients.client("cognito-idp").admin_initiate_auth,
            UserPoolId=client.pool_id,
            ClientId=client.client_id,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters=_with_hash(client, username, {"USERNAME": username, "PASSWORD": password}),
        )
    except ClientError as err:
        raise WrongPasswordError from err
    return _tokens_or_challenge(answer)


async def change_password(client: Client, username: str, password: str, session: str) -> Mapping[str, Any]:
    """Answer NEW_PASSWORD_REQUIRED; the tokens. Raises PasswordRefusedError."""
    try:
        answer = await asyncio.to_thread(
            clients.client("cognito-idp").admin_respond_to_auth_challenge,
            UserPoolId=client.pool_id,
            ClientId=client.client_id,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            ChallengeResponses=_with_hash(client, username, {"USERNAME": username, "NEW_PASSWORD": password}),
            Session=session,
        )
    except ClientError as err:
        raise PasswordRefusedError(err.response["Error"].get("Message", "")) from err
    tokens = _tokens_or_challenge(answer)
    if isinstance(tokens, NewPasswordNeeded):
        raise PasswordRefusedError("The password must be another one.")
    return tokens


async def refresh(client: Client, refresh_token: str) -> Mapping[str, Any]:
    """New tokens for a refresh token. Raises TokenRefusedError."""
    cognito = clients.client("cognito-idp")
    request = {
        "ClientId": client.client_id,
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": {"REFRESH_TOKEN": refresh_token},
    }
    try:
        if client.secret:  # InitiateAuth would want a hash of the user's name, which is not known here
            answer = await asyncio.to_thread(
                cognito.admin_initiate_auth, UserPoolId=client.pool_id, **request
            )
        else:
            answer = await asyncio.to_thread(cognito.initiate_auth, **request)
    except ClientError as err:
        raise TokenRefusedError from err
    result: Mapping[str, Any] = answer["AuthenticationResult"]
    return result


async def user_info(access_token: str) -> dict[str, str]:
    """The user's attributes. Raises TokenRefusedError."""
    try:
        user = await asyncio.to_thread(clients.client("cognito-idp").get_user, AccessToken=access_token)
    except ClientError as err:
        raise TokenRefusedError from err
    return {
        **{item["Name"]: item["Value"] for item in user["UserAttributes"]},
        "username": user["Username"],
    }


def _tokens_or_challenge(answer: Mapping[str, Any]) -> Mapping[str, Any] | NewPasswordNeeded:
    challenge = answer.get("ChallengeName")
    if challenge == "NEW_PASSWORD_REQUIRED":
        return NewPasswordNeeded(answer["Session"])
    if challenge:
        raise ChallengeNotOfferedError(challenge)
    result: Mapping[str, Any] = answer["AuthenticationResult"]
    return result


def _with_hash(client: Client, username: str, parameters: dict[str, str]) -> dict[str, str]:
    """Clients with a secret prove it with every call."""
    if client.secret:
        message = f"{username}{client.client_id}".encode()
        digest = hmac.new(client.secret.encode(), message, hashlib.sha256).digest()
        parameters["SECRET_HASH"] = base64.b64encode(digest).decode()
    return parameters
