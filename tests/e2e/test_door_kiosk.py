"""The door page beside a door for months: several doors, greetings, languages, gaps in the network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.e2e.browser import watched_context
from tests.e2e.home_double import HOSTS, SITE, HomeDouble, Refusal
from tests.e2e.late_answers import held, hold, release
from tests.e2e.test_door_page import LINK, REDEEM, type_and_open

GARDEN = {"door_id": "garden", "name": "Garden gate"}
NO_STORAGE = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("denied", "SecurityError"); },
})"""


def test_a_home_with_two_doors_asks_which_and_remembers(page: Page, home: HomeDouble) -> None:
    """Without a link, the visitor says at which door they stand; no visit is named then."""
    home.doors.append(GARDEN)
    page.goto(f"{SITE}/door/")
    page.get_by_role("group", name="Which door?").wait_for()
    type_and_open(page, "4821903")
    expect(page.get_by_role("alert")).to_contain_text("Choose the one that you stand at")
    assert home.redemptions == []

    page.get_by_role("radio", name="Garden gate").check()
    page.get_by_role("button", name="Open the door").click()

    expect(page.get_by_role("status")).to_contain_text("The garden gate is open.")
    assert home.redemptions == [{"door_id": "garden", "passcode": "4821903"}]
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Garden gate")
    expect(page.get_by_role("radio", name="Garden gate")).to_be_checked()


def test_another_door_does_not_end_a_wait(page: Page, home: HomeDouble) -> None:
    """Who chooses another door while they have to wait still sees for how long, and can type afterwards."""
    page.clock.install()
    home.doors.append(GARDEN)
    home.refusals[REDEEM] = Refusal(429, "passcode_too_many_tries", retry_after_seconds=90)
    page.goto(f"{SITE}/door/")
    page.get_by_role("radio", name="Front door").check()
    type_and_open(page, "1111111")
    expect(page.get_by_role("timer")).to_contain_text("1:")

    page.get_by_role("radio", name="Garden gate").check()

    expect(page.get_by_role("timer")).to_contain_text("1:")
    page.clock.fast_forward(100_000)
    expect(page.get_by_role("status")).to_contain_text("You can try again now.")
    page.keyboard.type("48")
    expect(page.get_by_label("Type your passcode")).to_have_value("48")


def test_a_link_says_that_the_passcode_belongs_to_its_visit(page: Page, home: HomeDouble) -> None:
    """Its door is not to be chosen, and the reader is told which message the passcode is in."""
    home.doors.append(GARDEN)
    page.goto(LINK)

    expect(page.get_by_text("This page is for your visit")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(0)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?door=front&visit=01K9", "The link to this page is not complete."),
        ("?door=cellar&visit=01K90000000000000000000001", "The door of your link is not here."),
    ],
)
def test_a_link_that_is_not_right_still_leads_to_a_door(
    page: Page, home: HomeDouble, query: str, said: str
) -> None:
    """A link that was cut off or names a door that is gone: told, and the passcode is tried without it."""
    page.goto(f"{SITE}/door/{query}")

    expect(page.get_by_text(said)).to_be_visible()
    type_and_open(page, "4821903")
    expect(page.get_by_role("status")).to_contain_text("is open")
    assert home.redemptions == [{"door_id": "front", "passcode": "4821903"}]


def test_the_household_greets(page: Page, home: HomeDouble) -> None:
    """What the household has to say stands under the door's name, as text."""
    home.greeting = "Welcome to the Lovelaces <3"
    page.goto(LINK)

    expect(page.get_by_text("Welcome to the Lovelaces <3")).to_be_visible()


def test_a_visitor_chooses_another_language(page: Page) -> None:
    """Every word changes, and the page says in which language it is."""
    page.goto(f"{SITE}/door/?door=front")
    page.get_by_role("button", name="Español").click()

    expect(page.get_by_role("button", name="Abrir la puerta")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    type_and_open(page, "4821903")
    expect(page.get_by_role("status")).to_have_text("Abierto: Front door. Pase.")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("status")).to_have_text("Offen: Front door. Kommen Sie herein.")


