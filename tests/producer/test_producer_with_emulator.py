"""The producer and the emulator's Kinesis Video: what is sent is what can be read back."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from kvs_producer.aws import Stream
from kvs_producer.figures import Figures
from kvs_producer.pipeline import Encoding
from kvs_producer.producer import Producer, Recording
from kvs_producer.putmedia import Patience
from kvs_producer.sender import Sender
from kvs_producer.sources import Size, parse_source
from kvs_producer.spool import Spool
from matroska import Fragment, FragmentReader
from tests.conftest import Emulator

SIZE = Size(320, 240)
SMALL = ("--size", "320x240", "--bitrate", "300")


@pytest.fixture
def stream(emulator: Emulator) -> str:
    """A new stream of its own."""
    name = f"smart-door-{uuid.uuid4().hex[:12]}"
    with contextlib.closing(emulator.client("kinesisvideo")) as client:
        client.create_stream(StreamName=name, DataRetentionInHours=1)
    return name


def start(emulator: Emulator, stream: str, *options: str) -> subprocess.Popen[str]:
    """Start the command against the emulator."""
    command = [
        sys.executable,
        "-m",
        "kvs_producer",
        "--stream",
        stream,
        "--endpoint-url",
        emulator.endpoint_url,
    ]
    return subprocess.Popen([*command, *SMALL, *options], stderr=subprocess.PIPE, text=True)


def finish(producer: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for its end; exit code and what it said."""
    _, said = producer.communicate(timeout=240)
    return producer.returncode, said


@dataclass
class Stored:
    """One fragment as it was read back."""

    produced_at: float
    length: float
    fragment: Fragment


def stored(emulator: Emulator, stream: str) -> list[Stored]:
    """Everything in the stream, by the time of its capture."""

    def media(operation: str) -> Any:
        with contextlib.closing(emulator.client("kinesisvideo")) as control:
            endpoint = control.get_data_endpoint(StreamName=stream, APIName=operation)
        client = boto3.client("kinesis-video-archived-media", endpoint_url=endpoint["DataEndpoint"])
        return contextlib.closing(client)

    with media("LIST_FRAGMENTS") as client:
        listed = client.list_fragments(StreamName=stream)["Fragments"]
    listed.sort(key=lambda one: one["ProducerTimestamp"])
    found = []
    with media("GET_MEDIA_FOR_FRAGMENT_LIST") as client:
        for one in listed:
            payload = client.get_media_for_fragment_list(
                StreamName=stream, Fragments=[one["FragmentNumber"]]
            )["Payload"]
            reader = FragmentReader()
            (fragment,) = [*reader.feed(payload.read()), *reader.close()]
            produced_at = one["ProducerTimestamp"].timestamp()
            found.append(Stored(produced_at, one["FragmentLengthInMilliseconds"] / 1000, fragment))
    return found


def decoded(fragment: Fragment, tmp_path: Path) -> int:
    """How many pictures GStreamer finds in a fragment."""
    path = tmp_path / "fragment.mkv"
    path.write_bytes(fragment.to_bytes())
    pictures = tmp_path / "pictures"
    pipeline = f"filesrc location={path} ! matroskademux ! h264parse ! avdec_h264 ! videoconvert"
    gray = f"! videoscale ! video/x-raw,format=GRAY8,width=8,height=8 ! filesink location={pictures}"
    subprocess.run(["gst-launch-1.0", "-q", *pipeline.split(), *gray.split()], check=True, timeout=240)
    return pictures.stat().st_size // 64


def test_a_clip_is_stored_second_by_second(
    emulator: Emulator, stream: str, clips: Callable[[str], Path], tmp_path: Path
) -> None:
    """Given a clip of 2.4 s, its three fragments decode from their first frame and have the time of day."""
    before = time.time()
    code, said = finish(start(emulator, stream, "--source", str(clips("h264.mp4"))))
    after = time.time()
    assert code == 0, said
    assert "3 fragments sent, 3 persisted" in said
    kept = stored(emulator, stream)
    assert [one.length for one in kept] == [1.0, 1.0, 0.4]
    assert all(one.fragment.starts_with_key_frame for one in kept)
    assert [decoded(one.fragment, tmp_path) for one in kept] == [15, 15, 6]
    starts = [one.produced_at for one in kept]
    assert before < starts[0] < starts[2] + 0.4 <= after + 0.05
    assert [round(later - starts[0], 1) for later in starts] == [0, 1, 2]


