"""`python -m emulator`: AWS on one machine, for any AWS client.

    python -m emulator --port 4566 --web-port 8080 --data .smart-door

Point clients at it with AWS_ENDPOINT_URL=http://127.0.0.1:4566, region us-east-1 and any credentials.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from emulator.account import Account
from emulator.service import Settings
from emulator.starting import CannotStartError


def main(argv: Sequence[str] | None = None) -> int:
    """Run until interrupted. Exit codes: 0 stopped, 2 wrong use, or a port or the data is taken."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.operations:
        from emulator.coverage import coverage_table

        sys.stdout.write(coverage_table())
        return 0
    if arguments.port == arguments.web_port:
        parser.error(f"--port and --web-port are both {arguments.port}: give them different ports")
    logging.basicConfig(
        level=arguments.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    _talk_to_itself_only()
    try:
        settings = Settings(
            endpoint_url=f"http://127.0.0.1:{arguments.port}",
            web_url=f"http://127.0.0.1:{arguments.web_port}",
            data_dir=Path(arguments.data).expanduser().resolve(),
            account=Account(Path(arguments.account).expanduser() if arguments.account else None),
        )
        # The services are imported where they are needed: help and wrong use answer at once.
        with _ended_by_an_interrupt():
            from emulator.server import serve

        asyncio.run(serve(settings, ready=_say_ready, fresh=arguments.fresh))
    except CannotStartError as err:
        sys.stderr.write(f"emulator: {err}\n")
        return 2
    except KeyboardInterrupt:
        pass
    return 0


@contextmanager
def _ended_by_an_interrupt() -> Iterator[None]:
    """While libraries are imported, some of which take any exception for an import that fails."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _talk_to_itself_only() -> None:
    """The emulator's parts are AWS clients of each other, whatever profiles and proxies are set up here."""
    for name in [*os.environ]:
        if name.startswith("AWS_") or name.upper() in ("HTTP_PROXY", "ALL_PROXY"):
            del os.environ[name]
    os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)


def _say_ready(settings: Settings) -> None:
    sys.stdout.write(f"Ready: AWS endpoint {settings.endpoint_url}, web {settings.web_url}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m emulator",
        description="AWS on one machine: one endpoint for every client, one web port for CloudFront.",
        epilog="Clients: AWS_ENDPOINT_URL=http://127.0.0.1:4566, region us-east-1, any credentials.",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=os.environ.get("PORT", "4566"),
        help="AWS endpoint (default: PORT or 4566)",
    )
    parser.add_argument(
        "--web-port",
        type=_port,
        default=os.environ.get("WEB_PORT", "8080"),
        help="sites and APIs (WEB_PORT or 8080)",
    )
    parser.add_argument(
        "--data", default=".smart-door", metavar="DIR", help="folder of all state (.smart-door)"
    )
    parser.add_argument(
        "--account",
        metavar="FILE",
        help="what sort of AWS account to play, as JSON (docs/emulator.md); read again when it changes",
    )
    parser.add_argument("--fresh", action="store_true", help="forget the state of earlier runs first")
    parser.add_argument(
        "--log-level",
        default="warning",
        choices=["debug", "info", "warning", "error"],
        help="default: warning",
    )
    parser.add_argument(
        "--operations", action="store_true", help="print what is there, as Markdown, and stop"
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
