"""The door page: typing a passcode and being told what came of it, against a home in memory."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.home_double import SITE, HomeDouble, Refusal

VISIT_ID = "01K90000000000000000000001"
LINK = f"{SITE}/door/?door=front&visit={VISIT_ID}"
REDEEM = "/api/door/redeem"


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


def type_and_open(door: Page, passcode: str) -> None:
    """By keyboard, wherever the focus is."""
    door.keyboard.type(passcode)
    door.keyboard.press("Enter")


def test_the_keypad_opens_the_door(door: Page, home: HomeDouble) -> None:
    """Seven keys and Open: the passcode is redeemed for the visit of the link."""
    press(door, "4829")
    door.get_by_role("button", name="Delete").click()
    press(door, "1903")
    door.get_by_role("button", name="Open the door").click()

    expect(door.get_by_role("status")).to_have_text("The front door is open. Come in.")
    assert home.redemptions == [{"door_id": "front", "passcode": "4821903", "visit_id": VISIT_ID}]


def test_the_keyboard_alone_opens_the_door(door: Page, home: HomeDouble) -> None:
    """Digits, Backspace, Escape and Enter work wherever the focus is; an eighth digit is one too many."""
    door.keyboard.type("99")
    door.keyboard.press("Escape")
    door.keyboard.type("4829")
    door.keyboard.press("Backspace")
    type_and_open(door, "19037")

    expect(door.get_by_role("status")).to_contain_text("is open")
    assert [redemption["passcode"] for redemption in home.redemptions] == ["4821903"]


def test_every_control_is_reached_by_tab_with_a_visible_focus(door: Page) -> None:
    """The field, twelve keys, Open and the languages, in the order they are read."""
    stops = []
    for _ in range(17):
        door.keyboard.press("Tab")
        ring, name = door.evaluate(
            "() => [document.activeElement].flatMap((focused) => [getComputedStyle(focused).outlineStyle,"
            " focused.id || focused.ariaLabel || focused.innerText])"
        )
        assert ring == "solid", name
        stops.append(name)
    keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "Clear", "0", "Delete"]
    assert stops == ["passcode", *keys, "open", "English", "Deutsch", "Español"]


@pytest.mark.parametrize(
    "pasted",
    [
        "482 1903",
        "Hello Ada, your code for the front door is 4821903. It works once, until 14:05.",
    ],
)
def test_a_passcode_can_be_pasted_with_what_stands_around_it(door: Page, pasted: str) -> None:
    """From the clipboard, as people copy it: with a gap, or the whole message."""
    door.evaluate(
        """(text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", text);
          const how = { clipboardData, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new ClipboardEvent("paste", how));
        }""",
        pasted,
    )

    expect(door.get_by_label("Type your passcode")).to_have_value("4821903")


@pytest.mark.parametrize(
    ("code", "said", "next_step"),
    [
        ("passcode_wrong", "That passcode is not right.", "the message that this page’s link is in"),
        ("passcode_expired", "That passcode has expired.", "Ask whoever lets you in for a new one."),
        ("passcode_used", "That passcode was used already.", "Ask whoever lets you in for a new one."),
    ],
)
def test_a_refused_passcode_is_explained(
    door: Page, home: HomeDouble, code: str, said: str, next_step: str
) -> None:
    """Each kind of no has its own sentence and its next step, and the field is ready for another try."""
    home.refusals[REDEEM] = Refusal(403, code)

    type_and_open(door, "1111111")

    expect(door.get_by_role("alert")).to_contain_text(said)
    expect(door.get_by_role("alert")).to_contain_text(next_step)
    expect(door.get_by_label("Type your passcode")).to_have_value("")
    door.keyboard.type("2")
    expect(door.get_by_role("alert")).to_have_text("")


@pytest.mark.parametrize("code", ["busy", "internal_error", "something_new"])
def test_a_fault_of_the_home_keeps_the_passcode(door: Page, home: HomeDouble, code: str) -> None:
    """It was not the visitor's mistake: the digits stay, for the same passcode again."""
    home.refusals[REDEEM] = Refusal(503, code)

    type_and_open(door, "4821903")

    expect(door.get_by_role("alert")).to_contain_text("Your passcode still counts.")
    expect(door.get_by_label("Type your passcode")).to_have_value("4821903")


def test_too_many_tries_count_down_to_the_next(page: Page, home: HomeDouble) -> None:
    """The wait is told once and shown second by second; nothing can be typed until it is over."""
    page.clock.install()
    page.goto(LINK)
    page.get_by_role("heading", name="Front door").wait_for()
    home.refusals[REDEEM] = Refusal(429, "passcode_too_many_tries", retry_after_seconds=840)

    type_and_open(page, "1111111")

    expect(page.get_by_role("alert")).to_have_text("Too many tries. Wait 14 minutes, then try again.")
    expect(page.get_by_role("button", name="Open the door")).to_be_disabled()
    page.clock.fast_forward(60_000)
    expect(page.get_by_role("timer")).to_contain_text(re.compile(r"12:[0-5]\d"))
    page.keyboard.type("4")
    expect(page.get_by_label("Type your passcode")).to_have_value("")
    del home.refusals[REDEEM]
    page.clock.fast_forward(800_000)
    expect(page.get_by_role("status")).to_contain_text("You can try again now.")
    type_and_open(page, "4821903")
    expect(page.get_by_role("status")).to_contain_text("is open")


def test_fewer_than_seven_digits_are_not_sent(door: Page, home: HomeDouble) -> None:
    """A short passcode costs no try."""
    press(door, "482")
    door.get_by_role("button", name="Open the door").click()

    expect(door.get_by_role("alert")).to_contain_text("seven digits; these are only 3")
    expect(door.get_by_label("Type your passcode")).to_have_value("482")
    assert home.redemptions == []


def test_the_page_is_ready_for_the_next_visitor_by_itself(page: Page) -> None:
    """Some seconds after the result nothing of it is left."""
    page.clock.install()
    page.goto(LINK)
    page.get_by_role("heading", name="Front door").wait_for()
    type_and_open(page, "4821903")
    expect(page.get_by_role("status")).to_contain_text("is open")

    page.clock.fast_forward(11_000)

    expect(page.get_by_role("status")).to_have_text("")
    expect(page.get_by_label("Type your passcode")).to_have_value("")


def test_digits_of_somebody_who_left_do_not_stay(page: Page) -> None:
    """After two minutes without a touch the field is empty, and the language is this screen's again."""
    page.clock.install()
    page.goto(f"{SITE}/door/?door=front")
    page.get_by_role("button", name="Deutsch").click()
    page.keyboard.type("482190")
    expect(page.get_by_label("Geben Sie Ihren Code ein")).to_have_value("482190")

    page.clock.fast_forward(121_000)

    expect(page.get_by_label("Type your passcode")).to_have_value("")
