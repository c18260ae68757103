"""The owner page: the household, the settings, and the first steps of an empty home."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browser import watched_context
from tests.e2e.conftest import log_in
from tests.e2e.double_household import member
from tests.e2e.home_double import HOSTS, HomeDouble, Refusal

HOUSEHOLD, SETTINGS = "/api/owner/household", "/api/owner/settings"
FIRST_STEPS = "Welcome. A few steps to a home that knows its people"


@pytest.fixture
def household(page: Page, home: HomeDouble) -> Page:
    """The household of an owner, with a member and somebody who is invited."""
    home.household.members += [member("grace@home.test"), member("joan@home.test", "guest", is_invited=True)]
    log_in(page, "#/household")
    expect(page.get_by_role("listitem")).to_have_count(3)
    return page


@pytest.fixture
def settings(page: Page) -> Page:
    """The settings, loaded."""
    log_in(page, "#/settings")
    expect(page.get_by_role("checkbox", name="Tell us about")).to_be_enabled()
    return page


def row(page: Page, email: str) -> Locator:
    """Where somebody of the household stands."""
    return page.get_by_role("listitem").filter(has_text=email)


def steps(page: Page) -> Locator:
    """The first steps of an empty home."""
    return page.get_by_role("region", name=FIRST_STEPS)


# --- The household ----------------------------------------------------------------------------------------


def test_the_household_says_who_may_log_in_and_what_roles_mean(household: Page) -> None:
    """Owners first; the reader is marked, and so is who has not come yet."""
    expect(household).to_have_title("Household · Smart Door")
    expect(row(household, "owner@home.test")).to_contain_text("You")
    expect(row(household, "joan@home.test")).to_contain_text("Invited, not here yet")
    expect(
        household.get_by_role("radio", name="Guest Looks: sees who is and was at the door.")
    ).to_be_visible()


def test_an_invitation_by_keyboard_alone(household: Page, home: HomeDouble) -> None:
    """Address, role, Enter; the new one is in the list, and the form is ready for the next."""
    household.get_by_label("E-mail address").focus()
    household.keyboard.type("ada@home.test")
    household.keyboard.press("Tab")
    household.keyboard.press("ArrowDown")
    household.keyboard.press("Enter")

    expect(household.get_by_role("status").filter(has_text="ada@home.test")).to_be_visible()
    expect(row(household, "ada@home.test")).to_contain_text("Invited")
    expect(household.get_by_label("E-mail address")).to_be_focused()
    expect(household.get_by_label("E-mail address")).to_have_value("")
    assert home.household.members[-1] == member("ada@home.test", "guest", is_invited=True)


@pytest.mark.parametrize(
    ("address", "told"),
    [("ada", "Write the e-mail address in full"), ("grace@home.test", "has this e-mail address already")],
)
def test_an_address_that_cannot_be_invited_is_explained(household: Page, address: str, told: str) -> None:
    """At the field, which has the focus, and what was typed stays."""
    field = household.get_by_label("E-mail address")
    field.fill(address)
    household.get_by_role("button", name="Send the invitation").click()

    expect(household.get_by_text(told)).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value(address)
    expect(household.get_by_role("listitem")).to_have_count(3)


def test_a_role_changes_when_it_is_saved(household: Page, home: HomeDouble) -> None:
    """Choosing alone changes nothing, and says what the role would mean."""
    grace = row(household, "grace@home.test")
    grace.get_by_role("combobox").select_option("Owner")
    expect(grace.get_by_text("manages everything")).to_be_visible()
    assert home.household.members[1]["role"] == "member"

    grace.get_by_role("button", name="Save").click()

    expect(household.get_by_text("grace@home.test is now: Owner.")).to_be_visible()
    expect(grace.get_by_role("button", name="Save")).to_be_hidden()
    assert home.household.members[1]["role"] == "owner"


def test_removing_somebody_asks_first(household: Page, home: HomeDouble) -> None:
    """Cancel leaves everything; yes removes, and the focus goes to the heading."""
    remove = household.get_by_role("button", name="Remove grace@home.test")
    remove.click()
    household.get_by_role("button", name="Cancel").click()
    expect(remove).to_be_focused()
    assert len(home.household.members) == 3

    remove.click()
    household.get_by_role("dialog").get_by_role("button", name="Remove").click()

    expect(row(household, "grace@home.test")).to_have_count(0)
    expect(household.get_by_text("grace@home.test is no longer part of the household.")).to_be_visible()
    expect(household.get_by_role("heading", level=1)).to_be_focused()


def test_the_last_owner_cannot_go(household: Page, home: HomeDouble) -> None:
    """Neither give the role up nor leave: the row says what to do first."""
    me = row(household, "owner@home.test")
    me.get_by_role("combobox").select_option("Guest")
    me.get_by_role("button", name="Save").click()
    household.get_by_role("dialog").get_by_role("button", name="Give it up").click()
    expect(me.get_by_role("alert")).to_have_text("A home needs an owner. Make somebody else the owner first.")
    expect(me.get_by_role("combobox")).to_have_value("owner")

    me.get_by_role("button", name="Remove").click()
    household.get_by_role("dialog").get_by_role("button", name="Leave").click()
    expect(me.get_by_role("alert")).to_contain_text("A home needs an owner.")
    assert home.household.members[0] == member("owner@home.test", "owner")


def test_somebody_who_was_removed_elsewhere_disappears(household: Page, home: HomeDouble) -> None:
    """A change comes too late: the list is as it is now."""
    del home.household.members[1]
    grace = row(household, "grace@home.test")
    grace.get_by_role("combobox").select_option("Guest")
    grace.get_by_role("button", name="Save").click()
    expect(household.get_by_role("listitem")).to_have_count(2)


def test_changes_without_a_network_say_that_nothing_happened(household: Page, home: HomeDouble) -> None:
    """What was typed stays, and works once the network is back."""
    home.is_offline = True
    household.get_by_label("E-mail address").fill("ada@home.test")
    household.get_by_role("button", name="Send the invitation").click()
    expect(household.get_by_role("alert").filter(has_text="Nothing was changed")).to_be_visible()

    home.is_offline = False
    household.get_by_role("button", name="Send the invitation").click()
    expect(row(household, "ada@home.test")).to_be_visible()


@pytest.mark.parametrize("role", ["member", "guest"])
def test_others_see_what_roles_may_and_are_offered_nothing_else(
    page: Page, home: HomeDouble, role: str
) -> None:
    """The household is the owners'; what the reader's own role may is said, and the settings can be read."""
    home.role = role
    log_in(page, "#/household")
    expect(page.get_by_text("Only an owner sees and changes who may log in.")).to_be_visible()
    expect(page.locator("dt").filter(has_text="Your role")).to_contain_text(role.title())
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)

    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_text("only an owner changes the settings")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Tell us about")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Tell us about")).to_be_disabled()
    expect(page.get_by_role("button", name="Save the settings")).to_have_count(0)


# --- The settings -----------------------------------------------------------------------------------------


def test_quiet_hours_over_midnight(settings: Page, home: HomeDouble) -> None:
    """What the hours mean is said while they are chosen, in the home's time zone; they count once saved."""
    settings.get_by_role("checkbox", name="Quiet hours").check()
    settings.get_by_label("From").fill("23:30")
    settings.get_by_label("Until").fill("06:15")
    expect(settings.get_by_text("Every night from 23:30 until 06:15 the next morning")).to_contain_text(
        "(Europe/Berlin)"
    )
    settings.get_by_label("Until").fill("23:45")
    expect(settings.get_by_text("Every day from 23:30 until 23:45")).to_be_visible()
    settings.get_by_label("Until").fill("06:15")

    settings.get_by_role("button", name="Save the settings").click()

    expect(settings.get_by_text("Saved. It counts from now on.")).to_be_visible()
    assert home.household.settings["quiet_hours"] == {"begins": "23:30", "ends": "06:15"}
    settings.reload()
    expect(settings.get_by_label("From")).to_have_value("23:30")


