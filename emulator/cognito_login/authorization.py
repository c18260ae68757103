"""Checks authorization requests (RFC 6749 section 4.1.1, with PKCE of RFC 7636)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from emulator.cognito_login.registrations import Client, find_client

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)


class RedirectMismatchError(Exception):
    """The redirect URI is not registered: nothing may be sent there."""


class RequestRefusedError(Exception):
    """The request is refused by a redirect back to the client, with an error code of RFC 6749."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass(frozen=True)
class Authorization:
    """A request that was found in order."""

    client: Client
    redirect_uri: str
    state: str
    challenge: str
    nonce: str = ""

    def success(self, code: str) -> str:
        """Where to send the browser with a code."""
        return _with_query(self.redirect_uri, {"code": code, "state": self.state})


async def check(domain: str, query: Mapping[str, str]) -> Authorization:
    """Check a request.

    Raises UnknownDomainError, UnknownClientError and RedirectMismatchError, which must be shown where they
    are, and RequestRefusedError, which goes back to the client.
    """
    client = await find_client(domain, query.get("client_id", ""))
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in client.callback_urls:
        raise RedirectMismatchError(redirect_uri)
    problem = _problem(client, query)
    state = query.get("state", "")
    if problem:
        error, description = problem
        raise RequestRefusedError(
            _with_query(redirect_uri, {"error": error, "error_description": description, "state": state})
        )
    return Authorization(client, redirect_uri, state, query["code_challenge"], query.get("nonce", ""))


def _problem(client: Client, query: Mapping[str, str]) -> tuple[str, str] | None:
    if query.get("response_type") != "code":
        return "unsupported_response_type", "Only response_type=code is offered."
    if not client.may_use_code_flow:
        return "unauthorized_client", "The client may not use the authorization code flow."
    scopes = set(query.get("scope", "").split())
    if not scopes <= client.scopes:
        return "invalid_scope", "The client may not ask for these scopes."
    if query.get("code_challenge_method") != "S256":
        return "invalid_request", "code_challenge_method must be S256."
    if not _CHALLENGE.fullmatch(query.get("code_challenge", "")):
        return "invalid_request", "code_challenge must be a SHA-256 in base64url."
    return None


def _with_query(uri: str, values: Mapping[str, str]) -> str:
    parts = urlsplit(uri)
    query = urlencode({name: value for name, value in values.items() if value})
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))
