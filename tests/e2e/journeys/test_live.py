"""The door in motion: what the camera sees now, and the seconds before somebody rang."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.journeys import words
from tests.e2e.journeys.house import ARRIVAL_MILLISECONDS, House, address_of, stranger


def test_the_door_is_watched_live_and_the_clip_of_a_visit_plays_and_is_saved(house: House) -> None:
    """What the camera sends moves in the page, under the real policy; so does what was before a visit."""
    with house.owner(width=390, scheme="dark") as owner:
        address = address_of(stranger(owner))
        owner.get_by_role("button", name=words.owner("live.watch")).first.click()
        moves(owner)
        live = words.owner("live.playing", door="Front door")
        expect(owner.get_by_role("status").filter(has_text=live)).to_be_visible()

        owner.goto(f"{house.home.web_url}/owner/{address}")
        owner.get_by_role("button", name=words.owner("clip.watch")).click()
        moves(owner)
        assert owner.evaluate("document.querySelector('video').duration") > 5
        with owner.expect_download() as saved:
            owner.get_by_role("link", name=words.owner("clip.save")).click()
        assert saved.value.suggested_filename.startswith("front-20")


def moves(page: Page) -> None:
    """A film has a picture, and its time goes on."""
    page.wait_for_function(
        """() => {
          const video = document.querySelector("video");
          return video && !video.hidden && video.videoWidth > 0 && video.currentTime > 1;
        }""",
        timeout=ARRIVAL_MILLISECONDS,
    )
