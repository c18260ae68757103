"""The door page: typing a passcode and being told what came of it, against a home in memory."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.home_double import SITE, HomeDouble, Refusal

VISIT_ID = "01K90000000000000000000001"
LINK = f"{SITE}/door/?door=front&visit={VISIT_ID}"


@pytest.fixture
def door(page: Page) -> Page:
    """The door page as a visitor's link opens it."""
    page.goto(LINK)
    page.get_by_role("heading", name="Front door").wait_for()
    return page


def press(door: Page, digits: str) -> None:
    """Press keys of the keypad."""
    for digit in digits:
        door.get_by_role("button", name=digit, exact=True).click()


def test_the_keypad_opens_the_door(door: Page, home: HomeDouble) -> None:
    """Seven keys and Open: the passcode is redeemed for the visit of the link."""
    press(door, "4829")
    door.get_by_role("button", name="Delete").click()
    press(door, "1903")
    door.get_by_role("button", name="Open the door").click()

    expect(door.get_by_role("status")).to_have_text("The front door is open. Come in.")
    assert home.redemptions == [{"door_id": "front", "passcode": "4821903", "visit_id": VISIT_ID}]


def test_the_keyboard_alone_opens_the_door(door: Page, home: HomeDouble) -> None:
    """Digits and Enter work wherever the focus is."""
    door.keyboard.type("4821903")
    door.keyboard.press("Enter")

    expect(door.get_by_role("status")).to_contain_text("is open")
    assert len(home.redemptions) == 1


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("passcode_wrong", "That passcode is not right."),
        ("passcode_expired", "That passcode has expired."),
        ("passcode_used", "That passcode was used already."),
    ],
)
def test_a_refused_passcode_is_explained(door: Page, home: HomeDouble, code: str, said: str) -> None:
    """Each kind of no has its own sentence, and the field is ready for another try."""
    home.refusals["/api/door/redeem"] = Refusal(403, code)

    door.keyboard.type("1111111")
    door.keyboard.press("Enter")

    expect(door.get_by_role("alert")).to_contain_text(said)
    expect(door.get_by_label("Type your passcode")).to_have_value("")
    door.keyboard.type("2")
    expect(door.get_by_role("alert")).to_have_text("")


def test_too_many_tries_say_how_long_to_wait(door: Page, home: HomeDouble) -> None:
    """The wait is told, and Open does nothing until it is over."""
    home.refusals["/api/door/redeem"] = Refusal(429, "passcode_too_many_tries", retry_after_seconds=840)

    door.keyboard.type("1111111")
    door.keyboard.press("Enter")

    expect(door.get_by_role("alert")).to_have_text("Too many tries. Wait 14 minutes, then try again.")
    expect(door.get_by_role("button", name="Open the door")).to_be_disabled()


def test_fewer_than_seven_digits_are_not_sent(door: Page, home: HomeDouble) -> None:
    """A short passcode costs no try."""
    press(door, "482")
    door.get_by_role("button", name="Open the door").click()

    expect(door.get_by_role("alert")).to_contain_text("seven digits")
    expect(door.get_by_label("Type your passcode")).to_have_value("482")
    assert home.redemptions == []


def test_without_network_the_passcode_stays_for_another_try(door: Page, home: HomeDouble) -> None:
    """The network goes while the visitor types: told, and the same digits open afterwards."""
    home.is_offline = True
    door.keyboard.type("4821903")
    door.keyboard.press("Enter")
    expect(door.get_by_role("alert")).to_contain_text("There is no connection at the moment.")

    home.is_offline = False
    door.get_by_role("button", name="Open the door").click()

    expect(door.get_by_role("status")).to_contain_text("is open")


def test_the_page_is_ready_for_the_next_visitor_by_itself(door: Page) -> None:
    """Some seconds after the result nothing of it is left."""
    door.keyboard.type("4821903")
    door.keyboard.press("Enter")
    expect(door.get_by_role("status")).to_contain_text("is open")

    expect(door.get_by_role("status")).to_have_text("", timeout=20_000)
    expect(door.get_by_label("Type your passcode")).to_have_value("")


def test_a_home_with_two_doors_asks_which(page: Page, home: HomeDouble) -> None:
    """Without a link, the visitor says at which door they stand; no visit is named then."""
    home.doors.append({"door_id": "garden", "name": "Garden gate"})
    page.goto(f"{SITE}/door/")

    page.get_by_label("Which door?").select_option("Garden gate")
    page.get_by_label("Type your passcode").fill("4821903")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("is open")
    assert home.redemptions == [{"door_id": "garden", "passcode": "4821903"}]
