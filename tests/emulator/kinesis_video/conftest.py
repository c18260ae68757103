"""What tests of Kinesis Video need: streams, real video, a producer's raw connection, a service."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
import pytest
from aiohttp import web
from botocore.config import Config

from emulator.kinesis_video import KinesisVideo
from emulator.kinesis_video.ingest import Limits
from emulator.service import Settings
from matroska import Fragment, FragmentReader, Frame, Track, encode_header
from matroska.ebml import Id, encode, encode_open
from matroska.writer import encode_simple_block

START_MS = 1_795_221_531_000
HEADER = encode_header([Track(1, codec_private=b"\x01\x64\x00\x1f", width=1280, height=720)])


class Endpoint(Protocol):
    """Anything that serves Kinesis Video: the whole emulator, or a service of a test's own."""

    endpoint_url: str

    def client(self, service_name: str, **config: Any) -> Any:
        """A boto3 client of it."""


class Producer:
    """One raw PutMedia connection that sends what AWS's own producer sends, header by header."""

    def __init__(self, endpoint_url: str, stream_name: str, **headers: str) -> None:
        parts = urlsplit(endpoint_url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=60)
        self._answer = self._socket.makefile("rb")
        self.chunks: list[bytes] = []
        sent = {
            "Host": parts.hostname,  # without the port, as AWS's producer signs it
            "Accept": "*/*",
            "Authorization": (
                "AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/kinesisvideo/aws4_request, "
                "SignedHeaders=host;user-agent;x-amz-date;x-amzn-stream-name, Signature=" + "0" * 64
            ),
            "content-type": "application/json",
            "user-agent": "Kinesis Video Producer",
            "X-Amz-Date": "20261121T013000Z",
            "x-amzn-fragment-acknowledgment-required": "1",
            "x-amzn-fragment-timecode-type": "ABSOLUTE",
            "x-amzn-producer-start-timestamp": "1795221531.5",
            "x-amzn-stream-name": stream_name,
            "connection": "keep-alive",
            "transfer-encoding": "chunked",
            "Expect": "100-continue",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = [f"{name}: {value}" for name, value in sent.items() if value]
        self._socket.sendall("\r\n".join(["POST /putMedia HTTP/1.1", *lines, "", ""]).encode())
        self.continued = self._answer.readline() + self._answer.readline()
        self.status = 0
        self.headers: dict[str, str] = {}

    def send(self, data: bytes, piece_bytes: int = 65_536) -> None:
        """Send bytes in HTTP chunks of a size that has nothing to do with the elements in them."""
        for begin in range(0, len(data), piece_bytes):
            piece = data[begin : begin + piece_bytes]
            self._socket.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")

    def finish(self) -> None:
        """Send the final chunk."""
        self._socket.sendall(b"0\r\n\r\n")

    def break_off(self) -> None:
        """Cut the connection, as a camera that loses its network."""
        self._answer.close()
        self._socket.close()

    def acknowledgement(self) -> dict[str, Any]:
        """Read one acknowledgement: one chunk that holds one JSON object."""
        if not self.status:
            self.read_head()
        size = int(self._answer.readline().strip() or b"0", 16)
        chunk = self._answer.read(size)
        assert self._answer.readline() == b"\r\n"
        if not chunk:
            raise EOFError("the answer is over")
        self.chunks.append(chunk)
        acknowledgement = json.loads(chunk)
        assert isinstance(acknowledgement, dict)
        return acknowledgement

    def acknowledgements(self, until: str = "", timecode_ms: int | None = None) -> list[dict[str, Any]]:
        """Read acknowledgements up to an event (of one fragment), or to the end of the answer."""
        found: list[dict[str, Any]] = []
        while True:
            try:
                found.append(self.acknowledgement())
            except EOFError:
                assert not until, f"no {until} among {found}"
                return found
            if found[-1]["EventType"] == until and timecode_ms in (None, found[-1].get("FragmentTimecode")):
                return found

    def read_head(self) -> None:
        """Read the status line and the headers of the answer."""
        self.status = int(self._answer.readline().split()[1])
        for line in iter(self._answer.readline, b"\r\n"):
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()

    def error(self) -> tuple[int, str]:
        """Read an answer that is an error: its status and code."""
        self.read_head()
        return self.status, self.headers["x-amzn-errortype"]


def cluster(timecode_ms: int, *frames: bytes, track_number: int = 1, step_ms: int = 500) -> bytes:
    """A cluster as AWS's producer writes it: unknown size, a timecode of 8 bytes, SimpleBlocks."""
    blocks = (
        encode_simple_block(Frame(payload, index * step_ms, index == 0, track_number))
        for index, payload in enumerate(frames or (b"key frame %d" % timecode_ms, b"delta"))
    )
    timestamp = encode(Id.TIMESTAMP, timecode_ms.to_bytes(8, "big"))
    return encode_open(Id.CLUSTER) + timestamp + b"".join(blocks)


class OwnService:
    """Kinesis Video alone, on a port and with limits of a test's own, in a thread of this process."""

    def __init__(self, data_dir: Path, limits: Limits) -> None:
        self._data_dir = data_dir
        self._limits = limits
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._started.wait(120)

    def client(self, service_name: str, **config: Any) -> Any:
        """A boto3 client of it."""
        return _client(self.endpoint_url, service_name, **config)

    def stop(self) -> None:
        """Stop it as the emulator stops it, if it was not stopped before."""
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(120)
        assert not self._thread.is_alive()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        service = KinesisVideo(self._limits)
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", service.handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.endpoint_url = f"http://127.0.0.1:{port}"
        await service.start(Settings(self.endpoint_url, "http://127.0.0.1:1", self._data_dir))
        self._started.set()
        await self._stop.wait()
        await service.close()
        await runner.cleanup()


def _client(endpoint_url: str, service_name: str, **config: Any) -> Any:
    return boto3.session.Session().client(  # type: ignore[call-overload]  # any service by name
        service_name,
        endpoint_url=endpoint_url,
        region_name="us-east-1",
        config=Config(retries={"max_attempts": 1}, **config),
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnService]:
    """Kinesis Video with AWS's limits, for all tests: use stream names of your own."""
    service = OwnService(tmp_path_factory.mktemp("kinesis-video"), Limits())
    yield service
    service.stop()


@pytest.fixture
def start_service(tmp_path: Path) -> Iterator[Callable[..., OwnService]]:
    """Start a service with limits of a test's own; started again, it finds what the last one left."""
    with ExitStack() as stack:

        def start(**limits: float) -> OwnService:
            service = OwnService(tmp_path, Limits(**limits))  # type: ignore[arg-type]  # by name
            stack.callback(service.stop)
            return service

        yield start


@pytest.fixture
def stream(video: OwnService) -> str:
    """The name of a new stream that keeps its fragments for a day."""
    return new_stream(video)


def new_stream(endpoint: Endpoint, retention_hours: int = 24) -> str:
    """Make a stream and return its name."""
    name = f"door-{uuid.uuid4().hex[:12]}"
    endpoint.client("kinesisvideo").create_stream(StreamName=name, DataRetentionInHours=retention_hours)
    return name


@pytest.fixture
def make_stream() -> Callable[..., str]:
    """Make a stream at an endpoint, with a retention in hours."""
    return new_stream


@pytest.fixture
def connect(video: OwnService) -> Iterator[Callable[..., Producer]]:
    """Open a producer's connection to a stream, with headers in place of the usual ones."""
    with ExitStack() as stack:

        def open_connection(stream_name: str, endpoint: Endpoint = video, **headers: str) -> Producer:
            producer = Producer(endpoint.endpoint_url, stream_name, **headers)
            stack.callback(producer.break_off)
            return producer

        yield open_connection


@pytest.fixture
def put(connect: Callable[..., Producer]) -> Callable[..., list[str]]:
    """Send clusters on one connection; return the numbers of the fragments that were persisted."""

    def put_clusters(stream_name: str, *clusters: bytes, **options: Any) -> list[str]:
        producer = connect(stream_name, **options)
        producer.send(HEADER + b"".join(clusters))
        producer.finish()
        acknowledgements = producer.acknowledgements()
        return [a["FragmentNumber"] for a in acknowledgements if a["EventType"] == "PERSISTED"]

    return put_clusters


@pytest.fixture
def wire() -> type[Wire]:
    """The bytes that producers send."""
    return Wire


class Wire:
    """The bytes that producers send."""

    header = HEADER
    start_ms = START_MS
    cluster = staticmethod(cluster)


@pytest.fixture(scope="session")
def recording() -> list[Fragment]:
    """Three seconds of H.264 as GStreamer writes them, one fragment a second."""
    pipeline = (
        "videotestsrc num-buffers=45 ! video/x-raw,width=320,height=240,framerate=15/1 ! "
        "x264enc tune=zerolatency key-int-max=15 option-string=scenecut=0 ! h264parse ! "
        "matroskamux streamable=true min-cluster-duration=0 ! fdsink fd=1"
    )
    done = subprocess.run(["gst-launch-1.0", "-q", *pipeline.split()], check=True, capture_output=True)
    reader = FragmentReader()
    return reader.feed(done.stdout) + reader.close()
