"""What the use cases tell as they work: a line in the log, and a count where it is worth one.

A metric that is sent all month costs $0.30, and so does each value of a dimension: all of these are on the
dashboard, and there is no dimension but `service` (the function) and those of DIMENSIONS; never a person.
"""

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

METRICS = {
    "visit opened": "VisitsOpened",
    "owner asked": "OwnerAsked",
    "owner warned": "OwnerWarned",
    "visitor recognised": "VisitorsRecognised",
    "passcode sent": "PasscodesIssued",
    "visit decided": "VisitsDecided",
    "passcode refused": "PasscodesRefused",
    "visitor admitted": "PasscodesRedeemed",
    "face enrolled": "FacesEnrolled",
    "photo missing": "PhotosMissing",
    "faces compared": "CompareCalls",
}
"""Which events of the domain are counted, under which name."""

DIMENSIONS = {"visit decided": "decision"}
"""The detail of an event by which it is counted apart."""

DURATIONS = {"seen_to_notified_ms": "SeenToNotified"}
"""Details that are metrics themselves, in milliseconds."""


def narrate(event: str, **details: str | float | int | None) -> None:
    """Log an event of the domain with its details, and count it."""
    fields = {name: value for name, value in details.items() if value is not None}
    Logger().info(event, extra=fields)
    if event in DIMENSIONS:
        dimension = DIMENSIONS[event]
        with single_metric(METRICS[event], MetricUnit.Count, 1) as metric:
            metric.add_dimension(dimension, str(fields[dimension]))
    elif event in METRICS:
        Metrics().add_metric(METRICS[event], MetricUnit.Count, 1)
    for name in DURATIONS.keys() & fields.keys():
        Metrics().add_metric(DURATIONS[name], MetricUnit.Milliseconds, float(fields[name]))
