"""The owner page: every visit with its decision, filtered by an address that can be shared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.conftest import log_in
from tests.e2e.double_activity import TABLE
from tests.e2e.double_visitors import person
from tests.e2e.home_double import SITE, HomeDouble, Refusal, stranger
from tests.e2e.late_answers import look

ADA = person(1, "Ada Lovelace")
TODAY, BEFORE = "2026-11-21T10:00:00Z", "2025-12-31T09:00:00Z"


def visits(page: Page) -> Locator:
    """The visits that are listed."""
    return page.locator(".activity-day").get_by_role("listitem")


def fill(home: HomeDouble) -> None:
    """Three visits of two doors and two days."""
    home.visitors.append(ADA)
    home.doors.append({"door_id": "garden", "name": "Garden gate"})
    by_household = {"rule": "household", "decided_by": "grace@home.test", "decided_at": TODAY}
    face = {**stranger(0), "known": True, "visitor_id": ADA["visitor_id"], "visitor_name": "Ada Lovelace"}
    home.add_visit(3, "denied", opened_at=TODAY, **by_household)
    home.add_visit(
        2,
        "admitted",
        opened_at=BEFORE,
        rule="recognised",
        visitor_id=ADA["visitor_id"],
        visitor_name="Ada Lovelace",
        faces=[{**face, "similarity": 99.48}],
    )
    home.add_visit(1, "expired", opened_at=BEFORE, door_id="garden", door_name="Garden gate")


def test_visits_are_listed_by_day_with_who_decided_and_why(page: Page, home: HomeDouble) -> None:
    """The days are headings; a visit says when, where, what became of it, by whom and on what ground."""
    fill(home)
    log_in(page, "#/activity")

    by_recognition = page.get_by_role("list", name=re.compile(r"^Wednesday,? 31 December 2025$")).get_by_role(
        "listitem"
    )
    expect(by_recognition).to_have_count(2)
    expect(by_recognition.first).to_contain_text("Ada Lovelace")
    expect(by_recognition.first).to_contain_text("Front door")
    expect(by_recognition.first).to_contain_text("Somebody who may come in was recognised. Similarity 99.4")
    expect(by_recognition.first).to_contain_text("Came in")
    expect(by_recognition.nth(1)).to_contain_text("Nobody decided")
    expect(visits(page).first).to_contain_text("grace@home.test decided.")
    expect(visits(page).first.locator("img")).to_be_visible()


def test_the_filter_is_in_the_address_and_the_back_button_undoes_it(page: Page, home: HomeDouble) -> None:
    """Each choice is an address of its own; the field that was used keeps the focus."""
    fill(home)
    log_in(page, "#/activity")

    page.get_by_label("Person").select_option("Ada Lovelace")
    expect(visits(page)).to_have_count(1)
    assert page.url == f"{SITE}/owner/#/activity?visitor={ADA['visitor_id']}"
    page.get_by_label("Person").select_option("Anyone")
    page.get_by_label("Door").select_option("Garden gate")
    expect(visits(page)).to_have_count(1)
    page.get_by_label("Door").focus()
    page.get_by_label("Outcome").select_option("Turned away")
    expect(page.get_by_text("No visit fits.")).to_be_visible()
    assert page.url.endswith("#/activity?door=garden&outcome=denied")

    page.go_back()
    expect(visits(page)).to_have_count(1)
    expect(page.get_by_label("Outcome")).to_have_value("")
    expect(page.get_by_label("Door")).to_have_value("garden")


def test_a_shared_address_shows_the_same(page: Page, home: HomeDouble) -> None:
    """Somebody who follows a link, and logs in on the way, sees what it names."""
    fill(home)

    log_in(page, "#/activity?day=2025-12-31&outcome=admitted&door=front")

    expect(visits(page)).to_have_count(1)
    expect(page.get_by_label("Day", exact=True)).to_have_value("2025-12-31")
    expect(page.get_by_label("Outcome")).to_have_value("admitted")
    expect(page.get_by_role("link", name="Activity")).to_have_attribute("aria-current", "page")


def test_nothing_found_offers_to_clear_the_filters(page: Page, home: HomeDouble) -> None:
    """With the keyboard alone: the button leads to everything, and the focus goes to the heading."""
    fill(home)
    log_in(page, "#/activity?day=2024-02-29")

    page.get_by_role("button", name="Clear filters").focus()
    page.keyboard.press("Enter")

    expect(visits(page)).to_have_count(3)
    expect(page.get_by_label("Day", exact=True)).to_have_value("")
    expect(page.get_by_role("heading", level=1, name="Activity")).to_be_focused()


def test_a_home_without_visits_says_what_will_be_here(page: Page) -> None:
    """No filter to clear, and nothing to save."""
    log_in(page, "#/activity")

    expect(page.get_by_text("There are no visits yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Clear filters")).to_be_hidden()
    expect(page.get_by_role("button", name="Save as CSV")).to_be_hidden()


def test_older_visits_follow_and_the_focus_is_on_the_first_of_them(page: Page, home: HomeDouble) -> None:
    """Pages go on where the last ended; at the end there is no button."""
    for number in range(1, 26):
        home.add_visit(number, "denied", visitor_name=f"Person {number}")
    log_in(page, "#/activity")
    expect(visits(page)).to_have_count(20)

    page.get_by_role("button", name="Show older visits").focus()
    page.keyboard.press("Enter")

    expect(visits(page)).to_have_count(25)
    expect(page.get_by_role("link", name="Person 5", exact=True)).to_be_focused()
    expect(page.get_by_role("button", name="Show older visits")).to_be_hidden()


def test_pages_without_a_find_are_passed_over(page: Page, home: HomeDouble) -> None:
    """The only visit that fits stands beyond the first page."""
    home.add_visit(1, "admitted", visitor_name="Ada Lovelace")
    for number in range(2, 40):
        home.add_visit(number, "denied")

    log_in(page, "#/activity?outcome=admitted")

    expect(visits(page)).to_have_count(1)
    expect(page.get_by_role("link", name="Ada Lovelace")).to_be_visible()


def test_an_entry_opens_the_visit_and_back_is_the_same_filter(page: Page, home: HomeDouble) -> None:
    """With the keyboard: a visit, and back to what was filtered."""
    fill(home)
    log_in(page, "#/activity?outcome=admitted")

    page.get_by_role("link", name="Ada Lovelace").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Ada Lovelace")).to_be_focused()
    page.go_back()

    expect(page.get_by_label("Outcome")).to_have_value("admitted")
    expect(visits(page)).to_have_count(1)


def test_an_owner_saves_what_is_filtered(page: Page, home: HomeDouble, tmp_path: Path) -> None:
    """The table as the home made it, byte by byte, of the same filter; how far it reaches is said."""
    fill(home)
    log_in(page, "#/activity?day=2025-12-31&door=front")
    expect(page.get_by_text("the newest 5,000 at most")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()

    download.value.save_as(tmp_path / "saved.csv")
    assert (tmp_path / "saved.csv").read_bytes() == TABLE
    assert download.value.suggested_filename == "visits-2025-12-31.csv"
    assert home.exports == [{"day": "2025-12-31", "door_id": "front"}]
    expect(page.get_by_text("The visits are in your downloads.")).to_be_visible()


def test_a_table_that_is_not_made_is_explained(page: Page, home: HomeDouble) -> None:
    """Whoever may not any more is told so, and nothing is saved."""
    fill(home)
    log_in(page, "#/activity")
    home.refusals["/api/owner/visits.csv"] = Refusal(403, "not_allowed")

    page.get_by_role("button", name="Save as CSV").click()

    expect(page.get_by_role("alert")).to_contain_text("You may not do this.")


@pytest.mark.parametrize("role", ["member", "guest"])
def test_only_owners_are_offered_the_table(page: Page, home: HomeDouble, role: str) -> None:
    """Everybody sees the visits; what leaves the house is the owner's."""
    fill(home)
    home.role = role
    log_in(page, "#/activity")

    expect(visits(page)).to_have_count(3)
    expect(page.get_by_role("button", name="Save as CSV")).to_have_count(0)


