"""The owner page: inviting somebody before they come, and taking it back, against a home in memory."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.e2e.conftest import log_in
from tests.e2e.double_passes import CODE
from tests.e2e.home_double import HomeDouble, Refusal
from tests.e2e.page_states import ADA

PASSES = "/api/owner/passes"


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def page(page: Page, home: HomeDouble) -> Page:
    """It is noon UTC on a Saturday in November, for the browser and at home; timers go on."""
    page.clock.set_fixed_time(NOW)
    home.passes.clock = NOW.timestamp
    return page


def invite(page: Page, kind: str, name: str = "Grace Hopper", phone: str = "+1 (555) 555-0123") -> Locator:
    """Open the form by its link, choose how often, and name somebody new; the form is what comes back."""
    log_in(page, "#/passes")
    page.get_by_role("link", name="Invite someone").click()
    page.get_by_role("radio", name=re.compile(f"^{kind}")).check()
    form = page.locator("form")
    new = form.get_by_role("radio", name="Someone new")
    form.get_by_text("All times are those of your home").wait_for()
    if new.is_visible():
        new.check()
    form.get_by_label("Name").fill(name)
    form.get_by_label("Phone number").fill(phone)
    return form


def create(form: Locator) -> None:
    """Send the form."""
    form.get_by_role("button", name="Create the pass").click()


def test_a_name_that_was_typed_before_the_people_are_listed_stays(page: Page, home: HomeDouble) -> None:
    """The list comes late: what was typed is for somebody new, and stays in sight."""
    home.visitors = [ADA]
    held: list[Route] = []
    log_in(page, "#/passes")
    page.route("**/api/owner/visitors", lambda route: held.append(route))
    with page.expect_request("**/api/owner/visitors"):
        page.get_by_role("link", name="Invite someone").click()
    page.get_by_role("radio", name=re.compile("^Once")).check()
    page.get_by_label("Name").fill("Grace Hopper")

    held.pop().fallback()

    expect(page.get_by_role("radio", name="Someone new")).to_be_checked()
    expect(page.get_by_label("Name")).to_have_value("Grace Hopper")
    expect(page.get_by_label("Name")).to_be_visible()


def test_nobody_invited_says_what_passes_are_for(page: Page) -> None:
    """An empty list explains itself and leads to the form, whose first question stands alone."""
    log_in(page, "#/passes")

    expect(page.get_by_text("Nobody is invited yet.")).to_be_visible()
    page.get_by_role("link", name="Invite someone").click()

    expect(page.get_by_role("heading", name="Invite someone")).to_be_focused()
    expect(page.get_by_role("radio")).to_have_count(3)
    expect(page.get_by_role("textbox")).to_have_count(0)


def test_a_single_use_pass_for_someone_new(page: Page, home: HomeDouble) -> None:
    """Times are those of the home, an hour ahead of the browser here; the code is shown, and was sent."""
    form = invite(page, "Once")
    expect(form.get_by_text("All times are those of your home: Europe/Berlin.")).to_be_visible()
    expect(form.get_by_label("From", exact=True)).to_have_value("2026-11-21T14:00")
    form.get_by_label("From", exact=True).fill("2026-11-24T09:00")
    form.get_by_label("Until", exact=True).fill("2026-11-24T12:00")

    create(form)

    expect(page.get_by_role("heading", name="Grace Hopper is invited")).to_be_focused()
    expect(page.get_by_text(CODE, exact=True)).to_be_visible()
    expect(page.get_by_text("Grace Hopper has this as a text message:")).to_be_visible()
    expect(page.get_by_role("blockquote")).to_contain_text(
        f"Your code is {CODE}. It opens once, from Tue 24 Nov"
    )
    wanted = {"door_id": "front", "kind": "once", "from": "2026-11-24T09:00", "until": "2026-11-24T12:00"}
    assert home.passes.wanted == [{**wanted, "name": "Grace Hopper", "phone": "+15555550123", "send": True}]


def test_a_recurring_pass_for_someone_on_file_at_another_door(page: Page, home: HomeDouble) -> None:
    """Every Tuesday from nine to twelve, with an end, for a face from the list; nothing is sent."""
    home.visitors = [ADA, {**ADA, "visitor_id": "7e5d3e1e-0b1f-4c57-9d1e-000000000002", "status": "blocked"}]
    home.doors = [*home.doors, {"door_id": "garden", "name": "Garden gate"}]
    log_in(page, "#/passes/new")
    page.get_by_role("radio", name="Every week").check()
    expect(page.get_by_role("radio", name="Ada Lovelace")).to_have_count(1)
    page.get_by_role("radio", name="Ada Lovelace").check()
    expect(page.get_by_label("Phone number")).to_be_hidden()
    page.get_by_role("checkbox", name="Tuesday").check()
    page.get_by_label("Last day").fill("2027-01-31")
    page.get_by_label("Door").select_option("Garden gate")
    page.get_by_role("checkbox", name="Send it").uncheck()

    create(page.locator("form"))

    expect(page.get_by_text("Nothing was sent.")).to_be_visible()
    hours = {"weekdays": ["tuesday"], "opens": "09:00", "closes": "12:00"}
    days = {"first_day": "2026-11-21", "last_day": "2027-01-31"}
    who = {"visitor_id": ADA["visitor_id"], "door_id": "garden", "send": False}
    assert home.passes.wanted == [{"kind": "recurring", **hours, **days, **who}]
    page.get_by_role("link", name="All passes").click()
    expect(page.get_by_role("listitem")).to_contain_text("Once every Tuesday, 09:00–12:00, until 31 Jan 2027")
    expect(page.get_by_text(CODE)).to_have_count(0)


def test_a_pass_for_a_while_opens_as_often_as_needed(page: Page, home: HomeDouble) -> None:
    """Its times are filled in as likely ones, two days long, and an untouched form sends them."""
    form = invite(page, "For a while")

    create(form)

    expect(page.get_by_role("heading", name="Grace Hopper is invited")).to_be_focused()
    assert home.passes.wanted[0]["from"] == "2026-11-21T14:00"
    assert home.passes.wanted[0]["until"] == "2026-11-23T14:00"


@pytest.mark.parametrize(
    ("kind", "door"), [("Once", "Front door"), ("For a while", "The garden gate"), ("Every week", "WC")]
)
def test_the_preview_is_the_message_that_is_sent(page: Page, home: HomeDouble, kind: str, door: str) -> None:
    """Word for word, but for the code, which is not drawn yet."""
    home.doors = [{"door_id": "front", "name": door}]
    form = invite(page, kind)
    if kind == "Every week":
        for day in ("Sunday", "Monday", "Thursday"):
            form.get_by_role("checkbox", name=day).check()
    preview = form.get_by_role("blockquote").inner_text()

    create(form)

    expect(page.get_by_role("blockquote")).to_have_text(preview.replace("•••••••", CODE))


def test_mistakes_are_listed_and_stand_at_their_fields(page: Page, home: HomeDouble) -> None:
    """The summary has the focus and leads to each field; nothing is sent."""
    form = invite(page, "Every week", name="", phone="555")
    form.get_by_label("Until what time").fill("09:00")

    create(form)

    expect(form.get_by_text("4 things to correct:").locator("..")).to_be_focused()
    expect(form.get_by_label("Name")).to_have_accessible_description("Write the visitor’s name.")
    form.get_by_role("button", name="Choose at least one day").click()
    expect(form.get_by_role("checkbox", name="Monday")).to_be_focused()
    expect(form.get_by_role("checkbox", name="Monday")).to_have_accessible_description(
        "Choose at least one day of the week."
    )
    expect(form.get_by_label("Until what time")).to_have_attribute("aria-invalid", "true")
    assert home.passes.wanted == []


@pytest.mark.parametrize(
    ("since", "until", "problem"),
    [
        ("2026-11-24T09:00", "2026-11-24T09:00", "The end must be after the beginning."),
        ("2026-11-20T09:00", "2026-11-21T12:59", "That is over already."),
        ("2026-11-24T09:00", "2027-11-26T09:00", "A pass ends within a year."),
        ("2026-11-24T09:00", "", "Say when it ends."),
    ],
)
def test_times_that_cannot_be_are_explained(
    page: Page, home: HomeDouble, since: str, until: str, problem: str
) -> None:
    """Before anything is sent, at the field and in the summary."""
    form = invite(page, "Once")
    form.get_by_label("From", exact=True).fill(since)
    form.get_by_label("Until", exact=True).fill(until)

    create(form)

    expect(form.get_by_role("button", name=problem)).to_be_visible()
    expect(form.get_by_label("Until", exact=True)).to_have_attribute("aria-invalid", "true")
    assert home.passes.wanted == []


def test_weekdays_outside_of_the_days_are_explained(page: Page, home: HomeDouble) -> None:
    """A Monday that never comes between Saturday and Sunday."""
    form = invite(page, "Every week")
    form.get_by_label("Last day").fill("2026-11-22")
    form.get_by_role("checkbox", name="Monday").check()

    create(form)

    expect(form.get_by_role("button", name="None of these days is between")).to_be_visible()
    assert home.passes.wanted == []


def test_a_time_that_clocks_leave_out_is_explained(page: Page, home: HomeDouble) -> None:
    """Half past two does not come on the night that Berlin's clocks go forward: the home opens at three."""
    form = invite(page, "Once")
    form.get_by_label("From", exact=True).fill("2027-03-28T02:30")
    form.get_by_label("Until", exact=True).fill("2027-03-28T05:00")

    create(form)

    explained = (
        "Clocks at home are put forward then, and 02:30 is left out: the pass opens Sun 28 Mar, 03:00."
    )
    expect(page.get_by_text(explained)).to_be_visible()
    page.get_by_role("link", name="All passes").click()
    expect(page.get_by_role("listitem")).to_contain_text("02:30 is left out")


