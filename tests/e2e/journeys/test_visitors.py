"""A person on file from the first photo to the last trace: known, mistaken, blocked, two in one, deleted."""

from __future__ import annotations

import re
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from scripts.demo_people import ASTRONAUT
from tests.e2e.journeys import words
from tests.e2e.journeys.house import (
    ANSWER_MILLISECONDS,
    ARRIVAL_MILLISECONDS,
    House,
    call,
    nobody_on_file,
)
from tests.e2e.running_home import visits, wait_until

EILEEN, MISTAKE = "Eileen Collins", "Eileen C."
ARRIVAL_SECONDS = ARRIVAL_MILLISECONDS / 1000


def test_a_person_on_file_from_the_first_photo_to_the_last_trace(house: House, tmp_path: Path) -> None:
    """With a photo she is known; a wrong match is taken back; blocked, one is warned; deleted, all goes."""
    phone, texts = "+15555550171", len(house.home.owner_messages())
    with house.owner(width=1280, scheme="dark") as owner:
        nobody_on_file(owner)
        for name, number in (("Eileen", phone), (MISTAKE, "+15555550172")):
            guest = {"name": name, "phone": number, "send": False, "door_id": "front", "kind": "once"}
            times = {"from": "2026-01-01T00:00", "until": tomorrow()}
            made = call(owner, "POST", "/passes", {**guest, **times})["pass"]
            call(owner, "PATCH", f"/visitors/{made['visitor_id']}", {"door_ids": ["front"]})

        owner.get_by_role("link", name=words.owner("section.visitors"), exact=True).click()
        owner.get_by_role("list", name=words.owner("visitors.title")).get_by_role(
            "link", name="Eileen", exact=True
        ).click()
        rename(owner, EILEEN)
        person = owner.url
        before = {visit["visit_id"] for visit in visits(owner) if visit["state"] == "code_sent"}
        add_photo(owner, house.photo_of(ASTRONAUT, tmp_path / "eileen.jpg"))

        known = wait_for_visit(owner, house, before, "code_sent")  # she comes, and nobody is asked
        text = house.home.wait_for_messages(phone, 1)[-1]
        assert EILEEN in text
        owner.goto(f"{house.home.web_url}/owner/#/visits/front/{known}")
        expect(owner.get_by_text(words.owner("why.rule.recognised"))).to_be_visible(
            timeout=ANSWER_MILLISECONDS
        )
        house.use_code(owner, text)

        owner.goto(person)
        owner.get_by_role("button", name=words.owner("visitors.block"), exact=True).click()
        expect(owner.get_by_text(words.owner("visitors.blocked_now", name=EILEEN))).to_be_visible(
            timeout=ANSWER_MILLISECONDS
        )
        merge(owner)

        def warned() -> str | None:
            news = house.home.owner_messages()[texts:]
            return next((text for text in news if EILEEN in text and "blocked" in text), None)

        warning = wait_until(warned, f"a warning of who is blocked; see {house.home.log}", ARRIVAL_SECONDS)
        (address,) = re.findall(r"https?://\S+", warning)
        owner.goto(address)
        expect(owner.get_by_role("heading", level=1)).to_have_text(EILEEN)
        expect(owner.get_by_text(words.owner("why.rule.blocked"))).to_be_visible(timeout=ANSWER_MILLISECONDS)
        owner.get_by_role("button", name=words.owner("wrong.not", name=EILEEN)).click()
        question = owner.get_by_role("dialog", name=words.owner("wrong.question", name=EILEEN))
        question.get_by_role("button", name=words.owner("wrong.yes")).click()
        expect(owner.get_by_text(words.owner("wrong.done", name=EILEEN))).to_be_visible(
            timeout=ANSWER_MILLISECONDS
        )
        expect(owner.get_by_role("button", name=words.owner("decide.let_in"), exact=True)).to_be_visible()

        owner.goto(person)
        delete(owner)
        assert call(owner, "GET", "/visitors")["visitors"] == []


def rename(owner: Page, name: str) -> None:
    """On the person's own page."""
    field = owner.get_by_label(words.owner("decide.name"), exact=True)
    expect(field).not_to_have_value("")
    field.fill(name)
    owner.get_by_role("button", name=words.owner("visitors.save"), exact=True).click()
    expect(owner.get_by_text(words.owner("visitors.saved"))).to_be_visible(timeout=ANSWER_MILLISECONDS)
    expect(owner.get_by_role("heading", level=1)).to_have_text(name)


def add_photo(owner: Page, photo: Path) -> None:
    """From the device, looked at before it is sent."""
    owner.get_by_label(words.owner("visitors.photo_choose")).set_input_files(photo)
    expect(owner.get_by_role("img", name=words.owner("visitors.photo_preview"))).to_be_visible()
    owner.keyboard.press("Enter")
    expect(owner.get_by_text(words.owner("visitors.photo_added"))).to_be_visible(timeout=ARRIVAL_MILLISECONDS)
    expect(
        owner.get_by_role("img", name=words.owner("visitors.photo_of", name=EILEEN, number=1))
    ).to_be_visible()


def wait_for_visit(owner: Page, house: House, before: set[str], state: str) -> str:
    """The id of a visit that came to this state, and is not one of `before`."""

    def found() -> str | None:
        news = [
            visit for visit in visits(owner) if visit.get("visitor_id") and visit["visit_id"] not in before
        ]
        return next((str(visit["visit_id"]) for visit in news if visit["state"] == state), None)

    return wait_until(found, f"a visit that is {state}; see {house.home.log}", ARRIVAL_SECONDS)


def merge(owner: Page) -> None:
    """The record that was a slip becomes part of this one."""
    owner.get_by_role("button", name=words.owner("visitors.merge_open")).click()
    owner.get_by_role("radio", name=MISTAKE).check()
    owner.get_by_role("button", name=words.owner("visitors.merge")).click()
    question = owner.get_by_role(
        "dialog", name=words.owner("visitors.merge_question", name=EILEEN, other=MISTAKE)
    )
    question.get_by_role("button", name=words.owner("visitors.merge")).click()
    merged = words.owner("visitors.merged", name=EILEEN, other=MISTAKE)
    expect(owner.get_by_text(merged)).to_be_visible(timeout=ANSWER_MILLISECONDS)


def delete(owner: Page) -> None:
    """It asks, and says what went."""
    owner.get_by_role("button", name=words.owner("visitors.delete"), exact=True).click()
    question = owner.get_by_role("dialog", name=words.owner("visitors.delete_question", name=EILEEN))
    question.get_by_role("button", name=words.owner("visitors.delete")).click()
    expect(owner.get_by_role("heading", name=words.owner("visitors.deleted", name=EILEEN))).to_be_focused(
        timeout=ANSWER_MILLISECONDS
    )
    went = owner.get_by_role("main").get_by_role("listitem")
    expect(went.filter(has_text=words.owner("visitors.deleted_record"))).to_have_count(1)
    for what in ("faces", "photos", "passes", "visits"):
        forms = [words.owner(f"visitors.deleted_{what}", count=count).partition(" ")[2] for count in (1, 2)]
        expect(went.filter(has_text=re.compile("|".join(re.escape(form) for form in forms)))).to_have_count(1)


def tomorrow() -> str:
    """As passes have it."""
    return time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 86_400))
