"""Every part of the pages with what the home really has: nothing sticks out, and axe-core finds nothing."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.browser import cut_off, overflow
from tests.e2e.journeys import words
from tests.e2e.journeys.house import ANSWER_MILLISECONDS, House, address_of, door_page, stranger

SIZES = ((320, 568), (390, 844), (1280, 800))
SECTIONS = ("#/visits", "#/activity", "#/visitors", "#/passes", "#/passes/new", "#/settings", "#/household")


def test_the_owner_page_fits_and_is_accessible(house: House) -> None:
    """Each section under the real headers, on a small phone, a phone and a desk, by day or by night."""
    with house.owner() as owner:
        card = stranger(owner)
        expect(card.get_by_role("img").first).to_be_visible(timeout=ANSWER_MILLISECONDS)
        for number, fragment in enumerate((*SECTIONS, address_of(card))):
            owner.goto(f"{house.home.web_url}/owner/{fragment}")
            expect(owner.locator("[aria-busy=true]")).to_have_count(0, timeout=ANSWER_MILLISECONDS)
            owner.emulate_media(color_scheme="dark" if number % 2 else "light")
            looks_right(owner)


def test_the_other_pages_fit_and_are_accessible(house: House) -> None:
    """The door, the phone with messages, and the login's first page."""
    with house.device(scheme="dark") as device:
        looks_right(door_page(device, f"{house.home.web_url}/door/?door=front"))
        page = device.new_page()
        for path, heading in (("/phone/", "Messages"), ("/owner/", words.owner("login.title"))):
            page.goto(house.home.web_url + path)
            page.get_by_role("heading", name=heading).wait_for()
            looks_right(page)


def looks_right(page: Page) -> None:
    """At every size; the rules once on the phone and once on the desk."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert overflow(page) == 0, f"{page.url} at {width} px"
        assert cut_off(page) == [], f"{page.url} at {width} px"
        if width > SIZES[0][0]:
            assert violations(page) == [], f"{page.url} at {width} px"
