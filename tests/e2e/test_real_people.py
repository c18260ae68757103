"""Real people on video: one is enrolled and recognised from another recording, the others are asked about."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import watched_context
from tests.e2e.page_policy import ROOT
from tests.e2e.running_home import (
    RunningHome,
    log_in,
    passcode_in,
    running_home,
    seconds_seen,
    visits,
    wait_until,
)
from tests.ports import free_port

MEDIA = ROOT.parent / "shared/media"
PHONE = "+15555550177"
NAME = "Anna"
GAP_SECONDS = 16.0  # after this long without a face, whoever is seen makes a new visit
LONG_SECONDS = 12.0  # seen for this long, a visit has had every chance to send a second message
WAIT_SECONDS = 300.0

pytestmark = [
    pytest.mark.media,
    pytest.mark.timeout(900),
]


@dataclass
class Recordings:
    """One home whose camera is shown one recording after the other; its state stays."""

    browser: Browser
    folder: Path
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))
    stopped_at: float = -GAP_SECONDS
    visits: set[str] = field(default_factory=set)
    visitor_messages: int = 0
    owner_messages: int = 0

    @contextmanager
    def playing(self, clip: str, *options: str) -> Iterator[tuple[RunningHome, Page]]:
        """Show a clip (`options`: --once or again and again); the home, and the owner page logged in."""
        over = self.stopped_at + GAP_SECONDS
        wait_until(lambda: True if time.monotonic() > over else None, "the last visit's end", 60.0)
        with (
            running_home(self.folder, "--source", str(MEDIA / clip), *options, ports=self.ports) as home,
            watched_context(self.browser, home.hosts) as context,
        ):
            owner = context.new_page()
            log_in(owner, home)
            try:
                yield home, owner
            finally:
                self.visits = {visit["visit_id"] for visit in visits(owner)}
                self.visitor_messages = len(home.messages(PHONE))
                self.owner_messages = len(home.owner_messages())
        self.stopped_at = time.monotonic()

    def new_visits(self, owner: Page) -> list[dict[str, Any]]:
        """The visits of this clip, newest first."""
        return [visit for visit in visits(owner) if visit["visit_id"] not in self.visits]


@pytest.fixture(scope="module")
def recordings(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Recordings:
    """A home in which Anna was approved from one recording, came in and is known since."""
    recordings = Recordings(browser, tmp_path_factory.mktemp("real-people"))
    with recordings.playing("visitor-a.mp4", "--once") as (home, owner):
        card = owner.get_by_role("article", name="Someone you don’t know")
        expect(card).to_have_count(1, timeout=WAIT_SECONDS * 1000)
        card.get_by_role("button", name="Let in").click()
        card.get_by_label("Name").fill(NAME)
        card.get_by_label("Phone number").fill(PHONE)
        card.get_by_role("button", name="Let in").click()
        passcode = passcode_in(home.wait_for_messages(PHONE, 1)[0])
        door = owner.context.new_page()
        door.goto(f"{home.web_url}/door/?door=front")
        door.get_by_role("heading", name="Front door").wait_for()
        door.get_by_label("Type your passcode").fill(passcode)
        door.keyboard.press("Enter")
        expect(door.get_by_role("status")).to_contain_text("is open", timeout=30_000)
        home.wait_for_enrolled_face()
    return recordings


def test_the_known_one_gets_a_code_and_the_other_is_asked_about(recordings: Recordings) -> None:
    """Anna stands beside somebody else: she is recognised, he is asked about, one message each."""
    with recordings.playing("two-visitors.mp4") as (home, owner):

        def both_for_long() -> list[dict[str, Any]] | None:
            found = recordings.new_visits(owner)
            long = [visit for visit in found if seconds_seen(visit) >= LONG_SECONDS]
            return found if len(long) >= 2 else None

        found = wait_until(both_for_long, f"two visits that last; see {home.log}", WAIT_SECONDS)

        assert sorted((visit["state"], visit.get("visitor_name")) for visit in found) == [
            ("awaiting_owner", None),
            ("code_sent", NAME),
        ]
        assert len(home.messages(PHONE)) == recordings.visitor_messages + 1
        assert len(home.owner_messages()) == recordings.owner_messages + 1
        expect(owner.get_by_role("article")).to_have_count(1)
        expect(owner.get_by_role("list", name="Recent visits")).to_contain_text(NAME)


def test_strangers_are_asked_about_and_matched_with_nobody(recordings: Recordings) -> None:
    """Two others walk up to the camera: nobody is taken for Anna, and each visit asks once."""
    with recordings.playing("walking-past.mp4") as (home, owner):

        def for_long() -> list[dict[str, Any]] | None:
            found = recordings.new_visits(owner)
            return found if any(seconds_seen(visit) >= LONG_SECONDS for visit in found) else None

        found = wait_until(for_long, f"a visit that lasts; see {home.log}", WAIT_SECONDS)

        assert [face for visit in found for face in visit["faces"] if face["known"]] == []
        assert {visit["state"] for visit in found} == {"awaiting_owner"}
        assert len(home.messages(PHONE)) == recordings.visitor_messages
        asked = home.owner_messages()[recordings.owner_messages :]
        assert len(asked) == len(found)
        assert all(any(visit["visit_id"] in text for text in asked) for visit in found)
        expect(owner.get_by_role("article").first.get_by_role("img", name="Photo from")).to_be_visible()
