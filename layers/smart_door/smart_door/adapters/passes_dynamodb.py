"""Passes in the Passcodes table: beside passcodes, since both are found by what is typed at the door.

An item with a `pass_id` is a pass. What it opens is decided by one conditional write for each use.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from math import ceil
from typing import TYPE_CHECKING
from uuid import uuid4

from smart_door.adapters.dynamodb_items import Item
from smart_door.adapters.passcode_table import PasscodeTable
from smart_door.domain.passcodes import REDEMPTION_SECONDS
from smart_door.domain.passes import Pass, PassKind, Schedule
from smart_door.domain.refusals import (
    PasscodeExpiredError,
    PasscodeUsedError,
    PasscodeWrongError,
    PassNotFoundError,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEEP_SECONDS = 30 * 86400
"""How long a pass past its time is still shown to the household."""


class DynamoDbPasses:
    """`ports.Passes` in the Passcodes table."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = PasscodeTable(client, table_name)

    def add(self, new: Pass, now: float) -> None:
        """Store a new pass. Raises PasscodeTakenError while the same digest is valid at the door."""
        self._table.put(new.door_id, pass_item(new), now)

    def of_door(self, door_id: str) -> Sequence[Pass]:
        """The door's passes; the passcodes beside them are few, since those are removed within hours."""
        return [pass_from_item(stored) for stored in self._table.codes(door_id, of_passes=True)]

    def use(self, found: Pass, window: str, visit_id: str, now: float) -> Pass:
        """Use a pass for a window, once: see `ports.Passes.use` for the condition and the errors.

        Each call leaves an id of its own, by which botocore's repetition of a lost answer knows itself.
        """
        redemption_id = uuid4().hex
        used, stored = self._table.update(
            found.door_id,
            f"code#{found.digest}",
            "SET used_at = :now, used_window = :window, visit_id = :visit_id, redemption_id = :redemption_id",
            "pass_id = :pass_id AND attribute_not_exists(revoked_at) AND expires_at > :now"
            " AND (attribute_not_exists(used_window) OR used_window <> :window OR (used_at <= :lapsed"
            " AND (attribute_not_exists(done_window) OR done_window <> :window)))",
            {
                ":now": now,
                ":window": window,
                ":visit_id": visit_id,
                ":redemption_id": redemption_id,
                ":pass_id": found.pass_id,
                ":lapsed": now - REDEMPTION_SECONDS,
            },
        )
        if used or stored.get("redemption_id") == redemption_id:
            return pass_from_item(stored)
        if stored.get("pass_id") != found.pass_id or "revoked_at" in stored:
            raise PasscodeWrongError(found.door_id)
        if stored["expires_at"] <= now:
            raise PasscodeExpiredError(found.door_id)
        raise PasscodeUsedError(found.door_id)

    def finish(self, used: Pass) -> None:
        """This use can never be taken up again; a later one stays as it is."""
        window = {":window": used.used_window}
        key, change = f"code#{used.digest}", "SET done_window = :window"
        self._table.update(used.door_id, key, change, "used_window = :window", window)

    def claim(self, found: Pass, now: float, until: float) -> Pass | None:
        """Claim the pass's message until then, if it neither went nor is claimed; None otherwise."""
        claimed, stored = self._table.update(
            found.door_id,
            f"code#{found.digest}",
            "SET claimed_until = :until",
            "pass_id = :pass_id AND attribute_not_exists(told_at)"
            " AND (attribute_not_exists(claimed_until) OR claimed_until <= :now)",
            {":until": until, ":now": now, ":pass_id": found.pass_id},
        )
        return pass_from_item(stored) if claimed else None

    def told(self, found: Pass, now: float) -> Pass:
        """The message went. Raises PassNotFoundError."""
        return self._mark(found, "SET told_at = :now", now)

    def revoke(self, found: Pass, now: float) -> Pass:
        """Let the pass never open again; the first revocation stays. Raises PassNotFoundError."""
        return self._mark(found, "SET revoked_at = if_not_exists(revoked_at, :now)", now)

    def _mark(self, found: Pass, change: str, now: float) -> Pass:
        values = {":now": now, ":pass_id": found.pass_id}
        changed, stored = self._table.update(
            found.door_id, f"code#{found.digest}", change, "pass_id = :pass_id", values
        )
        if not changed:
            raise PassNotFoundError(found.door_id, found.pass_id)
        return pass_from_item(stored)

    def remove(self, found: Pass) -> None:
        """Remove a pass; one that is not there is no error."""
        self._table.remove(found.door_id, found.digest)


def pass_item(stored: Pass) -> Item:
    """A pass as stored; wall times as ISO 8601 without a zone."""
    schedule = stored.schedule
    return {
        "door_id": stored.door_id,
        "passcode_key": f"code#{stored.digest}",
        "pass_id": stored.pass_id,
        "visitor_id": stored.visitor_id,
        "schedule": {
            "kind": schedule.kind,
            "first": schedule.first.isoformat(),
            "last": schedule.last.isoformat(),
            "weekdays": schedule.weekdays,
            "opens": schedule.opens.isoformat(),
            "closes": schedule.closes.isoformat(),
        },
        "created_at": stored.created_at,
        "created_by": stored.created_by,
        "expires_at": stored.expires_at,
        "revoked_at": stored.revoked_at,
        "used_at": stored.used_at,
        "used_window": stored.used_window,
        "done_window": stored.done_window,
        "visit_id": stored.visit_id,
        "told_at": stored.told_at,
        "claimed_until": stored.claimed_until,
        "delete_at": ceil(stored.expires_at) + KEEP_SECONDS,
    }


def pass_from_item(stored: Item) -> Pass:
    """A stored pass."""
    schedule = stored["schedule"]
    return Pass(
        door_id=stored["door_id"],
        digest=stored["passcode_key"].removeprefix("code#"),
        pass_id=stored["pass_id"],
        visitor_id=stored["visitor_id"],
        schedule=Schedule(
            kind=PassKind(schedule["kind"]),
            first=datetime.fromisoformat(schedule["first"]),
            last=datetime.fromisoformat(schedule["last"]),
            weekdays=tuple(int(day) for day in schedule["weekdays"]),
            opens=time.fromisoformat(schedule["opens"]),
            closes=time.fromisoformat(schedule["closes"]),
        ),
        created_at=stored["created_at"],
        created_by=stored["created_by"],
        expires_at=stored["expires_at"],
        revoked_at=stored.get("revoked_at"),
        used_at=stored.get("used_at"),
        used_window=stored.get("used_window"),
        done_window=stored.get("done_window"),
        visit_id=stored.get("visit_id"),
        told_at=stored.get("told_at"),
        claimed_until=stored.get("claimed_until"),
    )
