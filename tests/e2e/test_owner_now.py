"""The owner page, now: undoing, others who decide, faces to pick from, who it may be, a wrong match."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.double_visitors import person
from tests.e2e.home_double import PHOTOS, SITE, HomeDouble, Refusal, stranger
from tests.e2e.page_states import ADA

GRACE = {**ADA, "visitor_id": "7e5d3e1e-0b1f-4c57-9d1e-000000000002", "name": "Grace Hopper"}
OTHER = "ben@home.test"


def ago(seconds: float) -> str:
    """A time in the past, as the API writes it."""
    return datetime.fromtimestamp(time.time() - seconds, UTC).isoformat()


def recognised(**evidence: Any) -> dict[str, Any]:
    """A face that was taken for Ada."""
    found = {"seen_at": ago(4), "fragment_number": "9134385", "frame_offset": 0.4, "threshold": 99.0}
    return {
        **stranger(0),
        "known": True,
        "visitor_id": ADA["visitor_id"],
        "visitor_name": "Ada Lovelace",
        "similarity": 99.4,
        "evidence": {**found, **evidence},
    }


def test_turning_away_is_undone_with_the_keyboard(owner: Page, home: HomeDouble) -> None:
    """One press turns away; one step before the heading is the way back, and the visit waits again."""
    visit = home.add_visit(1)
    owner.get_by_role("button", name="Turn away").press("Enter")

    undo = owner.get_by_role("button", name="Undo")
    expect(owner.get_by_text("Turned away. No code was sent.")).to_be_visible()
    expect(owner.get_by_role("heading", level=1)).to_be_focused()
    assert visit["state"] == "denied"
    expect(undo).to_have_text(re.compile(r"^Undo(9[0-8]|[1-8]\d?)$"))
    owner.keyboard.press("Shift+Tab")
    expect(undo).to_be_focused()
    owner.keyboard.press("Enter")

    expect(owner.get_by_text("Undone. The visit waits for a decision again")).to_be_visible()
    expect(owner.get_by_role("article", name="Someone you don’t know")).to_be_visible()
    expect(undo).to_have_count(0)
    assert visit["state"] == "awaiting_owner"


def test_undo_goes_away_by_itself(owner: Page, home: HomeDouble) -> None:
    """After the seconds that the home gives there is nothing left to press."""
    owner.clock.install()
    home.add_visit(1)
    home.undo_seconds = 10
    owner.get_by_role("button", name="Turn away").click()
    undo = owner.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()

    owner.clock.run_for(10_000)

    expect(undo).to_have_count(0)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("undo_too_late", "It is too late to undo this."),
        ("visit_already_decided", "the visitor is already in"),
    ],
)
def test_an_undo_that_comes_too_late_says_so(owner: Page, home: HomeDouble, code: str, sentence: str) -> None:
    """The time is over, or the visitor was faster with the code: said, and what became of it is shown."""
    visit = home.add_visit(1)
    owner.get_by_role("button", name="Turn away").click()
    undo = owner.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    home.refusals[f"/api/owner/visits/front/{visit['visit_id']}/decision"] = Refusal(409, code)

    undo.click()

    expect(owner.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    expect(undo).to_have_count(0)


def test_an_undo_without_a_network_can_be_pressed_again(owner: Page, home: HomeDouble) -> None:
    """The network is gone for a moment: said, and the way back stays while its time lasts."""
    visit = home.add_visit(1)
    owner.get_by_role("button", name="Turn away").click()
    undo = owner.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()

    home.is_offline = True
    undo.click()
    expect(owner.get_by_text("There is no connection.")).to_be_visible()
    home.is_offline = False
    undo.click()

    expect(owner.get_by_role("article")).to_be_visible()
    assert visit["state"] == "awaiting_owner"


def test_who_decided_first_is_said_to_who_comes_second(owner: Page, home: HomeDouble) -> None:
    """A refusal carries who and what; half-written names stay until they are put away."""
    visit = home.add_visit(1)
    card = owner.get_by_role("article")
    card.get_by_role("button", name="Let in").click()
    card.get_by_label("Name").fill("Ada")
    card.get_by_label("Phone number").fill("+15555550199")
    details = {"state": "denied", "decided_by": OTHER, "decided_at": ago(1)}
    path = f"/api/owner/visits/front/{visit['visit_id']}/decision"
    home.refusals[path] = Refusal(409, "visit_already_decided", details=details)
    visit.update(details)

    card.get_by_role("button", name="Let in").click()

    expect(owner.get_by_role("alert").filter(has_text=f"{OTHER} has turned them away.")).to_be_visible()
    expect(owner.get_by_role("list", name="Recent visits")).to_contain_text("Turned away")


def test_a_decided_visit_says_who_decided(owner: Page, home: HomeDouble) -> None:
    """The visit's own page has the outcome, the person and the rule."""
    visit = home.add_visit(1, "denied", decided_by=OTHER, decided_at=ago(60), rule="household")

    owner.goto(f"{SITE}/owner/#/visits/front/{visit['visit_id']}")

    expect(owner.get_by_text(f"This visit was turned away. Decided by {OTHER}.")).to_be_visible()
    expect(owner.get_by_role("definition").filter(has_text=f"{OTHER} decided.")).to_be_visible()