def test_a_looped_clip_that_is_told_to_stop_has_stored_all_it_sent(
    emulator: Emulator, stream: str, clips: Callable[[str], Path]
) -> None:
    """Given a loop ended by SIGTERM, the last fragment is persisted, and time never went back."""
    producer = start(emulator, stream, "--source", str(clips("h264.mp4")), "--loop")
    deadline = time.monotonic() + 240
    while len(kept := stored(emulator, stream)) < 5 and time.monotonic() < deadline:
        time.sleep(0.2)
    producer.send_signal(signal.SIGTERM)
    code, said = finish(producer)
    assert code == 0, said
    kept = stored(emulator, stream)
    assert f"{len(kept)} fragments sent, {len(kept)} persisted" in said
    starts = [one.produced_at for one in kept]
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert all(0.3 < gap < 60 for gap in gaps), gaps
    assert "trying again" not in said


def test_ctrl_c_keeps_what_the_camera_saw_last(emulator: Emulator, stream: str) -> None:
    """Given a live source and Ctrl-C in the middle of a second, the begun fragment is stored as well.

    Either it is seen to be none of a whole second, or it ends when the camera was told to stop.
    """
    producer = start(emulator, stream, "--source", "test-pattern")
    while not stored(emulator, stream):
        assert producer.poll() is None
        time.sleep(0.1)
    time.sleep(0.5)
    stopped_at = time.time()
    producer.send_signal(signal.SIGINT)
    code, said = finish(producer)
    assert code == 0, said
    last = stored(emulator, stream)[-1]
    assert last.length < 1 or last.produced_at + last.length == pytest.approx(stopped_at, abs=0.6)


@contextlib.asynccontextmanager
async def cutting_proxy(target_url: str, cut_after_bytes: list[int]) -> AsyncIterator[str]:
    """A network that drops its first connections after so many bytes each, and is fine from then on."""
    target = urlsplit(target_url)

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: float) -> None:
        passed = 0
        while data := await reader.read(4096):
            passed += len(data)
            if passed > limit:
                raise ConnectionAbortedError
            writer.write(data)
            await writer.drain()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        limit = cut_after_bytes.pop(0) if cut_after_bytes else float("inf")
        there, back = await asyncio.open_connection(target.hostname, target.port)
        ways = [
            asyncio.create_task(pump(reader, back, limit)),
            asyncio.create_task(pump(there, writer, float("inf"))),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for end in (writer, back):
            end.transport.abort()

    visits: set[asyncio.Task[None]] = set()

    def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.add(asyncio.create_task(handle(reader, writer)))

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.gather(*visits)


@dataclass(frozen=True)
class ProxiedStream(Stream):
    """A stream whose media go through a proxy."""

    proxy: str = ""

    def data_endpoint(self) -> str:
        """Say the proxy's address instead of the service's."""
        super().data_endpoint()
        return self.proxy


def test_a_network_that_breaks_in_the_middle_of_fragments_loses_and_doubles_nothing(
    emulator: Emulator, stream: str, clips: Callable[[str], Path]
) -> None:
    """Given two connections cut mid-fragment, every second of the clip is stored exactly once."""
    figures = Figures()

    async def run() -> None:
        async with cutting_proxy(emulator.endpoint_url, [20_000, 30_000]) as proxy:
            target = ProxiedStream(stream, "us-east-1", emulator.endpoint_url, proxy=proxy)
            spool = Spool()
            sender = Sender(target, spool, figures, Patience(first_retry=0.1))
            recording = Recording(parse_source(str(clips("long.mp4")), SIZE), Encoding(15, SIZE, 300))
            await Producer(recording, sender, spool, figures).run()

    asyncio.run(run())
    kept = stored(emulator, stream)
    assert figures.fragments_sent > len(kept) == 5  # some were sent twice, and none is stored twice
    starts = [one.produced_at for one in kept]
    assert [round(start - starts[0], 1) for start in starts] == [0, 1, 2, 3, 4]
    assert all(len(one.fragment.blocks) == 15 for one in kept)
