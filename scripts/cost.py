"""What a month of Smart Door costs, line by line, in both modes, always on and only with what moves.

    scripts/cost                                   one door, 20 visits a day of 30 seconds
    scripts/cost --doors 2 --visits 5 --seconds 60
    scripts/cost --stack smart-door --days 7       by what a deployed stack counted
    scripts/cost --picture cost.svg                the same as a picture (.svg or .png)
    scripts/cost --json                            for programs

Exit codes: 0 all well; 1 it cannot be said, and why; 2 wrong use.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.costing.bill import SCENARIOS, bill
from scripts.costing.counted import NoVisitsError, StackCounts, StackNotFoundError, count
from scripts.costing.home import Home
from scripts.costing.prices import PriceFileError, PriceList
from scripts.costing.table import document, render

REGION = "us-east-1"
PICTURES = (".svg", ".png")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the bill; the exit status."""
    options = _parse(arguments)
    home = Home(**{name: getattr(options, name) for name in Home.__dataclass_fields__})
    try:
        prices = PriceList.of(options.prices)
        counts = _counted(options) if options.stack else None
    except (PriceFileError, StackNotFoundError, NoVisitsError, BotoCoreError, ClientError) as error:
        print(f"smart-door: {error}", file=sys.stderr)
        return 1
    scenarios = SCENARIOS if counts is None else (counts.scenario,)
    bills = [bill(home, scenario, prices, counts.month if counts else None) for scenario in scenarios]
    if options.picture:
        from scripts.costing.picture import draw  # matplotlib takes a second to import

        draw(home, bills, prices, options.picture)
    if options.json:
        print(json.dumps(document(home, bills, prices, counts), indent=2))
    else:
        print(render(home, bills, prices, counts))
    return 0


def _counted(options: argparse.Namespace) -> StackCounts:
    session = boto3.session.Session()

    def client(service: str) -> Any:
        return session.client(service)  # type: ignore[call-overload] # any service by name

    return count(client, options.stack, options.days, datetime.now(UTC))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    about, _, epilog = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="scripts/cost",
        description=about,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add, home = parser.add_argument, Home()
    at_home: tuple[tuple[str, str, Callable[[str], float], str], ...] = (
        ("doors", "N", _whole(1, 1000), "doors of the home, each a stack of its own"),
        ("visits", "V", _number(0, 10_000), "visits a day at each door"),
        ("seconds", "S", _whole(1, 3600), "how long a face is seen in a visit"),
        ("known-share", "R", _number(0, 1), "how many of the visits are of people who are known"),
        ("passers", "N", _number(0, 10_000), "how often a day something moves that is no visit"),
        ("passer-seconds", "S", _whole(1, 3600), "how long that moves"),
        ("approach", "S", _whole(0, 600), "motion before a face shows"),
        ("leave", "S", _whole(0, 600), "motion after it"),
        ("bitrate-kbit", "KBIT", _whole(100, 50_000), "the producer's --bitrate, in kbit/s"),
        ("frames-per-second", "N", _whole(1, 5), "the template's FramesPerSecond"),
        ("keep-hours", "H", _whole(1, 168), "the template's VideoHours"),
        ("page-minutes", "M", _number(0, 1440), "the owner page is open so long a day"),
        ("live-minutes", "M", _number(0, 1440), "and the live view so long"),
    )
    for name, unit, kind, text in at_home:
        default = getattr(home, name.replace("-", "_"))
        names = [f"--{name}", "--bitrate"] if name == "bitrate-kbit" else [f"--{name}"]
        add(*names, metavar=unit, type=kind, default=default, help=f"{text} (default: {default})")
    add(
        "--prices",
        metavar="REGION",
        default="us-east-1",
        help="a price file of scripts/prices (default: us-east-1)",
    )
    add("--stack", metavar="NAME", help="by the calls and visits that this deployed stack counted")
    add(
        "--days",
        metavar="N",
        type=_whole(1, 60),
        default=7,
        help="with --stack: so many last days (default: 7)",
    )
    add("--picture", metavar="FILE", type=_picture, help="draw it into a file, .svg or .png")
    add("--json", action="store_true", help="for programs")
    return parser.parse_args(arguments)


def _number(least: float, most: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = float(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text} is not between {least:g} and {most:g}")
        return value

    return number


def _whole(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        return int(_number(least, most)(str(int(text))))

    return number


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix not in PICTURES:
        raise argparse.ArgumentTypeError(f"{text} does not end in .svg or .png")
    return path


if __name__ == "__main__":
    sys.exit(main())
