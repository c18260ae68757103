"""The screens about codes that went, and that did not, each brought about."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.e2e.double_now import code_times
from tests.e2e.home_double import HomeDouble, entrance, stranger

VISITOR = "7e5d3e1e-0b1f-4c57-9d1e-000000000001"
LONG = "Wolfeschlegelsteinhausenbergerdorff the Elder of the House at the End of the Road"


def known(name: str) -> dict[str, object]:
    """The face of somebody on file."""
    return {**stranger(0), "known": True, "visitor_id": VISITOR, "visitor_name": name, "similarity": 99.4}


def _open(page: Page, fragment: str) -> None:
    page.goto(entrance(fragment))
    page.locator("main > .stack:not([aria-busy])").wait_for()


def _code_sent(page: Page, home: HomeDouble) -> None:
    named = {"visitor_id": VISITOR, "visitor_name": LONG, "rule": "recognised"}
    home.add_visit(7, "code_sent", faces=[known(LONG)], **named, **code_times(60))
    _open(page, f"#/visits/front/01K9{7:022d}")
    page.locator(".card .stack .button:visible").wait_for()


def _code_failed(page: Page, home: HomeDouble) -> None:
    _code_sent(page, home)
    del home.visits[f"01K9{7:022d}"]["resend_from"]
    page.route("**/visits/front/*", lambda route: None)
    page.locator(".card .stack .button:visible").click()
    page.locator(".card .stack [role=alert]:visible").wait_for()


def _unreachable(page: Page, home: HomeDouble) -> None:
    home.add_visit(
        7, visitor_id=VISITOR, visitor_name=LONG, faces=[known(LONG)], message_problem="phone_unreachable"
    )
    _open(page, "#/visits")
    page.locator(".about-person .notice-danger a:visible").wait_for()


CODES: dict[str, Callable[[Page, HomeDouble], None]] = {
    "code-sent": _code_sent,
    "code-failed": _code_failed,
    "code-unreachable": _unreachable,
}
