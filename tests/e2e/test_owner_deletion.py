"""The owner page: deleting one visit, also of somebody who is not on file."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import log_in
from tests.e2e.home_double import HomeDouble, Refusal

DELETE = "Delete this visit"


def open_visit(page: Page, home: HomeDouble, state: str = "expired") -> None:
    """A visit, from the activity."""
    home.add_visit(1, state)
    log_in(page, "#/activity")
    page.get_by_role("main").get_by_role("listitem").get_by_role("link").click()
    page.get_by_text("About this visit").wait_for()


def test_a_visit_is_deleted_by_keyboard_and_the_page_says_what_went(page: Page, home: HomeDouble) -> None:
    """No asks nothing of the home; yes deletes, and leads back to an activity without it."""
    open_visit(page, home)
    remove = page.get_by_role("button", name=DELETE)
    remove.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(remove).to_be_focused()
    assert home.visits

    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")

    expect(page.get_by_role("heading", level=1, name="The visit is deleted")).to_be_focused()
    gone = page.get_by_role("status").get_by_role("listitem")
    expect(gone).to_have_text(["The entry in the activity", "3 photos", "The clip", "One code"])
    page.get_by_role("link", name="To the activity").click()
    expect(page.get_by_text("There are no visits yet.")).to_be_visible()


def test_a_visit_that_goes_on_says_from_when_it_can_be_deleted(page: Page, home: HomeDouble) -> None:
    """In the reader's time; nothing went."""
    page.clock.set_fixed_time("2026-11-21T12:00:00Z")
    open_visit(page, home, "admitted")
    (visit_id,) = home.visits
    home.refusals[f"/api/owner/visits/front/{visit_id}"] = Refusal(
        409, "visit_going_on", details={"over_at": "2026-11-21T12:05:00Z"}
    )
    page.get_by_role("button", name=DELETE).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("alert").filter(has_text="It can be deleted from")).to_be_visible()


@pytest.mark.parametrize(
    ("role", "state"), [("member", "expired"), ("guest", "expired"), ("owner", "awaiting_owner")]
)
def test_it_is_offered_to_owners_once_the_visit_is_over(
    page: Page, home: HomeDouble, role: str, state: str
) -> None:
    """To nobody else, and not while somebody waits."""
    home.role = role
    open_visit(page, home, state)
    expect(page.get_by_role("button", name=DELETE)).to_have_count(0)
