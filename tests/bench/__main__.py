"""`make bench`: speed and memory, each against a peer in the same run, as ratios.

    python -m tests.bench           all of it
    python -m tests.bench visit     only from a face in the picture to the owner's page, in Chromium

Machines are shared and noisy: the ratios travel, the times do not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from tests.bench import fragments, frames, records, visit

BENCHES: Mapping[str, Callable[[], Sequence[str]]] = {
    "frames": frames.run,
    "fragments": fragments.run,
    "records": records.run,
    "visit": visit.run,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benches and print a line for each figure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed and memory, as ratios.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)} (default: all)")
    for name in parser.parse_args(arguments).names or BENCHES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        for line in BENCHES[name]():
            print(f"  {line}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
