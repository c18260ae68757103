"""The owner page about codes: sent again, and what is said where one could not be sent."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import log_in
from tests.e2e.double_now import code_times, iso
from tests.e2e.home_double import HomeDouble, Refusal
from tests.e2e.states_codes import VISITOR, known

SENT: dict[str, Any] = {
    "visitor_id": VISITOR,
    "visitor_name": "Sam",
    "rule": "recognised",
    "faces": [known("Sam")],
}
PROBLEM = {**SENT, "rule": None, "message_problem": "phone_unreachable"}
UNREACHED = {name: value for name, value in PROBLEM.items() if value}
ADDRESS = f"#/visits/front/01K9{7:022d}"


def test_a_code_is_sent_again_after_a_moment(page: Page, home: HomeDouble) -> None:
    """The button counts the seconds that the message has to arrive, and then sends another one."""
    visit = home.add_visit(7, "code_sent", **SENT, **code_times(0, left=900))
    visit["resend_from"] = iso(time.time() + 600)
    first = visit["code_sent_at"]
    page.clock.install()
    log_in(page, ADDRESS)
    button = page.get_by_role("button", name="Send the code again")

    expect(button).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text(re.compile("Code sent at .*, opens until"))).to_be_visible()
    page.clock.fast_forward(601_000)
    expect(button).not_to_have_attribute("aria-disabled", "true")
    button.press("Enter")

    expect(page.get_by_text("Another code is on its way to Sam.")).to_be_visible()
    assert visit["code_sent_at"] > first


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (Refusal(400, "phone_unreachable", details={"field": "phone"}), "could not be sent to Sam’s phone"),
        (Refusal(503, "message_not_sent"), "Wait a moment and try again"),
        (Refusal(502, "message_refused"), "AWS does not let this home send text messages"),
        (Refusal(409, "visit_already_decided", details={"state": "admitted"}), "Sam came in."),
        (Refusal(409, "code_not_again"), "cannot be sent again"),
        (Refusal(429, "code_sent_just_now", retry_after_seconds=5), "Give it a moment"),
    ],
    ids=lambda value: value.code if isinstance(value, Refusal) else "",
)
def test_a_code_that_cannot_be_sent_again_says_why(
    page: Page, home: HomeDouble, refusal: Refusal, sentence: str
) -> None:
    """Each in its own words, with what to do."""
    visit = home.add_visit(7, "code_sent", **SENT, **code_times(60))
    home.refusals[f"/api/owner/visits/front/{visit['visit_id']}/code"] = refusal
    log_in(page, ADDRESS)
    page.get_by_role("button", name="Send the code again").click()

    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()


def test_a_guest_sees_until_when_a_code_opens(page: Page, home: HomeDouble) -> None:
    """And is offered nothing."""
    home.role = "guest"
    home.add_visit(7, "code_sent", **SENT, **code_times(60))
    log_in(page, ADDRESS)

    expect(page.get_by_text("opens until")).to_be_visible()
    expect(page.get_by_role("button", name="Send the code again")).to_have_count(0)


def test_a_code_that_nobody_used_is_over(page: Page, home: HomeDouble) -> None:
    """Given a code from before, then the page does not say that it opens."""
    home.add_visit(7, "code_sent", **SENT, **code_times(900, left=-600))
    log_in(page, ADDRESS)

    expect(page.get_by_text("Sam had a code and did not use it in time.")).to_be_visible()
    expect(page.get_by_text("Its time was over at")).to_be_visible()


@pytest.mark.parametrize("fragment", ["#/visits", ADDRESS])
def test_whose_phone_takes_no_messages_is_said_with_the_way_to_the_number(
    page: Page, home: HomeDouble, fragment: str
) -> None:
    """On Now and on the visit's own page."""
    home.add_visit(7, **UNREACHED)
    log_in(page, fragment)

    expect(page.get_by_text("The code could not be sent to Sam’s phone")).to_be_visible()
    link = page.get_by_role("link", name="Correct the number, then let them in")
    expect(link).to_have_attribute("href", f"#/visitors/{VISITOR}")


def test_a_member_is_told_whom_to_ask(page: Page, home: HomeDouble) -> None:
    """Who may not change numbers is not led there."""
    home.role = "member"
    home.add_visit(7, **UNREACHED)
    log_in(page)

    expect(page.get_by_text("Ask an owner of the home to correct the number")).to_be_visible()
    expect(page.get_by_role("link", name="Correct the number")).to_have_count(0)


def test_somebody_recognised_is_let_in_without_a_form(page: Page, home: HomeDouble) -> None:
    """Their name and number are on file; where it still does not go, the page says so."""
    visit = home.add_visit(7, **UNREACHED)
    path = f"/api/owner/visits/front/{visit['visit_id']}/decision"
    home.refusals[path] = Refusal(400, "phone_unreachable", details={"field": "phone"})
    log_in(page)
    page.get_by_role("button", name="Let in").click()
    expect(
        page.get_by_role("alert").filter(has_text="Text messages do not reach Sam’s number")
    ).to_be_visible()

    del home.refusals[path]
    page.get_by_role("button", name="Let in").click()
    expect(page.get_by_text("let in").first).to_be_visible()
    assert home.decisions == [{"decision": "approve", "visitor_id": VISITOR}]


def test_the_activity_says_why_a_known_visitor_waited(page: Page, home: HomeDouble) -> None:
    """Given a visit that nobody decided in time, then the reason is still there."""
    home.add_visit(7, "expired", **UNREACHED)
    log_in(page, "#/activity")

    expect(page.get_by_text("The code could not be sent to Sam’s phone")).to_be_visible()
