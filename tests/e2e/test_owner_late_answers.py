"""Answers that come late to the owner page: after a change, after the reader went on, after a newer one."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import log_in
from tests.e2e.double_household import member
from tests.e2e.double_visitors import person
from tests.e2e.home_double import SITE, HomeDouble, Refusal
from tests.e2e.late_answers import held, hold, look, release

ADA = "7e5d3e1e-0b1f-4c57-9d1e-000000000001"
VISIT = f"front/01K9{1:022d}"


def button(place: Page | Locator, name: str) -> Locator:
    """By its whole name."""
    return place.get_by_role("button", name=name, exact=True)


def say_yes(page: Page, name: str) -> None:
    """In the question that is open."""
    button(page.get_by_role("dialog"), name).click()


def test_a_screen_that_was_left_does_not_name_the_next_one(page: Page, home: HomeDouble) -> None:
    """The window's title is that of the screen that is shown, whatever comes afterwards."""
    home.visitors = [person(1, "Ada Lovelace")]
    log_in(page, "#/visitors")
    hold(page, f"/visitors/{ADA}")
    page.get_by_role("link", name="Ada Lovelace").click()
    held(page)
    page.go_back()
    expect(page).to_have_title("Visitors · Smart Door")

    release(page)

    assert page.title() == "Visitors · Smart Door"


def test_a_deleted_visit_stays_deleted(page: Page, home: HomeDouble) -> None:
    """What was asked before shows neither the visit again nor that it is not to be found."""
    home.add_visit(1, "denied")
    log_in(page, f"#/visits/{VISIT}")
    button(page, "Delete this visit").click()
    hold(page, VISIT)
    look(page)
    held(page)
    say_yes(page, "Delete")
    heading = page.get_by_role("heading", level=1)
    deleted = "The visit is deleted"
    expect(heading).to_have_text(deleted)

    release(page)

    assert heading.text_content() == deleted


def test_a_decided_visit_is_not_asked_about_again(page: Page, home: HomeDouble) -> None:
    """An answer from before the decision does not bring its buttons back."""
    home.add_visit(1)
    log_in(page, f"#/visits/{VISIT}")
    deny = button(page, "Turn away")
    deny.wait_for()
    hold(page, VISIT)
    held(page)
    deny.click()
    expect(deny).to_be_hidden()

    release(page)

    assert deny.is_hidden()


def test_a_deleted_visitor_was_deleted_here(page: Page, home: HomeDouble) -> None:
    """What was asked meanwhile does not say that somebody else did it."""
    home.visitors = [person(1, "Ada Lovelace")]
    log_in(page, f"#/visitors/{ADA}")
    button(page, "Delete").click()
    home.refusals[f"/api/owner/visitors/{ADA}"] = Refusal(404, "visitor_not_found")
    hold(page, ADA)
    look(page)
    held(page)
    home.refusals.clear()
    say_yes(page, "Delete")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Ada Lovelace is deleted")

    release(page)

    assert heading.text_content() == "Ada Lovelace is deleted"


def test_settings_that_were_saved_stay_to_be_seen(page: Page, home: HomeDouble) -> None:
    """The answer to a question from before does not bring the old ones back."""
    log_in(page, "#/settings")
    blocked = page.locator("#warn")
    expect(blocked).to_be_checked()
    hold(page, "/settings")
    look(page)
    held(page)
    blocked.uncheck()
    button(page, "Save the settings").click()
    expect(page.get_by_text("Saved. It counts")).to_be_visible()

    release(page)

    assert not blocked.is_checked()
    assert home.household.settings["warn_about_blocked"] is False


def test_what_is_changed_while_settings_are_saved_stays(page: Page, home: HomeDouble) -> None:
    """It is not saved with them, and not taken back by the answer."""
    log_in(page, "#/settings")
    blocked, enrol = page.locator("#warn"), page.locator("#enrol")
    expect(enrol).to_be_checked()
    hold(page, "/settings", "PUT")
    blocked.uncheck()
    button(page, "Save the settings").click()
    held(page)
    enrol.uncheck()

    release(page)

    expect(page.get_by_text("Saved. It counts")).to_be_visible()
    assert not enrol.is_checked()


