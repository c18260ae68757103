"""The token endpoint (RFC 6749 sections 4.1.3 and 6): codes and refresh tokens for tokens."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from emulator.cognito_login import users
from emulator.cognito_login.nonce import with_nonce
from emulator.cognito_login.registrations import Client, UnknownClientError, find_client
from emulator.cognito_login.sessions import Grant, Once

_HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", "Pragma": "no-cache"}


class _TokenError(Exception):
    """An error code of RFC 6749 section 5.2."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


async def answer(
    domain: str, form: Mapping[str, str], authorization: str, codes: Once[Grant]
) -> web.Response:
    """Answer a token request. `authorization` is the header, for clients with a secret."""
    try:
        client = await _client(domain, form, authorization)
        if form.get("grant_type") == "authorization_code":
            return _tokens(_redeem(client, form, codes))
        if form.get("grant_type") == "refresh_token":
            return _tokens(await _refresh(client, form))
        raise _TokenError("unsupported_grant_type")
    except _TokenError as err:
        return web.json_response({"error": err.code}, status=err.status, headers=_HEADERS)


async def _client(domain: str, form: Mapping[str, str], authorization: str) -> Client:
    identity, secret = _credentials(form, authorization)
    try:
        client = await find_client(domain, identity)
    except UnknownClientError as err:
        raise _TokenError("invalid_client") from err
    if client.secret and not hmac.compare_digest(client.secret.encode(), secret.encode()):
        raise _TokenError("invalid_client")
    return client


def _credentials(form: Mapping[str, str], authorization: str) -> tuple[str, str]:
    if not authorization.startswith("Basic "):
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        identity, _, secret = base64.b64decode(authorization[6:], validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as err:
        raise _TokenError("invalid_client") from err
    if form.get("client_id", identity) != identity:
        raise _TokenError("invalid_client")
    return identity, secret


def _redeem(client: Client, form: Mapping[str, str], codes: Once[Grant]) -> Mapping[str, Any]:
    """The tokens of a code. A code is gone after the first try, right or wrong."""
    if not form.get("code") or not form.get("code_verifier"):
        raise _TokenError("invalid_request")
    grant = codes.take(form["code"])
    if grant is None or not grant.redeemable_by(
        client.client_id, form.get("redirect_uri", ""), form["code_verifier"]
    ):
        raise _TokenError("invalid_grant")
    return with_nonce(grant.tokens, grant.authorization.nonce)


async def _refresh(client: Client, form: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        return await users.refresh(client, form.get("refresh_token", ""))
    except users.TokenRefusedError as err:
        raise _TokenError("invalid_grant") from err


def _tokens(result: Mapping[str, Any]) -> web.Response:
    body = {
        "id_token": result["IdToken"],
        "access_token": result["AccessToken"],
        "expires_in": result["ExpiresIn"],
        "token_type": "Bearer",
    }
    if result.get("RefreshToken"):
        body["refresh_token"] = result["RefreshToken"]
    return web.json_response(body, headers=_HEADERS)
