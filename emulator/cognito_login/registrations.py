"""Who may ask for a login: the user pool of a domain, and its clients, read through Cognito's own API."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from emulator import clients


class UnknownDomainError(Exception):
    """No user pool has this login domain."""


class UnknownClientError(Exception):
    """The user pool has no such client."""


@dataclass(frozen=True)
class Client:
    """A client of a user pool, as far as the login needs it."""

    pool_id: str
    client_id: str
    secret: str
    callback_urls: tuple[str, ...]
    logout_urls: tuple[str, ...]
    scopes: frozenset[str]
    may_use_code_flow: bool


async def find_client(domain: str, client_id: str) -> Client:
    """The client of the pool with this domain. Raises UnknownDomainError or UnknownClientError."""
    return await asyncio.to_thread(_read, domain, client_id)


async def find_pool(domain: str) -> str:
    """The id of the pool with this domain. Raises UnknownDomainError."""
    return await asyncio.to_thread(_pool_of, domain)


def _pool_of(domain: str) -> str:
    try:
        found = clients.client("cognito-idp").describe_user_pool_domain(Domain=domain)["DomainDescription"]
    except ClientError as err:
        raise UnknownDomainError(domain) from err
    if not found.get("UserPoolId"):
        raise UnknownDomainError(domain)
    return str(found["UserPoolId"])


def _read(domain: str, client_id: str) -> Client:
    pool_id = _pool_of(domain)
    try:
        found: dict[str, Any] = clients.client("cognito-idp").describe_user_pool_client(
            UserPoolId=pool_id, ClientId=client_id
        )["UserPoolClient"]
    except ClientError as err:
        raise UnknownClientError(client_id) from err
    return Client(
        pool_id=pool_id,
        client_id=client_id,
        secret=found.get("ClientSecret", ""),
        callback_urls=tuple(found.get("CallbackURLs", ())),
        logout_urls=tuple(found.get("LogoutURLs", ())),
        scopes=frozenset(found.get("AllowedOAuthScopes", ())),
        may_use_code_flow=bool(found.get("AllowedOAuthFlowsUserPoolClient"))
        and "code" in found.get("AllowedOAuthFlows", ()),
    )