@pytest.mark.parametrize(
    ("locale", "button"), [("de-AT", "Tür öffnen"), ("es-MX", "Abrir la puerta"), ("fr-FR", "Open the door")]
)
def test_the_browser_chooses_the_language(
    browser: Browser, home: HomeDouble, locale: str, button: str
) -> None:
    """The first of its languages that the page speaks, else English."""
    with watched_context(browser, HOSTS, locale=locale, workers=False) as context:
        home.serve(context)
        page = context.new_page()
        page.goto(f"{SITE}/door/?door=front")
        expect(page.get_by_role("button", name=button)).to_be_visible()


def test_the_language_that_was_chosen_last_counts(page: Page) -> None:
    """Also where the words of the one before come later."""
    page.goto(f"{SITE}/door/?door=front")
    page.get_by_role("heading", name="Front door").wait_for()
    hold(page, "de.json")
    page.get_by_role("button", name="Deutsch").click()
    held(page)
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("button", name="Abrir la puerta")).to_be_visible()

    release(page)

    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#languages [aria-current]")).to_have_text("Español")


def test_words_that_come_after_somebody_left_are_not_for_the_next(page: Page) -> None:
    """The screen rests in its own language, whatever is still on its way."""
    page.clock.install()
    page.goto(f"{SITE}/door/?door=front")
    page.get_by_role("heading", name="Front door").wait_for()
    hold(page, "de.json")
    page.get_by_role("button", name="Deutsch").click()
    held(page)
    with page.expect_response("**/door/i18n/en.json"):
        page.clock.fast_forward(121_000)

    release(page)

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Open the door")).to_be_visible()


def test_a_browser_that_keeps_nothing_opens_the_door(page: Page, home: HomeDouble) -> None:
    """Cookies and all storage are blocked: doors are there to choose, and the passcode counts."""
    home.doors.append(GARDEN)
    page.add_init_script(NO_STORAGE)
    page.goto(f"{SITE}/door/")
    page.get_by_role("radio", name="Garden gate").check()
    expect(page.get_by_role("heading", level=1)).to_have_text("Garden gate")

    type_and_open(page, "4821903")

    expect(page.get_by_role("status")).to_contain_text("is open")


def test_without_network_the_passcode_stays_and_is_not_sent_by_itself(page: Page, home: HomeDouble) -> None:
    """The network goes while the visitor types: told; it returns: told; only their hand sends the digits."""
    page.goto(LINK)
    page.get_by_role("heading", name="Front door").wait_for()
    home.is_offline = True
    type_and_open(page, "4821903")
    expect(page.get_by_role("alert")).to_contain_text("No answer came.")

    home.is_offline = False
    expect(page.get_by_role("status")).to_have_text("The connection is back. Press “Open the door”.")
    expect(page.get_by_label("Type your passcode")).to_have_value("4821903")
    assert home.redemptions == []
    page.get_by_role("button", name="Open the door").click()

    expect(page.get_by_role("status")).to_contain_text("is open")
    assert len(home.redemptions) == 1


def test_a_kiosk_notices_by_itself_that_the_network_was_gone(page: Page, home: HomeDouble) -> None:
    """Nobody touches it: it says so while there is none, and is ready again afterwards, digits or not."""
    page.clock.install()
    page.goto(f"{SITE}/door/?door=front")
    page.get_by_role("heading", name="Front door").wait_for()
    home.is_offline = True
    page.clock.fast_forward(61_000)
    expect(page.get_by_role("alert")).to_contain_text("The page tries again by itself.")
    page.keyboard.type("48")
    expect(page.get_by_role("alert")).to_contain_text("Your passcode stays here for two minutes.")
    page.clock.fast_forward(121_000)
    expect(page.get_by_label("Type your passcode")).to_have_value("")

    home.is_offline = False
    page.clock.fast_forward(16_000)

    expect(page.get_by_role("status")).to_contain_text("The connection is back.")
    page.clock.fast_forward(7_000)
    expect(page.get_by_role("status")).to_have_text("")


