"""Somebody stands at the door for a minute: one visit, one message, the best frame as the photo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from scripts import demo_clip
from scripts.demo_people import ASTRONAUT
from tests.e2e.browser import watched_context
from tests.e2e.running_home import RunningHome, log_in, running_home, seconds_seen, settled_visits, wait_until

EMPTY_SECONDS = 4.0  # before and after
STAY_SECONDS = 60.0
SEEN_SECONDS = 45.0  # a busy machine skips seconds at the beginning and the end


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of one person at the door for 60 s at 15 fps."""
    out = tmp_path_factory.mktemp("clip") / "minute.mp4"
    stay = demo_clip.Stay(ASTRONAUT, EMPTY_SECONDS, EMPTY_SECONDS + STAY_SECONDS, -1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_clip, "SCHEDULE", (stay,))
        patch.setattr(demo_clip, "SECONDS", STAY_SECONDS + 2 * EMPTY_SECONDS)
        demo_clip.make_clip(out)
    return out


@pytest.fixture
def home(clip: Path, tmp_path: Path) -> Iterator[RunningHome]:
    """A home whose camera sees that minute, once."""
    with running_home(tmp_path / "home", "--source", str(clip), "--once") as home:
        yield home


@pytest.mark.timeout(600)
def test_a_minute_at_the_door_is_one_visit_with_one_message(browser: Browser, home: RunningHome) -> None:
    """900 frames, some hundred records: one visit, one message, and a best photo beside the first."""
    with watched_context(browser, home.hosts) as context:
        owner = context.new_page()
        log_in(owner, home)

        wait_until(lambda: "The video is over" in home.log.read_text() or None, "the clip's end", 200.0)
        found = settled_visits(owner)

        assert len(found) == 1
        assert seconds_seen(found[0]) >= SEEN_SECONDS
        assert len(home.owner_messages()) == 1
        assert found[0]["visit_id"] in home.owner_messages()[0]
        owner.get_by_role("link", name="Someone you don’t know").click()
        best = owner.get_by_role("figure", name="Best photo").get_by_role("img")
        first = owner.get_by_role("figure", name="First photo").get_by_role("img")
        expect(best).to_be_visible()
        expect(first).to_be_visible()
        assert sharpness(owner, best) >= sharpness(owner, first)
        assert best.get_attribute("src") != first.get_attribute("src")


def sharpness(page: Page, image: Locator) -> float:
    """How much detail a shown photo has: the variance of its Laplacian."""
    answer = page.context.request.get(image.get_attribute("src") or "")
    assert answer.ok, answer.status
    picture = cv2.imdecode(np.frombuffer(answer.body(), np.uint8), cv2.IMREAD_GRAYSCALE)
    return float(cv2.Laplacian(picture, cv2.CV_64F).var())
