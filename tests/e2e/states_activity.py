"""The screens of the activity, each brought about."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.e2e.home_double import HomeDouble, entrance

LONG_ADDRESS = f"{'o' * 60}@home.test"


def _open(page: Page, fragment: str) -> None:
    page.goto(entrance(fragment))
    page.locator("main > .stack:not([aria-busy])").wait_for()


def _activity(page: Page, home: HomeDouble) -> None:
    home.doors = [*home.doors, {"door_id": "garden", "name": "Garden gate"}]
    decided = {"decided_by": LONG_ADDRESS, "decided_at": "2026-11-20T10:01:00Z", "rule": "household"}
    home.add_visit(3, "admitted", visitor_name="Ada Lovelace", opened_at="2026-11-20T10:00:00Z", **decided)
    home.add_visit(2, "denied", opened_at="2025-12-31T10:00:00Z", **decided)
    home.add_visit(1, "expired", opened_at="2025-12-31T09:00:00Z", photo_url="https://photos.test/gone/1.jpg")
    _open(page, "#/activity")
    page.locator(".visit-row-photo span:not(:empty)").wait_for()


def _nothing_found(page: Page, _home: HomeDouble) -> None:
    _open(page, "#/activity?day=2026-01-01")
    page.locator(".activity-empty .button:visible").wait_for()


def _nothing_yet(page: Page, home: HomeDouble) -> None:
    home.visits.clear()
    _open(page, "#/activity")
    page.locator(".activity-empty:visible").wait_for()


def _loading(page: Page, _home: HomeDouble) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.route("**/api/owner/visits?*", lambda _route: None)
    page.goto(entrance("#/activity"))
    page.locator(".skeleton").first.wait_for()


ACTIVITY: dict[str, Callable[[Page, HomeDouble], None]] = {
    "activity": _activity,
    "activity-nothing-found": _nothing_found,
    "activity-nothing-yet": _nothing_yet,
    "activity-loading": _loading,
}
