"""What Lighthouse must say of the pages, and what it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

QUIET_SPEED = 1000.0  # below it, Lighthouse itself calls a machine slow for its purpose
# From 0 to 100. Performance is measured, so its median counts; the others are facts, so every look does.
LEAST: Mapping[str, int] = {"performance": 95, "accessibility": 100, "best-practices": 100}


@dataclass(frozen=True)
class Look:
    """One look of Lighthouse at a page, as on a phone or a desktop.

    `scores` are from 0 to 100; `lost` says what takes something from them; `speed` is Lighthouse's own
    measure of the machine: 1500 or more where nothing else runs, some hundreds where it is busy.
    """

    page: str
    form: str
    scores: Mapping[str, int]
    lost: tuple[str, ...] = ()
    report: str = ""
    speed: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """All looks at a page in one form together."""

    page: str
    form: str
    scores: Mapping[str, int]
    lost: tuple[str, ...]
    report: str

    @property
    def failing(self) -> tuple[str, ...]:
        """The categories that are under what they must reach."""
        return tuple(category for category, least in LEAST.items() if self.scores[category] < least)


def look_of(line: Mapping[str, Any]) -> Look:
    """What lighthouse.mjs printed of one look. A category that could not be judged counts as 0."""
    scores = {category: round(100 * (line["scores"].get(category) or 0)) for category in LEAST}
    lost = [*line["lost"], *([line["error"]] if line["error"] else [])]
    return Look(line["page"], line["form"], scores, tuple(lost), line["report"], line["speed"])


def was_busy(looks: Sequence[Look]) -> bool:
    """Whether performance says more about this machine's other work than about the pages."""
    return median(look.speed for look in looks) < QUIET_SPEED


def verdicts(looks: Iterable[Look]) -> list[Verdict]:
    """One for each page and form, in the order of the first looks."""
    together: dict[tuple[str, str], list[Look]] = {}
    for look in looks:
        together.setdefault((look.page, look.form), []).append(look)
    return [_verdict(several) for several in together.values()]


def _verdict(looks: Sequence[Look]) -> Verdict:
    scores = {
        category: int(median(look.scores[category] for look in looks))
        if category == "performance"
        else min(look.scores[category] for look in looks)
        for category in LEAST
    }
    worst = min(looks, key=lambda look: sorted(look.scores.values()))
    lost = tuple(dict.fromkeys(reason for look in looks for reason in look.lost))
    return Verdict(worst.page, worst.form, scores, lost, worst.report)


def table(found: Sequence[Verdict]) -> str:
    """A line for each page, with what a phone and a desktop got."""
    width = max(len(verdict.page) for verdict in found)
    lines = [f"{'':{width}}  {'':7}  performance  accessibility  best practices"]
    for verdict in found:
        cells = [
            f"{verdict.scores[category]}{' !' if category in verdict.failing else ''}" for category in LEAST
        ]
        lines.append(
            f"{verdict.page:{width}}  {verdict.form:7}  {cells[0]:>11}  {cells[1]:>13}  {cells[2]:>14}"
        )
    return "\n".join(line.rstrip() for line in lines)
