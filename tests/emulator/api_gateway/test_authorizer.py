"""The Cognito authorizer: only a good id token of the right pool gets through."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwk
from joserfc import jwt as signer
from moto.utilities.utils import load_resource

from tests.conftest import Emulator
from tests.emulator.api_gateway.conftest import Api

PASSWORD = "correct horse battery staple"


@dataclass
class Pool:
    """A user pool with one user, and the tokens of that user."""

    arn: str
    id_token: str
    access_token: str


def _make_pool(emulator: Emulator, name: str) -> Pool:
    cognito = emulator.client("cognito-idp")
    weak = {"PasswordPolicy": {"MinimumLength": 8, **{f"Require{what}": False for what in (
        "Lowercase", "Uppercase", "Numbers", "Symbols",
    )}}}  # fmt: skip
    pool = cognito.create_user_pool(PoolName=name, Policies=weak)["UserPool"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool["Id"],
        ClientName=name,
        ExplicitAuthFlows=flows,
        ReadAttributes=["email", "email_verified"],
    )
    attributes = [
        {"Name": "email", "Value": "owner@example.com"},
        {"Name": "email_verified", "Value": "true"},
    ]
    cognito.admin_create_user(UserPoolId=pool["Id"], Username="owner", UserAttributes=attributes)
    cognito.admin_set_user_password(
        UserPoolId=pool["Id"], Username="owner", Password=PASSWORD, Permanent=True
    )
    tokens = cognito.admin_initiate_auth(
        UserPoolId=pool["Id"],
        ClientId=client["UserPoolClient"]["ClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "owner", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    return Pool(pool["Arn"], tokens["IdToken"], tokens["AccessToken"])


@pytest.fixture
def pool(emulator: Emulator, name: str, api: Api) -> Pool:
    """The pool whose tokens the API takes, on GET /mine; GET /open takes everyone."""
    made = _make_pool(emulator, name)
    scheme = {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "cognito_user_pools",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": [made.arn]},
    }
    api.deploy(
        {"/mine": {"get": {"security": [{"login": []}]}}, "/open": {"get": {}}},
        components={"securitySchemes": {"login": scheme}},
        security=[{"login": []}],
    )
    return made


def _ask(api: Api, token: str) -> tuple[int, Any]:
    return api.ask("GET", "/mine", headers={"Authorization": token})[:2]


def test_a_good_token_passes_with_its_claims(api: Api, pool: Pool) -> None:
    """Claims are text, as they are on AWS; with or without "Bearer"."""
    status, event = _ask(api, pool.id_token)

    assert status == 200
    claims = event["requestContext"]["authorizer"]["claims"]
    assert (claims["email"], claims["token_use"], claims["email_verified"]) == (
        "owner@example.com",
        "id",
        "true",
    )
    assert re.search(r"UTC 20\d\d$", claims["exp"])
    assert _ask(api, f"Bearer {pool.id_token}")[0] == 200


def test_without_a_token_nobody_passes(api: Api, pool: Pool) -> None:
    """401, in API Gateway's words."""
    status, body, headers = api.ask("GET", "/mine")

    assert (status, body) == (401, {"message": "Unauthorized"})
    assert headers["x-amzn-ErrorType"] == "UnauthorizedException"


def test_tokens_that_are_not_good_are_refused(api: Api, pool: Pool, emulator: Emulator, name: str) -> None:
    """Nonsense, tampered, foreign, self-made, unsigned, and an access token."""
    header, payload, signature = pool.id_token.split(".")
    claims = jwt.decode(pool.id_token, options={"verify_signature": False})
    own_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    bad = {
        "nonsense": "nonsense",
        "tampered": ".".join([header, payload, signature[:-8] + "AAAAAAAA"]),
        "foreign": _make_pool(emulator, f"{name}-other").id_token,
        "self-made": jwt.encode(claims, own_key, "RS256", headers={"kid": "dummy"}),
        "unknown key": jwt.encode(claims, own_key, "RS256", headers={"kid": "mine"}),
        "unsigned": jwt.encode(claims, "", "none", headers={"kid": "dummy"}),
        "access token": pool.access_token,
    }

    answers = {kind: _ask(api, token) for kind, token in bad.items()}

    assert answers == dict.fromkeys(bad, (401, {"message": "Unauthorized"}))


def test_an_expired_token_is_refused(api: Api, pool: Pool) -> None:
    """With words of its own, like on AWS."""
    key = jwk.RSAKey.import_key(load_resource("cognitoidp/resources/jwks-private.json"))
    claims = jwt.decode(pool.id_token, options={"verify_signature": False})
    claims |= {"iat": int(time.time()) - 7200, "exp": int(time.time()) - 3600}
    expired = signer.encode({"alg": "RS256", "kid": "dummy"}, claims, key)

    assert _ask(api, expired) == (401, {"message": "The incoming token has expired"})


def test_security_at_the_root_counts_for_nothing(api: Api, pool: Pool) -> None:
    """So on AWS: every operation must ask for the login itself."""
    assert api.ask("GET", "/open")[0] == 200
