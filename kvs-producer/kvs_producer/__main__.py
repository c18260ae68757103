"""The command: `python -m kvs_producer --stream smart-door-front --source /dev/video0`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence

import boto3

from kvs_producer.aws import Stream
from kvs_producer.console import Console
from kvs_producer.errors import ProducerError
from kvs_producer.figures import Figures
from kvs_producer.kvssink import KvssinkProducer
from kvs_producer.motion import MotionGate, Sensitivity
from kvs_producer.pipeline import Encoding
from kvs_producer.producer import Producer, Recording
from kvs_producer.selection import MotionOnly
from kvs_producer.sender import Sender
from kvs_producer.sources import Size, parse_source
from kvs_producer.spool import Spool

log = logging.getLogger("kvs_producer")

EXIT_CODES = """\
exit codes:
  0  the source ended, or Ctrl-C: everything is persisted
  1  the end came before everything was persisted
  2  a wrong option
  3  the source: cannot be opened, holds no video, broke off
  4  AWS: no credentials, access denied, no such stream
  5  the endpoint cannot be reached
  6  GStreamer, or an element of it, is missing
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    console = Console(sys.stderr, terminal=sys.stderr.isatty())
    log.addHandler(console)
    log.setLevel(logging.DEBUG if options.verbose else logging.INFO)
    try:
        return asyncio.run(_run(options, parser, console))
    except ProducerError as error:
        log.error("%s", error)  # noqa: TRY400 - the text is for the camera's owner, a traceback is not
        return error.exit_code
    except asyncio.CancelledError:
        return 1  # told twice to stop
    finally:
        console.finish()
        log.removeHandler(console)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m kvs_producer",
        description="Send video to a Kinesis Video stream, in fragments of about a second.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--stream", required=True, metavar="NAME", help="the Kinesis Video stream, such as smart-door-front")
    add(
        "--source",
        required=True,
        help="a video file, a camera (/dev/video0), rtsp://user:password@host/path, or test-pattern",
    )
    add("--loop", action="store_true", help="begin a file again at its end")
    add(
        "--endpoint-url",
        metavar="URL",
        help="instead of AWS (default: AWS_ENDPOINT_URL, as in every AWS client)",
    )
    add("--region", help="default: AWS_REGION, AWS_DEFAULT_REGION or the profile's")
    add(
        "--sink",
        choices=("putmedia", "kvssink"),
        default="putmedia",
        help="who sends (default: putmedia, our own)",
    )
    add("--fps", type=_number(1, 60), default=15, metavar="N", help="frames per second (default: 15)")
    add("--size", type=_size, default=Size(1280, 720), metavar="WxH", help="pixels (default: 1280x720)")
    add("--bitrate", type=_number(100, 50_000), default=2000, metavar="KBIT", help="kbit/s (default: 2000)")
    add(
        "--spool-mb",
        type=_number(1, 10_000),
        default=64,
        metavar="MB",
        help="memory for what is not yet persisted; when it is full the oldest is given up (default: 64)",
    )
    add(
        "--motion-gate",
        action=argparse.BooleanOptionalAction,
        help="tag the fragments in which something moves, so that fragment search looks at them"
        " (default: yes with putmedia; kvssink cannot)",
    )
    add(
        "--motion-tail",
        type=_number(0, 600),
        default=3,
        metavar="S",
        help="tag so many seconds after the last motion, too (default: 3)",
    )
    add(
        "--send",
        choices=("always", "motion"),
        default="always",
        help="motion: only what moves, with some seconds before and after, which costs a fraction;"
        " the live view then shows nothing while nothing moves (default: always)",
    )
    add(
        "--before",
        type=_number(0, 60),
        metavar="S",
        help="with --send motion: seconds that are sent from before the motion (default: 2)",
    )
    add(
        "--after",
        type=_number(4, 600),
        metavar="S",
        help="with --send motion: seconds that are sent after it (default: 5; 4 or more, so that somebody who"
        " stands still stays in the picture)",
    )
    add("--verbose", action="store_true", help="say every acknowledgement")
    return parser


def _number(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{value} is not between {least} and {most}")
        return value

    return number


def _size(text: str) -> Size:
    try:
        return Size.parse(text)
    except ValueError as err:
        raise argparse.ArgumentTypeError(str(err)) from err


async def _run(options: argparse.Namespace, parser: argparse.ArgumentParser, console: Console) -> int:
    source = parse_source(options.source, options.size)
    if options.loop and source.live:
        parser.error("--loop is for files: a camera never ends")
    if not re.fullmatch(r"[a-zA-Z0-9_.-]{1,256}", options.stream):
        parser.error(f"--stream: {options.stream!r} is no name of a stream")
    recording = Recording(source, Encoding(options.fps, options.size, options.bitrate), options.loop)
    selection = _selection(options, parser)
    stream = _stream(options, parser)
    if options.sink == "kvssink":
        if options.motion_gate:
            parser.error("--motion-gate: kvssink refuses the tag that it sets; use --sink putmedia")
        kvssink = KvssinkProducer(recording, stream)
        _stop_on_signals(kvssink)
        await kvssink.run()
        return 0
    spool, figures = Spool(options.spool_mb * 1_000_000), Figures()
    gate = (
        MotionGate(Sensitivity(tail_seconds=options.motion_tail))
        if options.motion_gate is not False
        else None
    )
    producer = Producer(recording, Sender(stream, spool, figures), spool, figures, gate, selection)
    _stop_on_signals(producer)
    log.info("%s -> %s", source.label, stream.name)
    showing = asyncio.create_task(_show(console, figures, spool))
    try:
        await producer.run()
    finally:
        showing.cancel()
        if figures.fragments_sent or figures.left_out:
            figures.waiting_for_motion = False
            console.status(figures.line(len(spool)))
    return 0


def _selection(options: argparse.Namespace, parser: argparse.ArgumentParser) -> MotionOnly | None:
    if options.send == "always":
        for option in ("before", "after"):
            if getattr(options, option) is not None:
                parser.error(f"--{option} is for --send motion")
        return None
    if options.sink == "kvssink":
        parser.error("--send motion: kvssink sends everything; use --sink putmedia")
    if options.motion_gate is False:
        parser.error("--send motion: without the motion gate nobody knows what moves")
    selection = MotionOnly()
    if options.before is not None:
        selection.before_seconds = options.before
    if options.after is not None:
        selection.after_seconds = options.after
    return selection


def _stream(options: argparse.Namespace, parser: argparse.ArgumentParser) -> Stream:
    session = boto3.session.Session()
    region = options.region or os.environ.get("AWS_REGION") or session.region_name
    if not region:
        parser.error("no region: give --region, or set AWS_DEFAULT_REGION")
    return Stream(options.stream, region, options.endpoint_url, session)


def _stop_on_signals(producer: Producer | KvssinkProducer) -> None:
    """Ctrl-C and SIGTERM end in good order; the second one ends at once."""
    loop = asyncio.get_running_loop()
    main_task = asyncio.current_task()
    stopping: list[asyncio.Task[None]] = []

    def stop() -> None:
        if stopping:
            log.warning("ending at once")
            if main_task is not None:
                main_task.cancel()
            return
        log.info("stopping: waiting for the last fragment (once more to end at once)")
        stopping.append(loop.create_task(producer.stop()))

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)


async def _show(console: Console, figures: Figures, spool: Spool) -> None:
    while True:
        await asyncio.sleep(console.status_seconds)
        console.status(figures.line(len(spool)))


if __name__ == "__main__":
    sys.exit(main())
