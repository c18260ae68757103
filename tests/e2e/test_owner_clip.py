"""The owner page, clips: the seconds before a visit, to watch and to save, or why there are none."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.home_double import SITE, HomeDouble, Refusal, stranger
from tests.e2e.watching import BEFORE, LIVE, plays, quiet


def test_the_seconds_before_are_watched_and_saved(owner: Page, home: HomeDouble) -> None:
    """The clip plays, says from when to when, and is saved under its name."""
    visit = home.add_visit(1)
    owner.get_by_role("button", name=BEFORE).click()

    plays(owner)
    expect(owner.get_by_role("status").filter(has_text="From ")).to_be_visible()
    with owner.expect_download() as saved:
        owner.get_by_role("link", name="Save the clip").click()
    assert saved.value.suggested_filename == "front-door.mp4"
    assert home.video.asked == ["clip"]
    assert home.video.played[0] == f"{visit['visit_id']}.mp4"


def test_one_screen_at_a_time(owner: Page, home: HomeDouble) -> None:
    """The clip of who came is opened while the door is watched live: live ends."""
    owner.get_by_role("button", name=LIVE).click()
    plays(owner)
    home.add_visit(1)

    owner.get_by_role("button", name=BEFORE).click()

    expect(owner.locator("video")).to_have_count(1)
    expect(owner.get_by_role("link", name="Save the clip")).to_be_visible()
    quiet(owner, home.video)


def test_an_early_clip_says_that_it_goes_on(owner: Page, home: HomeDouble) -> None:
    """Its end is still being filmed."""
    home.video.is_whole = False
    home.add_visit(1)
    owner.get_by_role("button", name=BEFORE).click()
    expect(owner.get_by_text("The end is still being filmed")).to_be_visible()


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Refusal(404, "no_video", details={"camera_sends": "always"}), "the camera sent no video"),
        (Refusal(404, "no_video", details={"camera_sends": "motion"}), "only while something moves"),
        (Refusal(410, "video_expired"), "is not kept any more"),
        (Refusal(422, "video_unplayable"), "has to let it send H.264"),
        (Refusal(503, "busy"), "Try again"),
    ],
)
def test_without_a_clip_the_photo_stays(owner: Page, home: HomeDouble, refusal: Refusal, words: str) -> None:
    """On the visit's own page the words say why."""
    visit = home.add_visit(1, "expired")
    home.refusals[f"/api/owner/visits/front/{visit['visit_id']}/clip"] = refusal
    owner.goto(f"{SITE}/owner/#/visits/front/{visit['visit_id']}")
    owner.get_by_role("button", name=BEFORE).click()

    expect(owner.get_by_role("status").filter(has_text=words)).to_be_visible()
    expect(owner.get_by_role("figure").get_by_role("img")).to_have_count(2)


def test_a_clip_that_does_not_play_can_be_saved(owner: Page, home: HomeDouble) -> None:
    """The link may have ended, so it is asked for once more; then there is another player."""
    home.video.plays = False
    home.add_visit(1)
    owner.get_by_role("button", name=BEFORE).click()

    expect(owner.get_by_text("This browser does not play the clip.")).to_be_visible()
    expect(owner.get_by_role("link", name="Save the clip")).to_be_visible()
    assert home.video.asked == ["clip", "clip"]


def test_a_visit_that_is_over_has_a_clip_and_no_live_video(owner: Page, home: HomeDouble) -> None:
    """And one of somebody who was deleted has neither."""
    over = home.add_visit(1, "expired")
    deleted = home.add_visit(2, "denied", anonymised=True, faces=[stranger(0)])
    owner.goto(f"{SITE}/owner/#/visits/front/{over['visit_id']}")
    expect(owner.get_by_role("button", name=BEFORE)).to_be_visible()
    expect(owner.get_by_role("button", name="Watch live", exact=True)).to_be_hidden()

    owner.goto(f"{SITE}/owner/#/visits/front/{deleted['visit_id']}")
    expect(owner.get_by_role("heading", name="About this visit")).to_be_visible()
    expect(owner.get_by_role("button", name=BEFORE)).to_be_hidden()


def test_a_link_that_could_not_be_renewed_comes_with_the_network(owner: Page, home: HomeDouble) -> None:
    """A phone that wakes up is without a network for a moment; the clip can still be saved."""
    visit = home.add_visit(1, "expired")
    owner.clock.install()
    owner.goto(f"{SITE}/owner/#/visits/front/{visit['visit_id']}")
    owner.get_by_role("button", name=BEFORE).click()
    save = owner.get_by_role("link", name="Save the clip")
    expect(save).to_be_visible()
    home.is_offline = True
    owner.clock.fast_forward(281_000)
    expect(save).to_be_hidden()
    expect(owner.get_by_text("There is no connection.")).to_be_visible()
    home.is_offline = False

    owner.clock.fast_forward(6_000)

    expect(save).to_be_visible()