def test_somebody_known_is_picked_by_the_face(owner: Page, home: HomeDouble) -> None:
    """Faces stand there, who looks similar first; blocked people do not; arrows and Enter are enough."""
    blocked = {
        **ADA,
        "visitor_id": "7e5d3e1e-0b1f-4c57-9d1e-000000000003",
        "name": "Mallory",
        "status": "blocked",
    }
    home.visitors = [{**ADA, "photo_url": f"{PHOTOS}/ada.jpg"}, GRACE, blocked]
    looks: dict[str, Any] = {
        "visitor_id": GRACE["visitor_id"],
        "visitor_name": "Grace Hopper",
        "similarity": 93.16,
    }
    home.add_visit(1, faces=[stranger(0, **looks)])
    card = owner.get_by_role("article")
    expect(card.get_by_text("(similarity 93.1 of 100)")).to_be_visible()

    card.get_by_role("button", name="I know this person").press("Enter")
    expect(card.get_by_role("radio")).to_have_count(2)
    expect(card.get_by_role("radio", name="Grace Hopper")).to_be_focused()
    expect(card.get_by_text("looks similar")).to_be_visible()
    expect(card.locator(".choice-picture img")).to_have_count(1)
    owner.keyboard.press("Space")
    owner.keyboard.press("ArrowRight")
    owner.keyboard.press("Enter")

    expect(owner.get_by_role("button", name="Undo")).to_be_visible()
    assert home.decisions == [{"decision": "approve", "visitor_id": ADA["visitor_id"], "face_index": 0}]


def test_among_many_people_there_is_a_search(owner: Page, home: HomeDouble) -> None:
    """By name, accents aside; Enter goes on to the faces, Escape empties before it closes."""
    names = ["Ada", "Grace", "José Ñandú", "Joan", "Alan", "Hedy", "Emmy"]
    home.visitors = [person(number, name) for number, name in enumerate(names, start=1)]
    home.add_visit(1)
    card = owner.get_by_role("article")
    card.get_by_role("button", name="I know this person").click()
    faces = card.get_by_role("radio")
    expect(faces).to_have_count(7)
    expect(faces.first).to_be_focused()

    search = card.get_by_role("searchbox", name="Search by name or number")
    search.fill("nobody")
    expect(card.get_by_text("Nobody on file fits “nobody”.")).to_be_visible()
    search.press("Escape")
    expect(faces).to_have_count(7)
    search.fill("nandu")
    expect(faces).to_have_count(1)
    search.press("Enter")
    expect(card.get_by_role("radio", name="José Ñandú")).to_be_focused()
    assert home.decisions == []
    owner.keyboard.press("Space")
    owner.keyboard.press("Enter")

    expect(owner.get_by_role("button", name="Undo")).to_be_visible()
    assert [decision["visitor_id"] for decision in home.decisions] == [person(3, "")["visitor_id"]]


def test_the_latest_few_visits_lead_to_the_activity(owner: Page, home: HomeDouble) -> None:
    """Four rows with what became of them and why; the rest is a link away."""
    for number in range(1, 8):
        home.add_visit(number, "denied", rule="household", decided_by=OTHER, decided_at=ago(60))

    rows = owner.get_by_role("list", name="Recent visits").get_by_role("listitem")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text(f"{OTHER} decided.")
    owner.get_by_role("link", name="All visits").click()

    expect(owner.get_by_role("heading", level=1, name="Activity")).to_be_focused()


def test_a_visit_that_nobody_decided_in_time_is_told(owner: Page, home: HomeDouble) -> None:
    """The card goes, and the page says why."""
    visit = home.add_visit(1)
    expect(owner.get_by_role("article")).to_be_visible()

    visit["state"] = "expired"

    expect(owner.get_by_text("Someone you don’t know: nobody decided in time.")).to_be_visible()
    expect(owner.get_by_role("article")).to_have_count(0)


