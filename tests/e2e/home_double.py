"""A home that answers pages from memory, for what a real one shows rarely: expiry, lost links, no network.

It stands behind the browser's requests, needs no port, and speaks api-specs/*.yaml: every answer is
checked against the specification, so that it cannot drift away from the real thing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cv2
import numpy as np
import yaml
from openapi_schema_validator import OAS30Validator
from playwright.sync_api import BrowserContext, Request, Route

from scripts.sites import content_type
from tests.e2e import double_activity, double_household, double_now
from tests.e2e.double_passes import LIST, ONE, DoublePasses
from tests.e2e.double_visitors import in_list, visitor_answer
from tests.e2e.page_policy import ROOT, content_security_policy

SITE = "https://home.test"
PHOTOS = "https://photos.test"
HOSTS = frozenset({"home.test", "photos.test"})
LOGIN = f"{SITE}/login-service/demo"

_VISIT = re.compile(r"^/api/owner/visits/([a-z0-9-]+)/(\w+)(/decision|/not-this-person)?$")
_FOLDERS = {site: ROOT / "static-sites" / site for site in ("owner", "door", "shared")} | {
    "phone": ROOT / "emulator/phone_page"
}


@dataclass(frozen=True)
class Refusal:
    """What an address answers instead, until it is taken away."""

    status: int
    code: str
    message: str = "No."
    retry_after_seconds: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class HomeDouble:
    """The home's state; tests change it and look at what the pages asked."""

    visits: dict[str, dict[str, Any]] = field(default_factory=dict)
    visitors: list[dict[str, Any]] = field(default_factory=list)
    passes: DoublePasses = field(default_factory=DoublePasses)
    doors: list[dict[str, str]] = field(default_factory=lambda: [{"door_id": "front", "name": "Front door"}])
    greeting: str = ""
    messages: list[dict[str, str]] = field(default_factory=list)
    refusals: dict[str, Refusal] = field(default_factory=dict)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    visitor_changes: list[Any] = field(default_factory=list)
    exports: list[dict[str, str]] = field(default_factory=list)
    redemptions: list[dict[str, Any]] = field(default_factory=list)
    photo_requests: list[str] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    photo_refusals: int = 0
    is_offline: bool = False
    role: str = "owner"
    token_seconds: int = 3600
    household: double_household.HouseholdDouble = field(default_factory=double_household.HouseholdDouble)
    accepts_refresh: bool = True
    accepted_tokens: set[str] = field(default_factory=set)
    login: dict[str, str] = field(default_factory=dict)

    def serve(self, context: BrowserContext) -> None:
        """Answer everything that this context's pages ask."""
        context.route("**/*", self._answer)

    # --- what tests set up ------------------------------------------------------------------------------

    def add_visit(self, number: int, state: str = "awaiting_owner", **fields: Any) -> dict[str, Any]:
        """A visit of the front door; the higher the number, the later it came."""
        now = time.time()
        visit = {
            "door_id": "front",
            "door_name": "Front door",
            "visit_id": f"01K9{number:022d}",
            "state": state,
            "opened_at": _iso(now - 20),
            "last_seen_at": _iso(now - 5),
            "expires_at": _iso(now + 580),
            "faces": [stranger(0)],
            **fields,
        }
        self.visits[visit["visit_id"]] = visit
        return visit

    # --- answers ----------------------------------------------------------------------------------------

    def _answer(self, route: Route, request: Request) -> None:
        address = urlsplit(request.url)
        if self.is_offline:
            route.abort("internetdisconnected")
        elif request.url.startswith(PHOTOS):
            self._photo(route, address.path)
        elif refusal := self.refusals.get(address.path):
            self._refuse(route, refusal)
        elif address.path.startswith("/api/owner/"):
            self._owner_api(route, request, address.path, parse_qs(address.query))
        elif address.path == "/api/door/redeem":
            self._redeem(route, request)
        elif address.path.startswith("/login-service/"):
            self._login(route, request, address.path, parse_qs(address.query))
        else:
            self._page(route, address.path)

    def _page(self, route: Route, path: str) -> None:
        if path == "/owner/config.json":
            names = {door["door_id"]: door["name"] for door in self.doors}
            configuration = {"login_url": LOGIN, "client_id": "owner-page", "region": "us-east-1"}
            return _json(route, {**configuration, "door_names": names})
        if path == "/door/config.json":
            return _json(
                route, {"doors": self.doors, **({"greeting": self.greeting} if self.greeting else {})}
            )
        if path == "/phone/messages":
            return _json(route, self.messages)
        site, _, name = path.removeprefix("/").partition("/")
        file = _FOLDERS.get(site, Path("/nowhere")) / (name or "index.html")
        if not file.is_file():
            return route.fulfill(status=404, headers=_headers("text/plain"), body="")
        return route.fulfill(headers=_headers(content_type(file.name)), body=file.read_bytes())

    def _photo(self, route: Route, path: str) -> None:
        self.photo_requests.append(path)
        if path.startswith("/gone/"):
            return route.fulfill(status=403, headers=_headers("application/xml"), body="")
        if self.photo_refusals > 0:
            self.photo_refusals -= 1
            return route.fulfill(status=403, headers=_headers("application/xml"), body="")
        return route.fulfill(headers=_headers("image/jpeg"), body=_picture(path))

    def _owner_api(self, route: Route, request: Request, path: str, query: Mapping[str, list[str]]) -> None:
        if request.headers.get("authorization") not in self.accepted_tokens:
            return self._refuse(route, Refusal(401, "login_expired"))
        if path == "/api/owner/visits":
            return self._visits(route, path, query)
        if path == "/api/owner/visits.csv":
            self.exports.append({name: values[0] for name, values in query.items()})
            return route.fulfill(headers=_headers("text/csv"), body=double_activity.TABLE)
        if path == "/api/owner/visitors":
            return self._send(
                route, "owner", {"visitors": [in_list(one) for one in self.visitors]}, path, "get"
            )
        if path.startswith("/api/owner/visitors/"):
            found = visitor_answer(
                self.visitors,
                self.visitor_changes,
                request.method,
                path,
                lambda schema: _read(request, "owner", schema),
            )
            if found is None:
                return self._refuse(route, Refusal(404, "visitor_not_found"))
            return self._send(route, "owner", *found)
        if path.startswith(LIST):
            return self._passes(route, request, path)
        if operation := double_household.operation(request.method, path):
            return self._of_household(route, request, path, *operation)
        return self._visit(route, request, path)

    def _visits(self, route: Route, path: str, query: Mapping[str, list[str]]) -> None:
        newest = [self.visits[key] for key in sorted(self.visits, reverse=True)]
        if query.get("state") == ["waiting"]:
            newest = [visit for visit in newest if visit["state"] in ("open", "awaiting_owner")]
        if "visitor_id" in query:
            newest = double_now.of_visitor(newest, query["visitor_id"][0])
        page, rest = double_activity.page_of(newest, query)
        visits = {"visits": [_with_links(visit) for visit in page], **rest}
        return self._send(route, "owner", visits, path, "get")

    def _visit(self, route: Route, request: Request, path: str) -> None:
        match = _VISIT.match(path)
        assert match, path
        visit = self.visits.get(match[2])
        if visit is None:
            return self._refuse(route, Refusal(404, "visit_not_found"))
        template = "/api/owner/visits/{door_id}/{visit_id}"
        if match[3] is None:
            return self._send(route, "owner", _with_links(visit), template, "get")
        if match[3] == "/not-this-person":
            double_now.match_rejected(visit, _read(request, "owner", "Correction")["face_index"])
        elif request.method == "DELETE":
            if code := double_now.undone(visit):
                return self._refuse(route, Refusal(409, code))
        else:
            decision = _read(request, "owner", "Decision")
            if (details := double_now.decided(visit, decision, "owner@home.test")) is not None:
                return self._refuse(route, Refusal(409, "visit_already_decided", details=details))
            self.decisions.append(decision)
        method = request.method.lower()
        return self._send(route, "owner", _with_links(visit), f"{template}{match[3]}", method)

    def _passes(self, route: Route, request: Request, path: str) -> None:
        if request.method == "DELETE":
            revoked = self.passes.revoke(path.rpartition("/")[2], self.doors)
            return self._send(route, "owner", revoked, ONE, "delete")
        if request.method == "POST":
            wanted = _read(request, "owner", "NewPass")
            made = self.passes.invite(wanted, self.doors, self.visitors)
            return self._send(route, "owner", made, LIST, "post")
        return self._send(route, "owner", self.passes.all(self.doors), LIST, "get")

    def _of_household(
        self, route: Route, request: Request, path: str, template: str, schema: str | None
    ) -> None:
        body = _read(request, "owner", schema) if schema else {}
        self.household.time_zone = self.passes.time_zone
        answer = self.household.answer(self.role, request.method, path, body)
        if isinstance(answer, str):
            return self._refuse(route, Refusal(double_household.STATUSES[answer], answer))
        return self._send(route, "owner", answer, template, request.method.lower())

    def _redeem(self, route: Route, request: Request) -> None:
        self.redemptions.append(_read(request, "visitor", "Redemption"))
        names = {door["door_id"]: door["name"] for door in self.doors}
        door_id = self.redemptions[-1]["door_id"]
        body = {"result": "opened", "door_id": door_id, "door_name": names[door_id]}
        self._send(route, "visitor", body, "/api/door/redeem", "post")

    def _login(self, route: Route, request: Request, path: str, query: Mapping[str, list[str]]) -> None:
        if path.endswith("/oauth2/token"):
            return self._tokens(route, parse_qs(request.post_data or ""))
        if path.endswith("/logout"):
            self.login = {}
            return _link(route, query["logout_uri"][0], "Logged out")
        self.login = {name: values[0] for name, values in query.items()}
        assert self.login["code_challenge_method"] == "S256"
        return _link(route, f"{self.login['redirect_uri']}?code=once&state={self.login['state']}", "Sign in")

    def _tokens(self, route: Route, form: Mapping[str, list[str]]) -> None:
        fields = {name: values[0] for name, values in form.items()}
        self.token_requests.append(fields)
        if fields["grant_type"] == "refresh_token":
            if not self.accepts_refresh:
                return _json(route, {"error": "invalid_grant"}, 400)
            return _json(route, {"id_token": self._token()})
        digest = hashlib.sha256(fields["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == self.login["code_challenge"]
        return _json(route, {"id_token": self._token(), "refresh_token": "refresh", "access_token": "access"})

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

    def _send(self, route: Route, api: str, body: Any, path: str, method: str) -> None:
        operation = _specification(api)["paths"][path][method]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        OAS30Validator(schema).validate(body)
        _json(route, body)

    def _refuse(self, route: Route, refusal: Refusal) -> None:
        body: dict[str, Any] = {"code": refusal.code, "message": refusal.message, **refusal.details}
        if refusal.retry_after_seconds is not None:
            body["retry_after_seconds"] = refusal.retry_after_seconds
        _json(route, body, refusal.status)


def stranger(index: int, left: float = 0.4, **fields: Any) -> dict[str, Any]:
    """A face of a visit that nobody knows."""
    box = {"left": left, "top": 0.2, "width": 0.15, "height": 0.27}
    return {"face_index": index, "known": False, "bounding_box": box, **fields}


def _with_links(visit: dict[str, Any]) -> dict[str, Any]:
    """The visit as the API shows it: with links whose signature is another one each time."""
    folder = f"{PHOTOS}/photos/{visit['visit_id']}"
    signature = f"signature={time.time_ns()}"
    links = {
        "photo_url": f"{folder}/best.jpg?{signature}",
        "first_photo_url": f"{folder}/first.jpg?{signature}",
        "photo_links_expire_at": _iso(time.time() + 300),
    }
    return {**links, **visit}


def _read(request: Request, api: str, schema: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(request.post_data or "")
    OAS30Validator(_specification(api)["components"]["schemas"][schema]).validate(body)
    return body


@cache
def _specification(api: str) -> dict[str, Any]:
    """An API's specification with every reference replaced by what it names."""
    whole = yaml.safe_load((ROOT / f"api-specs/{api}.yaml").read_text())

    def resolved(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                target = whole
                for name in part["$ref"].removeprefix("#/").split("/"):
                    target = target[name]
                return resolved(target)
            return {name: resolved(value) for name, value in part.items()}
        return [resolved(item) for item in part] if isinstance(part, list) else part

    found: dict[str, Any] = resolved(whole)
    return found


def _picture(path: str) -> bytes:
    """A photograph that tells the best from the first."""
    image = np.full((720, 1280, 3), 90 if path.endswith("best.jpg") else 160, np.uint8)
    return bytes(cv2.imencode(".jpg", image)[1])


def _json(route: Route, body: Any, status: int = 200) -> None:
    route.fulfill(status=status, headers=_headers("application/json"), body=json.dumps(body))


def _link(route: Route, target: str, text: str) -> None:
    """A page with one link: a redirection that the browser follows when the test clicks."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    route.fulfill(headers=headers, body=f'<!doctype html><title>x</title><a href="{target}">{text}</a>')


def _headers(kind: str) -> dict[str, str]:
    return {
        "Content-Type": kind if "image" in kind or "charset" in kind else f"{kind}; charset=utf-8",
        "Content-Security-Policy": content_security_policy(PHOTOS),
        "X-Content-Type-Options": "nosniff",
    }


def _iso(epoch_seconds: float) -> str:
    return datetime.fromtimestamp(epoch_seconds, UTC).isoformat().replace("+00:00", "Z")
