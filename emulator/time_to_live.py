"""Deletes DynamoDB items whose time is over, which moto never does.

AWS takes up to days and says so; here it is about a minute. Code must check the expiry itself in both.
"""

from __future__ import annotations

import asyncio
import logging
import time

from emulator.clients import client
from emulator.event_sources.invoking import CLIENT_ERRORS

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 60.0


async def sweep_forever() -> None:
    """Sweep until cancelled."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await asyncio.to_thread(sweep, time.time())
        except CLIENT_ERRORS as err:
            logger.warning("Expired items could not be deleted: %s", err)


def sweep(now: float) -> int:
    """Delete what expired before `now` (epoch seconds) in all tables with a TTL (blocking).

    Returns how many items that were.
    """
    dynamodb = client("dynamodb")
    deleted = 0
    for page in dynamodb.get_paginator("list_tables").paginate():
        for table in page["TableNames"]:
            ttl = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
            if ttl["TimeToLiveStatus"] == "ENABLED":
                deleted += _sweep_table(table, ttl["AttributeName"], now)
    return deleted


def _sweep_table(table: str, attribute: str, now: float) -> int:
    dynamodb = client("dynamodb")
    keys = [key["AttributeName"] for key in dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]]
    expired = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="attribute_type(#ttl, :number) AND #ttl < :now",
        ExpressionAttributeNames={"#ttl": attribute},
        ExpressionAttributeValues={":now": {"N": str(int(now))}, ":number": {"S": "N"}},
    )
    deleted = 0
    for page in expired:
        for item in page["Items"]:
            dynamodb.delete_item(TableName=table, Key={key: item[key] for key in keys})
            deleted += 1
    return deleted
