"""Where moto's behaviour is not AWS's, or not usable in a server that runs for weeks: put right here.

Each repair says what is wrong. They are applied once, when the service is first used.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from inspect import signature
from itertools import takewhile
from typing import Any

from emulator import clock, moto_alarms, moto_invitations, moto_transactions
from emulator.effects import CURRENT, MatchedEvent, TextMessage, TopicMessage
from emulator.event_sources.events import eventbridge_event, sns_event
from emulator.event_sources.filters import matches
from emulator.iam.bucket_policies import bucket_policy_decision
from emulator.iam.policies import Decision
from emulator.service import ACCOUNT_ID


def apply(service: str) -> None:
    """Repair a moto service that was just loaded."""
    _repair_once(service)


def _repair_once(service: str) -> None:
    repair = _REPAIRS.pop(service, None)
    if repair is not None:
        repair()


def _repair_kinesis() -> None:
    """A put copied all keys of the shard, and a read walked all its records: O(n) each.

    Sequence numbers were 1, 2, 3...: they depended on every record before them, so records that nobody
    needs any more could never leave the journal. Here they are the call's instant in nanoseconds (and
    one more for each further record of a call), which grow as AWS's do. Records older than the retention
    period are dropped as AWS does; moto kept them for ever, and metric data of every put too.
    """
    from moto.kinesis.models import KinesisBackend, Shard, Stream

    put_in_stream = Stream.put_record

    def put_and_expire(self: Any, *args: Any, **kwargs: Any) -> Any:
        _expire_records(self)
        return put_in_stream(self, *args, **kwargs)

    Stream.put_record = put_and_expire
    Shard.put_record = _put_record
    Shard.get_records = _get_records
    Shard.get_min_sequence_number = lambda self: next(iter(self.records), 0)
    Shard.get_max_sequence_number = lambda self: next(reversed(self.records), 0)
    KinesisBackend._send_stream_metrics = lambda *args, **kwargs: None


def _expire_records(stream: Any) -> None:
    oldest_ns = clock.CLOCK.now_ns() - int(stream.retention_period_hours) * 3_600_000_000_000
    for shard in stream.shards.values():
        while shard.records and next(iter(shard.records)) < oldest_ns:
            shard.records.popitem(last=False)


def _put_record(shard: Any, partition_key: str, data: str, explicit_hash_key: str) -> str:
    from moto.kinesis.models import Record

    last = next(reversed(shard.records), getattr(shard, "last_sequence_number", 0))
    sequence_number = max(last + 1, clock.CLOCK.now_ns())
    shard.last_sequence_number = sequence_number
    shard.records[sequence_number] = Record(partition_key, data, sequence_number, explicit_hash_key)
    return str(sequence_number)


def _get_records(shard: Any, last_sequence_id: str, limit: int | None) -> tuple[list[Any], int, int]:
    last = int(last_sequence_id)
    newer = [record for _, record in takewhile(lambda item: item[0] > last, reversed(shard.records.items()))]
    newer.reverse()
    taken = newer[:limit]
    if not taken:
        return [], last, 0
    behind_ms = int((newer[-1].created_at - taken[-1].created_at) * 1000)
    return taken, taken[-1].sequence_number, behind_ms


def _repair_sqs() -> None:
    """A long poll would hold moto's only thread: it returns at once here, and the gateway asks again."""
    from moto.sqs.models import SQSBackend

    receive, send = SQSBackend.receive_message, SQSBackend.send_message

    def receive_without_waiting(
        self: Any, queue_name: str, count: int, wait_seconds_timeout: int, *args: Any, **kwargs: Any
    ) -> Any:
        CURRENT.effects.wait_seconds = wait_seconds_timeout
        return receive(self, queue_name, count, 0, *args, **kwargs)

    def send_and_note(self: Any, *args: Any, **kwargs: Any) -> Any:
        CURRENT.effects.queued = True
        return send(self, *args, **kwargs)

    SQSBackend.receive_message = receive_without_waiting
    SQSBackend.send_message = send_and_note


