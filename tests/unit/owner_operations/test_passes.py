"""Invitations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.home import Home
from tests.unit.owner_operations.asking import ask


class TestPasses:
    """Invitations."""

    @pytest.mark.parametrize(
        "schedule",
        [
            {"kind": "once", "from": "2026-11-24T09:00", "until": "2026-11-24T12:00"},
            {"kind": "window", "from": "2026-11-27T15:00", "until": "2026-11-29T18:00"},
            {
                "kind": "recurring",
                "weekdays": ["tuesday", "thursday"],
                "opens": "09:00",
                "closes": "12:00",
                "first_day": "2026-11-24",
                "last_day": "2026-12-31",
            },
        ],
        ids=["once", "window", "recurring"],
    )
    def test_somebody_is_invited_listed_and_uninvited(self, home: Home, schedule: dict[str, Any]) -> None:
        """Given a schedule, then it is shown as it was given, and its code only once."""
        body = {"door_id": "front", "name": "Ada", "phone": "+15555550123", **schedule}
        status, made = ask("POST", "/api/owner/passes", body=body)
        invitation = made["pass"]

        assert (status, made["sent"], invitation["state"]) == (200, True, "upcoming")
        assert {name: invitation[name] for name in schedule} == schedule
        assert home.messages.to_visitors == [("+15555550123", made["message"])]
        assert ask("GET", "/api/owner/passes") == (200, {"passes": [invitation]})
        path = {"door_id": "front", "pass_id": invitation["pass_id"]}
        revoke = "/api/owner/passes/{door_id}/{pass_id}"
        assert ask("DELETE", revoke, path)[1]["state"] == "revoked"
        assert ask("DELETE", revoke, {**path, "pass_id": "0"})[0] == 404

    @pytest.mark.parametrize(
        "change",
        [
            {"kind": "often"},
            {"from": "tomorrow"},
            {"from": "2026-11-24T12:00"},
            {"from": "2020-01-01T00:00", "until": "2020-01-02T00:00"},
            {"until": "2028-01-01T00:00"},
            {"kind": "recurring", "first_day": "2026-11-24", "last_day": "2026-12-01"},
            {"send": "yes"},
            {"request_id": "once"},
            {"visitor_id": "v1"},
        ],
    )
    def test_what_never_opens_is_refused(self, home: Home, change: dict[str, Any]) -> None:
        """And nobody is put on file."""
        times = {"kind": "once", "from": "2026-11-24T09:00", "until": "2026-11-24T12:00"}
        body = {"door_id": "front", "name": "Ada", "phone": "+15555550123", **times, **change}

        assert ask("POST", "/api/owner/passes", body=body)[0] == 400
        assert home.visitors.all() == []
