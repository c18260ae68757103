"""The first minutes in a new home: it explains itself, somebody comes, is let in, and the family joins."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.journeys import words
from tests.e2e.journeys.house import (
    ANSWER_MILLISECONDS,
    ARRIVAL_MILLISECONDS,
    House,
    is_open,
    is_refused,
    let_in,
    link_in,
    stranger,
    touch_code,
)
from tests.e2e.running_home import passcode_in

GRACE, PHONE = "Grace Hopper", "+1 555 555 0123"
BEN = "ben@example.com"


def test_an_empty_home_explains_itself_and_leads_to_the_first_visitor(house: House) -> None:
    """From the login to a visitor who came in, and on to the rest of the family; each step is ticked."""
    with house.owner(width=390) as owner:
        steps = owner.get_by_role("region", name=words.owner("first.title"))
        expect(steps.get_by_role("listitem")).to_have_count(3)
        expect(next_step(owner)).to_contain_text(words.owner("first.camera"))
        expect(owner.get_by_text(words.owner("visits.nobody"))).to_be_visible()

        card = stranger(owner)  # by itself, without a reload
        expect(card.get_by_role("img").first).to_be_visible(timeout=ANSWER_MILLISECONDS)
        expect(card.locator(".photo-mark")).to_have_count(1)
        expect(owner).to_have_title(re.compile(r"^\(\d\) "))
        expect(next_step(owner)).to_contain_text(words.owner("first.visitor"))
        let_in(card, GRACE, PHONE)
        expect(owner.get_by_text(words.owner("decided.let_in", name=GRACE))).to_be_visible(
            timeout=ANSWER_MILLISECONDS
        )

        visitor_comes_in(house)

        admitted = owner.get_by_role("list", name=words.owner("visits.recent")).get_by_role("listitem")
        expect(admitted.filter(has_text=GRACE)).to_contain_text(
            words.owner("outcome.state.admitted"), timeout=ANSWER_MILLISECONDS
        )
        expect(next_step(owner)).to_contain_text(words.owner("first.household"))
        password = house.invite(owner, BEN, "member")
        owner.get_by_role("link", name=words.owner("section.now"), exact=True).click()
        ready = owner.get_by_role("region", name=words.owner("first.all_done"))
        expect(ready.get_by_text(words.owner("first.done"), exact=True)).to_have_count(3)

    with house.device(width=1280, scheme="dark") as computer:
        ben = computer.new_page()
        house.first_login(ben, BEN, password)
        expect(ben.get_by_role("list", name=words.owner("visits.recent"))).to_contain_text(GRACE)
        ben.get_by_role("button", name=words.owner("page.account")).click()
        expect(ben.get_by_text(BEN)).to_be_visible()
        expect(ben.locator("#role")).to_contain_text(words.owner("role.member"))


def visitor_comes_in(house: House) -> None:
    """On their own phone: the message, its link, the code by touch; and the same code does not open again."""
    with house.device(width=390, scheme="dark", touch=True) as device:
        phone = device.new_page()
        phone.goto(f"{house.home.web_url}/phone/")
        message = phone.get_by_role("listitem").filter(has_text=GRACE)
        expect(message).to_have_count(1, timeout=ARRIVAL_MILLISECONDS)
        text = message.inner_text()
        code = passcode_in(text[text.index("Hello") :])
        with phone.expect_popup() as popup:
            message.get_by_role("link").tap()
        door = popup.value
        expect(door.get_by_role("heading", name="Front door")).to_be_visible()
        expect(door.get_by_text(words.door("bound"))).to_be_visible()
        assert door.url == link_in(text)

        touch_code(door, code)
        is_open(door)
        touch_code(door, code)
        is_refused(door, "result.used")


def next_step(owner: Page) -> Locator:
    """The step that the home shows as the next one."""
    return owner.locator("[aria-current=step]")
