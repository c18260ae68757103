"""The bill as a picture: what the ways of searching faces cost, and of what the cheapest bill consists."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log10
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from scripts.costing.bill import GOAL_GROUPS, Bill
from scripts.costing.home import Home
from scripts.costing.prices import PriceList
from scripts.costing.table import GOAL_USD

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, QUIET, GOOD, MUCH, FIXED = "#1f2933", "#64727f", "#1b7f5c", "#b4552d", "#8fa3b5"
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
_AMOUNT: dict[str, Any] = {"va": "center", "color": INK, "fontsize": 11, "weight": "bold", "bbox": _PAPER}

SMALLEST_PART = 0.25
"""US dollars: smaller lines are drawn together."""


def draw(home: Home, bills: Sequence[Bill], prices: PriceList, path: Path) -> None:
    """Write the picture; `path` ends in .svg or .png."""
    with mpl.rc_context({"font.family": "DejaVu Sans", "svg.hashsalt": "smart-door", "svg.fonttype": "none"}):
        figure = Figure(figsize=(9.6, 6.6), facecolor="white", layout="constrained")
        above, below = figure.subplots(2, 1, height_ratios=[1.5, 1.7])
        _ways(above, home, bills)
        _parts(below, min(bills, key=lambda bill: bill.usd))
        figure.supxlabel(
            f"{home.visits:g} visits a day of {home.seconds} s, {prices.region}, prices of {prices.checked},"
            " no free tier. Made by scripts/cost --picture",
            fontsize=9,
            color=QUIET,
        )
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def _ways(axes: Axes, home: Home, bills: Sequence[Bill]) -> None:
    """Bars on a scale in which each step is ten times the one before."""
    names = [bill.scenario.name for bill in bills]
    amounts = [bill.goal_usd for bill in bills]
    colours = [GOOD if amount < GOAL_USD else MUCH for amount in amounts]
    axes.barh(names, amounts, color=colours, height=0.62)
    for row, amount in enumerate(amounts):
        axes.text(amount * 1.25, row, f"${amount:,.2f}", **_AMOUNT)
    axes.axvline(GOAL_USD, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=0.5)
    axes.set_xscale("log")
    axes.set_xlim(1, max(amounts) * 6)
    axes.set_xticks([1, GOAL_USD, *(10**power for power in range(1, ceil(log10(max(amounts) * 6))))])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda usd, _: f"${usd:,.0f}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.invert_yaxis()
    _plain(
        axes, f"Recognition and video, a door and month: green is under ${GOAL_USD:g} (steps of ten times)"
    )


def _parts(axes: Axes, bill: Bill) -> None:
    """Every line of one bill that is worth seeing, largest first."""
    large = {line.what: line for line in bill.lines if line.usd >= SMALLEST_PART}
    parts = sorted(
        ((what, line.usd, GOOD if line.group in GOAL_GROUPS else FIXED) for what, line in large.items()),
        key=lambda part: -part[1],
    )
    rest = bill.usd - sum(usd for _, usd, _ in parts)
    parts.append(("all else together", rest, FIXED))
    axes.barh([what for what, _, _ in parts], [usd for _, usd, _ in parts], height=0.68)
    for bar, (_, usd, colour) in zip(axes.patches, parts, strict=True):
        bar.set_color(colour)
        axes.text(
            usd + max(part[1] for part in parts) * 0.012,
            bar.get_y() + bar.get_height() / 2,  # type: ignore[attr-defined] # a bar is a rectangle
            f"${usd:,.2f}",
            va="center",
            color=INK,
            fontsize=9,
        )
    axes.set_xlim(0, max(usd for _, usd, _ in parts) * 1.15)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda usd, _: f"${usd:,.0f}"))
    axes.invert_yaxis()
    doors = "1 door" if bill.doors == 1 else f"{bill.doors} doors"
    _plain(
        axes,
        f"The whole bill, {doors}, {bill.scenario.name}: ${bill.usd:,.2f} (green: recognition and video)",
    )


def _plain(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=10.5, color=INK)
    axes.tick_params(colors=INK, labelsize=9.5, length=0)
    axes.grid(axis="x", color="#e4e9ee", linewidth=0.8)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)
