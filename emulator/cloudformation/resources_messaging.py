"""SNS topics, SQS queues, EventBridge buses and rules."""

from __future__ import annotations

import json
import uuid
from typing import Any

from emulator.cloudformation.resource_types import TAGS, Made, Request, ResourceType, keep, names

# --- SNS ------------------------------------------------------------------------------------------------

_TOPIC_ATTRIBUTES = (
    "DisplayName",
    "KmsMasterKeyId",
    "FifoTopic",
    "ContentBasedDeduplication",
    "SignatureVersion",
    "TracingConfig",
    "DeliveryPolicy",
)
_SUBSCRIPTION_ATTRIBUTES = (
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "DeliveryPolicy",
    "RedrivePolicy",
    "SubscriptionRoleArn",
)


def _create_topic(request: Request) -> Made:
    name = request.name("TopicName", 256)
    if str(request.properties.get("FifoTopic")).lower() == "true" and not name.endswith(".fifo"):
        name += ".fifo"
    topic = request.call(
        "sns",
        "CreateTopic",
        Name=name,
        Attributes=_texts(request.pick(*_TOPIC_ATTRIBUTES)),
        Tags=request.properties.get("Tags"),
    )["TopicArn"]
    request.claim(topic)
    for subscription in request.properties.get("Subscription", []):
        request.call("sns", "Subscribe", TopicArn=topic, **subscription)
    return Made(topic, {"TopicArn": topic, "TopicName": name})


def _update_topic(request: Request) -> Made:
    for name in _TOPIC_ATTRIBUTES:
        if request.changed(name):
            value = _texts({name: request.properties.get(name, "")})[name]
            request.call(
                "sns",
                "SetTopicAttributes",
                TopicArn=request.physical_id,
                AttributeName=name,
                AttributeValue=value,
            )
    return Made(request.physical_id, request.attributes)


def _delete_topic(request: Request) -> None:
    request.call("sns", "DeleteTopic", TopicArn=request.physical_id)


def _subscribe(request: Request) -> Made:
    arn = request.call(
        "sns",
        "Subscribe",
        ReturnSubscriptionArn=True,
        Attributes=_texts(request.pick(*_SUBSCRIPTION_ATTRIBUTES)),
        **request.pick("TopicArn", "Protocol", "Endpoint"),
    )["SubscriptionArn"]
    return Made(arn, {"Arn": arn})


def _update_subscription(request: Request) -> Made:
    for name in _SUBSCRIPTION_ATTRIBUTES:
        if request.changed(name):
            value = _texts({name: request.properties.get(name, {})})[name]
            request.call(
                "sns",
                "SetSubscriptionAttributes",
                SubscriptionArn=request.physical_id,
                AttributeName=name,
                AttributeValue=value,
            )
    return Made(request.physical_id, request.attributes)


def _unsubscribe(request: Request) -> None:
    request.call("sns", "Unsubscribe", SubscriptionArn=request.physical_id)


def _put_topic_policy(request: Request) -> Made:
    for topic in request.properties["Topics"]:
        _set_topic_policy(request, topic, request.properties["PolicyDocument"])
    return Made(request.physical_id or f"{request.stack.name}-{request.logical_id}-{uuid.uuid4().hex[:12]}")


def _delete_topic_policy(request: Request) -> None:
    """Back to what a new topic has: its owner may do everything."""
    for topic in request.properties["Topics"]:
        owner = {"AWS": f"arn:aws:iam::{request.stack.account_id}:root"}
        statement = {"Effect": "Allow", "Principal": owner, "Action": "SNS:*", "Resource": topic}
        _set_topic_policy(request, topic, {"Version": "2012-10-17", "Statement": [statement]})


def _set_topic_policy(request: Request, topic: str, policy: Any) -> None:
    request.call(
        "sns", "SetTopicAttributes", TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy)
    )


# --- SQS ------------------------------------------------------------------------------------------------

_QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)


def _create_queue(request: Request) -> Made:
    name = request.name("QueueName", 75)
    if str(request.properties.get("FifoQueue")).lower() == "true" and not name.endswith(".fifo"):
        name += ".fifo"
    url = request.call(
        "sqs", "CreateQueue", QueueName=name, Attributes=_texts(request.pick(*_QUEUE_ATTRIBUTES))
    )["QueueUrl"]
    return Made(url, {"Arn": request.arn("sqs", name), "QueueName": name, "QueueUrl": url})


def _update_queue(request: Request) -> Made:
    changed = {name: request.properties.get(name, "") for name in _QUEUE_ATTRIBUTES if request.changed(name)}
    if changed:
        request.call("sqs", "SetQueueAttributes", QueueUrl=request.physical_id, Attributes=_texts(changed))
    return Made(request.physical_id, request.attributes)


def _delete_queue(request: Request) -> None:
    request.call("sqs", "DeleteQueue", QueueUrl=request.physical_id)


