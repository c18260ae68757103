"""What goes wrong in sections of the owner page: network, faults of the home, roles, a login that ran out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import log_in
from tests.e2e.double_visitors import person
from tests.e2e.home_double import SITE, HomeDouble, Refusal
from tests.e2e.late_answers import held, hold, look, release

API = "/api/owner"
# Where a section is, and what it asks first.
SECTIONS = {
    "#/visits": "visits",
    "#/activity": "settings",
    "#/visitors": "visitors",
    "#/passes": "passes",
    "#/passes/new": "visitors",
    "#/settings": "settings",
}
HEADINGS = {
    "#/visits": "waiting for you",
    "#/activity": "Activity",
    "#/visitors": "Visitors",
    "#/passes": "Passes",
    "#/passes/new": "Invite someone",
    "#/settings": "Settings",
}


def lived_in(home: HomeDouble) -> HomeDouble:
    """Somebody waits, somebody was there, somebody is on file and invited."""
    home.visitors = [person(1, "Ada Lovelace")]
    home.add_visit(1, "admitted", visitor_name="Ada Lovelace", rule="household", decided_by="ben@home.test")
    home.add_visit(2)
    home.passes.add("window", "Grace Hopper")
    return home


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_that_does_not_load_says_so_and_goes_on_by_itself(
    page: Page, home: HomeDouble, section: str
) -> None:
    """The home has a fault: said in words; what was to be seen comes without a reload."""
    path = f"{API}/{SECTIONS[section]}"
    lived_in(home).refusals[path] = Refusal(503, "busy")
    log_in(page, section)
    expect(page.get_by_text("Your home does not answer properly.")).to_be_visible()

    del home.refusals[path]

    expect(page.get_by_text("You are back online.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text(HEADINGS[section])
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_login_that_ran_out_comes_back_to_the_section(page: Page, home: HomeDouble, section: str) -> None:
    """Said; after the login the reader is where they were."""
    log_in(page, section)
    page.goto("about:blank")  # nobody asks anything while the login runs out
    home.accepted_tokens.clear()
    home.accepts_refresh = False

    page.goto(f"{SITE}/owner/{section}")

    expect(page.get_by_text("Log in to go on where you were.")).to_be_visible()
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Account").wait_for()
    assert page.url == f"{SITE}/owner/{section}"


def log_in_again(page: Page, home: HomeDouble) -> None:
    """The login runs out while somebody types; they log in once more."""
    home.accepts_refresh = False
    home.accepted_tokens.clear()
    expect(page.get_by_text("Your login has run out.")).to_be_visible()
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Account").wait_for()


def test_a_name_that_was_being_typed_outlives_the_login(page: Page, home: HomeDouble) -> None:
    """It stands at the same visit; the tab keeps no copy of it."""
    home.add_visit(1)
    home.add_visit(2)
    log_in(page)
    card = page.get_by_role("article").nth(1)
    card.get_by_role("button", name="Let in").click()
    card.get_by_label("Name").fill("Ada Lovelace")

    log_in_again(page, home)

    expect(card.get_by_label("Name")).to_have_value("Ada Lovelace")
    expect(page.get_by_role("article").first.get_by_label("Name")).to_have_value("")
    card.get_by_role("button", name="Let in").click()
    expect(card.get_by_label("Name")).to_be_visible()
    assert "Ada" not in page.evaluate("() => JSON.stringify({ ...sessionStorage, ...localStorage })")


def test_an_invitation_that_was_being_written_outlives_the_login(page: Page, home: HomeDouble) -> None:
    """What was chosen and what was typed, also among people who come later than the form."""
    lived_in(home)
    log_in(page, "#/passes/new")
    page.get_by_role("radio", name="Every week").check()
    page.get_by_role("radio", name="Ada Lovelace").check()
    page.get_by_role("checkbox", name="Tuesday").check()
    page.get_by_label("From what time").fill("10:30")
    home.accepts_refresh = False
    home.accepted_tokens.clear()
    page.get_by_role("button", name="Create the pass").click()

    log_in_again(page, home)

    expect(page.get_by_role("radio", name="Every week")).to_be_checked()
    expect(page.get_by_role("radio", name="Ada Lovelace")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Tuesday")).to_be_checked()
    expect(page.get_by_label("From what time")).to_have_value("10:30")
    assert home.passes.wanted == []


@pytest.mark.parametrize("role", ["member", "guest"])
def test_no_section_asks_what_the_role_may_not(page: Page, home: HomeDouble, role: str) -> None:
    """Wherever a member or a guest may go, nothing that the page asks is refused."""
    home.role = role
    ada = lived_in(home).visitors[0]
    visit = f"#/visits/front/01K9{2:022d}"
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status == 403 else None)
    log_in(page)

    for address in [*SECTIONS, visit, f"#/visitors/{ada['visitor_id']}", "#/household"]:
        page.goto(f"{SITE}/owner/{address}")
        expect(page.locator("main h1")).to_have_count(1)
        expect(page.locator("main [aria-busy=true]")).to_have_count(0)

    assert refused == []


def test_a_role_that_was_taken_away_is_said_where_something_was_asked(page: Page, home: HomeDouble) -> None:
    """The token still says member; the home says no, in words, and the visit stays to look at."""
    home.role = "member"
    lived_in(home)
    log_in(page)
    card = page.get_by_role("article")
    card.wait_for()
    home.role = "guest"

    card.get_by_role("button", name="Turn away").click()

    expect(card.get_by_role("alert")).to_have_text("You may not do this. Ask the owner of the home.")
    assert home.decisions == []


@pytest.mark.parametrize("refusal", [Refusal(503, "busy"), Refusal(500, "internal_error"), None])
def test_a_decision_that_was_not_taken_keeps_what_was_typed(
    page: Page, home: HomeDouble, refusal: Refusal | None
) -> None:
    """A fault of the home, or no network: said at the form, and sent again with one press."""
    lived_in(home)
    log_in(page)
    card = page.get_by_role("article")
    card.get_by_role("button", name="Let in").click()
    card.get_by_label("Name").fill("Grace Hopper")
    card.get_by_label("Phone number").fill("+15555550123")
    path = f"{API}/visits/front/01K9{2:022d}/decision"
    if refusal:
        home.refusals[path] = refusal
    home.is_offline = refusal is None
    send = card.get_by_role("button", name="Let in and send a code")

    send.click()

    expect(card.get_by_role("alert")).to_contain_text("gain")
    home.refusals.clear()
    home.is_offline = False
    expect(card.get_by_label("Name")).to_have_value("Grace Hopper")
    send.click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert [decision["name"] for decision in home.decisions] == ["Grace Hopper"]


def test_a_pass_that_could_not_be_revoked_says_so(page: Page, home: HomeDouble) -> None:
    """No network at the press: said, and the pass is still offered to revoke."""
    lived_in(home)
    log_in(page, "#/passes")
    revoke = page.get_by_role("button", name="Revoke the pass of Grace Hopper")
    revoke.click()
    home.is_offline = True

    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()

    expect(page.get_by_role("alert").filter(has_text="Try again.")).to_be_visible()
    home.is_offline = False
    expect(revoke).to_be_visible()


def test_a_section_that_was_never_loaded_waits_for_the_network(page: Page, home: HomeDouble) -> None:
    """No network where a section is opened first: said, with a way to try again that leads there."""
    log_in(page)
    home.is_offline = True
    page.get_by_role("link", name="Passes").click()
    expect(page.get_by_role("heading", level=1, name="Your home does not answer")).to_be_visible()

    home.is_offline = False
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("heading", level=1, name="Passes")).to_be_visible()


def test_a_login_that_ran_out_is_said_once(page: Page, home: HomeDouble) -> None:
    """What else was asked meanwhile does not say it again, under the fingers of who logs in."""
    home.add_visit(1)
    log_in(page)
    deny = page.get_by_role("button", name="Turn away")
    deny.wait_for()
    home.accepts_refresh = False
    hold(page, "state=waiting")
    home.accepted_tokens.clear()
    held(page)
    deny.click()
    log_in_button = page.get_by_role("button", name="Log in")
    log_in_button.focus()

    release(page)

    expect(log_in_button).to_be_focused()


def test_a_question_goes_with_the_screen_that_asked_it(page: Page, home: HomeDouble) -> None:
    """The back button, or the end of the login: nothing is left to be answered about what is not shown."""
    ada = lived_in(home).visitors[0]
    log_in(page, "#/visitors")
    page.get_by_role("link", name="Ada Lovelace").click()
    delete = page.get_by_role("button", name="Delete", exact=True)
    delete.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Visitors")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("link", name="Ada Lovelace").click()
    delete.click()
    home.accepts_refresh = False
    home.accepted_tokens.clear()
    look(page)

    expect(page.get_by_role("alert").filter(has_text="Your login has run out.")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert home.visitors == [ada]


def test_a_refusal_that_goes_on_is_said_once(page: Page, home: HomeDouble) -> None:
    """A screen that asks every second does not read the same sentence out every time."""
    log_in(page)
    home.refusals[f"{API}/visits"] = Refusal(403, "not_allowed")
    said = page.locator("#alert > div")
    expect(said).to_contain_text("You may not do this.")
    said.evaluate("(notice) => { window.first = notice; }")
    hold(page, "/visits")
    look(page)
    held(page)

    release(page)

    assert said.evaluate("(notice) => notice === window.first")


def leave(page: Page) -> None:
    """Log out, where the hosted login does not come: the page is still there."""
    way = "**/login-service/demo/logout?*"
    page.route(way, lambda route: route.fulfill(status=204))
    page.get_by_role("button", name="Account").click()
    with page.expect_request(way):
        page.get_by_role("button", name="Log out").click()


def test_who_logs_out_leaves_nothing_behind(page: Page, home: HomeDouble) -> None:
    """On the way out nothing is said to have run out, and what was being typed is not kept."""
    home.add_visit(1)
    log_in(page)
    page.get_by_role("button", name="Let in").click()
    page.get_by_label("Name").fill("Ada Lovelace")
    leave(page)

    look(page)

    assert "Ada" not in page.evaluate("() => JSON.stringify({ ...sessionStorage, ...localStorage })")
    assert page.get_by_text("Your login has run out.").count() == 0


def test_who_logs_out_stays_logged_out(page: Page, home: HomeDouble) -> None:
    """New tokens that were asked for before are not kept."""
    log_in(page)
    hold(page, "/oauth2/token", "POST")
    home.accepted_tokens.clear()
    held(page)
    leave(page)

    release(page)

    assert page.evaluate("() => sessionStorage.length") == 0