def test_a_page_that_starts_without_its_home_recovers(page: Page, home: HomeDouble) -> None:
    """The configuration does not come at first: the digits wait, and the door's name comes when it can."""
    home.refusals["/door/config.json"] = Refusal(503, "busy")
    page.goto(LINK)
    expect(page.get_by_role("alert")).to_contain_text("There is no connection at the moment.")
    type_and_open(page, "4821903")
    expect(page.get_by_label("Type your passcode")).to_have_value("4821903")

    home.refusals.clear()

    expect(page.get_by_role("heading", level=1)).to_have_text("Front door")
    expect(page.get_by_role("status")).to_contain_text("The connection is back.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("is open")


def test_a_kiosk_keeps_its_screen_on_and_a_visitors_phone_does_not(page: Page) -> None:
    """The screen wake lock is asked for beside the door only."""
    page.add_init_script(
        "window.locks = []; navigator.wakeLock.request = async (kind) => { window.locks.push(kind); };"
    )
    page.goto(f"{SITE}/door/?door=front")
    page.get_by_role("heading", name="Front door").wait_for()
    page.wait_for_function("() => window.locks.join() === 'screen'")
    expect(page.get_by_label("Type your passcode")).to_have_attribute("inputmode", "none")

    page.goto(LINK)
    page.get_by_role("heading", name="Front door").wait_for()
    expect(page.get_by_label("Type your passcode")).to_have_attribute("inputmode", "numeric")
    assert page.evaluate("() => window.locks") == []


def test_a_kiosk_takes_a_new_version_up_once_a_day(page: Page) -> None:
    """It loads itself anew while nobody types, and not while somebody does."""
    page.clock.install()
    page.goto(f"{SITE}/door/?door=front")
    page.get_by_role("heading", name="Front door").wait_for()
    page.evaluate("() => { window.before = true; }")
    looks: list[Response] = []
    page.on("response", lambda answer: looks.append(answer) if answer.url.endswith("/config.json") else None)
    with page.expect_response("**/door/config.json"):
        page.clock.fast_forward(24 * 3_600_000 - 30_000)
    for _ in time_passes(page):
        page.keyboard.press("4")
        if len(looks) >= 3:
            break
    expect(page.get_by_label("Type your passcode")).to_have_value("4444444")
    assert page.evaluate("() => window.before")

    loads: list[Page] = []
    page.on("load", lambda loaded: loads.append(loaded))
    for _ in time_passes(page):
        if loads:
            break

    expect(page.get_by_role("heading", name="Front door")).to_be_visible()
    assert page.evaluate("() => window.before") is None


def time_passes(page: Page) -> Iterator[None]:
    """Half an hour at most, in steps, between which what was asked for may be answered."""
    for _ in range(150):
        page.clock.fast_forward(12_000)
        page.wait_for_timeout(100)
        yield


def test_everything_to_be_hit_is_large_enough(page: Page, home: HomeDouble) -> None:
    """64 pixels for keys, 48 for all else, on the smallest phone; and a result that is read at two metres."""
    home.doors.append(GARDEN)
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(f"{SITE}/door/")
    page.get_by_role("group", name="Which door?").wait_for()
    for target in page.locator("button, label.choice, #passcode").all():
        box = target.bounding_box()
        assert box is not None
        least = 64 if "key" in (target.get_attribute("class") or "").split() else 48
        assert min(box["width"], box["height"]) >= least

    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("radio", name="Garden gate").check()
    type_and_open(page, "4821903")
    size = page.get_by_role("status").locator("strong").evaluate("(text) => getComputedStyle(text).fontSize")
    assert float(size.removesuffix("px")) >= 48


def test_reduced_motion_is_respected(page: Page) -> None:
    """A result is there at once, for those whom movement makes ill."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{SITE}/door/?door=front")
    page.get_by_role("heading", name="Front door").wait_for()
    type_and_open(page, "482")
    expect(page.get_by_role("alert")).to_contain_text("seven digits")
    shown = page.locator(".result").evaluate("(box) => getComputedStyle(box).animationDuration")
    assert shown in ("0.001s", "1ms", "0s")