def _put_queue_policy(request: Request) -> Made:
    policy = json.dumps(request.properties["PolicyDocument"])
    for url in request.properties["Queues"]:
        request.call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": policy})
    return Made(request.physical_id or f"{request.stack.name}-{request.logical_id}-{uuid.uuid4().hex[:12]}")


def _delete_queue_policy(request: Request) -> None:
    for url in request.properties["Queues"]:
        request.call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": ""})


# --- EventBridge ----------------------------------------------------------------------------------------


def _create_bus(request: Request) -> Made:
    answer = request.call(
        "events", "CreateEventBus", **request.pick("Name", "Description", "Tags", "EventSourceName")
    )
    name = request.properties["Name"]
    return Made(name, {"Arn": answer["EventBusArn"], "Name": name})


def _delete_bus(request: Request) -> None:
    request.call("events", "DeleteEventBus", Name=request.physical_id)


def _put_rule(request: Request) -> Made:
    bus = request.properties.get("EventBusName")
    name = request.attributes.get("Name") or request.name("Name", 64)
    pattern = request.properties.get("EventPattern")
    arn = request.call(
        "events",
        "PutRule",
        Name=name,
        EventPattern=json.dumps(pattern) if pattern is not None else None,
        **request.pick("Description", "EventBusName", "ScheduleExpression", "State", "RoleArn"),
    )["RuleArn"]
    physical_id = f"{bus}|{name}" if bus and bus != "default" else name
    request.claim(physical_id)
    _put_targets(request, name, bus)
    return Made(physical_id, {"Arn": arn, "Name": name})


def _put_targets(request: Request, rule: str, bus: str | None) -> None:
    targets = request.properties.get("Targets", [])
    kept = {target["Id"] for target in targets}
    gone = [target["Id"] for target in request.old.get("Targets", []) if target["Id"] not in kept]
    if gone:
        request.call("events", "RemoveTargets", Rule=rule, EventBusName=bus, Ids=gone)
    if targets:
        answer = request.call("events", "PutTargets", Rule=rule, EventBusName=bus, Targets=targets)
        for failed in answer.get("FailedEntries", []):
            raise request.fail(f"target {failed.get('TargetId')}: {failed.get('ErrorMessage')}")


def _delete_rule(request: Request) -> None:
    bus = request.properties.get("EventBusName")
    rule = request.physical_id.rpartition("|")[2]
    targets = [target["Id"] for target in request.properties.get("Targets", [])]
    if targets:
        request.call("events", "RemoveTargets", Rule=rule, EventBusName=bus, Ids=targets)
    request.call("events", "DeleteRule", Name=rule, EventBusName=bus)


def _texts(values: dict[str, Any]) -> dict[str, str]:
    """Attributes of SNS and SQS are text: JSON for documents."""
    return {
        name: json.dumps(value) if isinstance(value, (dict, list, bool)) else str(value)
        for name, value in values.items()
    }


TYPES = (
    ResourceType(
        "AWS::SNS::Topic",
        names("TopicName Subscription Tags") | frozenset(_TOPIC_ATTRIBUTES),
        _create_topic,
        _delete_topic,
        _update_topic,
        replacing=names("TopicName FifoTopic Subscription"),
    ),
    ResourceType(
        "AWS::SNS::Subscription",
        names("TopicArn Protocol Endpoint") | frozenset(_SUBSCRIPTION_ATTRIBUTES),
        _subscribe,
        _unsubscribe,
        _update_subscription,
        replacing=names("TopicArn Protocol Endpoint"),
        required=names("TopicArn Protocol"),
    ),
    ResourceType(
        "AWS::SNS::TopicPolicy",
        names("Topics PolicyDocument"),
        _put_topic_policy,
        _delete_topic_policy,
        _put_topic_policy,
        required=names("Topics PolicyDocument"),
    ),
    ResourceType(
        "AWS::SQS::Queue",
        names("QueueName") | frozenset(_QUEUE_ATTRIBUTES),
        _create_queue,
        _delete_queue,
        _update_queue,
        replacing=names("QueueName FifoQueue"),
        accepted={"Tags": TAGS},
    ),
    ResourceType(
        "AWS::SQS::QueuePolicy",
        names("Queues PolicyDocument"),
        _put_queue_policy,
        _delete_queue_policy,
        _put_queue_policy,
        required=names("Queues PolicyDocument"),
    ),
    ResourceType(
        "AWS::Events::EventBus",
        names("Name Description EventSourceName Tags"),
        _create_bus,
        _delete_bus,
        keep,
        replacing=names("Name EventSourceName Description"),
        required=names("Name"),
    ),
    ResourceType(
        "AWS::Events::Rule",
        names("Name Description EventBusName EventPattern ScheduleExpression State Targets RoleArn"),
        _put_rule,
        _delete_rule,
        _put_rule,
        replacing=names("Name EventBusName"),
        accepted={"Tags": TAGS},
    ),
)
