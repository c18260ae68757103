"""The household's settings: one item of the Visits table, which every function that asks may read.

Its key is that of no visit: door ids and visit ids have no tilde.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from smart_door.adapters.aws_errors import aws_call, error_code
from smart_door.adapters.dynamodb_items import Item, attributes, item
from smart_door.domain.errors import SettingsChangedError
from smart_door.domain.household import About, Contact
from smart_door.domain.settings import QuietHours, Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = {"door_id": "~home", "visit_id": "~settings"}


class DynamoDbSettings:
    """`settings.HomeSettings` in the Visits table."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def get(self) -> Settings:
        """The settings (consistent read); the defaults where nobody changed any."""
        with aws_call("dynamodb", "GetItem"):
            answer = self._client.get_item(
                TableName=self._table_name, Key=attributes(KEY), ConsistentRead=True
            )
        return settings_from_item(item(answer["Item"])) if "Item" in answer else Settings()

    def replace(self, settings: Settings) -> Settings:
        """Store changed settings if the stored version is still theirs; raises SettingsChangedError."""
        changed = replace(settings, version=settings.version + 1)
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(visit_id)"}
        if settings.version > 0:
            values = attributes({":read": settings.version})
            condition = {"ConditionExpression": "version = :read", "ExpressionAttributeValues": values}
        with aws_call("dynamodb", "PutItem"):
            try:
                self._client.put_item(
                    TableName=self._table_name, Item=attributes(settings_item(changed)), **condition
                )
            except ClientError as err:
                if error_code(err) == "ConditionalCheckFailedException":
                    raise SettingsChangedError from err
                raise
        return changed


def settings_item(settings: Settings) -> Item:
    """The settings as stored."""
    quiet = settings.quiet
    return {
        **KEY,
        "ask_about_strangers": settings.ask_about_strangers,
        "warn_about_blocked": settings.warn_about_blocked,
        "quiet": None if quiet is None else [quiet.begins.isoformat(), quiet.ends.isoformat()],
        "enrol_faces": settings.enrol_faces,
        "contacts": [
            {"member_id": one.member_id, "phone": one.phone, "told_about": sorted(one.told_about)}
            for one in settings.contacts
        ],
        "version": settings.version,
    }


def settings_from_item(stored: Item) -> Settings:
    """Stored settings; what an earlier version did not know has its default."""
    quiet = stored.get("quiet")
    defaults = Settings()
    return Settings(
        ask_about_strangers=stored.get("ask_about_strangers", defaults.ask_about_strangers),
        warn_about_blocked=stored.get("warn_about_blocked", defaults.warn_about_blocked),
        quiet=None if quiet is None else QuietHours(*map(time.fromisoformat, quiet)),
        enrol_faces=stored.get("enrol_faces", defaults.enrol_faces),
        contacts=tuple(
            Contact(one["member_id"], one["phone"], frozenset(map(About, one["told_about"])))
            for one in stored.get("contacts", ())
        ),
        version=int(stored["version"]),
    )
