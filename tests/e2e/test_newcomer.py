"""The first minutes of a newcomer: everything real, from the picture to the door, with the demonstration."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browser import overflow, watched_context
from tests.e2e.running_home import RunningHome, log_in, passcode_in, running_home

PHONE = "+15555550123"
ARRIVAL_MILLISECONDS = 120_000
VISIT_LINK = re.compile(r"/owner/#/visits/front/(\w{26})")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHome]:
    """The demonstration: two people come to the door by turns, again and again."""
    with running_home(tmp_path_factory.mktemp("newcomer")) as home:
        yield home


@pytest.fixture(params=["stream-processor", "fragments"])
def home_of_mode(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningHome]:
    """The demonstration in either mode of face search."""
    if request.param == "stream-processor":
        yield request.getfixturevalue("home")
        return
    with running_home(tmp_path_factory.mktemp("newcomer"), "--mode", request.param) as home:
        yield home


@pytest.mark.timeout(600)
def test_a_stranger_is_approved_comes_in_once_and_is_known_next_time(
    browser: Browser, home_of_mode: RunningHome
) -> None:
    """Log in, see the stranger, approve; the code opens once; the next arrival needs nobody's approval."""
    home = home_of_mode
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


@pytest.mark.timeout(600)
def test_the_real_pages_fit_and_break_no_rule(browser: Browser, home: RunningHome) -> None:
    """Under the headers that the stack really sets: every width and scheme, no violation, no third party."""
    for scheme in ("light", "dark"):
        with watched_context(browser, home.hosts, scheme=scheme) as context:
            page = context.new_page()
            log_in(page, home)
            expect(page.get_by_role("img").first).to_be_visible(timeout=ARRIVAL_MILLISECONDS)
            fits(page)
            for path, heading in (("/door/?door=front", "Front door"), ("/phone/", "Messages")):
                page.goto(home.web_url + path)
                page.get_by_role("heading", name=heading).wait_for()
                fits(page)


@pytest.mark.timeout(600)
def test_foreign_and_missing_passcodes_do_not_open(browser: Browser, home: RunningHome) -> None:
    """A guessed passcode is told to be wrong, in the browser, by the real API."""
    with watched_context(browser, home.hosts) as context:
        door = context.new_page()
        door.goto(f"{home.web_url}/door/?door=front")
        door.get_by_role("heading", name="Front door").wait_for()
        type_passcode(door, "0000000")
        expect(door.get_by_role("alert")).to_contain_text("not right", timeout=30_000)


@pytest.mark.timeout(600)
def test_without_a_login_the_owner_api_tells_nothing(browser: Browser, home: RunningHome) -> None:
    """No token and a made-up token are refused with 401; the page shows nothing but the login."""
    with watched_context(browser, home.hosts) as context:
        page = context.new_page()
        page.goto(f"{home.web_url}/owner/")
        page.get_by_role("button", name="Log in").wait_for()
        address = f"{home.web_url}/api/owner/visits"
        assert context.request.get(address).status == 401
        assert context.request.get(address, headers={"Authorization": "made.up.token"}).status == 401


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


def fits(page: Page) -> None:
    """Nothing sticks out at the widths of a phone and a desk."""
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) == 0, f"{page.url} at {width} px"
