"""Every screen in both colour schemes: axe-core finds nothing; and in every language: nothing is cut off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.accessibility import violations
from tests.e2e.browser import cut_off, overflow, watched_context
from tests.e2e.home_double import HOSTS
from tests.e2e.page_states import PHONE, STATES, full_home

NARROW, WIDE = (390, 844), (1280, 800)
SIZES = ((320, 568), NARROW, WIDE, (844, 390), (800, 1280))


def fits(page: Page, size: tuple[int, int]) -> None:
    """No sideways scrolling, and no text out of its place."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    assert overflow(page) == 0, f"{size[0]} px"
    assert cut_off(page) == [], f"{size[0]} px"


@pytest.mark.parametrize("name", STATES | PHONE)
def test_every_screen_is_accessible_by_day_and_by_night(browser: Browser, name: str) -> None:
    """On a phone and on a desk or a tablet on the wall."""
    home = full_home()
    with watched_context(browser, HOSTS, width=390, height=844, workers=False) as context:
        home.serve(context)
        page = context.new_page()
        (STATES | PHONE)[name](page, home)
        for size in (NARROW, WIDE):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.emulate_media(color_scheme="dark")
            assert violations(page) == [], f"dark, {size[0]} px"
            page.emulate_media(color_scheme="light")
            assert violations(page) == [], f"light, {size[0]} px"
        for size in SIZES:
            fits(page, size)


@pytest.mark.parametrize("locale", ["de-DE", "es-MX"])
@pytest.mark.parametrize("name", STATES)
def test_every_screen_fits_in_every_language(browser: Browser, name: str, locale: str) -> None:
    """From the smallest phone to a tablet, held either way."""
    home = full_home()
    with watched_context(browser, HOSTS, width=390, height=844, locale=locale, workers=False) as context:
        home.serve(context)
        page = context.new_page()
        STATES[name](page, home)
        assert page.locator("html").get_attribute("lang") == locale[:2]
        for size in SIZES:
            fits(page, size)


def test_a_screen_that_is_not_accessible_would_be_found(browser: Browser) -> None:
    """axe-core runs under the pages' own policy, and says which rule is broken."""
    home = full_home()
    with watched_context(browser, HOSTS, workers=False) as context:
        home.serve(context)
        page = context.new_page()
        STATES["door-idle"](page, home)
        page.evaluate("() => document.querySelector('label[for=passcode]').remove()")
        assert [violation["rule"] for violation in violations(page)] == ["label-title-only", "label"]
