"""Items whose time is over are deleted, which moto alone never does."""

from __future__ import annotations

import time
from typing import Any

from emulator import clients
from emulator.service import Settings
from emulator.time_to_live import sweep


def test_a_sweep_deletes_what_expired_and_nothing_else(emulator: Any, name: str) -> None:
    """Numbers in the past go; the future, other types and items without the attribute stay."""
    dynamodb = emulator.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "door", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "door", "AttributeType": "S"},
            {"AttributeName": "id", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "delete_at"}
    )
    now = time.time()
    times: dict[str, dict[str, dict[str, str]]] = {
        "past": {"delete_at": {"N": str(int(now) - 10)}},
        "future": {"delete_at": {"N": str(int(now) + 3600)}},
        "text": {"delete_at": {"S": "1"}},
        "none": {},
    }
    for key, attributes in times.items():
        dynamodb.put_item(TableName=name, Item={"door": {"S": "front"}, "id": {"S": key}, **attributes})
    clients.bind(Settings(emulator.endpoint_url, emulator.web_url, emulator.data_dir))
    assert sweep(now) >= 1
    left = {item["id"]["S"] for item in dynamodb.scan(TableName=name)["Items"]}
    assert left == {"future", "text", "none"}
