"""Dashboard and alarms: every number in them is really measured, and every alarm says what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from smart_door.bootstrap.narration import DURATIONS, METRICS
from tests.unit.house.counted import CountingHome, Metric, count_everything
from tests.unit.house.rendered import STACK, Rendered

OURS = f"SmartDoor/{STACK}"
MODES = ("fragments", "stream-processor")

# AWS's metrics that are used here: the type of resource that each namespace's first dimension names.
NAMED_BY = {
    "AWS/Lambda": ("FunctionName", "AWS::Serverless::Function"),
    "AWS/Kinesis": ("StreamName", "AWS::Kinesis::Stream"),
    "AWS/KinesisVideo": ("StreamName", "AWS::KinesisVideo::Stream"),
    "AWS/SQS": ("QueueName", "AWS::SQS::Queue"),
    "AWS/SNS": ("TopicName", "AWS::SNS::Topic"),
}
PUBLISHED = {
    "AWS/Lambda": {"Errors", "Throttles", "Duration", "IteratorAge"},
    "AWS/Kinesis": {"GetRecords.IteratorAgeMilliseconds"},
    "AWS/KinesisVideo": {"PutMedia.IncomingBytes"},
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible"},
    "AWS/SNS": {"NumberOfNotificationsFailed", "SMSMonthToDateSpentUSD"},
    "AWS/ApiGateway": {"4XXError", "5XXError"},
}
OF_THE_ACCOUNT = {"SMSMonthToDateSpentUSD"}
"""Metrics without a dimension."""

# It runs while the stack is deployed, and CloudFormation tells of its failures.
WITHOUT_ALARM = {"ManageVideoNotificationsFunction"}

Named = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name and dimensions of a metric."""


@pytest.fixture(params=MODES)
def home(request: pytest.FixtureRequest, template: dict[str, Any]) -> Rendered:
    """The template in one mode."""
    return Rendered(template, request.param)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[Metric]]:
    """What each function counts."""
    return count_everything(CountingHome(), monkeypatch)


def alarms(home: Rendered) -> dict[str, Any]:
    """The alarms by logical id."""
    return home.of_type("AWS::CloudWatch::Alarm")


def of_alarms(home: Rendered) -> Iterator[Named]:
    """The metrics that alarms look at."""
    for alarm in alarms(home).values():
        stats = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", ()) if "MetricStat" in one]
        for metric in stats or [alarm]:
            dimensions = frozenset((one["Name"], one["Value"]) for one in metric.get("Dimensions", ()))
            yield metric["Namespace"], metric["MetricName"], dimensions


def of_dashboard(home: Rendered) -> Iterator[Named]:
    """The metrics that the dashboard draws."""
    (dashboard,) = home.of_type("AWS::CloudWatch::Dashboard").values()
    for widget in json.loads(dashboard["DashboardBody"])["widgets"]:
        before: list[str] = []
        for row in widget["properties"]["metrics"]:
            if isinstance(row[0], dict):
                continue  # an expression
            before = _written_out([part for part in row if isinstance(part, str)], before)
            yield before[0], before[1], frozenset(zip(before[2::2], before[3::2], strict=True))


def _written_out(row: list[str], before: list[str]) -> list[str]:
    """A row of metrics whose `.` and `...` repeat the row before."""
    if row[0] == "...":
        return before[: len(before) - len(row) + 1] + row[1:]
    return [before[place] if part == "." else part for place, part in enumerate(row)]


def test_every_number_of_ours_is_counted_by_a_function(
    home: Rendered, counted: dict[str, set[Metric]]
) -> None:
    """With exactly those dimensions; the function has the name that the template gives it."""
    told = {metric for found in counted.values() for metric in found}
    services = {
        properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for properties in home.of_type("AWS::Serverless::Function").values()
    }
    wanted = {(name, dims) for space, name, dims in {*of_alarms(home), *of_dashboard(home)} if space == OURS}

    assert len(wanted) > 10
    assert wanted <= told
    assert {dict(dims)["service"] for _, dims in wanted} <= services


def test_functions_count_under_the_stacks_own_name(template: dict[str, Any]) -> None:
    """Two homes in one account do not ring each other's alarms."""
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == {"Fn::Sub": "SmartDoor/${AWS::StackName}"}


