"""The hosted login of a home in memory: a page with one link, and tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from playwright.sync_api import Request, Route

from tests.e2e.double_answers import send_json


@dataclass
class LoginDouble:
    """Who logs in, and for how long; what pages asked."""

    role: str = "owner"
    token_seconds: int = 3600
    accepts_refresh: bool = True
    accepted_tokens: set[str] = field(default_factory=set)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    login: dict[str, str] = field(default_factory=dict)

    def is_logged_in(self, request: Request) -> bool:
        """Whether a request of the owner API carries a token that still counts."""
        return request.headers.get("authorization") in self.accepted_tokens

    def answer_login(self, route: Route, request: Request, path: str, query: Mapping[str, list[str]]) -> None:
        """What the login's own addresses answer."""
        if path.endswith("/oauth2/token"):
            return self._tokens(route, parse_qs(request.post_data or ""))
        if path.endswith("/enter"):
            return self._enter(route)
        if path.endswith("/logout"):
            self.login = {}
            return _link(route, query["logout_uri"][0], "Logged out")
        self.login = {name: values[0] for name, values in query.items()}
        assert self.login["code_challenge_method"] == "S256"
        return _link(route, f"{self.login['redirect_uri']}?code=once&state={self.login['state']}", "Sign in")

    def _enter(self, route: Route) -> None:
        """What the login leaves behind, without its way there and back: the page is loaded once."""
        tokens = json.dumps({"id_token": self._token(), "refresh_token": "refresh"})
        script = (
            f"sessionStorage.setItem('smart-door.tokens', {json.dumps(tokens)});"
            "location.replace('/owner/' + location.hash);"
        )
        body = f"<!doctype html><title>x</title><script>{script}</script>"
        route.fulfill(headers={"Content-Type": "text/html; charset=utf-8"}, body=body)

    def _tokens(self, route: Route, form: Mapping[str, list[str]]) -> None:
        fields = {name: values[0] for name, values in form.items()}
        self.token_requests.append(fields)
        if fields["grant_type"] == "refresh_token":
            if not self.accepts_refresh:
                return send_json(route, {"error": "invalid_grant"}, 400)
            return send_json(route, {"id_token": self._token()})
        digest = hashlib.sha256(fields["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == self.login["code_challenge"]
        return send_json(
            route, {"id_token": self._token(), "refresh_token": "refresh", "access_token": "access"}
        )

    def _token(self) -> str:
        claims = {
            "email": "owner@home.test",
            "exp": time.time() + self.token_seconds,
            "cognito:groups": [self.role],
        }
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        token = f"header.{payload}.{len(self.token_requests)}"
        self.accepted_tokens.add(token)
        return token


def _link(route: Route, target: str, text: str) -> None:
    """A page with one link: a redirection that the browser follows when the test clicks."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    route.fulfill(headers=headers, body=f'<!doctype html><title>x</title><a href="{target}">{text}</a>')
