"""The household and what it sets: who may do what, when phones ring, whose faces are remembered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.e2e.journeys import words
from tests.e2e.journeys.house import (
    ANSWER_MILLISECONDS,
    ARRIVAL_MILLISECONDS,
    CHOSEN_PASSWORD,
    House,
    call,
    stranger,
)
from tests.e2e.running_home import visits, wait_until

ARRIVAL_SECONDS = ARRIVAL_MILLISECONDS / 1000


def test_a_guest_looks_becomes_a_member_and_leaves(house: House) -> None:
    """Invited by e-mail, in by its link on their phone; each role offers what it may, and no more."""
    email = f"guest{time.time_ns()}@example.com"
    with house.owner(width=1280) as owner:
        stranger(owner)
        password = house.invite(owner, email, "guest")
        with house.device(width=390, scheme="dark") as phone:
            guest = house.follow_invitation(phone, email)
            assert guest.url.startswith(f"{house.home.web_url}/owner/")
            house.first_login(guest, email, password, is_there=True)
            guest.get_by_role("article").first.wait_for(timeout=ARRIVAL_MILLISECONDS)
            expect(guest.get_by_text(words.owner("decide.guest")).first).to_be_visible()
            for key in ("decide.let_in", "decide.turn_away", "decide.someone_known"):
                expect(guest.get_by_role("button", name=words.owner(key), exact=True)).to_have_count(0)
            expect(guest.get_by_role("link", name=words.owner("section.passes"), exact=True)).to_have_count(0)
            expect(guest.locator("img").first).to_be_visible()

            member = row(owner, email)
            member.get_by_role("combobox").select_option(words.owner("role.member"))
            member.get_by_role("button", name=words.owner("household.save")).click()
            changed = words.owner("household.changed", person=email, role=words.owner("role.member"))
            expect(owner.get_by_text(changed)).to_be_visible(timeout=ANSWER_MILLISECONDS)
            log_out(guest)
            house.give_password(guest, email, CHOSEN_PASSWORD)
            first = guest.get_by_role("article").first
            first.wait_for(timeout=ARRIVAL_MILLISECONDS)
            expect(first.get_by_role("button", name=words.owner("decide.let_in"), exact=True)).to_be_visible()
            guest.goto(f"{house.home.web_url}/owner/#/settings")
            expect(guest.get_by_text(words.owner("settings.read_only"))).to_be_visible()
            expect(guest.get_by_role("button", name=words.owner("settings.save"))).to_have_count(0)
            log_out(guest)

            owner.get_by_role("button", name=words.owner("household.remove_person", person=email)).click()
            owner.get_by_role("dialog").get_by_role("button", name=words.owner("household.remove")).click()
            expect(owner.get_by_text(words.owner("household.removed", person=email))).to_be_visible(
                timeout=ANSWER_MILLISECONDS
            )
            expect(row(owner, email)).to_have_count(0)
            house.give_password(guest, email, CHOSEN_PASSWORD)
            expect(guest.get_by_role("alert")).to_be_visible()
            expect(guest.get_by_label("Password")).to_be_visible()


def test_in_quiet_hours_no_phone_rings_and_no_face_is_remembered(house: House) -> None:
    """Both set on the page: who comes in now is a stranger again next time, and on the page alone."""
    begins, ends = (f"{datetime.now(UTC) - timedelta(hours=hours):%H:%M}" for hours in (1, 2))
    with house.owner("#/settings", width=390, scheme="dark") as owner, restored(owner):
        owner.get_by_role("checkbox", name=words.owner("settings.quiet")).check()
        owner.get_by_label(words.owner("settings.from"), exact=True).fill(begins)
        owner.get_by_label(words.owner("settings.to"), exact=True).fill(ends)
        owner.get_by_role("checkbox", name=words.owner("settings.enrol")).uncheck()
        owner.get_by_role("button", name=words.owner("settings.save")).click()
        expect(owner.get_by_text(words.owner("settings.saved"))).to_be_visible(timeout=ANSWER_MILLISECONDS)
        owner.reload()
        expect(owner.get_by_label(words.owner("settings.to"), exact=True)).to_have_value(ends)
        expect(owner.get_by_role("checkbox", name=words.owner("settings.enrol"))).not_to_be_checked()

        owner.get_by_role("link", name=words.owner("section.now"), exact=True).click()
        card = stranger(owner)
        before = {visit["visit_id"] for visit in visits(owner)}
        visit_id = house.come_in(owner, card, "Vera", "+15555550181")
        fate = wait_until(lambda: what_became_of_the_face(house, visit_id), "a face's fate", ARRIVAL_SECONDS)
        assert fate == "face not enrolled"
        (vera,) = [one for one in call(owner, "GET", "/visitors")["visitors"] if one["name"] == "Vera"]
        assert vera["faces"] == 0

        def asked_about() -> str | None:
            news = [visit for visit in visits(owner) if visit["visit_id"] not in before]
            return next(
                (str(visit["visit_id"]) for visit in news if visit["state"] == "awaiting_owner"), None
            )

        news = wait_until(asked_about, f"somebody who comes; see {house.home.log}", ARRIVAL_SECONDS)
        link = owner.locator(f'a[href="#/visits/front/{news}"]')
        expect(owner.get_by_role("article").filter(has=link)).to_be_visible(timeout=ANSWER_MILLISECONDS)
        assert [text for text in house.home.owner_messages() if news in text] == []


@contextmanager
def restored(owner: Page) -> Iterator[None]:
    """Whatever a journey sets is as before after it."""
    before = call(owner, "GET", "/settings")
    try:
        yield
    finally:
        writable = ("ask_about_strangers", "warn_about_blocked", "enrol_faces", "quiet_hours")
        call(owner, "PUT", "/settings", {name: before[name] for name in writable if name in before})


def what_became_of_the_face(house: House, visit_id: str) -> str | None:
    """What the function that enrols faces says about a visit."""
    for log in (house.home.log.parent / "state/logs").glob("*EnrollFace*.log"):
        for line in log.read_text().splitlines():
            for said in ("face not enrolled", "face enrolled"):
                if visit_id in line and f'"{said}"' in line:
                    return said
    return None


def row(owner: Page, email: str) -> Locator:
    """Where somebody of the household stands."""
    return owner.get_by_role("listitem").filter(has_text=email)


def log_out(page: Page) -> None:
    """By the account's menu."""
    page.get_by_role("button", name=words.owner("page.account")).click()
    page.get_by_role("button", name=words.owner("page.log_out")).click()
    page.get_by_role("button", name=words.owner("login.log_in")).wait_for()
