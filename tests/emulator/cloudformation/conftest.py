"""A stack that each test may create, update and delete."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Emulator

SECONDS = 240.0


class OneStack:
    """A stack of the test's own name, through boto3; every call waits until the operation is over."""

    def __init__(self, emulator: Emulator, name: str) -> None:
        self.emulator = emulator
        self.client = emulator.client("cloudformation")
        self.name = name

    def create(self, resources: Any, parameters: dict[str, str] | None = None, **options: Any) -> str:
        """Create it from resources or a whole template; its status afterwards."""
        self.client.create_stack(**self._request(resources, parameters), **options)
        return self.wait()

    def update(self, resources: Any, parameters: dict[str, str] | None = None, **options: Any) -> str:
        """Update it; its status afterwards."""
        self.client.update_stack(**self._request(resources, parameters), **options)
        return self.wait()

    def delete(self) -> str:
        """Delete it; its status afterwards."""
        stack_id = self.describe()["StackId"]
        self.client.delete_stack(StackName=self.name)
        return self.wait(stack_id)

    def wait(self, name_or_id: str = "") -> str:
        """Wait until nothing is in progress; the status."""
        deadline = time.monotonic() + SECONDS
        while (status := self.describe(name_or_id)["StackStatus"]).endswith("_IN_PROGRESS"):
            assert time.monotonic() < deadline, f"still {status}"
            time.sleep(0.05)
        return str(status)

    def describe(self, name_or_id: str = "") -> dict[str, Any]:
        """The stack as DescribeStacks shows it."""
        found: dict[str, Any] = self.client.describe_stacks(StackName=name_or_id or self.name)["Stacks"][0]
        return found

    def outputs(self) -> dict[str, str]:
        """Its outputs by name."""
        return {item["OutputKey"]: item["OutputValue"] for item in self.describe().get("Outputs", [])}

    def physical_id(self, logical_id: str) -> str:
        """A resource's physical id."""
        found = self.client.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def history(self, logical_id: str = "", name_or_id: str = "") -> list[tuple[str, str]]:
        """Status and reason of each event, the oldest first; of one resource or all."""
        events = self.client.describe_stack_events(StackName=name_or_id or self.name)["StackEvents"]
        return [
            (event["ResourceStatus"], event.get("ResourceStatusReason", ""))
            for event in reversed(events)
            if logical_id in ("", event["LogicalResourceId"])
        ]

    def _request(self, resources: Any, parameters: dict[str, str] | None) -> dict[str, Any]:
        is_template = isinstance(resources, str) or "Resources" in resources
        template = resources if is_template else {"Resources": resources}
        return {
            "StackName": self.name,
            "TemplateBody": template if isinstance(template, str) else json.dumps(template),
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()
            ],
        }


@pytest.fixture
def stack(emulator: Emulator, name: str) -> Iterator[OneStack]:
    """The stack; deleted after the test if it is there."""
    made = OneStack(emulator, name)
    yield made
    made.client.delete_stack(StackName=name)