def test_a_photo_that_has_expired_says_so_in_its_place(page: Page, home: HomeDouble) -> None:
    """A fresh link that brings nothing is a photo that is no longer kept."""
    fill(home)
    home.visits[f"01K9{2:022d}"]["photo_url"] = "https://photos.test/gone/2.jpg"

    log_in(page, "#/activity")

    expect(visits(page).nth(1)).to_contain_text("Photo expired")
    expect(visits(page).nth(0)).not_to_contain_text("Photo expired")


def test_a_link_that_could_not_be_renewed_is_tried_again(page: Page, home: HomeDouble) -> None:
    """A photo whose link has ended while the home does not answer comes with a later answer."""
    visit = home.add_visit(1, "denied", photo_links_expire_at="2026-11-01T10:00:00Z")
    path = f"/api/owner/visits/front/{visit['visit_id']}"
    home.refusals[path] = Refusal(503, "busy")
    home.photo_refusals = 1
    with page.expect_response(f"**{path}"):
        log_in(page, "#/activity")
    home.refusals.clear()

    look(page)

    page.wait_for_function("() => document.querySelector('.visit-row-photo img').naturalWidth > 0")


def test_a_person_who_was_deleted_is_explained(page: Page, home: HomeDouble) -> None:
    """An old link names somebody whom the home no longer knows."""
    fill(home)
    home.refusals["/api/owner/visits"] = Refusal(404, "visitor_not_found")
    log_in(page, "#/activity?visitor=7e5d3e1e-0b1f-4c57-9d1e-000000000009")
    expect(page.get_by_text("This person is no longer on file.")).to_be_visible()

    home.refusals.clear()
    page.get_by_role("button", name="Clear filters").click()

    expect(visits(page)).to_have_count(3)


def test_places_are_held_while_visits_load_and_stand_still(page: Page, home: HomeDouble) -> None:
    """The list is busy until the answer is there; nothing moves where the reader wants no motion."""
    fill(home)
    held: list[Route] = []
    page.emulate_media(reduced_motion="reduce")
    page.route("**/api/owner/visits?*", lambda route: held.append(route), times=1)
    with page.expect_request("**/api/owner/visits?*"):
        log_in(page, "#/activity")
    expect(page.locator(".skeleton").first).to_be_visible()
    expect(page.locator("main > .stack")).to_have_attribute("aria-busy", "true")
    page.wait_for_function("() => document.getAnimations().length === 0")

    held[0].abort()  # and asked again

    expect(visits(page)).to_have_count(3)
    expect(page.locator(".skeleton").first).to_be_hidden()


def test_without_a_network_it_says_so_and_goes_on_by_itself(page: Page, home: HomeDouble) -> None:
    """A first load that fails is tried again."""
    fill(home)
    log_in(page)
    home.refusals["/api/owner/visits"] = Refusal(503, "busy")
    page.get_by_role("link", name="Activity").click()
    expect(page.get_by_text("Your home does not answer properly.")).to_be_visible()

    home.refusals.clear()

    expect(visits(page)).to_have_count(3)
