"""The owner page on a phone: faces come closer, and the buttons under the thumb are of who is in sight."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import log_in
from tests.e2e.home_double import HomeDouble, stranger

NAME = "Photo from the Front door"


def middle(place: Locator) -> float:
    """Where the middle of something is, across the window."""
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2


@pytest.mark.parametrize(("left", "stands"), [(0.02, "left"), (0.45, "middle"), (0.83, "right")])
def test_on_a_phone_a_face_comes_closer_and_stays_in_sight(
    page: Page, home: HomeDouble, left: float, stands: str
) -> None:
    """The photo is a third wider than the card, with the face in its middle if the photo allows that."""
    home.add_visit(1, faces=[stranger(0, left)])
    log_in(page)
    photo, mark = page.get_by_role("img", name=NAME), page.locator(".photo-mark")
    expect(photo).to_be_visible()
    card, shown, marked = (one.bounding_box() for one in (page.get_by_role("article"), photo, mark))
    assert card
    assert shown
    assert marked
    assert shown["width"] / card["width"] == pytest.approx(4 / 3, abs=0.02)
    assert card["x"] <= marked["x"]
    assert marked["x"] + marked["width"] <= card["x"] + card["width"]
    assert (stands == "middle") == (abs(middle(mark) - middle(page.get_by_role("article"))) < 20)


def test_a_photo_of_people_far_apart_is_shown_whole(page: Page, home: HomeDouble) -> None:
    """Nobody is left out."""
    home.add_visit(1, faces=[stranger(0, 0.1), stranger(1, 0.8)])
    log_in(page)
    photo = page.get_by_role("img", name=NAME)
    expect(photo).to_be_visible()
    card, shown = page.get_by_role("article").bounding_box(), photo.bounding_box()
    assert card
    assert shown
    assert shown["width"] == pytest.approx(card["width"], abs=3)


def test_only_the_first_visit_holds_its_buttons_under_the_thumb(page: Page, home: HomeDouble) -> None:
    """Or the buttons of one who is hardly in sight would be taken for another's."""
    home.add_visit(1)
    home.add_visit(2)
    log_in(page)
    expect(page.get_by_role("article")).to_have_count(2)
    bars = page.locator(".decision-bar-first")
    assert bars.evaluate_all("bars => bars.map((bar) => getComputedStyle(bar).position)") == [
        "sticky",
        "static",
    ]
