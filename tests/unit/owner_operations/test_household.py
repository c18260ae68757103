"""Who may log in, who is told about what, and what the home is set to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from smart_door.domain.household import Role
from tests.fakes.home import OWNER_PHONE, Home
from tests.unit.owner_operations.asking import SET_UP, ask


class TestHousehold:
    """Members and their roles."""

    ONE = "/api/owner/household/{member_id}"

    def test_members_are_invited_changed_and_removed(self, home: Home) -> None:
        """Given an owner, then others come and go; owners are shown first."""
        _, ann = ask("POST", "/api/owner/household", body={"email": "Ann@Example.com ", "role": "guest"})
        _, bob = ask("POST", "/api/owner/household", body={"email": "bob@example.com", "role": "owner"})

        assert (ann["email"], ann["role"], ann["is_invited"]) == ("ann@example.com", "guest", True)
        everyone = {"members": [bob, ann], "home_phone": OWNER_PHONE}
        assert ask("GET", "/api/owner/household") == (200, everyone)
        path = {"member_id": ann["member_id"]}
        assert ask("PATCH", self.ONE, path, {"role": "member"})[1]["role"] == "member"
        assert ask("DELETE", self.ONE, path)[1]["email"] == "ann@example.com"
        assert ask("DELETE", self.ONE, path)[0] == 404

    @pytest.mark.parametrize(
        "body", [{"email": "ann", "role": "guest"}, {"email": "a@b.c", "role": "king"}, {"role": "guest"}]
    )
    def test_what_is_no_member_is_refused(self, body: dict[str, str]) -> None:
        """400."""
        assert ask("POST", "/api/owner/household", body=body)[0] == 400

    def test_an_invitation_that_is_not_sent_says_so(self, home: Home) -> None:
        """Given e-mails that cannot be sent, then nobody is invited, and trying again is worth it."""
        home.household.sends_nothing = True
        bob = {"email": "bob@example.com", "role": "guest"}
        status, problem = ask("POST", "/api/owner/household", body=bob)

        assert (status, problem["code"]) == (503, "invitation_not_sent")
        assert home.household.members == {}

    def test_there_is_always_an_owner(self, home: Home) -> None:
        """Given the last owner, then they cannot be removed or made a guest."""
        _, bob = ask("POST", "/api/owner/household", body={"email": "bob@example.com", "role": "owner"})
        path = {"member_id": bob["member_id"]}

        assert ask("PATCH", self.ONE, path, {"role": "guest"})[1]["code"] == "last_owner"
        assert ask("DELETE", self.ONE, path)[1]["code"] == "last_owner"
        assert ask("PATCH", self.ONE, path, {"role": "owner"})[0] == 200
        again = {"email": "bob@example.com", "role": "guest"}
        assert ask("POST", "/api/owner/household", body=again)[1]["code"] == "member_exists"

    def test_an_owner_says_who_is_told_about_what(self, home: Home) -> None:
        """Given a member, then number and wishes change one by one, or with the role."""
        _, bob = ask("POST", "/api/owner/household", body={"email": "bob@example.com", "role": "guest"})
        path = {"member_id": bob["member_id"]}
        assert (bob["told_about"], "phone" in bob) == ([], False)

        told = {"phone": "+1 555 555 0111", "told_about": ["blocked", "stranger"], "role": "member"}
        _, bob = ask("PATCH", self.ONE, path, told)
        assert (bob["phone"], bob["told_about"]) == ("+15555550111", ["stranger", "blocked"])
        assert bob["role"] == "member"
        assert ask("PATCH", self.ONE, path, {"told_about": []})[1]["phone"] == "+15555550111"
        assert ask("GET", "/api/owner/household")[1]["members"][0]["told_about"] == []

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({}, 400, "request_invalid"),
            ({"told_about": ["weather"]}, 400, "request_invalid"),
            ({"told_about": ["stranger"]}, 400, "request_invalid"),
            ({"phone": "0123"}, 400, "phone_invalid"),
            ({"phone": "+15555550122"}, 400, "phone_opted_out"),
            ({"phone": OWNER_PHONE}, 409, "phone_of_home"),
        ],
    )
    def test_numbers_and_wishes_that_are_none_are_refused(
        self, home: Home, change: dict[str, Any], status: int, code: str
    ) -> None:
        """Each with a code of its own, and nothing is kept."""
        home.messages.opted_out.add("+15555550122")
        bob = home.household.invite("bob@example.com", Role.OWNER)
        answered, problem = ask("PATCH", self.ONE, {"member_id": bob.member_id}, change)

        assert (answered, problem["code"]) == (status, code)
        assert home.settings.stored.contacts == ()

    def test_a_member_says_what_they_are_told_themselves(self, home: Home) -> None:
        """Given the id in the login, then nobody else's number is read or changed by it."""
        mine = "/api/owner/me/messages"
        ann = home.household.invite("ann@example.com", Role.MEMBER)
        bob = home.household.invite("bob@example.com", Role.MEMBER)
        home.manage_household.tell(bob.member_id, "+15555550122", [])
        wanted = {"phone": "+15555550111", "told_about": ["unreachable"]}

        assert ask("GET", mine, groups="member", member_id=ann.member_id) == (200, {"told_about": []})
        assert ask("PUT", mine, body=wanted, groups="member", member_id=ann.member_id) == (200, wanted)
        assert ask("GET", mine, groups="member", member_id=ann.member_id) == (200, wanted)
        assert ask("PUT", mine, body={"phone": ""}, groups="member", member_id=ann.member_id)[0] == 400
        assert ask("PUT", mine, body=wanted, groups="member", member_id="somebody")[0] == 404
        assert ask("GET", mine, groups="member", member_id=bob.member_id)[1]["phone"] == "+15555550122"


class TestSettings:
    """What the household sets."""

    def test_settings_are_shown_and_changed_as_a_whole(self) -> None:
        """Given the defaults, when they are changed, then the answer and the next look say so."""
        asked = {"ask_about_strangers": True, "warn_about_blocked": True, "enrol_faces": True}
        told = {"time_zone": "America/New_York", "set_up": asdict(SET_UP)}
        assert ask("GET", "/api/owner/settings") == (200, {**asked, **told})

        wanted = {**asked, "enrol_faces": False, "quiet_hours": {"begins": "22:00", "ends": "07:30"}}
        status, changed = ask("PUT", "/api/owner/settings", body=wanted)
        assert (status, changed) == (200, {**wanted, **told})
        assert ask("GET", "/api/owner/settings")[1] == changed

    @pytest.mark.parametrize(
        "change",
        [
            {"enrol_faces": "no"},
            {"ask_about_strangers": None},
            {"quiet_hours": "at night"},
            {"quiet_hours": {"begins": "22:00"}},
            {"quiet_hours": {"begins": "22:00", "ends": "25:00"}},
            {"quiet_hours": {"begins": "22:00", "ends": "22:00"}},
        ],
    )
    def test_a_wrong_setting_changes_nothing(self, home: Home, change: dict[str, Any]) -> None:
        """400."""
        asked = {"ask_about_strangers": True, "warn_about_blocked": True, "enrol_faces": True}
        assert ask("PUT", "/api/owner/settings", body={**asked, **change})[0] == 400
        assert home.settings.get().version == 0
