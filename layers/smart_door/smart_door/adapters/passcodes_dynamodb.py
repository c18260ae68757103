"""The Passcodes table: HASH door_id, RANGE passcode_key, which is "code#<digest>" or "tries#<scope>".

Every decision is one conditional write, never a read followed by a write: of many at once, DynamoDB lets
exactly one redeem, and exactly `limit` try. TTL deletes late, so every time is checked by the condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING
from uuid import uuid4

from smart_door.adapters.dynamodb_items import Item
from smart_door.adapters.passcode_table import PasscodeTable
from smart_door.adapters.passes_dynamodb import pass_from_item
from smart_door.domain.errors import ServiceUnavailableError
from smart_door.domain.passcodes import REDEMPTION_SECONDS, Passcode
from smart_door.domain.passes import Pass
from smart_door.domain.refusals import (
    PasscodeExpiredError,
    PasscodeUsedError,
    PasscodeWrongError,
    TooManyTriesError,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEEP_SECONDS = 3600
"""How long a passcode past its time is kept, so that "expired" and "used" can be told from "wrong"."""


class DynamoDbPasscodes:
    """`ports.Passcodes` in a DynamoDB table."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._table = PasscodeTable(client, table_name)

    def add(self, passcode: Passcode, now: float) -> None:
        """Store a new passcode. Raises PasscodeTakenError while the same digest is valid at the door."""
        self._table.put(passcode.door_id, passcode_item(passcode), now)

    def redeem(self, door_id: str, digest: str, now: float, visit_id: str | None) -> Passcode | Pass:
        """Use the passcode up, once: see `ports.Passcodes.redeem` for the condition and the errors.

        A pass fails the condition, and comes back with the refusal.

        Each call leaves an id of its own in the item. botocore repeats a call whose answer got lost, and
        the repetition finds the passcode used: the id tells it that it was itself who did so.
        """
        redemption_id = uuid4().hex
        condition = (
            "attribute_exists(passcode_key) AND attribute_not_exists(pass_id)"
            " AND expires_at > :now AND attribute_not_exists(done_at)"
            " AND (attribute_not_exists(used_at) OR used_at <= :lapsed)"
        )
        values = {":now": now, ":lapsed": now - REDEMPTION_SECONDS, ":redemption_id": redemption_id}
        if visit_id is not None:
            condition += " AND visit_id = :visit_id"
            values[":visit_id"] = visit_id
        changed, stored = self._table.update(
            door_id,
            f"code#{digest}",
            "SET used_at = :now, redemption_id = :redemption_id",
            condition,
            values,
        )
        if changed or stored.get("redemption_id") == redemption_id:
            return passcode_from_item(stored)
        if "pass_id" in stored and visit_id is None:
            return pass_from_item(stored)
        if not stored or "pass_id" in stored or (visit_id is not None and stored["visit_id"] != visit_id):
            raise PasscodeWrongError(door_id)
        if "used_at" in stored:
            raise PasscodeUsedError(door_id)
        raise PasscodeExpiredError(door_id)

    def of_door(self, door_id: str) -> Sequence[Passcode]:
        """The door's passcodes: those of the last hour, and of the days until the table removes them."""
        return [passcode_from_item(stored) for stored in self._table.codes(door_id, of_passes=False)]

    def remove(self, passcode: Passcode) -> None:
        """Remove a passcode; one that is not there is no error."""
        self._table.remove(passcode.door_id, passcode.digest)

    def finish(self, passcode: Passcode, now: float) -> None:
        """Set done_at: the passcode can never be taken up again. One that is gone stays gone."""
        key = f"code#{passcode.digest}"
        exists = "attribute_exists(passcode_key)"
        self._table.update(passcode.door_id, key, "SET done_at = :now", exists, {":now": now})

    def count_try(self, door_id: str, scope: str, now: float, window_seconds: float, limit: int) -> None:
        """Count one try; raises TooManyTriesError with the seconds until the window is over.

        Two writes at most decide: one more try in the window that runs, or the first of a new window.
        The third turn is for those who lost the race for a new window.
        """
        key = f"tries#{scope}"
        window_ends = now + window_seconds
        for _ in range(3):
            counted, stored = self._table.update(
                door_id,
                key,
                "SET tries = tries + :one",
                "window_ends > :now AND tries < :limit",
                {":now": now, ":one": 1, ":limit": limit},
            )
            if counted:
                return
            if stored and stored["window_ends"] > now:
                raise TooManyTriesError(max(1, ceil(stored["window_ends"] - now)))
            begun, _ = self._table.update(
                door_id,
                key,
                "SET tries = :one, window_ends = :ends, delete_at = :delete_at",
                "attribute_not_exists(passcode_key) OR window_ends <= :now",
                {":one": 1, ":now": now, ":ends": window_ends, ":delete_at": ceil(window_ends)},
            )
            if begun:
                return
        raise ServiceUnavailableError("dynamodb", "UpdateItem", "Contention")

    def return_try(self, door_id: str, scope: str) -> None:
        """Take one counted try back; never goes below zero, a missing count is no error."""
        self._table.update(
            door_id,
            f"tries#{scope}",
            "SET tries = tries - :one",
            "tries > :zero",
            {":one": 1, ":zero": 0},
        )


def passcode_item(passcode: Passcode) -> Item:
    """A passcode as stored."""
    return {
        "door_id": passcode.door_id,
        "passcode_key": f"code#{passcode.digest}",
        "visit_id": passcode.visit_id,
        "visitor_id": passcode.visitor_id,
        "expires_at": passcode.expires_at,
        "used_at": passcode.used_at,
        "done_at": passcode.done_at,
        "code_number": passcode.code_number,
        "delete_at": ceil(passcode.expires_at) + KEEP_SECONDS,
    }


def passcode_from_item(stored: Item) -> Passcode:
    """A stored passcode."""
    return Passcode(
        door_id=stored["door_id"],
        digest=stored["passcode_key"].removeprefix("code#"),
        visit_id=stored["visit_id"],
        visitor_id=stored["visitor_id"],
        expires_at=stored["expires_at"],
        used_at=stored.get("used_at"),
        done_at=stored.get("done_at"),
        code_number=int(stored.get("code_number", 1)),
    )
