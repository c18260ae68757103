"""The command: its options, what it says, and what it ends with."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import re
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kvs_producer import producer as producer_module
from kvs_producer.__main__ import EXIT_CODES, main
from kvs_producer.aws import Stream
from kvs_producer.console import Console
from kvs_producer.errors import FragmentsLostError, PermanentError, ProducerError, RetryableError
from kvs_producer.figures import Figures
from kvs_producer.kvssink import child_environment, sink
from kvs_producer.pipeline import Encoding
from kvs_producer.producer import Producer, Recording
from kvs_producer.putmedia import Patience
from kvs_producer.sender import Sender
from kvs_producer.sources import Size, parse_source
from kvs_producer.spool import Spool
from tests.producer.stand_in import Misbehaviour, StandIn, serve

README = Path(__file__).parents[2] / "kvs-producer" / "README.md"
SIZE = Size(160, 120)
SMALL = ("--size", "160x120", "--bitrate", "200")


@contextmanager
def service(misbehaviour: Misbehaviour | None = None) -> Iterator[StandIn]:
    """A stand-in for Kinesis Video in a thread of its own: the command runs its own event loop."""
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[StandIn] = []

    async def run() -> None:
        async with serve(misbehaviour) as stand_in:
            found.append(stand_in)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    assert ready.wait(60)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(60)
        loop.close()


def run(*options: str) -> int:
    """Run the command in this process."""
    return main(["--stream", "smart-door-front", *SMALL, *options])


def test_a_clip_that_was_sent_ends_with_zero(
    clips: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Given a good day, the last line says what was sent and persisted, without terminal codes."""
    with service() as stand_in:
        assert run("--source", str(clips("h264.mp4")), "--endpoint-url", stand_in.url) == 0
        assert len(stand_in.stored) == 3
    last = capsys.readouterr().err.splitlines()[-1]
    assert re.fullmatch(
        r"kvs-producer: 3 fragments sent, 3 persisted \| [\d,]+ kbit/s \| acknowledged after \d+ ms", last
    )


def test_a_looped_clip_stays_on_one_connection(clips: Callable[[str], Path]) -> None:
    """Given a clip that begins again and again, the connection stays, and the time codes grow."""
    with service() as stand_in:

        def stop_after_two_runs() -> None:
            while len(stand_in.stored) < 4:
                stopped.wait(0.05)
            os.kill(os.getpid(), signal.SIGINT)

        stopped = threading.Event()
        stopper = threading.Thread(target=stop_after_two_runs)
        stopper.start()
        assert run("--source", str(clips("h264.mp4")), "--loop", "--endpoint-url", stand_in.url) == 0
        stopper.join()
        (conversation,) = stand_in.conversations
        assert conversation.timecodes == sorted(set(conversation.timecodes))
        assert conversation.ended_in_good_order


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--source", "/no/such.mp4"], 3, "there is no such file"),
        (["--source", "/dev/null"], 3, "no camera"),
        (["--source", "test-pattern", "--stream", "nowhere"], 4, 'no Kinesis Video stream "nowhere"'),
        (["--source", "test-pattern", "--stream", "forbidden"], 4, "kinesisvideo:PutMedia"),
        (
            ["--source", "test-pattern", "--endpoint-url", "http://127.0.0.1:9"],
            5,
            "cannot reach http://127.0.0.1:9",
        ),
        (["--source", "test-pattern", "--endpoint-url", "nonsense"], 5, "Invalid endpoint"),
        (["--source", "test-pattern", "--sink", "kvssink"], 6, "GST_PLUGIN_PATH"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_a_code(
    options: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Given something that a person has to change, the last line says what, and the exit code which kind."""
    with service() as stand_in:
        assert run("--endpoint-url", stand_in.url, *options) == code
    said = capsys.readouterr().err
    assert words in said.splitlines()[-1]
    assert "Traceback" not in said


def test_missing_gstreamer_has_a_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Given a machine without GStreamer, the command names the package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with service() as stand_in:
        assert run("--source", "test-pattern", "--endpoint-url", stand_in.url) == 6
    assert "sudo apt install gstreamer1.0-tools" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--source", "test-pattern", "--loop"], "--loop is for files"),
        (["--source", "test-pattern", "--size", "13x13"], "even"),
        (["--source", "test-pattern", "--fps", "0"], "not between 1 and 60"),
        (["--source", "test-pattern", "--stream", "a door"], "no name of a stream"),
        ([], "--source"),
    ],
)
def test_a_wrong_option_is_refused(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given an option that makes no sense, the command says which before it does anything."""
    with pytest.raises(SystemExit) as caught:
        run(*options)
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_a_missing_region_is_a_wrong_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given no region anywhere, the command says how to give one."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(SystemExit):
        run("--source", "test-pattern")
    assert "--region" in capsys.readouterr().err


def test_every_exit_code_is_documented() -> None:
    """Given every error there is, its exit code is in --help, and the README says the same."""

    def every(base: type[ProducerError]) -> Iterator[type[ProducerError]]:
        for kind in base.__subclasses__():
            yield kind
            yield from every(kind)

    documented = {int(code) for code in re.findall(r"^  (\d) ", EXIT_CODES, re.MULTILINE)}
    errors = list(every(ProducerError))
    assert {kind.exit_code for kind in errors} <= documented
    assert all(issubclass(kind, RetryableError | PermanentError) for kind in errors)
    told = README.read_text()
    for code in documented:
        assert f"| {code} |" in told


def test_every_option_is_in_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    """Given --help, each option it names is explained in the README."""
    with pytest.raises(SystemExit):
        main(["--help"])
    told = README.read_text()
    for option in set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out)) - {"--help"}:
        assert f"`{option}" in told, option


