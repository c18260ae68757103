"""The household and the settings of a home in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_ROOT = "/api/owner"
_REQUESTS = {
    ("GET", "/household"): None,
    ("POST", "/household"): "NewMember",
    ("PATCH", "/household/{member_id}"): "MemberChange",
    ("DELETE", "/household/{member_id}"): None,
    ("GET", "/settings"): None,
    ("PUT", "/settings"): "NewSettings",
}
STATUSES = {"not_allowed": 403, "member_exists": 409, "member_not_found": 404, "last_owner": 409}


def member(email: str, role: str = "member", *, is_invited: bool = False) -> dict[str, Any]:
    """Somebody who may log in."""
    return {"member_id": f"id of {email}", "email": email, "role": role, "is_invited": is_invited}


def operation(method: str, path: str) -> tuple[str, str | None] | None:
    """The specification's path and what schema the body has; None where it is not about the household."""
    name = path.removeprefix(_ROOT)
    template = "/household/{member_id}" if name.startswith("/household/") else name
    return (_ROOT + template, _REQUESTS[method, template]) if (method, template) in _REQUESTS else None


@dataclass
class HouseholdDouble:
    """Who may log in, and what is set. Answers are bodies, or an error's code."""

    members: list[dict[str, Any]] = field(default_factory=lambda: [member("owner@home.test", "owner")])
    settings: dict[str, Any] = field(
        default_factory=lambda: {
            "ask_about_strangers": True,
            "warn_about_blocked": True,
            "enrol_faces": True,
        }
    )
    time_zone: str = "Europe/Berlin"

    def answer(self, role: str, method: str, path: str, body: dict[str, Any]) -> dict[str, Any] | str:
        """What the API answers somebody of that role."""
        if path.endswith("/settings") and method == "GET":
            return {**self.settings, "time_zone": self.time_zone}
        if role != "owner":
            return "not_allowed"
        if path.endswith("/settings"):
            self.settings = body
            return {**body, "time_zone": self.time_zone}
        if method == "GET":
            return {"members": self.members}
        return self._invite(body) if method == "POST" else self._change(method, path, body)

    def _invite(self, body: dict[str, Any]) -> dict[str, Any] | str:
        if any(one["email"] == body["email"] for one in self.members):
            return "member_exists"
        self.members.append(member(body["email"], body["role"], is_invited=True))
        return self.members[-1]

    def _change(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any] | str:
        member_id = path.rpartition("/")[2].replace("%20", " ").replace("%40", "@")
        found = next((one for one in self.members if one["member_id"] == member_id), None)
        if found is None:
            return "member_not_found"
        owners = [one for one in self.members if one["role"] == "owner"]
        if owners == [found] and body.get("role") != "owner":
            return "last_owner"
        if method == "DELETE":
            self.members.remove(found)
        else:
            found.update(body)
        return found
