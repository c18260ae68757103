"""What a deployed stack really did: its own counts in CloudWatch, of the last days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from scripts.costing.bill import Counted, Scenario
from scripts.costing.home import DAYS
from scripts.costing.rehearsal import Calls

COUNTS = {
    "VisitsOpened": "process_face_matches",
    "CompareCalls": "process_face_matches",
    "DetectCalls": "analyze_fragment",
    "SearchCalls": "analyze_fragment",
}
"""The metrics, and which function counts each."""

HOUR = 3600


class StackNotFoundError(Exception):
    """There is no such stack."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no stack {name} here; is it another region (AWS_REGION) or account?")


class NoVisitsError(Exception):
    """The stack counted no visit, so nothing can be said of one."""

    def __init__(self, name: str, days: int) -> None:
        super().__init__(f"{name} opened no visit in the last {days} days; try --days with more of them")


@dataclass(frozen=True)
class StackCounts:
    """What a stack counted in so many days, and how it was set up."""

    name: str
    days: int
    scenario: Scenario
    visits: float
    calls: Calls

    @property
    def per_visit(self) -> Calls:
        """Calls of one visit; what passes by is in it."""
        calls, visits = self.calls, self.visits
        return Calls(calls.detect / visits, calls.search / visits, calls.compare / visits)

    @property
    def month(self) -> Counted:
        """The same for a month."""
        share, calls = DAYS / self.days, self.calls
        return Counted(
            self.visits * share, Calls(calls.detect * share, calls.search * share, calls.compare * share)
        )


def count(client: Callable[[str], Any], name: str, days: int, now: datetime) -> StackCounts:
    """Ask CloudWatch; `client` makes boto3 clients by name.

    Raises StackNotFoundError, NoVisitsError, and botocore's errors.
    """
    parameters = _parameters(client("cloudformation"), name)
    scenario = Scenario(
        parameters.get("FaceSearchMode", "fragments"), parameters.get("CameraSends", "always")
    )
    cloudwatch = client("cloudwatch")
    sums = {
        metric: _sum(cloudwatch, f"SmartDoor/{name}", metric, function, now - timedelta(days=days), now)
        for metric, function in COUNTS.items()
    }
    if not sums["VisitsOpened"]:
        raise NoVisitsError(name, days)
    calls = Calls(sums["DetectCalls"], sums["SearchCalls"], sums["CompareCalls"])
    return StackCounts(name, days, scenario, sums["VisitsOpened"], calls)


def _parameters(cloudformation: Any, name: str) -> Mapping[str, str]:
    try:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":  # CloudFormation's word for "not there"
            raise StackNotFoundError(name) from error
        raise
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", ())}


def _sum(
    cloudwatch: Any, namespace: str, metric: str, function: str, since: datetime, until: datetime
) -> float:
    """The sum of a metric; GetMetricStatistics gives 1,440 points at most, which are 60 days of hours."""
    answer = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": "service", "Value": function}],
        StartTime=since,
        EndTime=until,
        Period=HOUR,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in answer["Datapoints"]))
