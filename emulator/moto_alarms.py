"""Alarms whose state is set tell their topics, as AWS's do.

Nothing evaluates an alarm here: most of the metrics that alarms look at are AWS's own, and nobody measures
them on one machine. So an alarm begins with INSUFFICIENT_DATA (moto began with OK) and keeps the state that
SetAlarmState gives it, which is how AWS advises to try an alarm's actions out.

Source of the notification: "Notifying users on alarm changes" of the CloudWatch documentation; that a text
message holds the subject only is from memory.
"""

from __future__ import annotations

import json
import logging
from functools import cache
from typing import Any

import botocore.loaders

logger = logging.getLogger(__name__)

UNREADABLE_KEY = "alias/aws/sns"
"""Its policy cannot be changed, and names no service of AWS."""


def repair() -> None:
    """Begin without data, and run the actions of a state that is set."""
    from moto.cloudwatch.models import Alarm

    begin, update_state = Alarm.__init__, Alarm.update_state

    def begin_without_data(self: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        self.state_value = "INSUFFICIENT_DATA"

    def update_and_tell(self: Any, reason: str, reason_data: str, state_value: str) -> None:
        before = self.state_value
        update_state(self, reason, reason_data, state_value)
        if state_value != before and self.actions_enabled:
            _run_actions(self, before)

    Alarm.__init__ = begin_without_data
    Alarm.update_state = update_and_tell


def _run_actions(alarm: Any, before: str) -> None:
    actions = {
        "ALARM": alarm.alarm_actions,
        "OK": alarm.ok_actions,
        "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
    }
    for arn in actions[alarm.state_value]:
        service, region, account_id = arn.split(":")[2:5]
        if service != "sns":
            logger.warning("Alarm %s: the emulator has no action %s", alarm.name, arn)
            continue
        _publish(alarm, before, arn, region, account_id)


def _publish(alarm: Any, before: str, topic_arn: str, region: str, account_id: str) -> None:
    from moto.sns.models import sns_backends

    backend = sns_backends[account_id][region]
    topic = backend.topics.get(topic_arn)
    if topic is None:
        logger.warning("Alarm %s: there is no topic %s", alarm.name, topic_arn)
    elif topic.kms_master_key_id == UNREADABLE_KEY:
        logger.warning("Alarm %s: CloudWatch may not use the encryption key of %s", alarm.name, topic_arn)
    else:
        subject = f'{alarm.state_value}: "{alarm.name}" in {region_name(region)}'
        texts = {"default": json.dumps(notification(alarm, before, account_id)), "sms": subject}
        backend.publish(json.dumps(texts), topic_arn, subject=subject[:100], message_structure="json")


def notification(alarm: Any, before: str, account_id: str) -> dict[str, Any]:
    """The message that an alarm publishes; `before` is the state it had."""
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": account_id,
        "AlarmArn": alarm.alarm_arn,
        "Region": region_name(alarm.region_name),
        "OldStateValue": before,
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": alarm.state_updated_timestamp.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000",
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "Trigger": {
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "Period": alarm.period,
            "EvaluationPeriods": alarm.evaluation_periods,
            "ComparisonOperator": alarm.comparison_operator,
            "Threshold": alarm.threshold,
            "TreatMissingData": alarm.treat_missing_data or "missing",
        },
    }


@cache
def region_name(region: str) -> str:
    """What AWS calls a region in a text, such as US East (N. Virginia)."""
    for partition in botocore.loaders.Loader().load_data("endpoints")["partitions"]:
        if region in partition["regions"]:
            return str(partition["regions"][region]["description"])
    return region
