"""How tests see that a film plays, and that nothing of it is asked for any more."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.e2e.browser import PATIENCE_MILLISECONDS
from tests.e2e.double_video import DoubleVideo

LIVE = "Watch live: Front door"
BEFORE = "Watch the seconds before"
PLAYS = """() => {
  const video = document.querySelector("video");
  return video && !video.hidden && video.videoWidth > 0 && video.currentTime > 0.5;
}"""


def plays(page: Page) -> None:
    """Wait until a film really moves."""
    page.wait_for_function(PLAYS, timeout=PATIENCE_MILLISECONDS)


def quiet(page: Page, film: DoubleVideo) -> None:
    """Nothing of the film is asked for any more; what was on its way has come."""
    page.wait_for_timeout(300)
    before = [*film.asked, *film.played]
    page.wait_for_timeout(2_200)
    assert [*film.asked, *film.played] == before
