"""The owner page, live: a door that moves, pictures where nothing plays, words where nothing comes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browser import PATIENCE_MILLISECONDS, watched_context
from tests.e2e.conftest import log_in
from tests.e2e.home_double import HOSTS, HomeDouble, Refusal
from tests.e2e.watching import BEFORE, LIVE, plays, quiet

NO_HLS = "HTMLMediaElement.prototype.canPlayType = () => ''"


def hide(page: Page, *, hidden: bool) -> None:
    """What a browser does where another tab comes to the front."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_door_is_watched_live(owner: Page, home: HomeDouble) -> None:
    """Nobody is there: one press shows the door, moving, and says that it is live; another closes it."""
    button = owner.get_by_role("button", name=LIVE)
    button.click()

    plays(owner)
    expect(owner.get_by_role("status").filter(has_text="Live from: Front door.")).to_be_visible()
    assert owner.evaluate("document.querySelector('video').muted")
    expect(button).to_have_attribute("aria-expanded", "true")
    button.click()
    expect(owner.locator("video")).to_have_count(0)
    expect(button).to_have_attribute("aria-expanded", "false")
    quiet(owner, home.video)
    assert home.video.asked == ["live"]


def test_live_is_watched_and_left_with_the_keyboard(owner: Page, home: HomeDouble) -> None:
    """Enter opens, Escape within closes and returns to the button; nothing is asked for then."""
    button = owner.get_by_role("button", name=LIVE)
    button.focus()
    owner.keyboard.press("Enter")
    plays(owner)

    owner.get_by_role("button", name="Close the video").focus()
    owner.keyboard.press("Escape")

    expect(button).to_be_focused()
    expect(owner.locator("video")).to_have_count(0)
    quiet(owner, home.video)


def test_nothing_is_asked_while_nobody_looks(owner: Page, home: HomeDouble) -> None:
    """Another tab is in front: the video rests. Back again, it goes on with a new address."""
    owner.get_by_role("button", name=LIVE).click()
    plays(owner)

    hide(owner, hidden=True)
    quiet(owner, home.video)
    hide(owner, hidden=False)

    plays(owner)
    assert home.video.asked == ["live", "live"]


def test_leaving_the_screen_ends_the_video(owner: Page, home: HomeDouble) -> None:
    """Another section is opened: nothing goes on behind it."""
    owner.get_by_role("button", name=LIVE).click()
    plays(owner)

    owner.get_by_role("link", name="Settings").click()

    expect(owner.get_by_role("button", name=LIVE)).to_have_count(0)
    quiet(owner, home.video)


def test_an_address_is_renewed_before_it_ends(owner: Page, home: HomeDouble) -> None:
    """Whoever watches for long does not notice the end of an address."""
    home.video.live_seconds = 17
    owner.get_by_role("button", name=LIVE).click()
    plays(owner)

    owner.wait_for_function(
        "() => /[/][1-9][0-9]*[/]playlist/.test(document.querySelector('video').src)",
        timeout=PATIENCE_MILLISECONDS,
    )
    home.video.live_seconds = 300
    plays(owner)
    assert home.video.asked[:2] == ["live", "live"]


def test_a_browser_that_plays_no_live_video_gets_pictures(page: Page, home: HomeDouble) -> None:
    """New ones every few seconds, with the time of each, on a canvas; nothing of them is kept."""
    page.add_init_script(NO_HLS)
    log_in(page)
    page.get_by_role("button", name=LIVE).click()

    picture = page.get_by_role("img", name="Picture: Front door")
    expect(picture).to_be_visible()
    taken = page.get_by_text("Taken at").inner_text()
    assert picture.evaluate("(canvas) => [canvas.width, canvas.height]") == [320, 180]
    expect(page.get_by_text("Taken at")).not_to_have_text(taken)
    expect(page.get_by_text("No moving video plays in this browser")).to_be_visible()
    page.get_by_role("button", name="Close the video").click()
    quiet(page, home.video)
    assert set(home.video.asked) == {"still"}


def test_a_picture_that_is_none_is_followed_by_the_next(page: Page) -> None:
    """One that did not come through whole: it is tried again."""
    page.add_init_script(NO_HLS)
    log_in(page)
    broken = json.dumps({"taken_at": "2026-11-21T10:00:00Z", "jpeg": "bm9uZQ=="})
    page.route("**/doors/front/still", lambda route: route.fulfill(body=broken), times=1)
    page.get_by_role("button", name=LIVE).click()

    expect(page.get_by_role("img", name="Picture: Front door")).to_be_visible()