def test_hours_that_are_none_are_refused_at_the_field(settings: Page, home: HomeDouble) -> None:
    """The same hour twice, and an empty one; nothing is sent."""
    settings.get_by_role("checkbox", name="Quiet hours").check()
    settings.get_by_label("Until").fill("22:00")
    settings.get_by_role("button", name="Save the settings").click()
    expect(settings.get_by_text("must begin and end at different times")).to_be_visible()
    expect(settings.get_by_label("Until")).to_be_focused()

    settings.get_by_label("From").fill("")
    settings.get_by_role("button", name="Save the settings").click()
    expect(settings.get_by_text("Give an hour, such as 22:00.")).to_be_visible()
    assert "quiet_hours" not in home.household.settings


def test_whom_phones_ring_for_and_whose_faces_are_remembered_by_keyboard(
    settings: Page, home: HomeDouble
) -> None:
    """Space on each; where nobody rings for strangers there are no quiet hours to set."""
    for name in ("Tell us about", "Warn us", "Remember the faces"):
        settings.get_by_role("checkbox", name=name).focus()
        settings.keyboard.press("Space")
    expect(settings.get_by_role("checkbox", name="Quiet hours")).to_be_hidden()
    settings.keyboard.press("Tab")
    settings.keyboard.press("Enter")

    expect(settings.get_by_text("Saved.")).to_be_visible()
    switches = {"ask_about_strangers": False, "warn_about_blocked": False, "enrol_faces": False}
    assert home.household.settings == switches


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (Refusal(503, "busy"), "Try again in a moment."),
        (Refusal(403, "not_allowed"), "Ask the owner of the home."),
        (None, "Nothing was changed; try again."),
    ],
)
def test_settings_that_are_not_saved_stay_in_the_form(
    settings: Page, home: HomeDouble, refusal: Refusal | None, told: str
) -> None:
    """The form says why, and keeps what was chosen."""
    warn = settings.get_by_role("checkbox", name="Warn us")
    warn.uncheck()
    if refusal:
        home.refusals[SETTINGS] = refusal
    home.is_offline = refusal is None
    settings.get_by_role("button", name="Save the settings").click()
    expect(settings.get_by_role("alert").filter(has_text=told)).to_be_visible()
    expect(warn).not_to_be_checked()

    home.refusals.clear()
    home.is_offline = False
    settings.get_by_role("button", name="Save the settings").click()
    expect(settings.get_by_text("Saved.")).to_be_visible()
    assert home.household.settings["warn_about_blocked"] is False


