"""The owner API over a home of fakes."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from smart_door.bootstrap import owner
from tests.fakes.home import Home
from tests.unit.owner_operations.asking import SET_UP


@pytest.fixture(autouse=True)
def wired(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function over a home of fakes."""
    monkeypatch.setattr(owner, "show_home", lambda: home.show_home)
    monkeypatch.setattr(owner, "decide_visit", lambda: home.decide_visit)
    monkeypatch.setattr(owner, "manage_visitors", lambda: home.manage_visitors)
    monkeypatch.setattr(owner, "forget_visitor", lambda: home.forget_visitor)
    monkeypatch.setattr(owner, "correct_visit", lambda: home.correct_visit)
    monkeypatch.setattr(owner, "resend_code", lambda: home.resend_code)
    monkeypatch.setattr(owner, "manage_passes", lambda: home.manage_passes)
    monkeypatch.setattr(owner, "home_settings", lambda: home.settings)
    monkeypatch.setattr(owner, "manage_household", lambda: home.manage_household)
    monkeypatch.setattr(owner, "show_passes", lambda: home.show_passes)
    monkeypatch.setattr(owner, "export_visits", lambda: home.export_visits)
    monkeypatch.setattr(owner, "delete_visit", lambda: home.delete_visit)
    monkeypatch.setattr(owner, "set_up", lambda: SET_UP)
    monkeypatch.setattr(owner, "show_video", lambda: home.show_video)
    monkeypatch.setattr(owner, "time_zone", lambda: ZoneInfo("America/New_York"))
