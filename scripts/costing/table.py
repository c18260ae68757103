"""The bill as text for a terminal, and as a document for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from scripts.costing.bill import GROUPS, Bill, expected
from scripts.costing.counted import StackCounts
from scripts.costing.home import Home
from scripts.costing.prices import PriceList
from scripts.costing.rehearsal import Calls

WIDTH, COLUMN = 36, 15
GOAL_USD = 5.0


def render(home: Home, bills: Sequence[Bill], prices: PriceList, counts: StackCounts | None = None) -> str:
    """Everything a person wants to know, in lines of a terminal."""
    parts = [_title(home, prices, counts), "", *_head(bills), *_body(bills), "", *_calls(home, counts)]
    return "\n".join([*parts, "", *_footnotes(home, prices)])


def document(
    home: Home, bills: Sequence[Bill], prices: PriceList, counts: StackCounts | None = None
) -> dict[str, Any]:
    """The same for programs: US dollars a month."""
    counted = expected(home)
    return {
        "region": prices.region,
        "prices_checked": prices.checked,
        "prices_from_memory": [price.name for price in prices.remembered],
        "home": vars(home),
        "calls": {
            "visit_of_a_stranger": vars(home.calls(known=False)),
            "visit_of_somebody_known": vars(home.calls(known=True)),
            "something_that_passes_by": vars(home.passer_calls),
            "month_of_a_door": vars(counted.calls),
        },
        "counted": None
        if counts is None
        else {"stack": counts.name, "days": counts.days, "visits": counts.visits, **vars(counts.calls)},
        "bills": [_as_document(bill) for bill in bills],
    }


def _as_document(bill: Bill) -> dict[str, Any]:
    return {
        "mode": bill.scenario.mode,
        "send": bill.scenario.send,
        "usd": round(bill.usd, 4),
        "recognition_and_video_usd_a_door": round(bill.goal_usd, 4),
        "lines": [
            {
                "group": line.group,
                "what": line.what,
                "quantity": round(line.quantity, 3),
                "unit": line.price.per,
                "unit_usd": line.price.usd,
                "usd": round(line.usd, 4),
                "source": line.price.source,
                "from_memory": line.price.remembered,
            }
            for line in bill.lines
        ],
    }


def _title(home: Home, prices: PriceList, counts: StackCounts | None) -> str:
    doors = "1 door" if home.doors == 1 else f"{home.doors} doors, each a stack of its own"
    where = f"{prices.region}, prices of {prices.checked}, in US dollars"
    if counts is not None:
        return (
            f"A month of {counts.name}, by what it counted in the last {counts.days} days: "
            f"{counts.visits:,.0f} visits\n({where})"
        )
    visits = f"{home.visits:g} visits a day of {home.seconds} s at each" if home.visits else "no visits"
    return f"A month with {doors}, {visits}\n({where})"


def _head(bills: Sequence[Bill]) -> list[str]:
    modes = "".join(f"{bill.scenario.mode:>{COLUMN + 3}}" for bill in bills)
    sends = "".join(
        f"{'only motion' if bill.scenario.send == 'motion' else 'always on':>{COLUMN + 3}}" for bill in bills
    )
    return [" " * WIDTH + modes, " " * WIDTH + sends]


def _body(bills: Sequence[Bill]) -> list[str]:
    lines: list[str] = []
    for group in GROUPS:
        lines.append(group)
        for what in _names(bills, group):
            lines.append(_row(f"  {what}", [_of_line(bill, what) for bill in bills]))
    lines.append("")
    lines.append(_row("Recognition and video, per door", [bill.goal_usd for bill in bills]))
    lines.append(_row("Everything", [bill.usd for bill in bills]))
    return lines


def _names(bills: Sequence[Bill], group: str) -> list[str]:
    """The lines of a group in any of the bills, each once, in their order."""
    return list(dict.fromkeys(line.what for bill in bills for line in bill.lines if line.group == group))


def _of_line(bill: Bill, what: str) -> float | None:
    found = [line.usd for line in bill.lines if line.what == what]
    return sum(found) if found else None


def _row(what: str, amounts: Sequence[float | None]) -> str:
    return f"{what:<{WIDTH}}" + "".join(f"{_amount(amount):>{COLUMN + 3}}" for amount in amounts)


def _amount(usd: float | None) -> str:
    if usd is None:
        return "-"
    return "under 0.01" if 0 < usd < 0.005 else f"{usd:,.2f}"


def _calls(home: Home, counts: StackCounts | None) -> list[str]:
    lines = [
        "Calls of Rekognition in the mode fragments  DetectFaces  SearchFacesByImage  CompareFaces      all",
        _calls_row(f"  a stranger, {home.seconds} s", home.calls(known=False)),
        _calls_row(f"  somebody known, {home.seconds} s", home.calls(known=True)),
        _calls_row(f"  something that passes by, {home.passer_seconds} s", home.passer_calls),
    ]
    if counts is not None:
        lines.append(_calls_row(f"  counted by {counts.name}, a visit", counts.per_visit))
    return lines


def _calls_row(what: str, calls: Calls) -> str:
    return (
        f"{what:<44}{_count(calls.detect):>11}{_count(calls.search):>20}"
        f"{_count(calls.compare):>14}{_count(calls.total):>9}"
    )


def _count(number: float) -> str:
    return f"{number:.0f}" if float(number).is_integer() else f"{number:.1f}"


def _footnotes(home: Home, prices: PriceList) -> list[str]:
    names = ", ".join(price.name.replace("_", " ") for price in prices.remembered)
    notes = [
        _assumed(home),
        "Calls: found by letting fragment search itself decide about such a visit, not guessed.",
        "Left out: free tiers, taxes, a number to send text messages from, calls that fail and are repeated.",
        "Only motion, with a stream processor: reckoned as if no minute without video were billed.",
        f"Prices written down from memory, look them up before you rely on them: {names}.",
        f"Each price with its source: scripts/prices/{prices.region}.toml",
    ]
    return [line for note in notes for line in _wrapped(note)]


def _assumed(home: Home) -> str:
    parts = (
        f"{home.known_share:.0%} of the visits are of people who are recognised",
        f"a face shows after {home.approach} s of motion, and {home.leave} s of motion follow",
        f"{home.passers:g} times a day something passes by",
        f"video of {home.bitrate_kbit:,} kbit/s, {home.frames_per_second} frames a second",
        f"the owner page is open {home.page_minutes:g} and the live view {home.live_minutes:g} minutes a day",
    )
    return f"Assumed: {'; '.join(parts)}."


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH + 4 * (COLUMN + 3), subsequent_indent="  ")
