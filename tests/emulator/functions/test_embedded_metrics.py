"""Metrics that functions write into their logs are in CloudWatch."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulator.functions.embedded_metrics import LONGEST_LINE, LogLines, Metric, metrics_in
from tests.emulator.asking import eventually

HANDLER = """
from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
metrics = Metrics(namespace="NAME", service="porch")
@metrics.log_metrics
def handler(event, context):
    print("a line before")
    for calls in event["calls"]:
        metrics.add_metric("DetectCalls", MetricUnit.Count, calls)
"""
AT_MS = 1_795_221_531_250


def line(**changes: Any) -> bytes:
    """A line in the format, with two metrics in one dimension."""
    told = {
        "_aws": {
            "Timestamp": AT_MS,
            "CloudWatchMetrics": [
                {
                    "Namespace": "SmartDoor",
                    "Dimensions": [["service"]],
                    "Metrics": [
                        {"Name": "DetectCalls", "Unit": "Count"},
                        {"Name": "Wait", "Unit": "Seconds"},
                    ],
                }
            ],
        },
        "service": "analyze_fragment",
        "DetectCalls": [2, 1.0],
        "Wait": 0.5,
    }
    return json.dumps({**told, **changes}).encode()


def test_what_a_function_counts_can_be_asked_for(emulator: Any, name: str, make_function: Any) -> None:
    """With namespace, dimension, unit and sum, from two invocations."""
    make_function(name, HANDLER.replace("NAME", name))
    for calls in ([2, 1], [4]):
        emulator.client("lambda").invoke(FunctionName=name, Payload=json.dumps({"calls": calls}))
    now = datetime.now(UTC)

    def counted() -> Any:
        answer = emulator.client("cloudwatch").get_metric_statistics(
            Namespace=name,
            MetricName="DetectCalls",
            Dimensions=[{"Name": "service", "Value": "porch"}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=86400,
            Statistics=["Sum", "SampleCount", "Maximum"],
        )
        points = answer["Datapoints"]
        return points[0] if points and sum(point["Sum"] for point in points) >= 7 else None

    point = eventually(counted)
    assert (point["Sum"], point["SampleCount"], point["Maximum"], point["Unit"]) == (7.0, 3.0, 4.0, "Count")
    (listed,) = emulator.client("cloudwatch").list_metrics(Namespace=name)["Metrics"]
    assert listed["Dimensions"] == [{"Name": "service", "Value": "porch"}]


def test_a_line_says_its_metrics() -> None:
    """One number or several, at the time that the line says."""
    at = datetime.fromtimestamp(AT_MS / 1000, UTC)
    common = {
        "Dimensions": [{"Name": "service", "Value": "analyze_fragment"}],
        "Timestamp": at,
        "StorageResolution": 60,
    }
    assert metrics_in(line()) == [
        Metric("SmartDoor", {"MetricName": "DetectCalls", "Values": [2.0, 1.0], "Unit": "Count", **common}),
        Metric("SmartDoor", {"MetricName": "Wait", "Values": [0.5], "Unit": "Seconds", **common}),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        b'{"_aws": ',
        b'["_aws"]',
        line(_aws=None),
        line(_aws={"Timestamp": "now", "CloudWatchMetrics": []}),
        line(_aws={"Timestamp": AT_MS, "CloudWatchMetrics": [None, {"Namespace": 7, "Metrics": []}]}),
        line(DetectCalls="two", Wait=[]),
        line(DetectCalls=[1] * 101, Wait=[True]),
        line(service=7),
    ],
)
def test_what_breaks_the_format_makes_no_metric(broken: bytes) -> None:
    """And stops nobody."""
    assert metrics_in(broken) == []


def test_lines_are_put_together_from_pieces() -> None:
    """However the pipe cut them; what has no end is let go."""
    lines, whole = LogLines(), line()

    assert lines.feed(b"START\n" + whole[:40]) == []
    assert lines.feed(whole[40:] + b"\nEND\n" + b"x" * (LONGEST_LINE + 1)) == [whole]
    assert lines.feed(b"\n" + whole + b"\n") == [whole]