def test_hours_over_midnight_are_said(page: Page) -> None:
    """Whoever ends before they begin is told that it is the next day."""
    form = invite(page, "Every week")
    form.get_by_label("From what time").fill("22:00")
    form.get_by_label("Until what time").fill("02:00")

    expect(form.get_by_text("It ends on the day after.")).to_be_visible()


def test_a_home_in_the_browsers_zone_does_not_name_it(page: Page, home: HomeDouble) -> None:
    """The zone is news only where it is another one."""
    home.passes.time_zone = page.evaluate("() => Intl.DateTimeFormat().resolvedOptions().timeZone")
    home.passes.add("once", "Grace", hours=30)

    log_in(page, "#/passes")

    expect(page.get_by_role("listitem")).to_contain_text("Grace")
    expect(page.get_by_text("All times are those of your home")).to_be_hidden()


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Refusal(503, "message_not_sent"), "The text message could not be sent, so there is no pass."),
        (Refusal(409, "visitor_blocked"), "This person is blocked."),
        (Refusal(404, "door_not_found"), "There is no such door"),
        (Refusal(500, "internal_error"), "Something went wrong in your home."),
    ],
)
def test_what_the_home_refuses_is_said_where_it_was_asked(
    page: Page, home: HomeDouble, refusal: Refusal, words: str
) -> None:
    """What was written stays, and a second try succeeds."""
    form = invite(page, "Once")
    home.refusals[PASSES] = refusal

    create(form)

    expect(form.get_by_role("alert")).to_contain_text(words)
    home.refusals.clear()
    create(form)
    expect(page.get_by_text(CODE, exact=True)).to_be_visible()


