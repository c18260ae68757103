"""SNS, EventBridge and SQS to functions, queues and telephones."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.asking import code_of, eventually, get, make_queue, phone_messages, queued

KEEP = """
import json, pathlib
def handler(event, context):
    with pathlib.Path(__file__).with_name("events.jsonl").open("a") as events:
        events.write(json.dumps(event) + "\\n")
    bad = [record["messageId"] for record in event.get("Records", []) if "bad" in record.get("body", "")]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in bad]}
"""


def events(folder: Path) -> list[Any]:
    """The events that a function has kept."""
    path = folder / "events.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_text_to_a_number_arrives_on_the_phone(emulator: Any) -> None:
    """Publish with PhoneNumber; the list says to whom and when."""
    emulator.client("sns").publish(PhoneNumber="+15555550199", Message="Your code is 1234567.")
    assert phone_messages(emulator, "+15555550199") == ["Your code is 1234567."]
    _, body = get(f"{emulator.web_url}/phone/messages")
    assert {"to", "text", "sent_at"} == set(json.loads(body)[-1])
    assert json.loads(body)[-1]["sent_at"].endswith("Z")


def test_a_number_that_is_none_is_refused(emulator: Any) -> None:
    """As on AWS, and nothing arrives."""
    call = lambda: emulator.client("sns").publish(PhoneNumber="front door", Message="x")  # noqa: E731  # short
    assert code_of(call) == "InvalidParameter"
    assert phone_messages(emulator, "front door") == []


def test_a_topic_texts_its_subscribers(emulator: Any, name: str) -> None:
    """Protocol sms; filter policies hold; a message structure chooses the text for phones."""
    sns = emulator.client("sns")
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15555550111")
    policy = {"FilterPolicy": json.dumps({"door_id": ["back"]})}
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15555550112", Attributes=policy)
    sns.publish(TopicArn=topic, Message="to all")
    back = {"door_id": {"DataType": "String", "StringValue": "back"}}
    sns.publish(TopicArn=topic, Message="at the back", MessageAttributes=back)
    structured = json.dumps({"default": "long", "sms": "short"})
    sns.publish(TopicArn=topic, Message=structured, MessageStructure="json")
    assert phone_messages(emulator, "+15555550111") == ["to all", "at the back", "short"]
    assert phone_messages(emulator, "+15555550112") == ["at the back"]


def test_a_topic_invokes_a_function_that_allows_it(emulator: Any, name: str, make_function: Any) -> None:
    """With the permission the event has AWS's fields; without it nothing happens, as on AWS."""
    sns, client = emulator.client("sns"), emulator.client("lambda")
    folder = make_function(name, KEEP)
    arn = client.get_function_configuration(FunctionName=name)["FunctionArn"]
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="not allowed yet")
    time.sleep(0.5)
    client.add_permission(
        FunctionName=name,
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    attributes = {"door_id": {"DataType": "String", "StringValue": "front"}}
    sns.publish(TopicArn=topic, Message="hello", Subject="door", MessageAttributes=attributes)
    (event,) = eventually(lambda: events(folder))
    message = event["Records"][0]["Sns"]
    assert event["Records"][0]["EventSource"] == "aws:sns"
    assert (message["Message"], message["Subject"], message["TopicArn"]) == ("hello", "door", topic)
    assert message["MessageAttributes"] == {"door_id": {"Type": "String", "Value": "front"}}


class Bus:
    """An event bus with a rule for a function."""

    def __init__(self, emulator: Any, name: str, make_function: Any) -> None:
        self.name = name
        self.events, self.client = emulator.client("events"), emulator.client("lambda")
        self.folder = make_function(name, KEEP)
        self.function_arn = self.client.get_function_configuration(FunctionName=name)["FunctionArn"]
        self.events.create_event_bus(Name=name)
        pattern = {"source": ["smart-door"], "detail": {"faces": {"known": [True]}}}
        self.rule_arn = self.events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps(pattern))[
            "RuleArn"
        ]

    def allow(self) -> None:
        """Let the rule invoke the function."""
        self.client.add_permission(
            FunctionName=self.name,
            StatementId="events",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=self.rule_arn,
        )

    def target(self, **options: Any) -> None:
        """Point the rule at the function."""
        target = {"Id": "function", "Arn": self.function_arn, **options}
        self.events.put_targets(Rule=self.name, EventBusName=self.name, Targets=[target])

    def put(self, source: str = "smart-door", known: bool = True) -> str:
        """Put an event and return its id."""
        detail = {"visit_id": "v1", "faces": [{"known": False}, {"known": known}]}
        entry = {"Source": source, "DetailType": "VisitorAdmitted", "Detail": json.dumps(detail)}
        answer = self.events.put_events(Entries=[{**entry, "EventBusName": self.name}])
        return str(answer["Entries"][0]["EventId"])


