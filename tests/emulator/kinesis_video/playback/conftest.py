"""A film in a stream, and the client that plays it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from matroska import Fragment, SegmentWriter
from tests.contract.video import fragments
from tests.emulator.kinesis_video.conftest import Endpoint, OwnService, Producer, new_stream


@dataclass(frozen=True)
class Film:
    """A stream with three seconds of video; `begin` is seconds since the epoch, by the producer's clock."""

    stream: str
    begin: float
    numbers: list[str]
    end: float

    def selector(self, begin: float = -1.0, end: float = 10.0, kind: str = "PRODUCER_TIMESTAMP") -> Any:
        """A fragment selector: from `begin` to `end` seconds after the film's begin."""
        span = {"StartTimestamp": self.begin + begin, "EndTimestamp": self.begin + end}
        return {"FragmentSelectorType": kind, "TimestampRange": span}


def send(endpoint: Endpoint, stream: str, begin: float, parts: list[Fragment]) -> list[str]:
    """Put fragments into a stream, from `begin` on by the producer's clock; return their numbers."""
    producer = Producer(endpoint.endpoint_url, stream)
    writer = SegmentWriter()
    for number, part in enumerate(parts):
        producer.send(writer.fragment(part, timecode_ms=round(begin * 1000) + number * 1000))
    producer.finish()
    events = producer.acknowledgements()
    producer.break_off()
    return [event["FragmentNumber"] for event in events if event["EventType"] == "PERSISTED"]


def shoot(endpoint: Endpoint) -> Film:
    """Make a film in a stream of its own."""
    stream, begin = new_stream(endpoint), float(int(time.time()) - 60)
    numbers = send(endpoint, stream, begin, list(fragments()))
    return Film(stream, begin, numbers, time.time())


@pytest.fixture(scope="session")
def film(video: OwnService) -> Film:
    """The film; nothing is ever added to its stream."""
    return shoot(video)


@pytest.fixture
def make_film() -> Callable[[Endpoint], Film]:
    """Make a film of the test's own, at any endpoint."""
    return shoot


@pytest.fixture
def put_parts(video: OwnService) -> Callable[[str, float, list[Fragment]], list[str]]:
    """Put fragments into a stream."""
    return lambda stream, begin, parts: send(video, stream, begin, parts)


@pytest.fixture
def archived(video: OwnService) -> Iterator[Any]:
    """A boto3 client of the operations on what is archived."""
    client = video.client("kinesis-video-archived-media")
    yield client
    client.close()
