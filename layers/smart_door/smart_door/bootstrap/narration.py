"""What the use cases tell as they work: a line in the log, and a count where it is worth one."""

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

METRICS = {
    "visit opened": "VisitsOpened",
    "owner asked": "OwnerAsked",
    "owner warned": "OwnerWarned",
    "visitor recognised": "VisitorsRecognised",
    "passcode sent": "PasscodesSent",
    "visit decided": "VisitsDecided",
    "passcode refused": "PasscodesRefused",
    "visitor admitted": "VisitorsAdmitted",
    "face enrolled": "FacesEnrolled",
    "photo missing": "PhotosMissing",
}
"""Which events of the domain are counted, under which name."""


def narrate(event: str, **details: str | float | int | None) -> None:
    """Log an event of the domain with its details, and count it."""
    fields = {name: value for name, value in details.items() if value is not None}
    Logger().info(event, extra=fields)
    if event in METRICS:
        Metrics().add_metric(METRICS[event], MetricUnit.Count, 1)
