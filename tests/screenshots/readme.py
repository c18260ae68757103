"""The picture in the README: a home with a story, on two phones, at its door and on a desk."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Browser, Page

from tests.e2e.browser import watched_context
from tests.e2e.double_visitors import person
from tests.e2e.home_double import HOSTS, SITE, HomeDouble, stranger
from tests.e2e.page_policy import ROOT
from tests.screenshots.demo_photos import serve_photos
from tests.screenshots.taking import settle

PICTURE = ROOT / "docs/pages.webp"
MOST_BYTES = 150_000
_HOUR = 3600.0
_GRACE = person(2, "Grace", photos=4)
_HAS_NOTHING_TO_SAY = "() => !document.querySelector('#connection')?.hasChildNodes()"
_CANVAS = {"width": 1640, "height": 924}
_PAGE = """<!doctype html>
<style>
  body {{ margin: 0; padding: 40px; display: flex; gap: 32px; align-items: center; background: #e4e0d6; }}
  img {{ display: block; border-radius: 14px; box-shadow: 0 2px 4px #0003, 0 14px 40px #0002; }}
  .phone {{ width: 390px; height: 844px; border-radius: 36px; }}
  .wide {{ width: 716px; height: 408px; object-fit: cover; object-position: top; }}
  .column {{ display: grid; gap: 28px; }}
</style>
<img class="phone" src="{now}"><img class="phone" src="{passes}">
<div class="column"><img class="wide" src="{activity}"><img class="wide" src="{door}"></div>
"""


def take_picture(browser: Browser) -> int:
    """Write the README's picture; returns its size in bytes, which is under MOST_BYTES or a ValueError."""
    shots = {
        "now": _shot(browser, _now, 390, 844, "light"),
        "passes": _shot(browser, _passes, 390, 844, "dark"),
        "activity": _shot(browser, _activity, 1280, 730, "light"),
        "door": _shot(browser, _opened, 1280, 730, "light"),
    }
    page = browser.new_page(viewport={"width": _CANVAS["width"], "height": _CANVAS["height"]})
    page.set_content(_PAGE.format(**{name: _address(shot) for name, shot in shots.items()}))
    settle(page)
    image = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    page.close()
    cv2.imwrite(str(PICTURE), image, [cv2.IMWRITE_WEBP_QUALITY, 82])
    size = Path(PICTURE).stat().st_size
    if size > MOST_BYTES:
        raise ValueError(f"{PICTURE} has {size} bytes, more than {MOST_BYTES}")
    return size


def story() -> HomeDouble:
    """Two days at the front door: Grace is known, Katherine invited, and a stranger rings once more."""
    home = HomeDouble(greeting="Welcome. Mind the step.", visitors=[_GRACE])
    # An odd visit shows the one person, an even one the other.
    told: list[tuple[int, float, str, dict[str, Any]]] = [
        (11, 0.004, "awaiting_owner", {}),
        (10, 1.2, "admitted", {**_known(_GRACE), "rule": "recognised"}),
        (8, 3.4, "admitted", {**_known(_GRACE), "rule": "pass", "decided_by": "ada@home.test"}),
        (5, 5.1, "denied", {"rule": "household", "decided_by": "ada@home.test"}),
        (4, 26.3, "admitted", {"visitor_name": "Grace", "rule": "household", "decided_by": "ada@home.test"}),
        (3, 28.9, "expired", {}),
    ]
    for number, hours_ago, state, fields in told:
        opened = time.time() - hours_ago * _HOUR
        times = {"opened_at": _iso(opened), "last_seen_at": _iso(opened + 10)}
        home.add_visit(number, state, **times, **fields)
    home.visits[f"01K9{11:022d}"]["last_seen_at"] = _iso(
        time.time() + 60
    )  # there, however slow this machine is
    home.passes.add("once", "Katherine", hours=-1)
    home.passes.add("recurring", "Grace", hours=50)
    return home


def _known(visitor: dict[str, Any]) -> dict[str, Any]:
    who = {"visitor_id": visitor["visitor_id"], "visitor_name": visitor["name"]}
    return {**who, "faces": [{**stranger(0), **who, "known": True, "similarity": 99.4}]}


def _shot(
    browser: Browser, bring_about: Callable[[Page], None], width: int, height: int, scheme: str
) -> bytes:
    home = story()
    with watched_context(browser, HOSTS, width=width, height=height, scheme=scheme, workers=False) as context:
        home.serve(context)
        serve_photos(context, home)
        page = context.new_page()
        bring_about(page)
        page.wait_for_timeout(800)
        page.wait_for_function(_HAS_NOTHING_TO_SAY)
        settle(page)
        return page.screenshot()


def _log_in(page: Page, fragment: str) -> None:
    page.goto(f"{SITE}/owner/{fragment}")
    page.locator(".login .button").click()
    page.get_by_role("link").click()
    page.locator("main > .stack:not([aria-busy])").first.wait_for()


def _now(page: Page) -> None:
    _log_in(page, "")
    page.get_by_role("article").get_by_role("img").wait_for()


def _passes(page: Page) -> None:
    _log_in(page, "#/passes")


def _activity(page: Page) -> None:
    _log_in(page, "#/activity")


def _opened(page: Page) -> None:
    page.goto(f"{SITE}/door/?door=front")
    page.locator("#greeting:visible").wait_for()
    page.keyboard.type("4821903")
    page.keyboard.press("Enter")
    page.locator('#slot[data-kind="good"]').wait_for()


def _address(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _iso(epoch_seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch_seconds))
