"""The Visitors table: one item a person, HASH visitor_id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from smart_door.adapters.aws_errors import aws_call, error_code
from smart_door.adapters.dynamodb_items import Item, attributes, item
from smart_door.domain.errors import VisitorChangedError, VisitorNotFoundError
from smart_door.domain.visitors import Visitor, VisitorStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDbVisitors:
    """`ports.Visitors` in a DynamoDB table."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def get(self, visitor_id: str) -> Visitor:
        """One visitor (consistent read). Raises VisitorNotFoundError."""
        with aws_call("dynamodb", "GetItem"):
            answer = self._client.get_item(
                TableName=self._table_name, Key=attributes({"visitor_id": visitor_id}), ConsistentRead=True
            )
        if "Item" not in answer:
            raise VisitorNotFoundError(visitor_id)
        return visitor_from_item(item(answer["Item"]))

    def add(self, visitor: Visitor) -> None:
        """Store a new visitor. Raises VisitorChangedError if the id is taken."""
        self._put(visitor, {"ConditionExpression": "attribute_not_exists(visitor_id)"})

    def replace(self, visitor: Visitor) -> Visitor:
        """Store a changed visitor if its version is still the stored one; raises VisitorChangedError."""
        changed = replace(visitor, version=visitor.version + 1)
        self._put(
            changed,
            {
                "ConditionExpression": "version = :read",
                "ExpressionAttributeValues": attributes({":read": visitor.version}),
            },
        )
        return changed

    def remove(self, visitor_id: str) -> None:
        """Remove a visitor; one who is not there is no error."""
        with aws_call("dynamodb", "DeleteItem"):
            self._client.delete_item(TableName=self._table_name, Key=attributes({"visitor_id": visitor_id}))

    def all(self) -> Sequence[Visitor]:
        """Everyone, in no particular order: a home has few, so a Scan of all pages (consistent) is right."""
        visitors: list[Visitor] = []
        pages = self._client.get_paginator("scan").paginate(TableName=self._table_name, ConsistentRead=True)
        with aws_call("dynamodb", "Scan"):
            for page in pages:
                visitors.extend(visitor_from_item(item(stored)) for stored in page["Items"])
        return visitors

    def _put(self, visitor: Visitor, condition: Mapping[str, Any]) -> None:
        with aws_call("dynamodb", "PutItem"):
            try:
                self._client.put_item(
                    TableName=self._table_name, Item=attributes(visitor_item(visitor)), **condition
                )
            except ClientError as err:
                if error_code(err) == "ConditionalCheckFailedException":
                    raise VisitorChangedError(visitor.visitor_id) from err
                raise


def visitor_item(visitor: Visitor) -> Item:
    """A visitor as stored."""
    return {
        "visitor_id": visitor.visitor_id,
        "name": visitor.name,
        "phone": visitor.phone,
        "status": visitor.status,
        "door_ids": sorted(visitor.door_ids),
        "created_at": visitor.created_at,
        "face_ids": visitor.face_ids,
        "photo_key": visitor.photo_key,
        "version": visitor.version,
    }


def visitor_from_item(stored: Item) -> Visitor:
    """A stored visitor."""
    return Visitor(
        visitor_id=stored["visitor_id"],
        name=stored["name"],
        phone=stored["phone"],
        status=VisitorStatus(stored["status"]),
        door_ids=frozenset(stored["door_ids"]),
        created_at=stored["created_at"],
        face_ids=tuple(stored["face_ids"]),
        photo_key=stored.get("photo_key"),
        version=int(stored["version"]),
    )
