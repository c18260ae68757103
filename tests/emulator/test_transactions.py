"""DynamoDB transactions through the emulator: all or nothing, whatever the table's size."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Emulator


@pytest.fixture
def table(emulator: Emulator) -> tuple[Any, str]:
    """A client and an empty table with hash and range key."""
    client, name = emulator.client("dynamodb"), f"table-{uuid.uuid4().hex[:8]}"
    client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "door", "KeyType": "HASH"},
            {"AttributeName": "visit", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "door", "AttributeType": "S"},
            {"AttributeName": "visit", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client, name


def item(visit: str, value: str = "") -> dict[str, Any]:
    """A visit at the front door."""
    return {"door": {"S": "front"}, "visit": {"S": visit}, "value": {"S": value}}


def key(visit: str) -> dict[str, Any]:
    """Its key."""
    return {"door": {"S": "front"}, "visit": {"S": visit}}


def test_all_of_a_transaction_happens(table: tuple[Any, str]) -> None:
    """Two puts."""
    client, name = table
    client.transact_write_items(
        TransactItems=[{"Put": {"TableName": name, "Item": item(v)}} for v in ("1", "2")]
    )
    assert client.scan(TableName=name)["Count"] == 2


def test_nothing_of_a_cancelled_transaction_happens(table: tuple[Any, str]) -> None:
    """A put, an update and a delete before a condition that fails are taken back."""
    client, name = table
    for visit in ("updated", "deleted"):
        client.put_item(TableName=name, Item=item(visit, "before"))
    update = {
        "TableName": name,
        "Key": key("updated"),
        "UpdateExpression": "SET #v = :v",
        "ExpressionAttributeNames": {"#v": "value"},
        "ExpressionAttributeValues": {":v": {"S": "after"}},
    }
    refused = {"TableName": name, "Item": item("x"), "ConditionExpression": "attribute_exists(door)"}

    with pytest.raises(ClientError) as error:
        client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": name, "Item": item("new")}},
                {"Update": update},
                {"Delete": {"TableName": name, "Key": key("deleted")}},
                {"Put": refused},
            ]
        )

    assert error.value.response["Error"]["Code"] == "TransactionCanceledException"
    stored = {i["visit"]["S"]: i["value"]["S"] for i in client.scan(TableName=name)["Items"]}
    assert stored == {"updated": "before", "deleted": "before"}


def test_a_transaction_on_one_item_twice_is_refused_and_changes_nothing(table: tuple[Any, str]) -> None:
    """DynamoDB takes each item once."""
    client, name = table
    put = {"Put": {"TableName": name, "Item": item("1")}}
    with pytest.raises(ClientError) as error:
        client.transact_write_items(TransactItems=[put, put])
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert client.scan(TableName=name)["Count"] == 0