@pytest.fixture
def bus(emulator: Any, name: str, make_function: Any) -> Bus:
    """A bus of the test's own."""
    return Bus(emulator, name, make_function)


def test_an_event_that_matches_invokes_the_function(bus: Bus) -> None:
    """The pattern looks into the array of faces; others do not arrive."""
    bus.allow()
    bus.target()
    bus.put(source="somebody-else")
    bus.put(known=False)
    event_id = bus.put()
    (event,) = eventually(lambda: events(bus.folder))
    assert (event["id"], event["source"], event["detail-type"]) == (event_id, "smart-door", "VisitorAdmitted")
    assert event["detail"]["visit_id"] == "v1"
    assert event["time"].endswith("Z")


def test_a_rule_without_permission_or_switched_off_does_nothing(bus: Bus) -> None:
    """AWS::Lambda::Permission is needed here as there; DisableRule holds."""
    bus.target()
    bus.put()
    time.sleep(0.5)
    bus.allow()
    bus.events.disable_rule(Name=bus.name, EventBusName=bus.name)
    bus.put()
    time.sleep(0.5)
    assert events(bus.folder) == []
    bus.events.enable_rule(Name=bus.name, EventBusName=bus.name)
    bus.put()
    assert len(eventually(lambda: events(bus.folder))) == 1


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"Input": '{"fixed": 1}'}, {"fixed": 1}),
        ({"InputPath": "$.detail.visit_id"}, "v1"),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"visit": "$.detail.visit_id", "faces": "$.detail.faces"},
                    "InputTemplate": '{"text": "visit <visit>", "visit": <visit>, "faces": <faces>}',
                }
            },
            {"text": "visit v1", "visit": "v1", "faces": [{"known": False}, {"known": True}]},
        ),
    ],
)
def test_a_target_can_shape_its_input(bus: Bus, options: dict[str, Any], expected: Any) -> None:
    """Input, InputPath and InputTransformer."""
    bus.allow()
    bus.target(**options)
    bus.put()
    assert eventually(lambda: events(bus.folder)) == [expected]


def test_an_event_can_go_to_a_queue_and_a_topic(emulator: Any, bus: Bus, name: str) -> None:
    """The whole event, as AWS writes it."""
    sqs, sns = emulator.client("sqs"), emulator.client("sns")
    url, arn = make_queue(sqs, name)
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15555550177")
    targets = [{"Id": "queue", "Arn": arn}, {"Id": "topic", "Arn": topic}]
    bus.events.put_targets(Rule=name, EventBusName=name, Targets=targets)
    event_id = bus.put()
    (message,) = eventually(lambda: queued(sqs, url))
    assert json.loads(message)["id"] == event_id
    (text,) = eventually(lambda: phone_messages(emulator, "+15555550177"))
    assert json.loads(text)["id"] == event_id


def test_a_queue_invokes_its_function_and_keeps_what_failed(
    emulator: Any, name: str, make_function: Any
) -> None:
    """An event source mapping of SQS: deleted when done, back after its visibility timeout when not."""
    sqs, client = emulator.client("sqs"), emulator.client("lambda")
    url, arn = make_queue(sqs, name)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    folder = make_function(name, KEEP)
    mapping = client.create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, FunctionResponseTypes=["ReportBatchItemFailures"]
    )["UUID"]
    sqs.send_message(QueueUrl=url, MessageBody="good")
    sqs.send_message(QueueUrl=url, MessageBody="bad")

    def bodies() -> list[str]:
        return [record["body"] for event in events(folder) for record in event["Records"]]

    eventually(lambda: bodies().count("bad") >= 2)
    assert bodies().count("good") == 1
    client.update_event_source_mapping(UUID=mapping, Enabled=False)
    client.delete_event_source_mapping(UUID=mapping)