def test_where_the_video_breaks_pictures_come(owner: Page, home: HomeDouble) -> None:
    """An address that brings nothing is tried anew once; then there are pictures."""
    home.video.plays = False
    owner.get_by_role("button", name=LIVE).click()

    expect(owner.get_by_role("img", name="Picture: Front door")).to_be_visible()
    assert home.video.asked[:3] == ["live", "live", "still"]


@pytest.mark.parametrize(
    ("sends", "why"),
    [
        ("always", "See whether the camera has power and network."),
        ("motion", "Nothing moves at this door: the camera sends video only while something does."),
    ],
)
def test_a_camera_that_sends_nothing_shows_the_last_photo(
    owner: Page, home: HomeDouble, sends: str, why: str
) -> None:
    """And why; when it sends, the video comes by itself."""
    home.add_visit(1, "expired")
    home.video.nothing = sends
    owner.clock.install()
    owner.get_by_role("button", name=LIVE).click()

    expect(owner.get_by_role("status").filter(has_text=why)).to_be_visible()
    expect(owner.get_by_role("img", name="The last photo")).to_be_visible()
    home.video.nothing = ""
    owner.clock.run_for(9_000)
    expect(owner.get_by_text("Live from: Front door.")).to_be_visible(timeout=PATIENCE_MILLISECONDS)


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Refusal(503, "busy"), "The video cannot be reached at the moment. It is tried again by itself."),
        (Refusal(422, "video_unplayable"), "Whoever set it up has to let it send H.264."),
        (Refusal(404, "door_not_found"), "There is no such door"),
    ],
)
def test_what_goes_wrong_is_said(owner: Page, home: HomeDouble, refusal: Refusal, words: str) -> None:
    """In the reader's words, with what to do; what passes is tried again."""
    home.refusals["/api/owner/doors/front/live"] = refusal
    owner.get_by_role("button", name=LIVE).click()
    expect(owner.get_by_role("status").filter(has_text=words)).to_be_visible()

    if refusal.status == 503:
        home.refusals.clear()
        plays(owner)


def test_live_goes_on_after_the_network_was_gone(owner: Page, home: HomeDouble) -> None:
    """No connection: said, and the video comes back with it."""
    owner.get_by_role("button", name=LIVE).click()
    plays(owner)
    home.is_offline = True
    expect(owner.get_by_text("The video cannot be reached at the moment.")).to_be_visible()

    home.is_offline = False
    owner.evaluate("() => window.dispatchEvent(new Event('online'))")

    plays(owner)


def test_each_door_has_its_own_button(page: Page, home: HomeDouble) -> None:
    """Where somebody waits, the visit has it; the others stay below."""
    home.doors.append({"door_id": "garden", "name": "Garden gate"})
    home.add_visit(1)
    log_in(page)
    card = page.get_by_role("article")

    expect(card.get_by_role("button", name="Watch live", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=LIVE)).to_be_hidden()
    expect(page.get_by_role("button", name="Watch live: Garden gate")).to_be_visible()


def test_who_waits_is_watched_and_decided_about(owner: Page, home: HomeDouble) -> None:
    """The video stands in the photo's place while the visit is decided; then it ends with the card."""
    home.add_visit(1)
    card = owner.get_by_role("article")
    card.get_by_role("button", name="Watch live", exact=True).click()
    plays(owner)
    expect(card.get_by_role("img")).to_have_count(0)

    card.get_by_role("button", name="Turn away").click()

    expect(card).to_have_count(0)
    assert home.decisions == [{"decision": "deny"}]
    quiet(owner, home.video)


def test_a_card_stays_while_it_is_watched(owner: Page, home: HomeDouble) -> None:
    """Somebody else decided meanwhile: the video plays on, and what became of the visit stands beside it."""
    visit = home.add_visit(1)
    card = owner.get_by_role("article")
    card.get_by_role("button", name="Watch live", exact=True).click()
    plays(owner)

    visit.update(state="denied", decided_by="ben@home.test", rule="household")

    expect(card.get_by_text("Decided by ben@home.test.")).to_be_visible()
    plays(owner)


@pytest.fixture
def wide(browser: Browser, home: HomeDouble) -> Iterator[BrowserContext]:
    """A large window, in the dark."""
    with watched_context(browser, HOSTS, width=1280, scheme="dark", workers=False) as context:
        home.serve(context)
        yield context


def test_a_guest_may_look(wide: BrowserContext, home: HomeDouble) -> None:
    """Live and at the seconds before; deciding is left to the others."""
    home.role = "guest"
    home.add_visit(1)
    page = wide.new_page()
    log_in(page)
    for name in ("Watch live", BEFORE):
        page.get_by_role("article").get_by_role("button", name=name).click()
        plays(page)
