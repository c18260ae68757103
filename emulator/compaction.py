"""Keeps the journal short: what no longer matters to moto's state leaves it.

- Kinesis records that every event source mapping of the stream has passed, after five minutes; of a stream
  that nobody polls, after a day.
- All writes of DynamoDB items become one write for each item that is there now. (Records of a table's
  stream do not come back after a restart.)
- S3 objects that were overwritten or deleted in a bucket without versions.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from emulator import clock
from emulator.journal import Entry
from emulator.moto_services import Call, Moment, MotoServices

KEEP_CONSUMED_NS = 300 * 10**9
KEEP_UNPOLLED_NS = 24 * 3600 * 10**9
SLACK_NS = 10**6  # the records of one call have the following nanoseconds as sequence numbers
BATCH_ITEMS = 25

ITEM_WRITES = frozenset(
    {
        "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "ExecuteStatement",
        "ExecuteTransaction", "BatchExecuteStatement",
    }
)  # fmt: skip
STREAM_PUTS = frozenset({"PutRecord", "PutRecords"})

ConsumedUpTo = Callable[[str], int | None]


def compact(entries: list[Entry], moto: MotoServices, consumed_up_to: ConsumedUpTo) -> Iterator[Entry]:
    """The entries that still matter, and the DynamoDB items as they are. Runs in moto's thread.

    `consumed_up_to(stream_name)` is the sequence number (an instant) that all pollers are past, None
    without any.
    """
    now_ns = clock.CLOCK.now_ns()
    dead_objects = _dead_objects(entries)
    tables: dict[tuple[str, str], Entry] = {}
    for index, entry in enumerate(entries):
        service, operation = entry.call.service, entry.call.operation
        if service == "kinesis" and operation in STREAM_PUTS:
            if not _is_past(entry, now_ns, consumed_up_to):
                yield entry
        elif service == "dynamodb" and operation in ITEM_WRITES:
            continue
        elif index not in dead_objects:
            yield entry
            if service == "dynamodb" and operation == "CreateTable":
                tables[_region(entry), json.loads(entry.call.body)["TableName"]] = entry
    for (_, table), created in tables.items():
        yield from _items(moto, created, table)


def _is_past(entry: Entry, now_ns: int, consumed_up_to: ConsumedUpTo) -> bool:
    body = json.loads(entry.call.body)
    stream = body.get("StreamName") or body["StreamARN"].rpartition("/")[2]
    at = entry.moment.instant_ns
    consumed = consumed_up_to(stream)
    if consumed is None:
        return now_ns - at > KEEP_UNPOLLED_NS
    return at + SLACK_NS < consumed and now_ns - at > KEEP_CONSUMED_NS


def _region(entry: Entry) -> str:
    found = re.search(r"Credential=[^/]*/[^/]*/([^/]*)/", entry.call.headers.get("authorization", ""))
    return found.group(1) if found else ""


def _items(moto: MotoServices, created: Entry, table: str) -> Iterator[Entry]:
    """Writes of the items of a table as they are now; none if the table is gone."""
    last: dict[str, Any] | None = None
    while True:
        start = {"ExclusiveStartKey": last} if last else {}
        answer, _ = moto.call(
            _dynamodb(created, "Scan", {"TableName": table, "ConsistentRead": True, **start})
        )
        if answer.status != 200:
            return
        page = json.loads(answer.body)
        yield from _writes(created, table, page["Items"])
        last = page.get("LastEvaluatedKey")
        if not last:
            return


def _writes(created: Entry, table: str, items: list[dict[str, Any]]) -> Iterator[Entry]:
    for start in range(0, len(items), BATCH_ITEMS):
        requests = [{"PutRequest": {"Item": item}} for item in items[start : start + BATCH_ITEMS]]
        call = _dynamodb(created, "BatchWriteItem", {"RequestItems": {table: requests}})
        yield Entry(call, Moment(clock.CLOCK.next_ns(), 0))


def _dynamodb(like: Entry, operation: str, body: dict[str, Any]) -> Call:
    """A call to the same account and region as the one that made the table."""
    headers = {**like.call.headers, "x-amz-target": f"DynamoDB_20120810.{operation}"}
    return Call("dynamodb", "POST", "/", headers, json.dumps(body).encode())


def _dead_objects(entries: Iterable[Entry]) -> set[int]:
    """Indexes of plain puts and deletes of objects that a later one of the same object makes void."""
    history: dict[str, list[tuple[int, str]]] = defaultdict(list)
    untouchable: set[str] = set()  # buckets whose past matters: versions, copies
    for index, entry in enumerate(entries):
        if entry.call.service != "s3":
            continue
        operation = entry.call.operation
        path = urlsplit(entry.call.target).path
        bucket, _, key = path.lstrip("/").partition("/")
        if operation in ("PutBucketVersioning", "DeleteBucket"):
            untouchable.add(bucket)
        if source := entry.call.headers.get("x-amz-copy-source"):
            untouchable.add(source.lstrip("/").partition("/")[0])
        if operation == "DeleteObjects":
            untouchable.add(bucket)
        elif key:
            history[path].append((index, operation))
    dead: set[int] = set()
    for path, happened in history.items():
        plain = all(operation in ("PutObject", "DeleteObject") for _, operation in happened)
        if path.lstrip("/").partition("/")[0] in untouchable or not plain:
            continue
        dead.update(index for index, _ in happened[:-1])
        if happened[-1][1] == "DeleteObject":
            dead.add(happened[-1][0])
    return dead