def test_the_seconds_to_undo_are_not_read_out_one_by_one(owner: Page, home: HomeDouble) -> None:
    """Heard once: what was done, and that it can be undone; the number is for the eyes."""
    home.add_visit(1)
    owner.get_by_role("button", name="Turn away").click()

    undo = owner.get_by_role("status").filter(has=owner.get_by_role("button", name="Undo", exact=True))
    expect(undo).to_match_aria_snapshot(
        """
        - status:
          - paragraph: Turned away. No code was sent. This can be undone for a few seconds.
          - button "Undo"
        """
    )


def test_letting_in_can_be_thought_over(owner: Page, home: HomeDouble) -> None:
    """Back and Escape close what letting in opened; the focus returns, and what was typed stays."""
    home.add_visit(1)
    let_in = owner.get_by_role("button", name="Let in", exact=True)
    let_in.click()
    owner.keyboard.type("Ada")

    owner.keyboard.press("Escape")
    expect(let_in).to_be_focused()
    let_in.click()
    expect(owner.get_by_label("Name")).to_have_value("Ada")
    owner.get_by_role("button", name="Back").click()

    expect(let_in).to_be_focused()
    assert home.decisions == []


def test_an_empty_address_book_says_what_to_do(owner: Page, home: HomeDouble) -> None:
    """Nobody is on file: said, with the way back, and nothing to send."""
    home.add_visit(1)

    owner.get_by_role("button", name="I know this person").click()

    expect(owner.get_by_text("Nobody is on file yet.")).to_be_visible()
    expect(owner.get_by_role("button", name="Back")).to_be_focused()
    expect(owner.get_by_role("button", name="Let in and send a code")).to_have_count(0)


@pytest.mark.parametrize("height", [667, 844])
def test_the_buttons_are_within_thumb_reach(owner: Page, home: HomeDouble, height: int) -> None:
    """On a phone, without scrolling: in the lower third, above the sections, each 48 px or more."""
    owner.set_viewport_size({"width": 390, "height": height})
    home.add_visit(1)
    home.add_visit(2)
    card = owner.get_by_role("article").first
    card.get_by_role("img", name="Photo from").wait_for()
    sections = owner.get_by_role("navigation").bounding_box()

    for name in ("Turn away", "I know this person", "Let in"):
        box = card.get_by_role("button", name=name).bounding_box()
        assert box
        assert box["height"] >= 48
        assert box["y"] > height / 2
        assert box["y"] + box["height"] <= (sections["y"] if sections else height)


def test_how_often_somebody_was_seen_is_told(owner: Page, home: HomeDouble) -> None:
    """The visitor whom the stranger resembles: how many visits, and the last one."""
    for number in (1, 2):
        home.add_visit(
            number, "admitted", visitor_id=ADA["visitor_id"], opened_at=ago(7200), decided_at=ago(7100)
        )
    looks: dict[str, Any] = {
        "visitor_id": ADA["visitor_id"],
        "visitor_name": "Ada Lovelace",
        "similarity": 93.1,
    }
    home.add_visit(3, faces=[stranger(0, **looks)])

    expect(
        owner.get_by_role("article").get_by_text("Ada Lovelace was here 2 times before, last:")
    ).to_be_visible()


def test_a_stranger_is_said_to_be_one(owner: Page, home: HomeDouble) -> None:
    """Somebody who looks like nobody on file."""
    home.add_visit(1)
    expect(owner.get_by_text("Nobody on file looks like this.")).to_be_visible()


def test_a_wrong_match_is_taken_back(owner: Page, home: HomeDouble) -> None:
    """Why it was Ada is shown; saying that it is not her asks first, and the visit waits again."""
    face = recognised(runner_up_name="Grace Hopper", runner_up_similarity=97.2)
    visit = home.add_visit(
        1, "code_sent", visitor_id=ADA["visitor_id"], visitor_name="Ada Lovelace", faces=[face]
    )
    owner.goto(f"{SITE}/owner/#/visits/front/{visit['visit_id']}")
    expect(owner.get_by_text("99.4 of 100; known from 99")).to_be_visible()
    expect(owner.get_by_text("Grace Hopper, 97.2 of 100")).to_be_visible()
    expect(owner.get_by_text("0.4 seconds into fragment 9134385")).to_be_visible()

    owner.get_by_role("button", name="This is not Ada Lovelace").click()
    owner.get_by_role("dialog", name="Not Ada Lovelace?").get_by_role(
        "button", name="Not this person"
    ).click()

    expect(owner.get_by_text("The match with Ada Lovelace is taken out of this visit.")).to_be_visible()
    expect(owner.get_by_role("heading", level=1, name="Someone you don’t know")).to_be_focused()
    expect(owner.get_by_role("button", name="Let in")).to_be_visible()
    expect(owner.get_by_role("button", name="This is not")).to_have_count(0)
    assert visit["state"] == "awaiting_owner"
