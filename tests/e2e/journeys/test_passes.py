"""Passes from the page that makes them to the door that they open: once, for a while, every week, no more."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.journeys import words
from tests.e2e.journeys.house import (
    ANSWER_MILLISECONDS,
    House,
    call,
    door_page,
    is_open,
    is_refused,
    tab_to,
    touch_code,
    type_code,
)
from tests.e2e.running_home import wait_until

CODE = re.compile(r"^\d{7}$")
DOOR = "/door/?door=front"

pytestmark = pytest.mark.usefixtures("short_pass")


@pytest.fixture(scope="module")
def short_pass(house: House) -> Any:
    """A pass that is over within the next two minutes, for the last journey here."""
    with house.owner() as owner:
        now = datetime.now(UTC)
        times = {"from": minute(now - timedelta(hours=1)), "until": minute(now + timedelta(seconds=90))}
        guest = {"name": "Mary", "phone": "+15555550151", "send": False}
        return call(owner, "POST", "/passes", {"door_id": "front", "kind": "once", **times, **guest})


def test_a_single_use_is_made_sent_and_opens_once(house: House) -> None:
    """Made with the keyboard; the guest's message is the one that was shown; its code opens a single time."""
    phone = "+15555550152"
    with house.owner("#/passes/new", width=1280, scheme="dark") as owner:
        once = owner.get_by_role("radio", name=re.compile("^" + words.owner("passes.kind.once")))
        once.wait_for()
        tab_to(owner, once)
        owner.keyboard.press("Space")
        someone_new(owner)
        tab_to(owner, owner.get_by_label(words.owner("decide.name")))
        owner.keyboard.type("Katherine")
        tab_to(owner, owner.get_by_label(words.owner("decide.phone")))
        owner.keyboard.type(phone)
        from_an_hour_ago(owner)
        owner.get_by_label(words.owner("decide.phone")).press("Enter")
        code = made(owner, "Katherine")
        message = owner.get_by_role("blockquote").inner_text()
        assert code in message
        assert house.home.wait_for_messages(phone, 1)[-1] == message

        with guests_phone(house, message) as door:
            type_code(door, code)
            is_open(door)
            type_code(door, code)
            is_refused(door, "result.used")

        owner.get_by_role("link", name=words.owner("passes.all")).click()
        used = owner.get_by_role("list", name=words.owner("passes.group.over")).get_by_role("listitem")
        expect(used.filter(has_text="Katherine")).to_contain_text(words.owner("passes.state.used"))
        expect(owner.get_by_text(code)).to_have_count(0)


def test_a_window_opens_until_it_is_revoked(house: House) -> None:
    """A guest for a while comes in by touch; once the pass is revoked the same code is wrong."""
    with house.owner("#/passes/new", width=390) as owner:
        owner.get_by_role("radio", name=re.compile("^" + words.owner("passes.kind.window"))).check()
        someone_new(owner)
        owner.get_by_label(words.owner("decide.name")).fill("Emmy")
        owner.get_by_label(words.owner("decide.phone")).fill("+15555550153")
        from_an_hour_ago(owner)
        owner.get_by_role("checkbox", name=words.owner("passes.send")).uncheck()
        owner.get_by_role("button", name=words.owner("passes.create")).click()
        code = made(owner, "Emmy")
        expect(owner.get_by_text(words.owner("passes.pass_on", name="Emmy"))).to_be_visible()
        assert house.home.messages("+15555550153") == []

        with house.device(width=1280, scheme="dark", touch=True) as tablet:
            door = door_page(tablet, house.home.web_url + DOOR)
            touch_code(door, code)
            is_open(door)

            owner.get_by_role("link", name=words.owner("passes.all")).click()
            active = owner.get_by_role("list", name=words.owner("passes.group.active")).get_by_role(
                "listitem"
            )
            expect(active.filter(has_text="Emmy")).to_contain_text(words.owner("passes.rule.window"))
            owner.get_by_role("button", name=words.owner("passes.revoke_of", name="Emmy")).click()
            question = owner.get_by_role("dialog", name=words.owner("passes.revoke_question", name="Emmy"))
            question.get_by_role("button", name=words.owner("passes.revoke"), exact=True).click()
            expect(owner.get_by_text(words.owner("passes.revoked", name="Emmy"))).to_be_visible(
                timeout=ANSWER_MILLISECONDS
            )
            touch_code(door, code)
            is_refused(door, "result.wrong")


