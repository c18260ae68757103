"""What the contract suites share: clients of the emulator, tables of their own, and records to store.

Each suite runs on the in-memory fake and on the adapter, so that what the services' tests believe of a
fake is true of AWS. Tests stay apart by doors, visitors and keys of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any, Protocol
from uuid import uuid4

import pytest

from smart_door.domain.errors import SmartDoorError


class Aws(Protocol):
    """The running emulator, as far as contracts need it."""

    endpoint_url: str
    web_url: str

    def client(self, service_name: str, **config: Any) -> Any:
        """A boto3 client."""


@pytest.fixture(scope="session")
def aws(emulator: Aws) -> Aws:
    """AWS, on this machine."""
    return emulator


@dataclass(frozen=True)
class Tables:
    """The names of the application's tables, as template.yaml keys them."""

    visits: str
    visitors: str
    passcodes: str


@pytest.fixture(scope="session")
def tables(aws: Aws) -> Tables:
    """Tables with the keys of template.yaml."""
    client = aws.client("dynamodb")
    suffix = uuid4().hex[:8]

    def create(name: str, *keys: str) -> str:
        client.create_table(
            TableName=f"{name}-{suffix}",
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        return f"{name}-{suffix}"

    return Tables(
        visits=create("visits", "door_id", "visit_id"),
        visitors=create("visitors", "visitor_id"),
        passcodes=create("passcodes", "door_id", "passcode_key"),
    )


@pytest.fixture
def door_id() -> str:
    """A door that no other test knows."""
    return f"door-{uuid4().hex[:12]}"


@dataclass(frozen=True)
class Race:
    """What came of calls that ran at the same moment."""

    returned: Sequence[Any]
    raised: Sequence[SmartDoorError]


@pytest.fixture
def race() -> Iterator[Callable[[Sequence[Callable[[], object]]], Race]]:
    """Run calls in threads that all start at once; errors of Smart Door are results too."""
    with ThreadPoolExecutor(16) as threads:

        def run(calls: Sequence[Callable[[], object]]) -> Race:
            start = Barrier(len(calls))

            def one(call: Callable[[], object]) -> object:
                start.wait(30)
                try:
                    return call()
                except SmartDoorError as err:
                    return err

            results = [future.result(60) for future in [threads.submit(one, call) for call in calls]]
            return Race(
                returned=[result for result in results if not isinstance(result, SmartDoorError)],
                raised=[result for result in results if isinstance(result, SmartDoorError)],
            )

        yield run
