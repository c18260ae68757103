"""Which face of a visit became the visitor: marked on the photo, said in words, and taken back from there."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import log_in
from tests.e2e.home_double import HomeDouble, stranger

TWO = [stranger(0, left=0.1), stranger(1, left=0.7)]
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
