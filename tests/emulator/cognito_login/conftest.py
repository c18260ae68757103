"""A user pool with a login domain, and a browser without scripts."""

from __future__ import annotations

import base64
import hashlib
import http.client
import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.conftest import Emulator

PASSWORD = "correct horse battery staple"
CALLBACK = "http://127.0.0.1:8080/owner/"
VERIFIER = "a-verifier-that-is-at-least-43-characters-long-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Page:
    """An answer to the browser."""

    status: int
    headers: Any
    text: str

    @property
    def location(self) -> str:
        """Where it redirects to."""
        return str(self.headers["Location"])

    @property
    def query(self) -> dict[str, str]:
        """The query of where it redirects to."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.location).query).items()}

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(f'type="hidden" name="{name}" value="([^"]*)"', self.text)
        assert found, self.text
        return unescape(found[1])

    @property
    def action(self) -> str:
        """Where the form posts to."""
        found = re.search('action="([^"]*)"', self.text)
        assert found, self.text
        return unescape(found[1])

    @property
    def alert(self) -> str:
        """What the page says went wrong."""
        found = re.search('role="alert">([^<]*)<', self.text)
        return unescape(found[1]) if found else ""


@dataclass
class Browser:
    """Keeps cookies and follows nothing by itself."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Page:
        """Open a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, form: dict[str, str]) -> Page:
        """Send a form."""
        return self._ask("POST", path, urlencode(form))

    def _ask(self, method: str, path: str, body: str | None) -> Page:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        connection.close()
        return Page(answer.status, answer.headers, text)


@dataclass
class Login:
    """The login of one pool: its addresses and what a client asks for."""

    browser: Browser
    emulator: Emulator
    pool_id: str
    client_id: str
    domain: str

    @property
    def base(self) -> str:
        """The login's own path."""
        return f"/login-service/{self.domain}"

    def authorize(self, **changed: str) -> Page:
        """Open the authorization address; a parameter set to "" is left out."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid email",
            "state": "my state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changed,
        }
        kept = {name: value for name, value in query.items() if value}
        return self.browser.get(f"{self.base}/oauth2/authorize?{urlencode(kept)}")

    def form(self) -> Page:
        """The login form, as a browser gets to it."""
        return self.browser.get(self.authorize().location)

    def submit(self, form: Page, username: str = "owner@example.com", password: str = PASSWORD) -> Page:
        """Fill the form in and send it."""
        fields = {"_csrf": form.hidden("_csrf"), "username": username, "password": password}
        return self.browser.post(form.action, fields)

    def redeem(self, code: str, /, **changed: str) -> Page:
        """Ask for tokens."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changed,
        }
        return self.browser.post(f"{self.base}/oauth2/token", form)


@pytest.fixture
def login(emulator: Emulator, name: str) -> Login:
    """A pool with owner@example.com, a public client and a domain."""
    cognito = emulator.client("cognito-idp")
    easy = {f"Require{what}": False for what in ("Lowercase", "Uppercase", "Numbers", "Symbols")}
    pool_id = cognito.create_user_pool(
        PoolName=name,
        UsernameAttributes=["email"],
        Policies={"PasswordPolicy": {"MinimumLength": 12, **easy}},
    )["UserPool"]["Id"]
    client_id = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName=name,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email"],
        CallbackURLs=[CALLBACK],
        LogoutURLs=[CALLBACK],
    )["UserPoolClient"]["ClientId"]
    cognito.create_user_pool_domain(UserPoolId=pool_id, Domain=name)
    cognito.admin_create_user(
        UserPoolId=pool_id,
        Username="owner@example.com",
        TemporaryPassword="first login only",
        UserAttributes=[{"Name": "email", "Value": "owner@example.com"}],
    )
    cognito.admin_set_user_password(
        UserPoolId=pool_id, Username="owner@example.com", Password=PASSWORD, Permanent=True
    )
    return Login(Browser(emulator.web_url), emulator, pool_id, client_id, name)
