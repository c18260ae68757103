"""What was found: one finding for each thing that matters, and the report of all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from scripts.doctoring.words import enumerated, wrapped


class Level(StrEnum):
    """How good or bad it is. The value is the sign that people read."""

    OK = "ok"
    WARNING = "warning"
    """It works, but less than people expect."""
    PROBLEM = "problem"
    """Something does not work until it is put right."""
    UNKNOWN = "unknown"
    """Nobody could look; that says nothing about how it is."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    `check` is its short fixed name, for programs. `summary` says it in plain words, `advice` what to do about
    it, and `command` what to type for that ("" where there is nothing to do, or nothing to type).
    `blocks_deployment`: a deployment now would fail.
    """

    check: str
    level: Level
    summary: str
    advice: str = ""
    command: str = ""
    blocks_deployment: bool = False


@dataclass(frozen=True)
class Report:
    """Everything that was found, in the order in which people read it."""

    stack_name: str
    mode: str
    region: str
    findings: Sequence[Finding]

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What makes a deployment fail."""
        return tuple(finding for finding in self.findings if finding.blocks_deployment)

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What does not work, be it the deployment or what is deployed."""
        return self.of(Level.PROBLEM)

    def of(self, level: Level) -> tuple[Finding, ...]:
        """The findings of one level."""
        return tuple(finding for finding in self.findings if finding.level is level)


_INDENT = " " * 11


def render(report: Report) -> str:
    """The report for people: a line for each finding, its advice below it, and a summary at the end."""
    lines = [f"Stack {report.stack_name}, mode {report.mode}, region {report.region or '(none)'}", ""]
    for finding in report.findings:
        lines += wrapped(f"{_sign(finding.level):<9}", finding.summary)
        lines += wrapped(_INDENT, finding.advice) if finding.advice else []
        lines += [f"{_INDENT}$ {finding.command}"] if finding.command else []  # never broken: it is copied
    return "\n".join([*lines, "", summary(report)]) + "\n"


def _sign(level: Level) -> str:
    """The level as a word; what is a problem stands out without any colour."""
    return level.upper() if level is Level.PROBLEM else level


def summary(report: Report) -> str:
    """One line: how many of what, and whether a deployment would go through."""
    counts = [
        (len(report.problems), "problem", "problems"),
        (len(report.of(Level.WARNING)), "warning", "warnings"),
        (len(report.of(Level.UNKNOWN)), "thing could not be looked at", "things could not be looked at"),
    ]
    told = enumerated(f"{count} {one if count == 1 else many}" for count, one, many in counts if count)
    if report.blocking:
        return f"{told}. A deployment would fail now."
    return f"{told or 'All is well'}. Nothing stands in the way of a deployment."


def as_json(report: Report) -> str:
    """The report for programs."""
    document = {
        "stack": report.stack_name,
        "mode": report.mode,
        "region": report.region,
        "deployable": not report.blocking,
        "findings": [asdict(finding) for finding in report.findings],
    }
    return json.dumps(document, indent=2)
