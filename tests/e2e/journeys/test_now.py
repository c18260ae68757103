"""Deciding on who is at the door: alone, with the family, with the keyboard, without a network, too late."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Locator, Page, expect

from tests.e2e.journeys import words
from tests.e2e.journeys.house import (
    ANSWER_MILLISECONDS,
    ARRIVAL_MILLISECONDS,
    CHOSEN_PASSWORD,
    House,
    address_of,
    call,
    let_in,
    stranger,
    tab_to,
)
from tests.e2e.running_home import log_in

KNOWN = {"name": "Joan Clarke", "phone": "+15555550141"}


def test_the_keyboard_alone_turns_away_undoes_and_lets_in(house: House) -> None:
    """From the top of the page, each stop visible: no, back, and then yes with a name and a number."""
    with house.owner(width=1280, scheme="dark") as owner:
        card = stranger(owner)
        visit = address_of(card)
        tab_to(owner, button(card, "decide.turn_away"))
        owner.keyboard.press("Enter")
        expect(owner.get_by_text(words.owner("decided.turned_away"))).to_be_visible(
            timeout=ANSWER_MILLISECONDS
        )
        undo = owner.get_by_role("button", name=words.owner("undo.undo"))
        expect(owner.get_by_role("heading", level=1)).to_be_focused()
        owner.keyboard.press("Shift+Tab")
        expect(undo).to_be_focused()
        owner.keyboard.press("Enter")
        expect(owner.get_by_text(words.owner("undo.done"))).to_be_visible(timeout=ANSWER_MILLISECONDS)

        expect(card).to_be_visible(timeout=ANSWER_MILLISECONDS)
        tab_to(owner, button(card, "decide.let_in"))
        owner.keyboard.press("Enter")
        expect(card.get_by_label(words.owner("decide.name"))).to_be_focused()
        owner.keyboard.type("Ada")
        owner.keyboard.press("Tab")
        owner.keyboard.type("+1 (555) 555-0142")
        owner.keyboard.press("Enter")
        expect(owner.get_by_text(words.owner("decided.let_in", name="Ada"))).to_be_visible(
            timeout=ANSWER_MILLISECONDS
        )
        assert call(owner, "GET", visit.removeprefix("#"))["state"] == "code_sent"
        undo_it(owner)
        assert "Ada" in house.home.wait_for_messages("+15555550142", 1)[-1]


def test_the_family_decides_at_the_same_time(house: House) -> None:
    """The member is faster: the owner, who only looks, is told who did what; so is whoever was typing."""
    with house.owner(scheme="dark") as owner, house.device(width=1280) as computer:
        email = f"joan{time.time_ns()}@example.com"
        password = house.invite(owner, email, "member")
        member = computer.new_page()
        house.first_login(member, email, password)
        owner.goto(f"{house.home.web_url}/owner/#/visits")
        card = stranger(owner)
        visit = address_of(card)
        theirs = member.get_by_role("article").filter(has=member.locator(f'a[href="{visit}"]'))
        somebody = words.owner("who.unknown", count=1)

        button(theirs, "decide.turn_away").click()
        told = words.owner("decided.other_turned_away", who=somebody, person=email)
        expect(owner.get_by_text(told)).to_be_visible(timeout=ANSWER_MILLISECONDS)
        undo_it(member)
        expect(card).to_be_visible(timeout=ANSWER_MILLISECONDS)
        expect(theirs).to_be_visible(timeout=ANSWER_MILLISECONDS)

        button(card, "decide.let_in").click()
        card.get_by_label(words.owner("decide.name")).fill("Too late")
        card.get_by_label(words.owner("decide.phone")).fill("+15555550143")
        phone = "+15555550146"
        let_in(theirs, "Anna", phone)
        expect(card).to_contain_text(words.owner("outcome.by", person=email), timeout=ANSWER_MILLISECONDS)
        button(card, "visits.dismiss").click()
        expect(card).to_have_count(0)

        owner.goto(f"{house.home.web_url}/owner/{visit}")
        decided = words.owner("why.rule.household", person=email)
        expect(owner.get_by_role("definition").filter(has_text=decided)).to_be_visible(
            timeout=ANSWER_MILLISECONDS
        )
        house.use_code(owner, house.home.wait_for_messages(phone, 1)[-1])
        expect(owner.get_by_text(words.owner("outcome.sentence.admitted", name="Anna"))).to_be_visible(
            timeout=ANSWER_MILLISECONDS
        )


def test_a_decision_that_comes_second_is_refused_with_who_was_first(house: House) -> None:
    """Both press in the same moment: what the slower one reads, and the page that follows."""
    with house.owner() as owner:
        card = stranger(owner)
        visit = address_of(card)
        with house.owner(width=1280, scheme="dark") as second:
            theirs = second.get_by_role("article").filter(has=second.locator(f'a[href="{visit}"]'))
            button(theirs, "decide.let_in").click()
            theirs.get_by_label(words.owner("decide.name")).fill("Second")
            theirs.get_by_label(words.owner("decide.phone")).fill("+15555550144")
            news = "**/api/owner/visits?*"  # which comes too late
            with second.expect_event("requestfailed"):  # from here on
                second.route(news, lambda route: route.abort("internetdisconnected"))
            button(card, "decide.turn_away").click()
            expect(owner.get_by_text(words.owner("decided.turned_away"))).to_be_visible(
                timeout=ANSWER_MILLISECONDS
            )
            button(theirs, "decide.send_code").click()
            told = words.owner("decided.other_turned_away", who="", person="owner@example.com")
            expect(second.get_by_role("alert").filter(has_text=told)).to_be_visible(
                timeout=ANSWER_MILLISECONDS
            )
            undo_it(owner)
            assert house.home.messages("+15555550144") == []


def test_i_know_this_person(house: House) -> None:
    """Somebody on file is picked by face; the code goes to their phone, and a slip is undone."""
    with house.owner(width=390) as owner:
        invited = {
            "door_id": "front",
            "kind": "once",
            "from": "2026-01-01T00:00",
            "until": future(),
            "send": False,
        }
        card = stranger(owner)
        call(owner, "POST", "/passes", {**invited, **KNOWN})
        button(card, "decide.someone_known").click()
        face = card.get_by_role("radio", name=KNOWN["name"]).first
        face.check()
        button(card, "decide.send_code").click()

        expect(owner.get_by_text(words.owner("decided.let_in", name=KNOWN["name"]))).to_be_visible(
            timeout=ANSWER_MILLISECONDS
        )
        undo_it(owner)
        assert KNOWN["name"] in house.home.wait_for_messages(KNOWN["phone"], 1)[-1]
        expect(card).to_be_visible(timeout=ANSWER_MILLISECONDS)


def test_the_page_says_that_somebody_has_left(house: House) -> None:
    """Whoever waits and goes out of sight; back in sight it is no longer said."""
    with house.owner(scheme="dark") as owner:
        card = stranger(owner)
        gone = card.get_by_text(re.compile(re.escape(words.owner("visit.gone_since", time="").split(":")[0])))
        expect(gone).to_be_visible(timeout=ARRIVAL_MILLISECONDS)
        expect(gone).to_have_count(0, timeout=ARRIVAL_MILLISECONDS)


def test_the_network_is_cut_and_comes_back(house: House) -> None:
    """Said at once; what is typed stays, nothing is sent, and the page goes on by itself."""
    with house.owner(width=390) as owner:
        card = stranger(owner)
        button(card, "decide.let_in").click()
        card.get_by_label(words.owner("decide.name")).fill("Rosalind")
        owner.context.set_offline(True)
        offline = owner.get_by_role("status").filter(has_text=words.owner("page.offline"))
        expect(offline).to_be_visible()
        card.get_by_label(words.owner("decide.phone")).fill("+15555550145")
        button(card, "decide.send_code").click()
        expect(card.get_by_role("alert").filter(has_text=words.owner("decide.offline"))).to_be_visible()

        owner.context.set_offline(False)
        expect(owner.get_by_text(words.owner("page.back_online"))).to_be_visible(timeout=ANSWER_MILLISECONDS)
        expect(card.get_by_label(words.owner("decide.name"))).to_have_value("Rosalind")
        button(card, "decide.send_code").click()
        expect(owner.get_by_text(words.owner("decided.let_in", name="Rosalind"))).to_be_visible(
            timeout=ANSWER_MILLISECONDS
        )
        undo_it(owner)


def test_a_session_that_ends_comes_back_to_the_same_place(house: House) -> None:
    """An hour later, and logged out everywhere meanwhile: the login leads back to the visit."""
    with house.owner(width=1280) as owner:
        email = f"ida{time.time_ns()}@example.com"
        password = house.invite(owner, email, "member")
        owner.goto(f"{house.home.web_url}/owner/#/visits")
        visit = address_of(stranger(owner))
        with house.device(width=390, scheme="dark") as phone:
            member = phone.new_page()
            member.clock.install()
            house.first_login(member, email, password, visit)
            member.get_by_text(words.owner("visit.about")).wait_for()
            pool = house.home.output("UserPoolId")
            house.home.client("cognito-idp").admin_user_global_sign_out(UserPoolId=pool, Username=email)
            member.clock.fast_forward("01:30:00")

            over = member.get_by_role("alert").filter(has_text=words.owner("login.session_over"))
            expect(over).to_be_visible(timeout=ANSWER_MILLISECONDS)
            member.clock.set_system_time(time.time() * 1000)
            member.get_by_role("button", name=words.owner("login.log_in")).click()
            member.get_by_label("E-mail address").fill(email)
            member.get_by_label("Password").fill(CHOSEN_PASSWORD)
            member.keyboard.press("Enter")

            expect(member.get_by_text(words.owner("visit.about"))).to_be_visible(timeout=ANSWER_MILLISECONDS)
            assert member.url == f"{house.home.web_url}/owner/{visit}"


def test_without_a_login_there_is_nothing_to_see(house: House) -> None:
    """No token and a made-up one are refused; the page shows nothing but the login; so does logging out."""
    with house.device() as device:
        page = device.new_page()
        log_in(page, house.home)
        page.get_by_role("button", name=words.owner("page.account")).click()
        page.get_by_role("button", name=words.owner("page.log_out")).click()
        expect(page.get_by_role("button", name=words.owner("login.log_in"))).to_be_visible()
        assert page.evaluate("() => sessionStorage.length") == 0
        address = f"{house.home.web_url}/api/owner/visits"
        assert device.request.get(address).status == 401
        assert device.request.get(address, headers={"Authorization": "made.up.token"}).status == 401


def button(card: Locator, key: str) -> Locator:
    """A button of a card by its words."""
    return card.get_by_role("button", name=words.owner(key), exact=True)


def undo_it(owner: Page) -> None:
    """Take the last decision back, so that the visit waits for the next journey."""
    owner.get_by_role("button", name=words.owner("undo.undo")).click()
    expect(owner.get_by_text(words.owner("undo.done"))).to_be_visible(timeout=ANSWER_MILLISECONDS)


def future() -> str:
    """An hour from now, as passes have it."""
    return time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 3600))
