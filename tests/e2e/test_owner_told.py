"""The owner page: who of the household is told about what, at which number."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import log_in
from tests.e2e.double_household import HOME_PHONE, member
from tests.e2e.home_double import HomeDouble, Refusal

MINE = "/api/owner/me/messages"
STRANGERS, BLOCKED, CODES = "Somebody nobody knows", "Somebody who is blocked", "A code could not be sent"


@pytest.fixture
def grace(page: Page, home: HomeDouble) -> Locator:
    """The row of a member who is told nothing yet, opened."""
    home.household.members.append(member("grace@home.test"))
    log_in(page, "#/household")
    row = page.get_by_role("listitem").filter(has_text="grace@home.test")
    row.get_by_text("Told by text message").click()
    return row


def save(form: Locator | Page) -> None:
    """Send what is in the form."""
    form.get_by_role("button", name="Save the text messages").click()


def test_an_owner_says_what_a_member_is_told_by_keyboard(
    grace: Locator, page: Page, home: HomeDouble
) -> None:
    """Number, two ticks, Enter; the row says it, and who is told everything anyway."""
    expect(grace.get_by_text("Nothing yet")).to_be_visible()
    grace.get_by_label("Mobile number").focus()
    page.keyboard.type("+1 (555) 555-0111")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Saved. It counts from the next message on.")).to_be_visible()
    expect(grace.get_by_text("+15555550111: unknown people and codes not sent")).to_be_visible()
    expect(page.get_by_text(f"{HOME_PHONE} gets every message and the alarms as well")).to_be_visible()
    assert home.household.members[1]["told_about"] == ["stranger", "unreachable"]


@pytest.mark.parametrize(
    ("phone", "told"),
    [
        ("", "Give the number that the messages go to, or tick nothing."),
        ("0123", "Write the phone number with its country code"),
        (HOME_PHONE, "it gets every message anyway"),
    ],
)
def test_a_number_that_cannot_be_told_is_explained_at_the_number(
    grace: Locator, home: HomeDouble, phone: str, told: str
) -> None:
    """The field has the focus, and the ticks stay."""
    grace.get_by_label("Mobile number").fill(phone)
    grace.get_by_role("checkbox", name=BLOCKED).check()
    save(grace)

    expect(grace.get_by_text(told)).to_be_visible()
    expect(grace.get_by_label("Mobile number")).to_be_focused()
    expect(grace.get_by_role("checkbox", name=BLOCKED)).to_be_checked()
    assert home.household.members[1]["told_about"] == []


def test_who_wants_nothing_any_more_is_told_nothing(page: Page, home: HomeDouble) -> None:
    """Without ticks and number the row says so."""
    home.household.members[0] |= {"phone": "+15555550111", "told_about": ["blocked"]}
    log_in(page, "#/household")
    me = page.get_by_role("listitem")
    me.get_by_text("+15555550111: blocked people").click()
    me.get_by_role("checkbox", name=BLOCKED).uncheck()
    me.get_by_label("Mobile number").fill("")
    save(me)

    expect(me.get_by_text("Nothing yet")).to_be_visible()
    assert "phone" not in home.household.members[0]


def test_a_member_chooses_for_themselves_in_the_settings(page: Page, home: HomeDouble) -> None:
    """What they have is shown; what goes wrong is said there, and then it is saved."""
    home.role = "member"
    home.household.mine = {"phone": "+15555550111", "told_about": ["stranger"]}
    log_in(page, "#/settings")
    title = page.get_by_role("heading", name="Your text messages")
    own = page.locator("section").filter(has=title)
    expect(own.get_by_role("checkbox", name=STRANGERS)).to_be_checked()
    own.get_by_role("checkbox", name=CODES).check()
    home.refusals[MINE] = Refusal(400, "phone_opted_out")
    save(own)
    expect(own.get_by_text("Somebody answered STOP from this number")).to_be_visible()

    home.refusals.clear()
    save(own)
    expect(page.get_by_text("Saved. It counts from the next message on.")).to_be_visible()
    assert home.household.mine == {"phone": "+15555550111", "told_about": ["stranger", "unreachable"]}


def test_what_is_half_chosen_stays_without_a_network(grace: Locator, home: HomeDouble) -> None:
    """The form says that nothing was changed, and works once the network is back."""
    grace.get_by_label("Mobile number").fill("+15555550111")
    grace.get_by_role("checkbox", name=STRANGERS).check()
    home.is_offline = True
    save(grace)
    expect(grace.get_by_role("alert").filter(has_text="Nothing was changed")).to_be_visible()

    home.is_offline = False
    save(grace)
    expect(grace.get_by_text("+15555550111: unknown people")).to_be_visible()


def test_a_guest_is_not_asked(page: Page, home: HomeDouble) -> None:
    """Who only looks sees the settings without a form of their own."""
    home.role = "guest"
    log_in(page, "#/settings")
    expect(page.get_by_role("checkbox", name="Tell us about")).to_be_checked()
    expect(page.get_by_text("Your text messages")).to_have_count(0)
