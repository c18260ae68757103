"""What `make run` and `python -m scripts.run` can be told."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DEMONSTRATION = "demo"


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    source: str
    mode: str
    port: int
    web_port: int
    data: Path
    fresh: bool
    once: bool

    @property
    def endpoint_url(self) -> str:
        """Where every AWS client of this run connects."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def web_url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.web_port}"


def parse(arguments: Sequence[str] | None) -> Options:
    """Read the command line; wrong use ends the process with status 2 and says why."""
    parser = _parser()
    found = parser.parse_args(arguments)
    if found.port == found.web_port:
        parser.error(f"--port and --web-port are both {found.port}: give them different ports")
    return Options(
        source=found.source,
        mode=found.mode,
        port=found.port,
        web_port=found.web_port,
        data=found.data.expanduser().resolve(),
        fresh=found.fresh,
        once=found.once,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.run",
        description="Run Smart Door on this machine.",
        epilog="make run SOURCE=... MODE=... PORT=... WEB_PORT=... DATA=... FRESH=1 ONCE=1 sets the same.",
    )
    add = parser.add_argument
    add(
        "--source",
        default=DEMONSTRATION,
        help="what the camera sees: 'demo' (default), a video file, /dev/video0, rtsp://... or test-pattern",
    )
    add(
        "--mode",
        default="stream-processor",
        choices=["stream-processor", "fragments"],
        help="how faces are searched (default: %(default)s)",
    )
    # argparse reads a default that is a string as if it had been typed.
    port, web_port = os.environ.get("PORT", "4566"), os.environ.get("WEB_PORT", "8080")
    add("--port", type=_port, default=port, help="the AWS endpoint's port (default: PORT or 4566)")
    add("--web-port", type=_port, default=web_port, help="the pages' port (default: WEB_PORT or 8080)")
    add(
        "--data",
        type=Path,
        default=Path(".smart-door"),
        help="the folder of the state (default: %(default)s)",
    )
    add("--fresh", action="store_true", help="forget the state of earlier runs")
    add("--once", action="store_true", help="play a file once instead of again and again")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)
