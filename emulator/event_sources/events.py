"""The events that SNS and EventBridge give to functions.

https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html,
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any

from jsonpath_ng.ext.parser import parse


def sns_event(
    subscription_arn: str, topic_arn: str, message_id: str, message: str, details: Mapping[str, Any]
) -> dict[str, Any]:
    """What a function gets for a topic's message; `details` has moto's subject, message_attributes."""
    region = topic_arn.split(":")[3]
    now = time.time()
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": subscription_arn,
                "Sns": {
                    "Type": "Notification",
                    "MessageId": message_id,
                    "TopicArn": topic_arn,
                    "Subject": details.get("subject"),
                    "Message": message,
                    "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
                    + f".{int(now % 1 * 1000):03d}Z",
                    "SignatureVersion": "1",
                    "Signature": "EXAMPLE",
                    "SigningCertUrl": f"https://sns.{region}.amazonaws.com/SimpleNotificationService.pem",
                    "UnsubscribeUrl": f"https://sns.{region}.amazonaws.com/?Action=Unsubscribe",
                    "MessageAttributes": details.get("message_attributes") or {},
                },
            }
        ]
    }


def eventbridge_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """moto's event as AWS writes it: times as ISO 8601."""
    when = event["time"]
    if isinstance(when, int | float):
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))
    return {
        **{key: value for key, value in event.items() if key not in ("ingestion-time", "replay-name")},
        "time": when,
    }


def target_input(target: Mapping[str, Any], event: Mapping[str, Any], rule_arn: str) -> str:
    """What a rule's target gets, as JSON text: Input, InputPath, InputTransformer, or the event itself."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(_at_path(target["InputPath"], event))
    if "InputTransformer" in target:
        return _transformed(target["InputTransformer"], event, rule_arn)
    return json.dumps(event)


def _at_path(path: str, event: Mapping[str, Any]) -> Any:
    found = parse(path).find(event)
    return found[0].value if found else None


def _transformed(transformer: Mapping[str, Any], event: Mapping[str, Any], rule_arn: str) -> str:
    values = {name: _at_path(path, event) for name, path in transformer.get("InputPathsMap", {}).items()}
    values["aws.events.event.json"] = event
    values["aws.events.rule-arn"] = rule_arn
    values["aws.events.event.ingestion-time"] = event["time"]
    template = transformer["InputTemplate"]

    def fill(match: re.Match[str]) -> str:
        value = values.get(match["name"])
        inside_text = template[: match.start()].count('"') % 2 == 1
        if isinstance(value, str):
            return json.dumps(value)[1:-1] if inside_text else json.dumps(value)
        text = "" if value is None else json.dumps(value)
        return json.dumps(text)[1:-1] if inside_text else text or '""'

    return re.sub(r"<(?P<name>[^<>]+)>", fill, template)
