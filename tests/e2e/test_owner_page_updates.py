"""The owner page: staying up to date, and what it does without network, session or photo."""

from __future__ import annotations

import time

from playwright.sync_api import Page, expect

from tests.e2e.conftest import log_in
from tests.e2e.double_now import iso
from tests.e2e.home_double import SITE, HomeDouble, stranger


def test_updates_leave_focus_input_and_photo_alone(owner: Page, home: HomeDouble) -> None:
    """Further answers, with fresh links each, change neither what is typed nor load the photo again."""
    home.add_visit(1)
    name = owner.get_by_label("Name")
    owner.get_by_role("button", name="Let in").click()
    name.fill("Ad")
    owner.get_by_role("img", name="Photo from").wait_for()
    loads = len(home.photo_requests)

    home.add_visit(2)
    expect(owner.get_by_role("article")).to_have_count(2)
    owner.keyboard.type("a")

    old = owner.get_by_role("article").nth(1)
    expect(old.get_by_label("Name")).to_be_focused()
    expect(old.get_by_label("Name")).to_have_value("Ada")
    assert [path for path in home.photo_requests[loads:] if f"{1:022d}" in path] == []


def test_a_better_photo_replaces_the_first(owner: Page, home: HomeDouble) -> None:
    """The best frame changes: its photo is loaded, and the mark moves with the face."""
    visit = home.add_visit(1)
    mark = owner.locator(".photo-mark")
    expect(mark).to_have_attribute("style", "left: 40%; top: 40%; width: 15%; height: 27%;")
    loads = len(home.photo_requests)

    visit["faces"] = [stranger(0, left=0.5)]

    expect(mark).to_have_attribute("style", "left: 50%; top: 40%; width: 15%; height: 27%;")
    assert len(home.photo_requests) > loads


def test_an_expired_photo_link_is_fetched_anew(owner: Page, home: HomeDouble) -> None:
    """The first link no longer counts: the page asks for the visit again and shows the photo."""
    home.photo_refusals = 1

    home.add_visit(1)

    expect(owner.get_by_role("img", name="Photo from")).to_be_visible()
    assert len(home.photo_requests) >= 2


def test_a_visit_has_its_first_photo_beside_the_best(owner: Page, home: HomeDouble) -> None:
    """The visit's own page shows both photos and who was seen."""
    visit = home.add_visit(1)

    owner.get_by_role("link", name="Someone you don’t know").click()

    expect(owner.get_by_role("heading", level=1, name="Someone you don’t know")).to_be_focused()
    expect(owner.get_by_role("figure", name="Best photo").get_by_role("img")).to_be_visible()
    expect(owner.get_by_role("figure", name="First photo").get_by_role("img")).to_be_visible()
    assert owner.url.endswith(f"#/visits/front/{visit['visit_id']}")


def test_an_unknown_visit_says_so(owner: Page, home: HomeDouble) -> None:
    """A link to a visit that is gone, or was never there, is explained."""
    owner.goto(f"{SITE}/owner/#/visits/front/01K90000000000000000000009")

    expect(owner.get_by_role("heading", name="There is no such visit")).to_be_visible()


def test_the_page_says_that_it_is_offline_and_goes_on_by_itself(owner: Page, home: HomeDouble) -> None:
    """The network goes: told, what is typed stays. It returns: told, and news arrive."""
    home.add_visit(1)
    owner.get_by_role("button", name="Let in").click()
    owner.get_by_label("Name").fill("Ada")

    home.is_offline = True
    expect(owner.get_by_text("There is no connection.")).to_be_visible()
    owner.get_by_label("Phone number").fill("+15555550199")
    owner.get_by_role("button", name="Let in and send a code").click()
    expect(owner.get_by_text("Nothing was sent; try again.")).to_be_visible()
    home.add_visit(2)
    home.is_offline = False

    expect(owner.get_by_text("You are back online.")).to_be_visible()
    expect(owner.get_by_role("article")).to_have_count(2)
    expect(owner.get_by_label("Name").nth(1)).to_have_value("Ada")


def test_tokens_are_refreshed_before_they_expire(page: Page, home: HomeDouble) -> None:
    """A token that is about to expire is replaced without anyone noticing."""
    home.token_seconds = 30

    log_in(page)
    expect(page.get_by_text("Nobody is waiting.")).to_be_visible()

    assert home.token_requests[0]["grant_type"] == "refresh_token"


def test_a_login_that_was_not_started_here_is_refused(page: Page, home: HomeDouble) -> None:
    """A code with a foreign state is not exchanged: nobody can log the owner in to another home."""
    page.goto(f"{SITE}/owner/?code=theirs&state=theirs")

    expect(page.get_by_text("That login was not started in this tab.")).to_be_visible()
    assert home.token_requests == []
    assert page.url == f"{SITE}/owner/"


def test_text_of_others_stays_text(owner: Page, home: HomeDouble) -> None:
    """A name with markup is shown as it is written, and nothing of it runs."""
    home.add_visit(1, state="admitted", visitor_name="<img src=x onerror=alert(1)>")

    expect(owner.get_by_role("link", name="<img src=x onerror=alert(1)>")).to_be_visible()


def test_who_is_out_of_sight_is_said_to_be_and_who_is_back_is_not(owner: Page, home: HomeDouble) -> None:
    """As the home says, which knows how often it looks."""
    visit = home.add_visit(1)
    card = owner.get_by_role("article")
    expect(card).to_be_visible()
    expect(card.get_by_text("Out of sight since")).to_have_count(0)
    visit["out_of_sight_from"] = iso(time.time() - 1)
    expect(card.get_by_role("status").get_by_text("Out of sight since")).to_be_visible()
    visit["out_of_sight_from"] = iso(time.time() + 60)
    expect(card.get_by_text("Out of sight since")).to_be_hidden()