def test_a_number_that_the_home_refuses_stands_at_the_number(page: Page, home: HomeDouble) -> None:
    """At its field and in the summary."""
    form = invite(page, "Once")
    home.refusals[PASSES] = Refusal(400, "phone_invalid", details={"field": "phone"})

    create(form)

    expect(form.get_by_role("button", name="That is no complete phone number.")).to_be_visible()
    expect(form.get_by_label("Phone number")).to_have_attribute("aria-invalid", "true")


def test_no_answer_is_asked_for_again(page: Page, home: HomeDouble) -> None:
    """Nobody is invited twice because the network was gone: the request is the same."""
    form = invite(page, "Once")
    home.is_offline = True

    create(form)

    expect(form.get_by_role("alert")).to_contain_text("the pass may or may not exist")
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith(PASSES):
            asked.append(json.loads(request.post_data or "")["request_id"])

    page.on("request", note)
    for _ in range(2):
        home.refusals[PASSES] = Refusal(503, "busy")
        home.is_offline = False
        create(form)
        expect(form.get_by_role("alert")).to_contain_text("did not work just now")
    home.refusals[PASSES] = Refusal(409, "pass_made_already")
    create(form)
    expect(form.get_by_role("alert")).to_contain_text("Look under Passes")
    home.refusals.clear()
    create(form)
    expect(page.get_by_text(CODE, exact=True)).to_be_visible()
    assert len(asked) == 4
    assert asked[0] == asked[1] == asked[2] != asked[3]


