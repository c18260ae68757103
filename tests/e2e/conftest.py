"""Fixtures of the end-to-end tests: Chromium, and a home for its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.browser import chromium, watched_context
from tests.e2e.home_double import HOSTS, HomeDouble, entrance


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all end-to-end tests; each test has a context of its own in it."""
    with chromium() as running:
        yield running


@pytest.fixture
def home() -> HomeDouble:
    """A home in memory, empty."""
    return HomeDouble()


@pytest.fixture
def context(browser: Browser, home: HomeDouble) -> Iterator[BrowserContext]:
    """A browser context at the home in memory; a page that breaks a rule fails the test."""
    with watched_context(browser, HOSTS, width=390, workers=False) as context:
        home.serve(context)
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of that context."""
    return context.new_page()


@pytest.fixture
def owner(page: Page) -> Page:
    """The owner page, logged in; the test adds visits before or after."""
    log_in(page)
    return page


def log_in(page: Page, fragment: str = "") -> None:
    """Be logged in, at an address; the way through the hosted login has tests of its own."""
    page.goto(entrance(fragment))
    page.get_by_role("button", name="Account").wait_for()