def _repair_sns() -> None:
    """moto would look for a subscribed function in a Lambda of its own, and sends text messages nowhere.

    It also kept every published message for ever, for tests to look at.
    """
    from moto.sns.models import SNSBackend, Subscription, Topic

    _repair_once("sqs")  # topics put messages into queues
    publish_to, publish, publish_topic = Subscription.publish, SNSBackend.publish, Topic.publish

    def publish_outside(self: Any, message: str, message_id: str, *args: Any, **kwargs: Any) -> None:
        if self.protocol not in ("lambda", "sms"):
            publish_to(self, message, message_id, *args, **kwargs)
            return
        details = signature(publish_to).bind(self, message, message_id, *args, **kwargs).arguments
        matcher = self._filter_policy_matcher
        if matcher is not None and not matcher.matches(details.get("message_attributes"), message):
            return
        if details.get("message_structure") == "json":
            message = self._parse_message_structure(message, self.protocol)
        if self.protocol == "sms":
            CURRENT.effects.happened.append(TextMessage(self.endpoint, message))
        else:
            event = sns_event(self.arn, self.topic.arn, message_id, message, details)
            CURRENT.effects.happened.append(TopicMessage(self.topic.arn, self.endpoint, event))

    def publish_to_phone(self: Any, *args: Any, **kwargs: Any) -> Any:
        message_id = publish(self, *args, **kwargs)
        sent = self.sms_messages.pop(message_id, None)
        self.sms_message_objects.pop(message_id, None)
        if sent is not None:
            CURRENT.effects.happened.append(TextMessage(*sent))
        return message_id

    def publish_and_forget(self: Any, *args: Any, **kwargs: Any) -> Any:
        message_id = publish_topic(self, *args, **kwargs)
        self.sent_notifications.clear()
        return message_id

    Subscription.publish = publish_outside
    SNSBackend.publish = publish_to_phone
    Topic.publish = publish_and_forget


def _repair_events() -> None:
    """Disabled rules were obeyed, patterns looked into arrays wrongly, and functions were never invoked.

    Targets that are functions, queues or topics are noted for delivery; others stay moto's.
    """
    from moto.events.models import EventPattern, Rule

    send = Rule.send_to_targets

    def matches_event(self: Any, event: Any) -> bool:
        return matches(self.get_pattern() or {}, event)

    def note_or_send(self: Any, event: Any, *args: Any, **kwargs: Any) -> None:
        if self.state == "DISABLED" or not self.event_pattern.matches_event(event):
            return
        ours = [target for target in self.targets if target["Arn"].split(":")[2] in ("lambda", "sqs", "sns")]
        for target in ours:
            CURRENT.effects.happened.append(MatchedEvent(self.arn, dict(target), eventbridge_event(event)))
        if len(ours) < len(self.targets):
            others = copy.copy(self)
            others.targets = [target for target in self.targets if target not in ours]
            send(others, event, *args, **kwargs)

    EventPattern.matches_event = matches_event
    Rule.send_to_targets = note_or_send


def _repair_s3() -> None:
    """Upload ids came from os.urandom, so that a replayed multipart upload had another id.

    A bucket policy's conditions were not looked at, so that a Deny under any condition denied always.
    """
    import moto.s3.models
    from moto.iam.access_control import PermissionResult
    from moto.moto_api._internal import mock_random

    results = {
        Decision.ALLOWED: PermissionResult.PERMITTED,
        Decision.EXPLICIT_DENY: PermissionResult.DENIED,
        Decision.IMPLICIT_DENY: PermissionResult.NEUTRAL,
    }

    def get_permission(self: Any, action: str, resource: str) -> Any:
        if self.policy is None:
            return PermissionResult.NEUTRAL
        return results[bucket_policy_decision(self.policy, action, resource)]

    def urandom(count: int) -> bytes:
        return bytes(mock_random.randbytes(count))

    moto.s3.models.os = clock.Stand(os, urandom=urandom)
    moto.s3.models.FakeBucket.get_permission = get_permission


def _repair_iam() -> None:
    """None of AWS's own policies could be attached: here are those for functions, as moto knows them.

    They are loaded before the first call, since their random ids must not depend on which call that is.
    """
    from moto.iam.aws_managed_policies import aws_managed_policies_data
    from moto.iam.models import AWSManagedPolicy, iam_backends

    iam = iam_backends[ACCOUNT_ID]["aws"]
    for name, policy in json.loads(aws_managed_policies_data).items():
        if name.startswith(("AWSLambda", "AWSXRay", "AWSXray")):
            iam.aws_managed_policies.append(AWSManagedPolicy.from_data(name, ACCOUNT_ID, "aws", policy))
    iam.managed_policies.update({policy.arn: policy for policy in iam.aws_managed_policies})


def _repair_cloudwatch() -> None:
    """An alarm whose state was set told nobody."""
    _repair_once("sns")  # whose topics text people and call functions
    moto_alarms.repair()


_REPAIRS: dict[str, Callable[[], None]] = {
    "cloudwatch": _repair_cloudwatch,
    "cognito-idp": moto_invitations.repair,
    "dynamodb": moto_transactions.repair,
    "kinesis": _repair_kinesis,
    "sqs": _repair_sqs,
    "sns": _repair_sns,
    "s3": _repair_s3,
    "events": _repair_events,
    "iam": _repair_iam,
}
