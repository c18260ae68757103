"""Events, in memory and on EventBridge: what a lock or a light listens to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.stub import Stubber

from smart_door.adapters.events_eventbridge import EventBridgeEvents, event_detail
from smart_door.domain.errors import ServiceRefusedError, ServiceUnavailableError
from smart_door.domain.events import VisitorAdmitted
from smart_door.domain.ports import Events
from tests.contract.conftest import Aws
from tests.fakes import FakeEvents

ADMITTED = VisitorAdmitted("front", "01K9ZZZZZZZZZZZZZZZZZZZZZZ", "visitor-1", 1795221531.005)


@dataclass
class Bus:
    """The port, and the details that a listener got."""

    events: Events
    received: Callable[[], list[dict[str, str]]]


@pytest.fixture(params=["fake", "eventbridge"])
def bus(request: pytest.FixtureRequest) -> Bus:
    """The port's two fulfilments; a queue listens to the real one's bus."""
    if request.param == "fake":
        fake = FakeEvents()
        return Bus(fake, lambda: [event_detail(event) for event in fake.published])
    aws: Aws = request.getfixturevalue("aws")
    events, sqs = aws.client("events"), aws.client("sqs")
    name = f"bus-{uuid4().hex[:8]}"
    events.create_event_bus(Name=name)
    queue_url = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    pattern = {"source": ["smart-door"], "detail-type": ["VisitorAdmitted"]}
    events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "queue", "Arn": queue_arn}])

    def received() -> list[dict[str, str]]:
        answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
        return [json.loads(message["Body"])["detail"] for message in answer.get("Messages", ())]

    return Bus(EventBridgeEvents(events, name), received)


def test_a_listener_gets_the_admission(bus: Bus) -> None:
    """Given a rule for admissions, when one is published, then it comes once, its time in ISO 8601 with Z."""
    bus.events.publish(ADMITTED)
    assert bus.received() == [
        {
            "door_id": "front",
            "visit_id": "01K9ZZZZZZZZZZZZZZZZZZZZZZ",
            "visitor_id": "visitor-1",
            "admitted_at": "2026-11-21T00:38:51.005Z",
        }
    ]


def test_an_unknown_bus_is_refused(aws: Aws) -> None:
    """Given a bus that does not exist, when an event is published, then it is refused for good."""
    with pytest.raises(ServiceRefusedError) as raised:
        EventBridgeEvents(aws.client("events"), f"no-{uuid4().hex[:8]}").publish(ADMITTED)
    assert raised.value.code == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ThrottlingException", ServiceUnavailableError),
        ("InternalFailure", ServiceUnavailableError),
        ("InternalException", ServiceUnavailableError),
        ("NotAuthorizedForSource", ServiceRefusedError),
        ("MalformedDetail", ServiceRefusedError),
    ],
)
def test_an_entry_that_the_bus_did_not_take_is_an_error(code: str, kind: type[Exception]) -> None:
    """Given a bus that answers 200 and fails the entry, when an event is published, then that is an error."""
    answer: dict[str, Any] = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": code, "ErrorMessage": "no"}]}
    with pytest.raises(kind, match=code):
        answered(answer).publish(ADMITTED)


def answered(answer: dict[str, Any]) -> EventBridgeEvents:
    """The adapter before an EventBridge that gives one answer."""
    client = boto3.client(
        "events", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    stubber = Stubber(client)
    stubber.add_response("put_events", answer)
    stubber.activate()
    return EventBridgeEvents(client, "home")
