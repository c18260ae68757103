"""From a face in the picture to the owner's page: the whole system on this machine, with real Chromium.

The peer is the video itself: a fragment is one second long and can be searched only when it is complete, so a
second is the floor, and the figure's ratio is to that.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.browser import chromium, watched_context
from tests.e2e.running_home import log_in, running_home, wait_until

_FRAGMENT_SECONDS = 1.0
_HOMES = 3
_WAIT_SECONDS = 120.0
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# Notes when the picture of a visit is complete on the page, by the page's own clock.
_OBSERVE = """() => {
  window.seenAt = {};
  const look = () => {
    for (const article of document.querySelectorAll("article")) {
      const link = article.querySelector('a[href*="#/visits/"]');
      const image = article.querySelector("img");
      if (link && image && image.complete && image.naturalWidth > 0) {
        window.seenAt[link.hash.split("/").pop()] ??= Date.now();
      }
    }
    requestAnimationFrame(look);
  };
  look();
}"""


def run() -> Sequence[str]:
    """Seconds from the first frame with a face of an arrival until its photo is on the owner's page."""
    delays = sorted(delay for _ in range(_HOMES) for delay in _delays_in_a_new_home())
    listed = ", ".join(f"{delay:.2f}" for delay in delays)
    return [
        f"first frame with a face to its photo on the owner's page: {listed} s",
        f"the slowest in fragments of a second: {delays[-1] / _FRAGMENT_SECONDS:.2f}",
    ]


def _delays_in_a_new_home() -> list[float]:
    """In a new home everybody is a stranger; who was there before the page was is not counted."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_home(Path(folder)) as home,
        chromium() as browser,
        watched_context(browser, home.hosts) as context,
    ):
        page = context.new_page()
        log_in(page, home)
        page.evaluate(_OBSERVE)
        began = time.time()

        def enough() -> dict[str, float] | None:
            seen: dict[str, float] = page.evaluate("() => window.seenAt")
            fresh = {visit: at for visit, at in seen.items() if first_sight(visit) > began}
            return fresh or None

        seen = wait_until(enough, "an arrival on the owner's page", _WAIT_SECONDS)
    return [at / 1000 - first_sight(visit) for visit, at in seen.items()]


def first_sight(visit_id: str) -> float:
    """Epoch seconds of a visit's first frame: the first ten characters of its id, in milliseconds."""
    milliseconds = 0
    for character in visit_id[:10]:
        milliseconds = milliseconds * 32 + _ALPHABET.index(character)
    return milliseconds / 1000
