"""The screens of the video, each brought about: live, pictures, nothing, and a visit's clip."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.e2e.home_double import HomeDouble, entrance

LONG_DOOR = "The gate at the end of the garden, left"[:40]
_MOVES = "() => document.querySelector('video')?.currentTime > 0"


def _log_in(page: Page, fragment: str = "") -> None:
    page.goto(entrance(fragment))


def _open_first_door(page: Page) -> None:
    _log_in(page)
    page.locator(".doors-watch .button:visible").first.click()


def _live(page: Page, home: HomeDouble) -> None:
    home.visits.clear()
    home.doors.append({"door_id": "garden", "name": LONG_DOOR})
    _open_first_door(page)
    page.wait_for_function(_MOVES)


def _live_at_the_visit(page: Page, _home: HomeDouble) -> None:
    _log_in(page)
    page.locator(".waiting-card .watch .button").first.click()
    page.wait_for_function(_MOVES)


def _pictures(page: Page, home: HomeDouble) -> None:
    home.visits.clear()
    page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => ''")
    _open_first_door(page)
    page.locator("canvas:visible").wait_for()


def _nothing(page: Page, home: HomeDouble) -> None:
    for visit in home.visits.values():
        visit["state"] = "expired"
    home.video.nothing = "motion"
    _open_first_door(page)
    page.locator(".screen img:visible").wait_for()


def _clip(page: Page, home: HomeDouble) -> None:
    home.video.is_whole = False
    _log_in(page, f"#/visits/front/01K9{1:022d}")
    page.locator(".watch .button:visible").click()
    page.wait_for_function(_MOVES)


def _no_clip(page: Page, home: HomeDouble) -> None:
    home.video.nothing = "always"
    _log_in(page, f"#/visits/front/01K9{1:022d}")
    page.locator(".watch .button:visible").click()
    page.locator(".screen[hidden]").wait_for(state="attached")


VIDEOS: dict[str, Callable[[Page, HomeDouble], None]] = {
    "live": _live,
    "live-at-the-visit": _live_at_the_visit,
    "live-pictures": _pictures,
    "live-nothing": _nothing,
    "clip": _clip,
    "clip-none": _no_clip,
}
