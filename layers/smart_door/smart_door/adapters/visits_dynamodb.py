"""The Visits table: HASH door_id, RANGE visit_id. Ids sort by time, so there is no index.

Each door has one item more, the mark: visit_id "~last" (after every id), which holds the id of the visit
opened last. It makes opening a visit a decision of the database: of two who saw the same stranger at
once, one moves the mark and the other finds it moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from math import ceil
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from smart_door.adapters.aws_errors import aws_call, cancellation_codes, error_code
from smart_door.adapters.dynamodb_items import Item, attributes, item
from smart_door.domain.errors import DoorChangedError, VisitChangedError
from smart_door.domain.faces import BoundingBox
from smart_door.domain.ids import first_visit_id
from smart_door.domain.ports import RecentVisits
from smart_door.domain.refusals import VisitNotFoundError
from smart_door.domain.visits import Delivery, Evidence, Face, MessageProblem, Visit, VisitStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

LAST = "~last"

_RACE_LOST = frozenset(
    {"None", "ConditionalCheckFailed", "TransactionConflict", "TransactionConflictException"}
)
"""Reasons of a cancelled transaction that all mean: somebody else was first."""


class DynamoDbVisits:
    """`ports.Visits` in a DynamoDB table."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def recent_at(self, door_id: str, since: float) -> RecentVisits:
        """The visits first seen at `since` or later, newest first, and the mark; one consistent Query."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table_name,
            KeyConditionExpression="door_id = :door_id AND visit_id >= :first",
            ExpressionAttributeValues=attributes({":door_id": door_id, ":first": first_visit_id(since)}),
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        visits: list[Visit] = []
        last_opened: str | None = None
        with aws_call("dynamodb", "Query"):
            for page in pages:
                for stored in map(item, page["Items"]):
                    if stored["visit_id"] == LAST:
                        last_opened = stored["last_opened"]
                    else:
                        visits.append(visit_from_item(stored))
        return RecentVisits(tuple(visits), last_opened)

    def get(self, door_id: str, visit_id: str) -> Visit:
        """One visit (consistent read). Raises VisitNotFoundError."""
        with aws_call("dynamodb", "GetItem"):
            answer = self._client.get_item(
                TableName=self._table_name,
                Key=attributes({"door_id": door_id, "visit_id": visit_id}),
                ConsistentRead=True,
            )
        if "Item" not in answer or visit_id == LAST:
            raise VisitNotFoundError(door_id, visit_id)
        return visit_from_item(item(answer["Item"]))

    def add(self, visit: Visit, last_opened: str | None) -> None:
        """Store a new visit and move the door's mark from `last_opened` to it, both or neither.

        Raises DoorChangedError. A repetition by botocore carries the same token and is not counted twice.
        """
        mark = {"door_id": visit.door_id, "visit_id": LAST, "last_opened": visit.visit_id}
        put_visit: PutTypeDef = {
            "TableName": self._table_name,
            "Item": attributes(visit_item(visit)),
            "ConditionExpression": "attribute_not_exists(visit_id)",
        }
        put_mark: PutTypeDef = {
            "TableName": self._table_name,
            "Item": attributes(mark),
            "ConditionExpression": "attribute_not_exists(visit_id)",
        }
        if last_opened is not None:
            put_mark["ConditionExpression"] = "last_opened = :read"
            put_mark["ExpressionAttributeValues"] = attributes({":read": last_opened})
        with aws_call("dynamodb", "TransactWriteItems"):
            try:
                self._client.transact_write_items(TransactItems=[{"Put": put_visit}, {"Put": put_mark}])
            except ClientError as err:
                if _RACE_LOST.issuperset(cancellation_codes(err) or {error_code(err)}):
                    raise DoorChangedError(visit.door_id) from err
                raise

    def replace(self, visit: Visit) -> Visit:
        """Store a changed visit if its version is still the stored one; raises VisitChangedError."""
        changed = replace(visit, version=visit.version + 1)
        with aws_call("dynamodb", "PutItem"):
            try:
                self._client.put_item(
                    TableName=self._table_name,
                    Item=attributes(visit_item(changed)),
                    ConditionExpression="version = :read",
                    ExpressionAttributeValues=attributes({":read": visit.version}),
                )
            except ClientError as err:
                # The conflict is with a transaction on the same item: somebody else writes it.
                if error_code(err) in {"ConditionalCheckFailedException", "TransactionConflictException"}:
                    raise VisitChangedError(visit.door_id, visit.visit_id) from err
                raise
        return changed

    def remove(self, visit: Visit) -> None:
        """Remove a visit if its version is still the stored one; raises VisitChangedError.

        The door's mark may name it on: nobody reads the visit by that.
        """
        with aws_call("dynamodb", "DeleteItem"):
            try:
                self._client.delete_item(
                    TableName=self._table_name,
                    Key=attributes({"door_id": visit.door_id, "visit_id": visit.visit_id}),
                    ConditionExpression="attribute_not_exists(visit_id) OR version = :read",
                    ExpressionAttributeValues=attributes({":read": visit.version}),
                )
            except ClientError as err:
                if error_code(err) in {"ConditionalCheckFailedException", "TransactionConflictException"}:
                    raise VisitChangedError(visit.door_id, visit.visit_id) from err
                raise

    def page(self, door_id: str, before: str | None, limit: int) -> Sequence[Visit]:
        """Up to `limit` (1 or more) visits, newest first; with `before`, only smaller visit_ids."""
        visits: list[Visit] = []
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table_name,
            KeyConditionExpression="door_id = :door_id AND visit_id < :before",
            ExpressionAttributeValues=attributes({":door_id": door_id, ":before": before or LAST}),
            ScanIndexForward=False,
            ConsistentRead=True,
            PaginationConfig={"MaxItems": limit, "PageSize": limit},
        )
        with aws_call("dynamodb", "Query"):
            for page in pages:
                visits.extend(visit_from_item(item(stored)) for stored in page["Items"])
        return visits


def visit_item(visit: Visit) -> Item:
    """A visit as stored: its fields by name, parts as maps. `delete_at` is whole seconds, as TTL wants it."""
    return {**asdict(visit), "delete_at": ceil(visit.delete_at)}


def visit_from_item(stored: Item) -> Visit:
    """A stored visit; attributes that this version does not know are passed over."""
    problem = stored.get("message_problem")
    return Visit(
        **{
            **_known(Visit, stored),
            "status": VisitStatus(stored["status"]),
            "faces": tuple(_face(face) for face in stored["faces"]),
            "face_index": _int(stored.get("face_index")),
            "message_problem": None if problem is None else MessageProblem(problem),
            "code_number": int(stored.get("code_number", 1)),
            "codes_resent": int(stored.get("codes_resent", 0)),
            "companion_ids": tuple(stored["companion_ids"]),
            "rejected_ids": tuple(stored.get("rejected_ids", ())),
            "spans": tuple((start, end) for start, end in stored.get("spans", ())),
            "owner_message": Delivery(**_known(Delivery, stored["owner_message"])),
            "visitor_message": Delivery(**_known(Delivery, stored["visitor_message"])),
            "version": int(stored["version"]),
        }
    )


def _face(stored: Item) -> Face:
    photo_box, evidence = stored.get("photo_box"), stored.get("evidence")
    return Face(
        **{
            **_known(Face, stored),
            "index": int(stored["index"]),
            "bounding_box": BoundingBox(**stored["bounding_box"]),
            "photo_box": None if photo_box is None else BoundingBox(**photo_box),
            "evidence": None if evidence is None else Evidence(**_known(Evidence, evidence)),
        }
    )


def _known(kind: type[Visit | Face | Delivery | Evidence], stored: Item) -> Item:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in stored.items() if name in names}


def _int(value: float | None) -> int | None:
    return None if value is None else int(value)