def test_the_settings_come_by_themselves_once_the_home_answers(page: Page, home: HomeDouble) -> None:
    """Until then there is nothing to change."""
    home.refusals[SETTINGS] = Refusal(503, "busy")
    log_in(page, "#/settings")
    expect(page.locator("#connection")).to_contain_text("Your home does not answer properly.")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    home.refusals.clear()
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.get_by_role("checkbox", name="Warn us")).to_be_enabled()


def test_privacy_is_explained_and_the_text_for_visitors_can_be_copied(browser: Browser) -> None:
    """What is kept for how long, how it is deleted, and what to tell visitors."""
    home = HomeDouble()
    with watched_context(browser, HOSTS, workers=False) as context:
        home.serve(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        log_in(page, "#/settings")
        expect(page.get_by_text("14 days. Private")).to_be_visible()
        expect(
            page.get_by_text("Photos and clips are deleted after 14 days, the record of your visit after 365")
        ).to_be_visible()
        expect(page.get_by_role("link", name="To the visitors")).to_have_attribute("href", "#/visitors")
        page.get_by_role("button", name="Copy the text").click()
        expect(page.get_by_text("The text is copied.")).to_be_visible()
        copied = page.evaluate("() => navigator.clipboard.readText()")
        assert copied == page.locator("blockquote").inner_text()


def test_what_the_home_was_set_up_with_is_what_it_was_set_up_with(settings: Page, home: HomeDouble) -> None:
    """Not what a template says unless somebody chooses; one minute is one minute."""
    part = settings.get_by_role("heading", name="Chosen when your home was set up").locator("xpath=..")
    items = part.get_by_role("listitem")

    expect(items).to_have_count(8)
    for number, told in enumerate(
        (
            "similarity of 98.5",
            "ends after 7 minutes",
            "more than 20 seconds",
            "opens for 1 minute,",
            "48 hours",
            "14 days",
        )
    ):
        expect(items.nth(number)).to_contain_text(told)
    expect(items.nth(7)).to_contain_text("Europe/Berlin")


def test_the_door_page_is_a_link_away(settings: Page) -> None:
    """For the tablet beside the door."""
    link = settings.get_by_role("link", name="Open the page of: Front door")
    expect(link).to_have_attribute("href", "/door/?door=front")


def test_the_account_says_who_is_logged_in_and_as_what(page: Page, home: HomeDouble) -> None:
    """By keyboard: opened, read, closed by Escape with the focus back; and out of the home."""
    home.role = "guest"
    log_in(page)
    account = page.get_by_role("button", name="Account")
    account.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("owner@home.test")).to_be_visible()
    expect(page.get_by_text("Guest · Looks")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("owner@home.test")).to_be_hidden()
    expect(account).to_be_focused()

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Logged out")).to_be_visible()


