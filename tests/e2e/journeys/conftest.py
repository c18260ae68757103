"""One home for all journeys: it is started for the first and stopped after the last."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.journeys.house import House, make_clip
from tests.e2e.running_home import running_home


@pytest.fixture(scope="package")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The home as `make run` starts it; two people come to its door by turns, again and again."""
    folder = tmp_path_factory.mktemp("journeys")
    clip = folder / "turns.mp4"
    make_clip(clip)
    with running_home(folder / "home", "--source", str(clip)) as home:
        yield House(home, clip, browser)
