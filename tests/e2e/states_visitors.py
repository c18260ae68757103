"""The screens of who is on file, to look at in all schemes and languages."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.double_visitors import person
from tests.e2e.home_double import HomeDouble, entrance
from tests.e2e.page_policy import ROOT

LONG = "Wolfeschlegelsteinhausenbergerdorff the Elder of the House at the End of the Road"[:80]
ONE = "#/visitors/7e5d3e1e-0b1f-4c57-9d1e-000000000001"
PICTURE = ROOT / "static-sites/shared/icons/any-512.png"


def _log_in(page: Page, fragment: str) -> None:
    page.goto(entrance(fragment))


def _everyone(page: Page, home: HomeDouble, fragment: str = "#/visitors") -> None:
    home.visitors[:] = [
        person(1, LONG, photos=8),
        person(2, "José Ñandú"),
        person(3, LONG, 0, status="blocked"),
    ]
    _log_in(page, fragment)


def _list(page: Page, home: HomeDouble) -> None:
    _everyone(page, home)
    expect(page.locator(".person img")).to_have_count(2)


def _nobody(page: Page, home: HomeDouble) -> None:
    home.visitors.clear()
    _log_in(page, "#/visitors")
    page.locator(".empty:visible").wait_for()


def _eight_photos(page: Page, home: HomeDouble) -> None:
    _everyone(page, home, ONE)
    expect(page.locator(".face-photo img")).to_have_count(8)


def _forms(page: Page, home: HomeDouble) -> None:
    _everyone(page, home, ONE.replace("001", "003"))
    page.locator(".merge button").first.click()
    page.locator(".merge [type=submit]").click()
    page.locator("[type=tel]").fill("555")
    page.locator("form.panel [type=submit]").click()
    page.locator("[type=file]").set_input_files(PICTURE)
    page.locator("canvas").wait_for()


def _file_refused(page: Page, home: HomeDouble) -> None:
    _everyone(page, home, ONE.replace("001", "002"))
    file = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"none"}
    page.locator("[type=file]").set_input_files(file)  # type: ignore[arg-type] # a FilePayload
    page.locator(".photo-input ~ [role=alert]:visible").wait_for()


def _deleted(page: Page, home: HomeDouble) -> None:
    _eight_photos(page, home)
    page.locator(".person-page .button-danger").last.click()
    page.get_by_role("dialog").locator(".button-danger").click()
    page.locator(".deleted").wait_for()


VISITORS: dict[str, Callable[[Page, HomeDouble], None]] = {
    "visitors": _list,
    "nobody-on-file": _nobody,
    "visitor": _eight_photos,
    "visitor-forms": _forms,
    "visitor-file-refused": _file_refused,
    "visitor-deleted": _deleted,
}
