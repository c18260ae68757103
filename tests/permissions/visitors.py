"""What is done about people on file: what each further permission of owner_api is needed for."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from smart_door.adapters.dynamodb_items import attributes
from smart_door.adapters.visits_dynamodb import visit_item
from tests.contract.portraits import grace, jpeg
from tests.contract.records import visit_at
from tests.permissions.visit import Visit, ask_owner_api, redeem

VISIT = "/api/owner/visits/{door_id}/{visit_id}"
VISITOR = "/api/owner/visitors/{visitor_id}"
PASSES = "/api/owner/passes"
HOUSEHOLD = "/api/owner/household"
ANN = "ann@example.com"


@dataclass
class OnFile:
    """The visitor of a whole visit; each step answers "" or what went wrong."""

    visit: Visit

    def photo_is_added(self) -> str:
        """The owner adds a photo."""
        self._restore()
        status, _ = self._add_photo()
        return "" if status == 200 else f"the owner cannot add a photo ({status})"

    def visitor_is_deleted(self) -> str:
        """The owner deletes somebody who has a photo and a face."""
        self._restore()
        self._add_photo()
        status, _ = self._ask("DELETE", VISITOR)
        return "" if status == 200 else f"the owner cannot delete a visitor ({status})"

    def visit_is_deleted(self) -> str:
        """The owner deletes a visit without photos, since other steps need those."""
        visit = visit_at("front", time.time() - 86_400)
        table = self.visit.home.id("VisitsTable")
        self.visit.home.client("dynamodb").put_item(TableName=table, Item=attributes(visit_item(visit)))
        status, _ = self._ask("DELETE", VISIT, path={"visit_id": visit.visit_id})
        return "" if status == 200 else f"the owner cannot delete a visit ({status})"

    def passes_are_listed(self) -> str:
        """The owner looks at the invitations."""
        self._restore()
        status, _ = self._ask("GET", PASSES)
        return "" if status == 200 else f"the owner page lists no passes ({status})"

    def pass_is_revoked(self) -> str:
        """The owner takes an invitation back."""
        self._restore()
        _, made = self._invite()
        path = {"pass_id": made["pass"]["pass_id"]}
        status, _ = self._ask("DELETE", f"{PASSES}/{{door_id}}/{{pass_id}}", path=path)
        return "" if status == 200 else f"a pass cannot be revoked ({status})"

    def guest_is_deleted(self) -> str:
        """The owner deletes somebody who is invited."""
        self._restore()
        self._invite()
        status, _ = self._ask("DELETE", VISITOR)
        return "" if status == 200 else f"the owner cannot delete somebody with a pass ({status})"

    def code_of_a_pass_is_typed(self) -> str:
        """Somebody invited comes in."""
        self._restore()
        _, made = self._invite()
        status = redeem(self.visit.home, made["passcode"], None)
        return "" if status == 200 else f"the code of a pass does not open ({status})"

    def _invite(self) -> tuple[int, Any]:
        now = datetime.now(UTC)
        times = {"from": now - timedelta(hours=1), "until": now + timedelta(hours=1)}
        schedule = {name: f"{at:%Y-%m-%dT%H:%M}" for name, at in times.items()}
        guest = {"door_id": "front", "visitor_id": self.visit.visitor_id, "send": False}
        return self._ask("POST", PASSES, {**guest, "kind": "once", **schedule})

    def members_are_listed(self) -> str:
        """The owner looks at the household."""
        status, _ = self._ask("GET", HOUSEHOLD)
        return "" if status == 200 else f"the owner page lists no household ({status})"

    def invitation_has_the_link(self) -> str:
        """Somebody is invited by an e-mail that says where the page is; they are gone afterwards."""
        home = self.visit.home
        try:
            before = len(home.texts(ANN))
            status, _ = self._ask("POST", HOUSEHOLD, {"email": ANN, "role": "guest"})
            letters = home.texts(ANN)[before:]
            if status != 200 or len(letters) != 1:
                return f"nobody can be invited into the household ({status})"
            is_there = f"{home.emulator.web_url}/owner/" in letters[0]
            return "" if is_there else "an invitation does not say where the page is"
        finally:
            self._remove_ann()

    def member_comes_and_goes(self) -> str:
        """Somebody is invited, becomes a member, and leaves; whatever fails, they are gone afterwards."""
        try:
            status, ann = self._ask("POST", HOUSEHOLD, {"email": ANN, "role": "guest"})
            if status != 200:
                return f"nobody can be invited into the household ({status})"
            path = {"member_id": ann["member_id"]}
            status, _ = self._ask("PATCH", f"{HOUSEHOLD}/{{member_id}}", {"role": "member"}, path)
            if status != 200:
                return f"a member's role cannot be changed ({status})"
            told = {"phone": "+15555550178", "told_about": ["stranger"]}
            status, _ = self._ask("PATCH", f"{HOUSEHOLD}/{{member_id}}", told, path)
            if status != 200:
                return f"a member's number cannot be set ({status})"
            status, _ = self._ask("DELETE", f"{HOUSEHOLD}/{{member_id}}", path=path)
            return "" if status == 200 else f"a member cannot be removed ({status})"
        finally:
            self._remove_ann()

    def _remove_ann(self) -> None:
        cognito, pool = self.visit.home.client("cognito-idp"), self.visit.home.outputs["UserPoolId"]
        with suppress(cognito.exceptions.UserNotFoundException):
            cognito.admin_delete_user(UserPoolId=pool, Username=ANN)

    def _restore(self) -> None:
        """Without visits: a deletion takes their photos, which other steps need."""
        self.visit.home.restore({"VisitorsTable": self.visit.approved["VisitorsTable"]})

    def _add_photo(self) -> tuple[int, Any]:
        photo = base64.b64encode(jpeg(grace())).decode()
        return self._ask("POST", f"{VISITOR}/photos", {"photo": photo})

    def _ask(
        self, method: str, resource: str, body: Any = None, path: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        names = {"visitor_id": self.visit.visitor_id, **(path or {})}
        return ask_owner_api(self.visit.home, self.visit.visit_id, method, resource, body, names)