# --- The first steps --------------------------------------------------------------------------------------


def test_an_empty_home_explains_itself_until_it_is_ready(page: Page, home: HomeDouble) -> None:
    """The camera shows somebody, somebody is let in, others are invited: each is ticked as it happens."""
    log_in(page)
    current = steps(page).locator("[aria-current=step]")
    expect(current).to_contain_text("See yourself here Next step")

    visit = home.add_visit(1)
    expect(current).to_contain_text("Let your first visitor in Next step")

    visit["state"] = "admitted"
    home.visitors.append(_ada())
    expect(current).to_contain_text("Invite the household Next step")
    steps(page).get_by_role("link", name="Invite somebody").click()
    page.get_by_label("E-mail address").fill("grace@home.test")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("listitem")).to_have_count(2)

    page.get_by_role("link", name="Now").click()
    ready = page.get_by_role("region", name="Your home is ready")
    expect(ready.get_by_text("Done")).to_have_count(3)


def test_the_first_steps_can_be_put_away_for_good(page: Page) -> None:
    """Also over a reload."""
    log_in(page)
    steps(page).get_by_role("button", name="Do not show this again").click()
    expect(steps(page)).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.reload()
    expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    expect(steps(page)).to_have_count(0)


def test_whoever_may_not_invite_is_not_told_to(page: Page, home: HomeDouble) -> None:
    """A guest sees two steps, and nothing to do that they may not."""
    home.role = "guest"
    log_in(page)
    expect(steps(page).get_by_role("listitem")).to_have_count(2)
    expect(steps(page).get_by_role("link")).to_have_count(0)


@pytest.mark.parametrize(
    "lives", [lambda home: home.visitors.append(_ada()), lambda home: home.add_visit(1, "expired")]
)
def test_a_home_that_lives_needs_no_first_steps(
    page: Page, home: HomeDouble, lives: Callable[[HomeDouble], object]
) -> None:
    """Somebody is on file, or somebody was there."""
    lives(home)
    log_in(page)
    expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    expect(page.locator("[aria-busy]")).to_have_count(0)
    expect(steps(page)).to_have_count(0)


def _ada() -> dict[str, object]:
    return {
        "visitor_id": "7e5d3e1e-0b1f-4c57-9d1e-000000000001",
        "name": "Ada Lovelace",
        "phone": "+15555550199",
        "status": "approved",
        "door_ids": ["front"],
        "created_at": "2026-11-01T10:00:00Z",
        "faces": 1,
    }
