"""Which face of a visit became the visitor: marked on the photo, said in words, and taken back from there."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import log_in
from tests.e2e.home_double import HomeDouble, stranger

TWO = [stranger(0, left=0.1), stranger(1, left=0.7)]
ADA = "7e5d3e1e-0b1f-4c57-9d1e-000000000001"
SHUT_OUT: dict[str, Any] = {
    "visitor_id": ADA,
    "visitor_name": "Ada Lovelace",
    "similarity": 99.4,
    "no_access": True,
}
ADDRESS = f"#/visits/front/01K9{7:022d}"


def test_of_two_faces_the_named_one_is_marked(page: Page, home: HomeDouble) -> None:
    """Given two strangers of whom the household let one in, then it is that one, and only that one."""
    named = {"visitor_name": "Ada Lovelace", "rule": "household", "decided_by": "owner@home.test"}
    home.add_visit(7, "admitted", faces=TWO, named_face_index=1, **named)
    log_in(page, ADDRESS)

    faces = page.locator(".face-row")
    expect(faces.nth(0)).to_contain_text("Face 1 was not recognised")
    expect(faces.nth(0).get_by_role("button")).to_have_count(0)
    expect(faces.nth(1)).to_contain_text("Face 2 is Ada Lovelace")
    expect(faces.nth(1).get_by_role("button", name="This is not Ada Lovelace")).to_be_visible()
    expect(page.locator(".visit-photo-best")).to_contain_text("Ada Lovelace")
    expect(page.locator(".visit-photo-best")).to_contain_text("Face 1")


def test_who_came_by_pass_gives_no_face_a_name(page: Page, home: HomeDouble) -> None:
    """Given a code that somebody typed, then nobody claims that the face is the guest's."""
    home.add_visit(7, "admitted", visitor_name="Ada Lovelace", rule="pass", decided_by="ben@home.test")
    log_in(page, ADDRESS)

    expect(page.locator(".face-row")).to_contain_text("was not recognised")
    expect(page.get_by_role("button", name="This is not")).to_have_count(0)


def test_who_is_on_file_but_asked_about_is_let_in_with_one_press(page: Page, home: HomeDouble) -> None:
    """Named, with what letting in means; no name and number are asked for."""
    visit = home.add_visit(7, faces=[stranger(0, **SHUT_OUT)])
    log_in(page)
    card = page.get_by_role("article", name="Ada Lovelace")
    expect(
        card.get_by_text("Ada Lovelace was recognised, but is let in here only when you say so.")
    ).to_be_visible()
    expect(card.locator(".photo-mark")).to_have_text("Ada Lovelace")

    card.get_by_role("button", name="Let in").click()

    expect(page.get_by_text("Ada Lovelace gets a code by text message.")).to_be_visible()
    assert home.decisions == [{"decision": "approve", "visitor_id": ADA}]
    assert visit["state"] == "code_sent"


def test_in_company_it_is_said_whose_face_is_whose(page: Page, home: HomeDouble) -> None:
    """Given one who is asked about and one whom nobody knows, then each face says what is known of it."""
    home.add_visit(7, faces=[stranger(0, left=0.1, **SHUT_OUT), stranger(1, left=0.7)])
    log_in(page)
    card = page.get_by_role("article", name="Ada Lovelace with someone you don’t know")
    card.get_by_role("button", name="Let in").click()
    expect(card.get_by_role("radio", name="Face 1 Ada Lovelace")).to_be_visible()
    expect(card.get_by_role("radio", name="Face 2")).to_be_visible()

    page.get_by_role("link", name="Ada Lovelace with someone you don’t know").click()

    expect(page.locator(".face-row").first).to_have_text(
        re.compile("Ada Lovelace, recognised .similarity 99.4., but let in here only when you say so")
    )
