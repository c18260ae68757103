"""The Visitors table: one item a person, HASH visitor_id.

Where two records turned out to be one person, the id that was given up stays as an item that only says
`merged_into`: the collection's faces under that id, and visits, still lead to the person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from smart_door.adapters.aws_errors import aws_call, cancellation_codes, error_code
from smart_door.adapters.dynamodb_items import Item, attributes, item
from smart_door.domain.errors import VisitorChangedError
from smart_door.domain.refusals import VisitorNotFoundError
from smart_door.domain.visitors import FacePhoto, Visitor, VisitorStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

_RACE_LOST = frozenset(
    {"None", "ConditionalCheckFailed", "TransactionConflict", "TransactionConflictException"}
)
"""Reasons of a cancelled transaction that all mean: somebody else was first."""


class DynamoDbVisitors:
    """`ports.Visitors` in a DynamoDB table."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def get(self, visitor_id: str) -> Visitor:
        """One visitor, also by an id that was merged into theirs. Raises VisitorNotFoundError."""
        stored = self._read(visitor_id)
        if stored is not None and "merged_into" in stored:
            stored = self._read(stored["merged_into"])
        if stored is None or "merged_into" in stored:
            raise VisitorNotFoundError(visitor_id)
        return visitor_from_item(stored)

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

    def merge(self, kept: Visitor, given_up: Visitor) -> Visitor:
        """Write `kept` (with `given_up` merged into it) and lead the other's ids to it, all or nothing."""
        changed = replace(kept, version=kept.version + 1)
        puts: list[PutTypeDef] = [
            self._version_checked(changed, kept.version),
            {
                **self._version_checked(given_up, given_up.version),
                "Item": attributes(_alias(given_up.visitor_id, kept.visitor_id)),
            },
        ]
        puts += [
            {"TableName": self._table_name, "Item": attributes(_alias(alias_id, kept.visitor_id))}
            for alias_id in given_up.alias_ids
        ]
        with aws_call("dynamodb", "TransactWriteItems"):
            try:
                self._client.transact_write_items(TransactItems=[{"Put": put} for put in puts])
            except ClientError as err:
                if _RACE_LOST.issuperset(cancellation_codes(err) or {error_code(err)}):
                    raise VisitorChangedError(kept.visitor_id) from err
                raise
        return changed

    def remove(self, visitor: Visitor) -> None:
        """Remove a visitor and the ids merged into it, if the version is still the stored one.

        Raises VisitorChangedError; one who is not there is no error.
        """
        with aws_call("dynamodb", "DeleteItem"):
            for alias_id in visitor.alias_ids:
                self._client.delete_item(TableName=self._table_name, Key=attributes({"visitor_id": alias_id}))
            try:
                self._client.delete_item(
                    TableName=self._table_name,
                    Key=attributes({"visitor_id": visitor.visitor_id}),
                    ConditionExpression="attribute_not_exists(visitor_id) OR version = :read",
                    ExpressionAttributeValues=attributes({":read": visitor.version}),
                )
            except ClientError as err:
                if error_code(err) == "ConditionalCheckFailedException":
                    raise VisitorChangedError(visitor.visitor_id) from err
                raise

    def all(self) -> Sequence[Visitor]:
        """Everyone, in no particular order: a home has few, so a Scan of all pages (consistent) is right."""
        visitors: list[Visitor] = []
        pages = self._client.get_paginator("scan").paginate(TableName=self._table_name, ConsistentRead=True)
        with aws_call("dynamodb", "Scan"):
            for page in pages:
                found = map(item, page["Items"])
                visitors.extend(visitor_from_item(stored) for stored in found if "merged_into" not in stored)
        return visitors

    def _read(self, visitor_id: str) -> Item | None:
        with aws_call("dynamodb", "GetItem"):
            answer = self._client.get_item(
                TableName=self._table_name, Key=attributes({"visitor_id": visitor_id}), ConsistentRead=True
            )
        return item(answer["Item"]) if "Item" in answer else None

    def _version_checked(self, visitor: Visitor, read: int) -> PutTypeDef:
        return {
            "TableName": self._table_name,
            "Item": attributes(visitor_item(visitor)),
            "ConditionExpression": "version = :read",
            "ExpressionAttributeValues": attributes({":read": read}),
        }

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


def _alias(visitor_id: str, merged_into: str) -> Item:
    return {"visitor_id": visitor_id, "merged_into": merged_into}


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
        "photos": [asdict(photo) for photo in visitor.photos],
        "alias_ids": visitor.alias_ids,
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
        photos=tuple(FacePhoto(**photo) for photo in stored.get("photos", ())),
        alias_ids=tuple(stored.get("alias_ids", ())),
        version=int(stored["version"]),
    )