def test_the_code_and_the_message_are_copied_and_shared(page: Page) -> None:
    """The clipboard has them, and the phone's own list of ways to send gets the message."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.add_init_script("navigator.share = async ({ text }) => { window.shared = text; };")
    create(invite(page, "Once"))

    page.get_by_role("button", name="Copy the code").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == CODE
    page.get_by_role("button", name="Copy the message").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('Hello Grace')")
    page.get_by_role("button", name="Share").click()
    page.wait_for_function("() => window.shared?.startsWith('Hello Grace')")


def test_a_browser_that_allows_no_copying_says_so(page: Page) -> None:
    """With what to do instead."""
    page.add_init_script("navigator.clipboard.writeText = async () => { throw new Error('no'); };")
    create(invite(page, "Once"))

    page.get_by_role("button", name="Copy the code").click()

    expect(page.get_by_role("alert")).to_contain_text("copy it by hand")


def test_passes_stand_under_what_they_are_now(page: Page, home: HomeDouble) -> None:
    """Active, upcoming and over, with the next time in words and the last use."""
    home.passes.add("once", "Ada", hours=-1)
    home.passes.add("window", "Grace", hours=72)
    home.passes.add("once", "Joan", hours=-30)
    home.passes.add("once", "Hedy", hours=-1, used_window="once", used_at=NOW.timestamp())

    log_in(page, "#/passes")

    active = page.get_by_role("list", name="Active now").get_by_role("listitem")
    upcoming = page.get_by_role("list", name="Upcoming").get_by_role("listitem")
    over = page.get_by_role("list", name="Over").get_by_role("listitem")
    expect(active).to_contain_text("Open until today, 15:00")
    expect(active).to_contain_text("Not used")
    expect(upcoming).to_contain_text("Opens Tue 24 Nov, 13:00–16:00")
    expect(over).to_have_count(2)
    expect(over.filter(has_text="Hedy")).to_contain_text("Last used today, 13:00")
    expect(over.filter(has_text="Hedy").get_by_role("button")).to_have_count(0)


def test_revoking_asks_first(page: Page, home: HomeDouble) -> None:
    """Escape takes the question back; a yes moves the pass under what is over."""
    home.passes.add("window", "Grace", hours=5)
    log_in(page, "#/passes")
    question = page.get_by_role("dialog", name="Revoke the pass of Grace?")

    page.get_by_role("button", name="Revoke the pass of Grace").click()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    assert home.passes.passes[0].revoked_at is None
    page.get_by_role("button", name="Revoke the pass of Grace").click()
    question.get_by_role("button", name="Revoke").click()

    expect(page.get_by_text("The pass of Grace is revoked.")).to_be_visible()
    expect(page.get_by_role("list", name="Over")).to_contain_text("Revoked")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert home.passes.passes[0].revoked_at is not None


def test_a_pass_that_is_gone_cannot_be_revoked(page: Page, home: HomeDouble) -> None:
    """Somebody else of the family deleted the person meanwhile."""
    made = home.passes.add("window", "Grace", hours=5)
    home.refusals[f"{PASSES}/front/{made.pass_id}"] = Refusal(404, "pass_not_found")
    log_in(page, "#/passes")
    page.get_by_role("button", name="Revoke the pass of Grace").click()
    home.passes.passes.clear()

    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()

    expect(page.get_by_role("alert").filter(has_text="no such pass")).to_be_visible()
    expect(page.get_by_text("Nobody is invited yet.")).to_be_visible()


def test_the_keyboard_alone_invites(page: Page, home: HomeDouble) -> None:
    """From the kind on by Tab, arrows and Enter."""
    log_in(page, "#/passes/new")
    page.get_by_role("radio").first.wait_for()
    once = page.get_by_role("radio", name=re.compile("^Once"))
    _tab_to(page, once)
    page.keyboard.press("Space")
    _tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("Grace")
    _tab_to(page, page.get_by_label("Phone number"))
    page.keyboard.type("+15555550123")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Grace is invited")).to_be_focused()
    _tab_to(page, page.get_by_role("button", name="Copy the code"))
    _tab_to(page, page.get_by_role("link", name="All passes"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Upcoming")).to_contain_text("Grace")
    assert len(home.passes.wanted) == 1


def test_guests_are_not_offered_to_invite(page: Page, home: HomeDouble) -> None:
    """No link leads there, and whoever follows an old one is told why there is nothing."""
    home.role = "guest"

    log_in(page, "#/passes")

    expect(page.get_by_text("You can look, but not invite.")).to_be_visible()
    expect(page.get_by_role("link", name="Passes")).to_have_count(0)
    expect(page.get_by_role("link", name="Invite someone")).to_have_count(0)


def test_the_form_waits_for_the_network(page: Page, home: HomeDouble) -> None:
    """Without an answer about who is on file it tries again by itself."""
    home.refusals["/api/owner/visitors"] = Refusal(503, "busy")
    home.visitors = [ADA]
    log_in(page, "#/passes/new")
    expect(page.get_by_text("Your home does not answer properly.")).to_be_visible()

    home.refusals.clear()

    page.get_by_role("radio", name=re.compile("^Once")).check()
    expect(page.get_by_role("radio", name="Ada Lovelace")).to_be_visible()


def _tab_to(page: Page, target: Locator) -> None:
    for _ in range(20):
        page.keyboard.press("Tab")
        if target.evaluate("field => field === document.activeElement"):
            assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    raise AssertionError(f"{target} was not reached")
