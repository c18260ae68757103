"""scripts/cost --stack: the bill by what a deployed stack counted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from scripts.cost import main
from tests.contract.conftest import Aws

TEMPLATE = {
    "Parameters": {
        "FaceSearchMode": {"Type": "String", "Default": "fragments"},
        "CameraSends": {"Type": "String", "Default": "motion"},
    },
    "Resources": {"Something": {"Type": "AWS::SNS::Topic"}},
}
COUNTS = {
    "analyze_fragment": {"DetectCalls": [30, 12], "SearchCalls": [14]},
    "process_face_matches": {"VisitsOpened": [4, 3], "CompareCalls": [7]},
}


@pytest.fixture(autouse=True)
def environment(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's AWS is the emulator."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint_url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture
def stack(aws: Aws) -> str:
    """A stack that counted something yesterday and the day before, and something two weeks ago."""
    name = f"cost-{uuid4().hex[:8]}"
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(TEMPLATE))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 240}
    )
    now = datetime.now(UTC)
    for function, metrics in COUNTS.items():
        data = [
            {
                "MetricName": metric,
                "Dimensions": [{"Name": "service", "Value": function}],
                "Timestamp": now - timedelta(days=days),
                "Value": value,
                "Unit": "Count",
            }
            for metric, values in metrics.items()
            for days, value in [*enumerate(values, 1), (14, 1000)]
        ]
        aws.client("cloudwatch").put_metric_data(Namespace=f"SmartDoor/{name}", MetricData=data)
    return name


def test_a_stacks_bill_is_of_what_it_counted(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Calls and visits of the last seven days, made a month; its own mode and way of sending."""
    assert main(["--stack", stack, "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["counted"] == {
        "stack": stack,
        "days": 7,
        "visits": 7.0,
        "detect": 42.0,
        "search": 14.0,
        "compare": 7.0,
    }
    (one,) = told["bills"]
    assert (one["mode"], one["send"]) == ("fragments", "motion")
    detect = next(line for line in one["lines"] if line["what"] == "DetectFaces")
    assert detect["quantity"] == pytest.approx(42 / 7 * 365 / 12, abs=0.01)


def test_a_stacks_calls_per_visit_are_shown(stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside those that the rules expect."""
    assert main(["--stack", stack]) == 0

    said = capsys.readouterr().out
    assert f"A month of {stack}, by what it counted in the last 7 days: 7 visits" in said
    (row,) = [line for line in said.splitlines() if f"counted by {stack}, a visit" in line]
    assert row.split()[-4:] == ["6", "2", "1", "9"]


def test_a_stack_that_counted_nothing_says_so(
    aws: Aws, stack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to do."""
    quiet = f"quiet-{uuid4().hex[:8]}"
    aws.client("cloudformation").create_stack(StackName=quiet, TemplateBody=json.dumps(TEMPLATE))

    assert main(["--stack", quiet]) == 1
    assert "opened no visit in the last 7 days; try --days" in capsys.readouterr().err


def test_a_stack_that_is_not_there_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """And where else it may be."""
    assert main(["--stack", "nowhere"]) == 1
    assert "there is no stack nowhere here; is it another region" in capsys.readouterr().err
