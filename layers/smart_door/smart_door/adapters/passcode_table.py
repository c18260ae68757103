"""Conditional writes of the Passcodes table, where codes of both kinds are: passcodes and passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from smart_door.adapters.aws_errors import aws_call, error_code
from smart_door.adapters.dynamodb_items import Item, attributes, item
from smart_door.domain.errors import PasscodeTakenError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CONDITION_FAILED = "ConditionalCheckFailedException"


class PasscodeTable:
    """HASH door_id, RANGE passcode_key."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self.client = client
        self.name = table_name

    def put(self, door_id: str, stored: Item, now: float) -> None:
        """Store a new code. Raises PasscodeTakenError while the same is valid at the door."""
        with aws_call("dynamodb", "PutItem"):
            try:
                self.client.put_item(
                    TableName=self.name,
                    Item=attributes(stored),
                    ConditionExpression="attribute_not_exists(passcode_key) OR expires_at <= :now",
                    ExpressionAttributeValues=attributes({":now": now}),
                )
            except ClientError as err:
                if error_code(err) == _CONDITION_FAILED:
                    raise PasscodeTakenError(door_id) from err
                raise

    def codes(self, door_id: str, *, of_passes: bool) -> list[Item]:
        """The codes of the door that are still kept: those of passes, or the others; all pages."""
        exists = "attribute_exists" if of_passes else "attribute_not_exists"
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="door_id = :door_id AND begins_with(passcode_key, :code)",
            FilterExpression=f"{exists}(pass_id)",
            ExpressionAttributeValues=attributes({":door_id": door_id, ":code": "code#"}),
            ConsistentRead=True,
        )
        with aws_call("dynamodb", "Query"):
            return [item(stored) for page in pages for stored in page["Items"]]

    def remove(self, door_id: str, digest: str) -> None:
        """Remove a code; one that is not there is no error."""
        key = attributes({"door_id": door_id, "passcode_key": f"code#{digest}"})
        with aws_call("dynamodb", "DeleteItem"):
            self.client.delete_item(TableName=self.name, Key=key)

    def update(
        self, door_id: str, passcode_key: str, change: str, condition: str, values: Mapping[str, Any]
    ) -> tuple[bool, Item]:
        """One conditional UpdateItem: whether it wrote, and the item as it is now ({} if there is none)."""
        with aws_call("dynamodb", "UpdateItem"):
            try:
                answer = self.client.update_item(
                    TableName=self.name,
                    Key=attributes({"door_id": door_id, "passcode_key": passcode_key}),
                    UpdateExpression=change,
                    ConditionExpression=condition,
                    ExpressionAttributeValues=attributes(values),
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except ClientError as err:
                if error_code(err) == _CONDITION_FAILED:
                    return False, item(cast("Mapping[str, Any]", err.response.get("Item", {})))
                raise
        return True, item(answer["Attributes"])
