"""The screens of the household, the settings and an empty home, each brought about."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.e2e.double_household import member
from tests.e2e.home_double import HomeDouble, entrance

_LONG = f"{'a' * 58}@{'long-name' * 4}.example"


def _open(page: Page, fragment: str) -> None:
    page.goto(entrance(fragment))
    page.locator("main > .stack:not([aria-busy])").first.wait_for()


def _settings(page: Page, home: HomeDouble) -> None:
    home.household.settings["quiet_hours"] = {"begins": "22:00", "ends": "07:00"}
    _open(page, "#/settings")


def _settings_to_look_at(page: Page, home: HomeDouble) -> None:
    home.role = "guest"
    _settings(page, home)


def _settings_mistake(page: Page, home: HomeDouble) -> None:
    _settings(page, home)
    page.locator("[type=time]").nth(1).fill("22:00")
    page.locator(".home [type=submit]").click()
    page.locator(".field-error:visible").wait_for()


def _household(page: Page, home: HomeDouble) -> None:
    home.household.members += [member("grace@home.test"), member(_LONG, "guest", is_invited=True)]
    _open(page, "#/household")
    page.locator(".home-row").nth(2).wait_for()


def _household_mistakes(page: Page, home: HomeDouble) -> None:
    _household(page, home)
    page.locator(".home-row select").first.select_option("guest")
    page.locator(".home-row [type=submit]:visible").click()
    page.get_by_role("dialog").locator("[value=yes]").click()
    page.locator(".home-row .notice:visible").wait_for()
    page.locator(".home-row select").nth(1).select_option("owner")
    page.locator(".home-invite [type=submit]").click()
    page.locator(".field-error:visible").wait_for()


def _told(page: Page, home: HomeDouble) -> None:
    grace = member("grace@home.test", phone="+15555550111", told_about=["stranger", "blocked", "unreachable"])
    home.household.members += [grace, member(_LONG)]
    _open(page, "#/household")
    for place in (1, 2):
        page.locator(".told summary").nth(place).click()
    page.locator(".told [type=checkbox]:visible").nth(4).check()
    page.locator(".told [type=submit]:visible").nth(1).click()
    page.locator(".field-error:visible").wait_for()


def _own_messages(page: Page, home: HomeDouble) -> None:
    home.role = "member"
    home.household.mine = {"phone": "+15555550111", "told_about": ["stranger"]}
    _open(page, "#/settings")
    page.locator(".told-form").wait_for()


def _visit_deleted(page: Page, home: HomeDouble) -> None:
    home.visits.clear()
    visit = home.add_visit(1, "expired")
    _open(page, f"#/visits/front/{visit['visit_id']}")
    page.locator(".button-danger:visible").last.click()
    page.get_by_role("dialog").locator("[value=yes]").click()
    page.locator(".deleted").wait_for()


def _remove(page: Page, home: HomeDouble) -> None:
    _household(page, home)
    page.locator(".home-row .button-danger").nth(2).click()
    page.get_by_role("dialog").wait_for()


def _household_to_look_at(page: Page, home: HomeDouble) -> None:
    home.role = "member"
    _open(page, "#/household")


def _first_run(page: Page, home: HomeDouble) -> None:
    home.visits.clear()
    home.visitors.clear()
    _open(page, "")
    page.locator(".steps").wait_for()


def _account(page: Page, _home: HomeDouble) -> None:
    _open(page, "")
    page.locator("#account").click()
    page.locator("#log-out").wait_for()


HOUSEHOLD: dict[str, Callable[[Page, HomeDouble], None]] = {
    "settings": _settings,
    "settings-to-look-at": _settings_to_look_at,
    "settings-mistake": _settings_mistake,
    "household": _household,
    "household-mistakes": _household_mistakes,
    "household-to-look-at": _household_to_look_at,
    "household-told": _told,
    "own-messages": _own_messages,
    "visit-deleted": _visit_deleted,
    "remove-member": _remove,
    "first-run": _first_run,
    "account": _account,
}