def test_every_number_of_awss_is_of_a_resource_that_is_there(home: Rendered) -> None:
    """A wrong dimension would be an alarm that never rings."""
    apis = home.of_type("AWS::Serverless::Api").values()
    stages = {frozenset({"ApiName": api["Name"], "Stage": api["StageName"]}.items()) for api in apis}
    for space, name, dimensions in {*of_alarms(home), *of_dashboard(home)}:
        if space == OURS:
            continue
        assert name in PUBLISHED[space]
        if name in OF_THE_ACCOUNT:
            assert dimensions == frozenset()
        elif space == "AWS/ApiGateway":
            assert dimensions in stages
        else:
            dimension, kind = NAMED_BY[space]
            named = dict(dimensions)
            resource = named.pop(dimension).strip("<>").partition(".")[0]
            assert (home.resources[resource]["Type"], named) == (kind, {})


def test_what_happens_at_the_door_is_on_the_dashboard(home: Rendered) -> None:
    """Nothing is counted, and paid for, that nobody sees."""
    shown = {name for space, name, _ in of_dashboard(home) if space == OURS}
    assert {*METRICS.values(), *DURATIONS.values()} <= shown


def test_no_dimension_says_who(counted: dict[str, set[Metric]]) -> None:
    """A dimension is a word of ours, never an id, a name or a number of somebody."""
    words = {pair for found in counted.values() for _, dims in found for pair in dims if pair[0] != "service"}
    assert words == {("decision", "approved"), ("decision", "denied")}


def test_an_alarm_goes_to_the_owner_in_words(home: Rendered) -> None:
    """The text message shows the name; the description says what to do."""
    seen = set()
    for alarm in alarms(home).values():
        stack, _, words = alarm["AlarmName"].partition(" - ")
        assert stack == STACK
        assert words.isascii()
        assert 10 < len(words) <= 50
        seen.add(words)
        assert 80 < len(alarm["AlarmDescription"]) <= 1024
        assert alarm["AlarmActions"] == ["<OwnerTopic>"]
        assert alarm.get("OKActions", ["<OwnerTopic>"]) == ["<OwnerTopic>"]
        assert alarm["TreatMissingData"] in ("notBreaching", "breaching", "missing", "ignore")
    assert len(seen) == len(alarms(home))


def test_every_function_queue_and_api_has_an_alarm(home: Rendered) -> None:
    """What is added later must not fail in silence."""
    watched = set(of_alarms(home))
    for function in home.of_type("AWS::Serverless::Function").keys() - WITHOUT_ALARM:
        for metric in ("Errors", "Throttles"):
            assert ("AWS/Lambda", metric, frozenset({("FunctionName", f"<{function}>")})) in watched
    for queue in home.of_type("AWS::SQS::Queue"):
        dimensions = frozenset({("QueueName", f"<{queue}.QueueName>")})
        assert ("AWS/SQS", "ApproximateNumberOfMessagesVisible", dimensions) in watched
    names = {dict(dims)["ApiName"] for space, _, dims in watched if space == "AWS/ApiGateway"}
    assert names == {api["Name"] for api in home.of_type("AWS::Serverless::Api").values()}


def test_a_camera_that_sends_only_motion_is_not_reported_as_silent(template: dict[str, Any]) -> None:
    """Then no video is what a quiet street looks like."""
    template = {**template, "Parameters": {**template["Parameters"]}}
    assert "NoVideoAlarm" in Rendered(template, "fragments").resources

    template["Parameters"]["CameraSends"] = {"Default": "motion"}

    assert "NoVideoAlarm" not in Rendered(template, "fragments").resources


def test_cloudwatch_may_publish_to_the_owners_topic(home: Rendered) -> None:
    """Only alarms of this account; and no key that CloudWatch may not use stands in its way."""
    assert "KmsMasterKeyId" not in home.resources["OwnerTopic"]["Properties"]
    policy = home.value(home.resources["OwnerTopicPolicy"]["Properties"])
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert policy["Topics"] == ["<OwnerTopic>"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert (statement["Action"], statement["Resource"]) == ("sns:Publish", "<OwnerTopic>")
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "<AWS::AccountId>"}
    assert statement["Condition"]["ArnLike"]["aws:SourceArn"].endswith(":<AWS::AccountId>:alarm:*")
