"""AWS::CloudWatch::Alarm and AWS::CloudWatch::Dashboard; and who hears of an alarm."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Emulator
from tests.emulator.asking import phone_messages
from tests.emulator.cloudformation.conftest import OneStack

PHONE = "+15555550142"


def watched(name: str, **alarm: Any) -> dict[str, Any]:
    """A topic with a phone and an alarm that tells it."""
    return {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}},
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {"TopicArn": {"Ref": "Topic"}, "Protocol": "sms", "Endpoint": PHONE},
        },
        "Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmName": f"{name} - people are recognised late",
                "AlarmDescription": "Wait.",
                "AlarmActions": [{"Ref": "Topic"}],
                "Namespace": "AWS/Lambda",
                "MetricName": "IteratorAge",
                "Dimensions": [{"Name": "FunctionName", "Value": "function"}],
                "Statistic": "Maximum",
                "Period": "60",
                "EvaluationPeriods": 3,
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": 60000,
                "TreatMissingData": "notBreaching",
                **alarm,
            },
        },
    }


def alarm_of(stack: OneStack, emulator: Emulator) -> dict[str, Any]:
    """The alarm as DescribeAlarms shows it."""
    name = stack.physical_id("Alarm")
    (alarm,) = emulator.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    found: dict[str, Any] = alarm
    return found


def texts(emulator: Emulator, about: str) -> list[str]:
    """The messages on the phone that name something."""
    return [text for text in phone_messages(emulator, PHONE) if about in text]


def test_an_alarm_is_what_its_properties_say(stack: OneStack, emulator: Emulator, name: str) -> None:
    """Numbers become numbers; nothing was measured yet."""
    assert stack.create(watched(name)) == "CREATE_COMPLETE"

    alarm = alarm_of(stack, emulator)
    assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["Threshold"]) == (60, 3, 60000.0)
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": "function"}]
    assert (alarm["StateValue"], alarm["TreatMissingData"]) == ("INSUFFICIENT_DATA", "notBreaching")


def test_an_alarm_over_several_metrics(stack: OneStack, emulator: Emulator, name: str) -> None:
    """An expression over metrics that are not shown themselves."""
    metric = {"Namespace": "AWS/Lambda", "MetricName": "Errors"}
    queries = [
        {"Id": "failures", "Expression": "FILL(errors, 0)", "Label": "Errors"},
        {
            "Id": "errors",
            "ReturnData": "false",
            "MetricStat": {"Metric": metric, "Stat": "Sum", "Period": 300},
        },
    ]
    resources = watched(name, Metrics=queries)
    for single in ("Namespace", "MetricName", "Dimensions", "Statistic", "Period"):
        del resources["Alarm"]["Properties"][single]

    assert stack.create(resources) == "CREATE_COMPLETE"

    shown = {query["Id"]: query for query in alarm_of(stack, emulator)["Metrics"]}
    assert shown["failures"]["Expression"] == "FILL(errors, 0)"
    assert shown["errors"]["MetricStat"]["Metric"]["MetricName"] == "Errors"
    assert shown["errors"]["ReturnData"] is False


def test_a_changed_alarm_is_the_same_alarm(stack: OneStack, emulator: Emulator, name: str) -> None:
    """Only another name makes another one."""
    stack.create(watched(name))

    assert stack.update(watched(name, Threshold=1000)) == "UPDATE_COMPLETE"
    assert alarm_of(stack, emulator)["Threshold"] == 1000.0

    assert stack.update(watched(name, AlarmName=f"{name}-other")) == "UPDATE_COMPLETE"
    alarms = emulator.client("cloudwatch").describe_alarms(AlarmNamePrefix=name)["MetricAlarms"]
    assert [alarm["AlarmName"] for alarm in alarms] == [f"{name}-other"]

    assert stack.delete() == "DELETE_COMPLETE"
    assert emulator.client("cloudwatch").describe_alarms(AlarmNamePrefix=name)["MetricAlarms"] == []


def test_a_state_that_is_set_is_told_to_the_phone(stack: OneStack, emulator: Emulator, name: str) -> None:
    """Once for each change, with the words of the alarm's name; without an OK action, the end is not told."""
    stack.create(watched(name))
    cloudwatch, alarm = emulator.client("cloudwatch"), stack.physical_id("Alarm")

    for state in ("ALARM", "ALARM", "OK", "ALARM"):
        cloudwatch.set_alarm_state(AlarmName=alarm, StateValue=state, StateReason="trying it out")

    text = f'ALARM: "{name} - people are recognised late" in US East (N. Virginia)'
    assert texts(emulator, name) == [text, text]


def test_an_alarm_that_is_switched_off_tells_nobody(stack: OneStack, emulator: Emulator, name: str) -> None:
    """Nor can one reach a topic under AWS's own key."""
    resources = watched(name)
    resources["Topic"]["Properties"]["KmsMasterKeyId"] = "alias/aws/sns"
    stack.create(resources)
    cloudwatch, alarm = emulator.client("cloudwatch"), stack.physical_id("Alarm")

    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="trying it out")
    stack.update(watched(name))
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="trying it out")
    cloudwatch.disable_alarm_actions(AlarmNames=[alarm])
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="trying it out")

    assert texts(emulator, name) == []


def test_a_dashboard_is_kept_as_it_is_written(stack: OneStack, emulator: Emulator, name: str) -> None:
    """And replaced, and removed."""
    cloudwatch = emulator.client("cloudwatch")

    def dashboard(title: str) -> dict[str, Any]:
        body = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": title}}]})
        properties = {"DashboardName": name, "DashboardBody": body}
        return {"Dashboard": {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}}

    for title in ("The door", "The front door"):
        resources = dashboard(title)
        status = stack.create(resources) if title == "The door" else stack.update(resources)
        assert status.endswith("E_COMPLETE")
        shown = cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]
        assert shown == resources["Dashboard"]["Properties"]["DashboardBody"]

    stack.delete()
    with pytest.raises(cloudwatch.exceptions.ClientError):
        cloudwatch.get_dashboard(DashboardName=name)


def test_a_dashboard_that_is_no_json_fails_the_stack(stack: OneStack, name: str) -> None:
    """As there."""
    properties = {"DashboardName": name, "DashboardBody": "{widgets"}
    resources = {"Dashboard": {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}}

    assert stack.create(resources) == "ROLLBACK_COMPLETE"
    assert any("JSON" in reason for _, reason in stack.history("Dashboard"))
