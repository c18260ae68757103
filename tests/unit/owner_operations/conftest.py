"""The owner API over a home of fakes."""

from __future__ import annotations

from functools import partial
from zoneinfo import ZoneInfo

import pytest

from smart_door.bootstrap import owner
from tests.fakes.home import Home
from tests.unit.owner_operations.asking import SET_UP

USE_CASES = (
    "correct_visit",
    "decide_visit",
    "delete_visit",
    "export_visits",
    "forget_visitor",
    "manage_household",
    "manage_passes",
    "manage_visitors",
    "resend_code",
    "show_home",
    "show_passes",
    "show_video",
)


@pytest.fixture(autouse=True)
def wired(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function over a home of fakes."""
    for name in USE_CASES:
        monkeypatch.setattr(owner, name, partial(getattr, home, name))
    monkeypatch.setattr(owner, "home_settings", lambda: home.settings)
    monkeypatch.setattr(owner, "set_up", lambda: SET_UP)
    monkeypatch.setattr(owner, "time_zone", lambda: ZoneInfo("America/New_York"))