def test_the_end_does_not_wait_for_ever(
    clips: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a service that never acknowledges, the end says how much was not persisted."""
    monkeypatch.setattr(producer_module, "FLUSH_SECONDS", 0.3)

    async def test() -> None:
        async with serve(Misbehaviour(silent_connections=99)) as stand_in:
            spool, figures = Spool(), Figures()
            stream = Stream("smart-door-front", "us-east-1", stand_in.url)
            recording = Recording(parse_source(str(clips("vp8.webm")), SIZE), Encoding(15, SIZE, 200))
            sender = Sender(stream, spool, figures, Patience())
            await Producer(recording, sender, spool, figures).run()

    with pytest.raises(FragmentsLostError, match="1 fragment was not persisted"):
        asyncio.run(test())


def test_a_full_spool_is_said_aloud(
    clips: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Given a service that takes nothing and little memory, giving up the oldest fragments is said."""
    monkeypatch.setattr(producer_module, "FLUSH_SECONDS", 0.1)

    async def test() -> None:
        async with serve(Misbehaviour(silent_connections=99)) as stand_in:
            spool, figures = Spool(limit_bytes=1), Figures()
            stream = Stream("smart-door-front", "us-east-1", stand_in.url)
            recording = Recording(parse_source(str(clips("h264.mp4")), SIZE), Encoding(15, SIZE, 200))
            with pytest.raises(FragmentsLostError):
                await Producer(recording, Sender(stream, spool, figures), spool, figures).run()
            assert figures.fragments_dropped == 2

    asyncio.run(test())
    assert "the spool is full" in caplog.text


def test_the_status_is_one_line_on_a_terminal() -> None:
    """Given a terminal, the status is redrawn and messages stand above it."""
    out = io.StringIO()
    console = Console(out, terminal=True)
    console.status("1 sent")
    console.handle(logging.LogRecord("x", logging.WARNING, "", 0, "careful", None, None))
    console.status("2 sent")
    console.finish()
    assert out.getvalue() == "1 sent\r\x1b[Kkvs-producer: careful\n1 sent\r\x1b[K2 sent\n"


def test_the_status_is_plain_lines_elsewhere() -> None:
    """Given a log file, there is one line each time, seldom, without terminal codes."""
    out = io.StringIO()
    console = Console(out, terminal=False)
    console.status("1 sent")
    console.finish()
    assert out.getvalue() == "kvs-producer: 1 sent\n"
    assert console.status_seconds == 10


def test_the_figures_are_of_the_last_moments() -> None:
    """Given a busy and then a quiet time, kbit/s falls back to zero."""
    now = 100.0
    figures = Figures(lambda: now)
    now += 10
    figures.sent(125_000)
    figures.persisted(0.04)
    figures.dropped()
    assert figures.line(waiting=5) == (
        "1 fragment sent, 1 persisted | 100 kbit/s | acknowledged after 40 ms | 5 waiting | 1 given up"
    )
    now += 11
    assert figures.kilobits_per_second() == 0


def test_kvssink_gets_what_it_needs_from_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given our options, kvssink's own properties and variables say the same."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    stream = Stream("smart-door-front", "eu-west-1", "http://127.0.0.1:4566")
    assert sink(stream)[-4:] == [
        "kvssink",
        "stream-name=smart-door-front",
        "aws-region=eu-west-1",
        "fragment-duration=1000",
    ]
    environment = child_environment(stream)
    assert environment["CONTROL_PLANE_URI"] == "http://127.0.0.1:4566"
    assert environment["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert environment["AWS_SESSION_TOKEN"] == "token"


def test_kvssink_is_run_and_stopped_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Given a GStreamer that has kvssink, the pipeline ends in it and its end is waited for."""
    told = tmp_path / "told"
    for name, body in {
        "gst-inspect-1.0": "exit 0",
        "gst-launch-1.0": f'echo "$@" > {told}; test -n "$AWS_ACCESS_KEY_ID"',
    }.items():
        script = tmp_path / name
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert run("--source", "test-pattern", "--sink", "kvssink") == 0
    assert (
        "h264parse ! video/x-h264,stream-format=avc,alignment=au ! kvssink stream-name=smart-door-front"
        in (told.read_text())
    )
