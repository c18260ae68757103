"""rate(...) and cron(...) as EventBridge reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emulator.event_sources.schedules import ScheduleError, cron_matches, rate_seconds


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("rate(1 minute)", 60),
        ("rate(5 minutes)", 300),
        ("rate(2 hours)", 7200),
        ("rate(1 day)", 86400),
        ("rate(0 minutes)", None),
        ("cron(* * * * ? *)", None),
        ("rate(1 week)", None),
    ],
)
def test_rates_are_seconds(expression: str, seconds: int | None) -> None:
    """Whole minutes, hours and days."""
    assert rate_seconds(expression) == seconds


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(* * * * ? *)", True),
        ("cron(30 9 * * ? *)", True),
        ("cron(31 9 * * ? *)", False),
        ("cron(0/15 8-10 * * ? *)", True),
        ("cron(*/7 * * * ? *)", False),
        ("cron(30 9 ? * MON-FRI *)", False),
        ("cron(30 9 ? * SAT *)", True),
        ("cron(30 9 ? * 1,7 *)", True),
        ("cron(30 9 21 NOV ? 2026)", True),
        ("cron(30 9 21 11 ? 2027)", False),
    ],
)
def test_cron_names_minutes(expression: str, expected: bool) -> None:
    """Of Saturday, 21 November 2026, 09:30 UTC."""
    assert cron_matches(expression, datetime(2026, 11, 21, 9, 30, tzinfo=UTC)) is expected


@pytest.mark.parametrize(
    "expression", ["", "cron(* * *)", "cron(30 9 L * ? *)", "every day", "cron(x * * * ? *)"]
)
def test_other_expressions_are_refused(expression: str) -> None:
    """By name, so that nobody waits for what never comes."""
    with pytest.raises(ScheduleError):
        cron_matches(expression, datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
