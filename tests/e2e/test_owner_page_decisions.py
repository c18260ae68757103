"""The owner page: deciding on visits, against a home in memory."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.home_double import HomeDouble, Refusal, stranger
from tests.e2e.page_states import ADA


def test_approving_someone_new_sends_name_number_and_face(owner: Page, home: HomeDouble) -> None:
    """A name and a phone number with spaces and brackets become one approval of the only face."""
    visit = home.add_visit(1)
    card = owner.get_by_role("article", name="Someone you don’t know")

    card.get_by_role("button", name="Let in").click()
    expect(card.get_by_label("Name")).to_be_focused()
    card.get_by_label("Name").fill("Ada Lovelace")
    card.get_by_label("Phone number").fill("+1 (555) 555-0199")
    card.get_by_role("button", name="Let in").click()

    expect(owner.get_by_text("Ada Lovelace gets a code by text message.")).to_be_visible()
    expect(card).to_have_count(0)
    expect(owner.get_by_role("list", name="Recent visits")).to_contain_text("Code sent")
    expect(owner.get_by_role("heading", level=1)).to_be_focused()
    approval = {"decision": "approve", "name": "Ada Lovelace", "phone": "+15555550199", "face_index": 0}
    assert home.decisions == [approval]
    assert visit["state"] == "code_sent"


def test_an_approval_without_name_or_number_is_not_sent(owner: Page, home: HomeDouble) -> None:
    """Missing and malformed fields are named, the first of them gets the focus, and nothing is sent."""
    home.add_visit(1)
    card = owner.get_by_role("article")
    card.get_by_role("button", name="Let in").click()

    card.get_by_label("Phone number").fill("0555 1234")
    card.get_by_role("button", name="Let in").click()

    expect(card.get_by_label("Name")).to_be_focused()
    expect(card.get_by_label("Name")).to_have_accessible_description("Write the visitor’s name.")
    expect(card.get_by_text("Write the phone number with its country code")).to_be_visible()
    assert home.decisions == []


def test_a_number_that_the_home_refuses_is_shown_at_the_field(owner: Page, home: HomeDouble) -> None:
    """What is said about a phone number stands at the number, and what was typed stays."""
    visit = home.add_visit(1)
    path = f"/api/owner/visits/front/{visit['visit_id']}/decision"
    home.refusals[path] = Refusal(400, "phone_invalid", details={"field": "phone"})
    card = owner.get_by_role("article")
    card.get_by_role("button", name="Let in").click()
    card.get_by_label("Name").fill("Ada")
    card.get_by_label("Phone number").fill("+15555550199")

    card.get_by_role("button", name="Let in").click()

    expect(card.get_by_text("That is no complete phone number.")).to_be_visible()
    expect(card.get_by_label("Phone number")).to_be_focused()
    expect(card.get_by_label("Name")).to_have_value("Ada")


def test_someone_known_is_chosen_from_the_list(owner: Page, home: HomeDouble) -> None:
    """ "I know this person" offers those on file, and sends whom the owner chose."""
    home.visitors = [ADA]
    home.add_visit(
        1, faces=[stranger(0, visitor_id=ADA["visitor_id"], visitor_name="Ada Lovelace", similarity=93.1)]
    )
    card = owner.get_by_role("article")
    expect(card.get_by_text("Looks a little like Ada Lovelace, but not enough to be sure")).to_be_visible()

    card.get_by_role("button", name="I know this person").click()
    expect(card.get_by_role("radio", name="Ada Lovelace")).to_be_focused()
    card.get_by_role("radio", name="Ada Lovelace").check()
    card.get_by_role("button", name="Let in").click()

    expect(owner.get_by_text("Ada Lovelace gets a code")).to_be_visible()
    assert home.decisions == [{"decision": "approve", "visitor_id": ADA["visitor_id"], "face_index": 0}]


def test_of_several_strangers_the_owner_says_whose_face_it_is(owner: Page, home: HomeDouble) -> None:
    """Two faces: without a choice nothing is sent, with it the approval names the face."""
    home.add_visit(1, faces=[stranger(0, left=0.1), stranger(1, left=0.6)])
    card = owner.get_by_role("article", name="Two people you don’t know")
    card.get_by_role("button", name="Let in").click()
    card.get_by_label("Name").fill("Ada")
    card.get_by_label("Phone number").fill("+15555550199")

    card.get_by_role("button", name="Let in").click()
    expect(card.get_by_text("Choose the face that goes with the name.")).to_be_visible()
    assert home.decisions == []
    card.get_by_role("radio", name="Face 2").check()
    card.get_by_role("button", name="Let in").click()

    expect(owner.get_by_text("Ada gets a code")).to_be_visible()
    assert home.decisions[0]["face_index"] == 1


def test_a_visit_that_expires_while_the_owner_types_is_not_pulled_away(owner: Page, home: HomeDouble) -> None:
    """What the owner was typing in stays, with the news, until they dismiss it."""
    visit = home.add_visit(1)
    card = owner.get_by_role("article")
    card.get_by_role("button", name="Let in").click()
    card.get_by_label("Name").fill("Ada")

    visit["state"] = "expired"

    expect(card.get_by_text("Nobody decided in time.")).to_be_visible()
    expect(owner.locator("#announcement")).to_contain_text("Nobody decided in time.")
    card.get_by_role("button", name="OK").click()
    expect(card).to_have_count(0)
    expect(owner.get_by_text("Nobody is waiting.")).to_be_visible()
