"""Every page at the widths of phones and desks, light and dark: nothing sticks out, nothing breaks a rule."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import overflow, watched_context
from tests.e2e.conftest import log_in
from tests.e2e.home_double import HOSTS, SITE, HomeDouble, stranger

WIDTHS = (320, 390, 1280)
LONG = "Wolfeschlegelsteinhausenbergerdorff the Elder of the House at the End of the Road"


@pytest.fixture
def home() -> HomeDouble:
    """A home with visits of every kind, and names that are long."""
    home = HomeDouble()
    home.add_visit(9)
    home.add_visit(8, faces=[stranger(0, left=0.1), stranger(1, left=0.8)])
    for number, state in enumerate(("expired", "denied", "admitted", "code_sent"), start=1):
        home.add_visit(number, state, visitor_name=LONG, decided_by=f"{'o' * 60}@home.test")
    home.messages.append(
        {"to": "+15555550123", "text": f"Hello {'x' * 80}", "sent_at": "2026-11-21T10:00:00Z"}
    )
    return home


def settle_owner(page: Page) -> None:
    """Log in and wait for the visits with their photos."""
    log_in(page)
    expect(page.get_by_role("article").get_by_role("img")).to_have_count(2)


def settle_visit(page: Page) -> None:
    """Open the visit of two strangers."""
    settle_owner(page)
    page.get_by_role("link", name="Two people you don’t know").click()
    expect(page.get_by_role("figure").get_by_role("img")).to_have_count(2)


def settle_door(page: Page) -> None:
    """Open the door page with a message showing."""
    page.goto(f"{SITE}/door/?door=front")
    page.get_by_role("heading", name="Front door").wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("seven digits")


def settle_phone(page: Page) -> None:
    """Open the phone with a message."""
    page.goto(f"{SITE}/phone/")
    expect(page.get_by_role("listitem")).to_have_count(1)


PAGES = {"owner": settle_owner, "visit": settle_visit, "door": settle_door, "phone": settle_phone}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_and_break_no_rule(browser: Browser, home: HomeDouble, name: str, scheme: str) -> None:
    """At each width: no sideways scrolling, no console error, no broken policy, no third party."""
    with watched_context(browser, HOSTS, scheme=scheme, workers=False) as context:
        home.serve(context)
        page = context.new_page()
        PAGES[name](page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert overflow(page) == 0, f"{name} at {width} px"
        dark = page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
    assert (sum(int(part) for part in dark.strip("rgb()").split(",")[:3]) < 384) == (scheme == "dark")
