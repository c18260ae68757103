"""What the home finds wrong is said at the field that it names, for eyes and for screen readers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import log_in
from tests.e2e.home_double import HomeDouble, Refusal


def refusal(code: str, field: str) -> Refusal:
    """As the API refuses a field."""
    return Refusal(400, code, details={"field": field})


def expect_said_at(field: Locator, sentence: str) -> None:
    """The field is marked, and its description says what is wrong."""
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(re.escape(sentence)))


@pytest.mark.parametrize(
    ("kind", "code", "field", "label", "sentence"),
    [
        ("Once", "time_left_out", "from", "From", "Clocks are put forward then"),
        ("Once", "request_invalid", "until", "Until", "later than the beginning and than now"),
        ("Every week", "time_left_out", "opens", "From what time", "Clocks are put forward then"),
        ("Every week", "request_invalid", "last_day", "Last day", "within a year"),
        ("Every week", "request_invalid", "weekdays", "Monday", "between the first and the last day"),
        ("Once", "request_invalid", "name", "Name", "at most 80 characters"),
        ("Once", "phone_unreachable", "phone", "Phone number", "do not reach this number"),
    ],
)
def test_a_pass_is_refused_at_the_field(
    page: Page, home: HomeDouble, kind: str, code: str, field: str, label: str, sentence: str
) -> None:
    """And the summary at the top leads there."""
    home.refusals["/api/owner/passes"] = refusal(code, field)
    log_in(page, "#/passes/new")
    page.get_by_role("radio", name=re.compile(f"^{kind}")).check()
    page.get_by_label("Name", exact=True).fill("Ada")
    page.get_by_label("Phone number").fill("+15555550123")
    if kind == "Every week":
        for day in ("Monday", "Tuesday"):
            page.get_by_role("checkbox", name=day).check()
    page.get_by_role("button", name=re.compile("^Create")).click()

    expect_said_at(
        page.get_by_label(label, exact=label in ("From", "Name")).locator("visible=true").first, sentence
    )
    page.locator(".pass-problem").press("Enter")
    expect(page.locator("[aria-invalid=true]:focus")).to_have_count(1)


def test_settings_are_refused_at_the_field(page: Page, home: HomeDouble) -> None:
    """Given quiet hours that the home takes for none, then that is said where they are."""
    home.household.settings["quiet_hours"] = {"begins": "22:00", "ends": "07:00"}
    log_in(page, "#/settings")
    page.get_by_role("checkbox", name="Warn us").uncheck()
    home.refusals["/api/owner/settings"] = refusal("request_invalid", "quiet_hours")
    page.get_by_role("button", name="Save the settings").click()

    expect_said_at(page.get_by_label("Until"), "Quiet hours begin and end at different times.")


def test_a_field_that_is_not_to_be_seen_is_said_below(page: Page, home: HomeDouble) -> None:
    """Given a field that the form does not have, then the sentence stands in the form's own notice."""
    visit = home.add_visit(1)
    path = f"/api/owner/visits/front/{visit['visit_id']}/decision"
    home.refusals[path] = refusal("request_invalid", "visitor_id")
    log_in(page)
    page.get_by_role("button", name="Turn away").click()

    expect(page.get_by_role("alert").filter(has_text="This was not understood.")).to_be_visible()
