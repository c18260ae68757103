"""A home that answers pages from memory, for what a real one shows rarely: expiry, lost links, no network.

It stands behind the browser's requests, needs no port, and speaks api-specs/*.yaml: every answer is
checked against the specification, so that it cannot drift away from the real thing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cv2
import numpy as np
from playwright.sync_api import BrowserContext, Request, Route

from scripts.sites import content_type
from smart_door.domain.household import Role
from smart_door.owner_operations.roles import may
from tests.e2e.double_answers import (
    PHOTOS,
    Operation,
    Refusal,
    asked,
    headers,
    refuse,
    send,
    send_json,
)
from tests.e2e.double_household import HOUSEHOLD, HouseholdDouble
from tests.e2e.double_login import LoginDouble
from tests.e2e.double_now import iso
from tests.e2e.double_passes import PASSES, DoublePasses
from tests.e2e.double_video import VIDEO, DoubleVideo
from tests.e2e.double_visitors import VISITORS
from tests.e2e.double_visits import VISITS
from tests.e2e.page_policy import FILM, ROOT

__all__ = ["HOSTS", "PHOTOS", "SITE", "HomeDouble", "Refusal", "entrance", "stranger"]

SITE = "https://home.test"
HOSTS = frozenset({"home.test", "photos.test", urlsplit(FILM).netloc})
LOGIN = f"{SITE}/login-service/demo"

_FOLDERS = {site: ROOT / "static-sites" / site for site in ("owner", "door", "shared")} | {
    "phone": ROOT / "emulator/phone_page"
}


# What each operation of the owner API answers; parts of the home bring their own.
OPERATIONS: dict[str, Operation] = {
    **VISITS,
    **VISITORS,
    **PASSES,
    **HOUSEHOLD,
    **VIDEO,
}


@dataclass
class HomeDouble(LoginDouble):
    """The home's state; tests change it and look at what the pages asked.

    A decision can be undone for longer than in a real home, since a busy machine may press late.
    """

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
    photo_refusals: int = 0
    is_offline: bool = False
    undo_seconds: float = 100
    household: HouseholdDouble = field(default_factory=HouseholdDouble)
    video: DoubleVideo = field(default_factory=DoubleVideo)

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
            "opened_at": iso(now - 20),
            "last_seen_at": iso(now - 5),
            "expires_at": iso(now + 580),
            "out_of_sight_from": iso(now + 20),
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
        elif self.video.answers(route, request):
            pass
        elif request.url.startswith(PHOTOS):
            self._photo(route, address.path)
        elif refusal := self.refusals.get(address.path):
            refuse(route, refusal)
        elif address.path.startswith("/api/owner/"):
            self._owner_api(route, request)
        elif address.path == "/api/door/redeem":
            self._redeem(route, request)
        elif address.path.startswith("/login-service/"):
            self.answer_login(route, request, address.path, parse_qs(address.query))
        else:
            self._page(route, address.path)

    def _page(self, route: Route, path: str) -> None:
        if path == "/owner/config.json":
            names = {door["door_id"]: door["name"] for door in self.doors}
            configuration = {"login_url": LOGIN, "client_id": "owner-page", "region": "us-east-1"}
            return send_json(route, {**configuration, "door_names": names})
        if path == "/door/config.json":
            return send_json(
                route, {"doors": self.doors, **({"greeting": self.greeting} if self.greeting else {})}
            )
        if path == "/phone/messages":
            return send_json(route, self.messages)
        site, _, name = path.removeprefix("/").partition("/")
        file = _FOLDERS.get(site, Path("/nowhere")) / (name or "index.html")
        if not file.is_file():
            return route.fulfill(status=404, headers=headers("text/plain"), body="")
        return route.fulfill(headers=headers(content_type(file.name)), body=file.read_bytes())

    def _photo(self, route: Route, path: str) -> None:
        self.photo_requests.append(path)
        if path.startswith("/gone/"):
            return route.fulfill(status=403, headers=headers("application/xml"), body="")
        if self.photo_refusals > 0:
            self.photo_refusals -= 1
            return route.fulfill(status=403, headers=headers("application/xml"), body="")
        return route.fulfill(headers=headers("image/jpeg"), body=_picture(path))

    def _owner_api(self, route: Route, request: Request) -> None:
        question = asked("owner", request)
        if not self.is_logged_in(request):
            refuse(route, Refusal(401, "login_expired"))
        elif not may(Role(self.role), question.route):
            refuse(route, Refusal(403, "not_allowed"))
        else:
            send(route, "owner", question, OPERATIONS[question.route](self, question))

    def _redeem(self, route: Route, request: Request) -> None:
        question = asked("visitor", request)
        self.redemptions.append(question.body)
        names = {door["door_id"]: door["name"] for door in self.doors}
        door_id = question.body["door_id"]
        send(
            route,
            "visitor",
            question,
            {"result": "opened", "door_id": door_id, "door_name": names[door_id]},
        )


def entrance(fragment: str = "") -> str:
    """An address that logs in without a question and leads to the owner page."""
    return f"{SITE}/login-service/enter{fragment}"


def stranger(index: int, left: float = 0.4, **fields: Any) -> dict[str, Any]:
    """A face of a visit that nobody knows."""
    box = {"left": left, "top": 0.4, "width": 0.15, "height": 0.27}
    return {"face_index": index, "known": False, "bounding_box": box, **fields}


def _picture(path: str) -> bytes:
    """A photograph that tells the best from the first."""
    image = np.full((720, 1280, 3), 90 if path.endswith("best.jpg") else 160, np.uint8)
    return bytes(cv2.imencode(".jpg", image)[1])
