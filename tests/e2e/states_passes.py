"""The screens of the passes: the list, the form and the code."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.home_double import HomeDouble, entrance

LONG = "Wolfeschlegelsteinhausenbergerdorff the Elder of the House at the End of the Road"


def _logged_in(page: Page, fragment: str) -> None:
    page.goto(entrance(fragment))


def _passes(page: Page, home: HomeDouble) -> None:
    home.passes.add("once", "Ada", hours=-1)
    home.passes.add("window", LONG, hours=30)
    home.passes.add("recurring", "Grace", hours=50)
    home.passes.add("once", LONG, hours=-9)
    home.passes.add("window", "Joan", hours=9, revoked_at=1.0, used_at=1_795_000_000.0)
    _logged_in(page, "#/passes")
    expect(page.locator(".pass-card:visible")).to_have_count(5)


def _none(page: Page, _home: HomeDouble) -> None:
    _logged_in(page, "#/passes")
    page.locator(".empty:visible").wait_for()


def _new(page: Page, home: HomeDouble) -> None:
    home.doors = [*home.doors, {"door_id": "garden", "name": "Garden gate"}]
    _logged_in(page, "#/passes/new")
    page.locator(".pass-kinds .choice").first.wait_for()


def _mistakes(page: Page, home: HomeDouble) -> None:
    _new(page, home)
    page.locator(".pass-kinds .choice").nth(2).click()
    page.locator(".pass-form .choice input[value=new]").check()
    page.locator(".pass-form [type=tel]").fill("555")
    page.locator(".pass-form [type=submit]").click()
    page.locator(".pass-summary:focus").wait_for()


def _written(page: Page, home: HomeDouble) -> None:
    _new(page, home)
    page.locator(".pass-kinds .choice").first.click()
    page.locator(".pass-form .choice").nth(4).click()
    page.locator(".pass-message:visible").wait_for()


def _made(page: Page, home: HomeDouble) -> None:
    _written(page, home)
    page.locator(".pass-form [type=submit]").click()
    page.locator(".pass-code").wait_for()


def _guest(page: Page, home: HomeDouble) -> None:
    home.role = "guest"
    _none(page, home)


PASSES: dict[str, Callable[[Page, HomeDouble], None]] = {
    "passes": _passes,
    "passes-none": _none,
    "passes-new": _new,
    "passes-mistakes": _mistakes,
    "passes-written": _written,
    "passes-made": _made,
    "passes-guest": _guest,
}
