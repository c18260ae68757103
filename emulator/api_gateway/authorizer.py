"""The Cognito user-pool authorizer: checks a token as API Gateway does and hands its claims on.

Source: "Control access to REST APIs using Amazon Cognito user pools as an authorizer" of the AWS
documentation. The key set is the pool's own, asked from the emulator's endpoint.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp
import jwt

from emulator.api_gateway.gateway_responses import AUTHORIZER_CONFIGURATION, UNAUTHORIZED, GatewayError
from emulator.api_gateway.openapi import Authorizer

KEYS_SECONDS = 600.0
ACCESS, IDENTITY = "access", "id"


class CognitoAuthorizer:
    """Verifies tokens of user pools; keeps their keys for a while."""

    def __init__(self, endpoint_url: str, session: aiohttp.ClientSession) -> None:
        self._endpoint_url = endpoint_url
        self._session = session
        self._keys: dict[str, tuple[float, dict[str, Any]]] = {}

    async def claims(self, authorizer: Authorizer, headers: Mapping[str, str]) -> dict[str, str]:
        """The claims of the request's token, as an event carries them. Raises GatewayError."""
        token = headers.get(authorizer.header, "").removeprefix("Bearer ").strip()
        if not token:
            raise GatewayError(UNAUTHORIZED)
        try:
            issuer = str(jwt.decode(token, options={"verify_signature": False}).get("iss", ""))
            header = jwt.get_unverified_header(token)
            pool_id = _pool_of(issuer, authorizer)
            keys = await self._pool_keys(pool_id)
            if header.get("kid") not in keys:
                raise GatewayError(UNAUTHORIZED)
            claims = jwt.decode(
                token,
                keys[str(header["kid"])],
                algorithms=["RS256"],
                issuer=issuer,
                # A pool's authorizer takes the tokens of all of the pool's clients.
                options={"require": ["exp", "iat", "iss", "sub", "token_use"], "verify_aud": False},
            )
        except jwt.ExpiredSignatureError as err:
            raise GatewayError(UNAUTHORIZED, "The incoming token has expired") from err
        except jwt.InvalidTokenError as err:
            raise GatewayError(UNAUTHORIZED) from err
        _check_use(authorizer, claims)
        return {name: _claim_text(name, value) for name, value in claims.items()}

    async def _pool_keys(self, pool_id: str) -> dict[str, Any]:
        expires_at, keys = self._keys.get(pool_id, (0.0, {}))
        if expires_at > time.monotonic():
            return keys
        try:
            url = f"{self._endpoint_url}/{pool_id}/.well-known/jwks.json"
            async with self._session.get(url) as response:
                response.raise_for_status()
                document = await response.json(content_type=None)
        except (aiohttp.ClientError, ValueError) as err:
            raise GatewayError(AUTHORIZER_CONFIGURATION) from err
        keys = {key["kid"]: jwt.PyJWK(key, algorithm="RS256").key for key in document["keys"]}
        self._keys[pool_id] = (time.monotonic() + KEYS_SECONDS, keys)
        return keys


def _pool_of(issuer: str, authorizer: Authorizer) -> str:
    """The pool that the token says it is from, if it is one of the authorizer's."""
    for arn in authorizer.pool_arns:
        region, pool_id = arn.split(":")[3], arn.rpartition("/")[2]
        if issuer == f"https://cognito-idp.{region}.amazonaws.com/{pool_id}":
            return pool_id
    raise GatewayError(UNAUTHORIZED)


def _check_use(authorizer: Authorizer, claims: Mapping[str, Any]) -> None:
    """Without scopes it takes id tokens, with scopes access tokens that hold one of them."""
    if authorizer.scopes:
        granted = set(str(claims.get("scope", "")).split())
        if claims["token_use"] != ACCESS or not granted & set(authorizer.scopes):
            raise GatewayError(UNAUTHORIZED)
    elif claims["token_use"] != IDENTITY:
        raise GatewayError(UNAUTHORIZED)


def _claim_text(name: str, value: Any) -> str:
    """Claims reach functions as text: times spelled out, lists with commas."""
    if name in ("exp", "iat"):
        return datetime.fromtimestamp(int(value), UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
