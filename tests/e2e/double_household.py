"""The household and the settings of a home in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.e2e.double_answers import Asked, Operation, Refusal

if TYPE_CHECKING:
    from tests.e2e.home_double import HomeDouble

_MEMBERS, _MEMBER, _SETTINGS, _MINE = (
    "/api/owner/household",
    "/api/owner/household/{member_id}",
    "/api/owner/settings",
    "/api/owner/me/messages",
)
HOME_PHONE = "+15555550100"

# None of them is what the template says unless somebody chooses: the page has to ask.
SET_UP = {
    "recognition_similarity": 98.5,
    "visit_minutes": 7,
    "visit_gap_seconds": 20,
    "passcode_minutes": 1,
    "video_hours": 48,
    "photo_days": 14,
    "visit_days": 365,
}


def member(email: str, role: str = "member", *, is_invited: bool = False, **told: Any) -> dict[str, Any]:
    """Somebody who may log in."""
    known = {"member_id": f"id of {email}", "email": email, "role": role, "is_invited": is_invited}
    return {**known, "told_about": [], **told}


@dataclass
class HouseholdDouble:
    """Who may log in, and what is set."""

    members: list[dict[str, Any]] = field(default_factory=lambda: [member("owner@home.test", "owner")])
    settings: dict[str, Any] = field(
        default_factory=lambda: {
            "ask_about_strangers": True,
            "warn_about_blocked": True,
            "enrol_faces": True,
        }
    )

    mine: dict[str, Any] = field(default_factory=lambda: {"told_about": []})
    set_up: dict[str, float] = field(default_factory=lambda: dict(SET_UP))

    def invite(self, wanted: dict[str, Any]) -> dict[str, Any] | Refusal:
        """POST."""
        if any(one["email"] == wanted["email"] for one in self.members):
            return Refusal(409, "member_exists")
        self.members.append(member(wanted["email"], wanted["role"], is_invited=True))
        return self.members[-1]

    def change(self, member_id: str, wanted: dict[str, Any] | None) -> dict[str, Any] | Refusal:
        """PATCH, or DELETE where nothing is wanted of them."""
        found = next((one for one in self.members if one["member_id"] == member_id), None)
        if found is None:
            return Refusal(404, "member_not_found")
        owners = [one for one in self.members if one["role"] == "owner"]
        if owners == [found] and (wanted or {"role": ""}).get("role", "owner") != "owner":
            return Refusal(409, "last_owner")
        if (wanted or {}).get("phone") == HOME_PHONE:
            return Refusal(409, "phone_of_home")
        if wanted is None:
            self.members.remove(found)
        else:
            found.update(wanted)
        if not found.get("phone"):
            found.pop("phone", None)
        return found


def _list(home: HomeDouble, _asked: Asked) -> Any:
    return {"members": home.household.members, "home_phone": HOME_PHONE}


def _invite(home: HomeDouble, asked: Asked) -> Any:
    return home.household.invite(asked.body)


def _change(home: HomeDouble, asked: Asked) -> Any:
    return home.household.change(asked.path["member_id"], asked.body)


def _remove(home: HomeDouble, asked: Asked) -> Any:
    return home.household.change(asked.path["member_id"], None)


def _mine(home: HomeDouble, _asked: Asked) -> Any:
    return home.household.mine


def _change_mine(home: HomeDouble, asked: Asked) -> Any:
    home.household.mine = asked.body
    return home.household.mine


def _settings(home: HomeDouble, _asked: Asked) -> Any:
    set_up = {"time_zone": home.passes.time_zone, "set_up": home.household.set_up}
    return {**home.household.settings, **set_up}


def _set(home: HomeDouble, asked: Asked) -> Any:
    home.household.settings = asked.body
    return _settings(home, asked)


HOUSEHOLD: dict[str, Operation] = {
    f"GET {_MEMBERS}": _list,
    f"POST {_MEMBERS}": _invite,
    f"PATCH {_MEMBER}": _change,
    f"DELETE {_MEMBER}": _remove,
    f"GET {_SETTINGS}": _settings,
    f"PUT {_SETTINGS}": _set,
    f"GET {_MINE}": _mine,
    f"PUT {_MINE}": _change_mine,
}