def test_what_is_changed_while_messages_are_saved_stays(page: Page, home: HomeDouble) -> None:
    """A member who thinks again before the answer is there does not have to a second time."""
    home.role = "member"
    log_in(page, "#/settings")
    phone = page.get_by_label("Mobile number")
    hold(page, "/me/messages", "PUT")
    phone.fill("+15555550111")
    button(page, "Save the text messages").click()
    held(page)
    phone.fill("+15555550112")

    release(page)

    expect(page.get_by_text("Saved. It counts")).to_be_visible()
    expect(phone).to_have_value("+15555550112")


def test_who_was_removed_does_not_come_back(page: Page, home: HomeDouble) -> None:
    """A slow list from before is of no interest once there is a newer one."""
    home.household.members.append(member("grace@home.test"))
    log_in(page, "#/household")
    grace = button(page, "Remove grace@home.test")
    grace.click()
    hold(page, "/household")
    look(page)
    held(page)
    say_yes(page, "Remove")
    expect(grace).to_have_count(0)

    release(page)

    assert grace.count() == 0


def test_a_revoked_pass_is_not_offered_again(page: Page, home: HomeDouble) -> None:
    """A slow list from before is of no interest once there is a newer one."""
    home.passes.add("window", "Grace Hopper")
    log_in(page, "#/passes")
    revoke = button(page, "Revoke the pass of Grace Hopper")
    revoke.click()
    hold(page, "/passes")
    look(page)
    held(page)
    say_yes(page, "Revoke")
    expect(revoke).to_be_hidden()

    release(page)

    assert revoke.is_hidden()


def test_who_is_on_file_is_of_no_interest_to_somebody_new(owner: Page, home: HomeDouble) -> None:
    """Thought over before the list is there: an empty one does not take the button to let in away."""
    home.add_visit(1)
    card = owner.get_by_role("article")
    button(card, "Let in").wait_for()
    hold(owner, "/visitors")
    button(card, "I know this person").click()
    held(owner)
    button(card, "Back").click()
    button(card, "Let in").click()
    send = button(card, "Let in and send a code")

    release(owner)

    assert send.is_visible()


def test_the_first_steps_go_by_the_latest_look(page: Page, home: HomeDouble) -> None:
    """A slow answer from before somebody was on file does not take their step back."""
    home.role = "member"
    log_in(page)
    steps = page.locator(".steps").get_by_role("listitem")
    expect(steps.nth(0)).to_contain_text("Next step")
    hold(page, "/visitors")
    home.add_visit(1)
    held(page)
    home.visitors = [person(1, "Ada Lovelace")]
    home.visits.clear()
    expect(steps.nth(1)).to_contain_text("Done")

    release(page)

    assert "Done" in (steps.nth(1).text_content() or "")


def test_a_table_is_named_after_what_is_in_it(page: Page, home: HomeDouble) -> None:
    """Another day that is chosen while the table is made is not its name."""
    home.add_visit(1, "denied", opened_at="2026-11-20T10:00:00Z")
    log_in(page, "#/activity?day=2026-11-20")
    save = button(page, "Save as CSV")
    save.wait_for()
    hold(page, "visits.csv")
    save.click()
    held(page)
    page.get_by_role("textbox", name="Day").fill("2026-11-21")
    page.wait_for_url(f"{SITE}/owner/#/activity?day=2026-11-21")

    with page.expect_download() as download:
        release(page)

    assert download.value.suggested_filename == "visits-2026-11-20.csv"


def test_two_doors_are_ticked_one_after_the_other(page: Page, home: HomeDouble) -> None:
    """The second is not lost while the first is on its way."""
    home.doors.append({"door_id": "back", "name": "Back door"})
    home.visitors = [person(1, "Ada Lovelace", door_ids=[])]
    log_in(page, f"#/visitors/{ADA}")
    hold(page, ADA, "PATCH")
    page.get_by_role("checkbox", name="Front door").check()
    held(page)
    page.get_by_role("checkbox", name="Back door").check()

    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        release(page)

    expect(page.get_by_role("checkbox", name="Front door")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Back door")).to_be_checked()
    sent = [body["door_ids"] for _, _, body in home.visitor_changes]
    assert sent == [["front"], ["front", "back"]]