def test_every_week_opens_once_on_its_day(house: House) -> None:
    """Every week for a day, which has begun and is not over soon; the second time in it the pass is used."""
    with house.owner("#/passes/new", width=390, scheme="dark") as owner:
        owner.get_by_role("radio", name=re.compile("^" + words.owner("passes.kind.recurring"))).check()
        someone_new(owner)
        owner.get_by_label(words.owner("decide.name")).fill("Lise")
        owner.get_by_label(words.owner("decide.phone")).fill("+15555550154")
        now = datetime.now(UTC)
        opens, closes = ("00:00", "23:59") if now.hour < 12 else ("12:00", "11:59")
        owner.get_by_role("checkbox", name=f"{now:%A}").check()
        owner.get_by_label(words.owner("passes.opens_at")).fill(opens)
        owner.get_by_label(words.owner("passes.closes_at")).fill(closes)
        owner.get_by_role("button", name=words.owner("passes.create")).click()
        code = made(owner, "Lise")

        with guests_phone(house, house.home.wait_for_messages("+15555550154", 1)[-1]) as door:
            type_code(door, code)
            is_open(door)
            type_code(door, code)
            is_refused(door, "result.used")

        owner.get_by_role("link", name=words.owner("passes.all")).click()
        coming = owner.get_by_role("listitem").filter(has_text="Lise")
        expect(coming).to_contain_text(words.owner("passes.state.upcoming"))


def test_a_pass_that_is_over_does_not_open(house: House, short_pass: Any) -> None:
    """Its time ended: the door says no, and the list that it is over."""
    until = datetime.strptime(short_pass["pass"]["until"], "%Y-%m-%dT%H:%M").replace(tzinfo=UTC).timestamp()
    wait_until(lambda: True if time.time() > until else None, "the end of a pass", 120.0)

    with house.device(scheme="dark") as device:
        door = door_page(device, house.home.web_url + DOOR)
        type_code(door, short_pass["passcode"])
        is_refused(door, "result.expired")
    with house.owner("#/passes") as owner:
        over = owner.get_by_role("list", name=words.owner("passes.group.over")).get_by_role("listitem")
        expect(over.filter(has_text="Mary")).to_contain_text(words.owner("passes.state.over"))


def someone_new(owner: Page) -> None:
    """Not one of those on file, of whom there is one at least: who has the short pass."""
    owner.get_by_role("radio", name=words.owner("passes.someone_new")).check()


def from_an_hour_ago(owner: Page) -> None:
    """The times of the pass: open already, and for an hour more."""
    now = datetime.now(UTC)
    owner.get_by_label(words.owner("passes.from"), exact=True).fill(minute(now - timedelta(hours=1)))
    owner.get_by_label(words.owner("passes.until"), exact=True).fill(minute(now + timedelta(hours=1)))


def made(owner: Page, name: str) -> str:
    """The code of a pass that was just made, which is shown this once."""
    heading = owner.get_by_role("heading", name=words.owner("passes.made", name=name))
    expect(heading).to_be_focused(timeout=ANSWER_MILLISECONDS)
    return owner.get_by_text(CODE).inner_text()


@contextmanager
def guests_phone(house: House, message: str) -> Iterator[Page]:
    """The door page as the link of an invitation opens it."""
    (address,) = re.findall(r"https?://\S+", message)
    with house.device(width=390) as device:
        yield door_page(device, address)


def minute(at: datetime) -> str:
    """As the page's fields have it."""
    return f"{at:%Y-%m-%dT%H:%M}"
