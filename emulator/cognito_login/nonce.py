"""Puts the nonce of the request into the id token, as Cognito does (OpenID Connect Core 3.1.2.1).

moto signs its tokens with a key that it brings along and knows no nonce, so the token is signed anew with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from moto.utilities.utils import load_resource

_ALGORITHM = "RS256"


def with_nonce(tokens: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
    """The tokens, the id token with the claim `nonce`; unchanged where the request had none."""
    if not nonce:
        return tokens
    token = str(tokens["IdToken"])
    claims = jwt.decode(token, options={"verify_signature": False})
    headers = {"kid": jwt.get_unverified_header(token)["kid"]}
    signed = jwt.encode({**claims, "nonce": nonce}, _signing_key(), _ALGORITHM, headers=headers)
    return {**tokens, "IdToken": signed}


@cache
def _signing_key() -> Any:
    return jwt.PyJWK(load_resource("cognitoidp/resources/jwks-private.json"), algorithm=_ALGORITHM).key
