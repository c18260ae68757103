"""How tests see that a film plays, and that nothing of it is asked for any more."""

from __future__ import annotations

import time

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
    """Nothing of the film is asked for any more, once what was on its way has come."""
    give_up_at = time.monotonic() + PATIENCE_MILLISECONDS / 1000
    before = None
    while (now := [*film.asked, *film.played]) != before:
        assert time.monotonic() < give_up_at, f"still asked for: {now[-3:]}"
        before = now
        page.wait_for_timeout(2_200)
