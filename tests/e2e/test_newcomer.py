"""The first minutes of a newcomer: everything real, from the picture to the door, with the demonstration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browser import watched_context
from tests.e2e.running_home import RunningHome, log_in, passcode_in, running_home

PHONE = "+15555550123"
ARRIVAL_MILLISECONDS = 120_000
VISIT_LINK = re.compile(r"/owner/#/visits/front/(\w{26})")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[RunningHome]:
    """The demonstration in the mode that every account has; journeys/ has the other one."""
    with running_home(tmp_path / "newcomer", "--mode", "fragments") as home:
        yield home


@pytest.mark.timeout(600)
def test_a_stranger_is_approved_comes_in_once_and_is_known_next_time(
    browser: Browser, home: RunningHome
) -> None:
    """Log in, see the stranger, approve; the code opens once; the next arrival needs nobody's approval."""
    with watched_context(browser, home.hosts, width=390) as context:
        owner = context.new_page()
        log_in(owner, home)
        approve_the_first_who_waits(owner)

        phone = context.new_page()
        phone.goto(f"{home.web_url}/phone/")
        message = phone.get_by_role("listitem").filter(has_text="Grace")
        expect(message).to_have_count(1, timeout=60_000)
        passcode = passcode_in(home.messages(PHONE)[0])
        with phone.expect_popup() as popup:
            message.get_by_role("link").click()
        door = popup.value
        type_passcode(door, passcode)
        expect(door.get_by_role("status")).to_have_text("The front door is open. Come in.", timeout=30_000)

        type_passcode(door, passcode)
        expect(door.get_by_role("alert")).to_contain_text("used already", timeout=30_000)
        expect(rows(owner, "Grace")).to_contain_text(["Came in"], timeout=30_000)

        second = passcode_in(home.wait_for_messages(PHONE, 2)[1])
        assert second != passcode
        expect(rows(owner, "Grace")).to_contain_text(["Code sent", "Came in"], timeout=30_000)
        asked = [match[1] for text in home.owner_messages() for match in VISIT_LINK.finditer(text)]
        assert len(asked) == len(set(asked)), "one visit, one message"


def approve_the_first_who_waits(owner: Page) -> None:
    """Approve whoever has waited longest, as Grace, with the photo in view."""
    oldest = owner.get_by_role("article").last
    oldest.wait_for(timeout=ARRIVAL_MILLISECONDS)
    href = oldest.get_by_role("heading").get_by_role("link").get_attribute("href")
    card = owner.get_by_role("article").filter(has=owner.locator(f'a[href="{href}"]'))
    expect(card.get_by_role("img", name="Photo from the Front door")).to_be_visible(timeout=30_000)
    expect(card.locator(".photo-mark")).to_have_count(1)
    card.get_by_role("button", name="Let in").click()
    card.get_by_label("Name").fill("Grace")
    card.get_by_label("Phone number").fill("+1 555 555 0123")
    card.get_by_role("button", name="Let in").click()
    expect(owner.get_by_text("Grace gets a code by text message.")).to_be_visible(timeout=30_000)


def type_passcode(door: Page, passcode: str) -> None:
    """Type it on the keypad and open."""
    expect(door.get_by_role("heading", name="Front door")).to_be_visible()
    for digit in passcode:
        door.get_by_role("button", name=digit, exact=True).click()
    door.get_by_role("button", name="Open the door").click()


def rows(owner: Page, name: str) -> Locator:
    """The recent visits of somebody, newest first."""
    return owner.get_by_role("list", name="Recent visits").get_by_role("listitem").filter(has_text=name)
