"""Smart Door's events on an EventBridge bus."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from smart_door.adapters.aws_errors import aws_call, is_retryable_code
from smart_door.domain.errors import ServiceRefusedError, ServiceUnavailableError
from smart_door.domain.events import VisitorAdmitted

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "smart-door"


class EventBridgeEvents:
    """`ports.Events` on one bus."""

    def __init__(self, client: EventBridgeClient, bus_name: str) -> None:
        self._client = client
        self._bus_name = bus_name

    def publish(self, event: VisitorAdmitted) -> None:
        """Detail type is the class's name, detail its fields, times (`*_at`) in ISO 8601 with Z.

        PutEvents answers 200 also where it did not take the entry: the entry's own code decides, like that
        of a call.
        """
        with aws_call("events", "PutEvents"):
            answer = self._client.put_events(
                Entries=[
                    {
                        "EventBusName": self._bus_name,
                        "Source": SOURCE,
                        "DetailType": type(event).__name__,
                        "Detail": json.dumps(event_detail(event)),
                        "Time": datetime.fromtimestamp(event.admitted_at, UTC),
                    }
                ]
            )
        for entry in answer["Entries"]:
            code = entry.get("ErrorCode")
            if code:
                kind = ServiceUnavailableError if is_retryable_code(code) else ServiceRefusedError
                raise kind("events", "PutEvents", code)


def event_detail(event: VisitorAdmitted) -> dict[str, str]:
    """The event's fields as a listener reads them."""
    return {
        name: _iso(value) if name.endswith("_at") else str(value) for name, value in asdict(event).items()
    }


def _iso(epoch_seconds: float) -> str:
    moment = datetime.fromtimestamp(epoch_seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
