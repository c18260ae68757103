"""Cameras in the network."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from kvs_producer.aws import Stream
from kvs_producer.errors import SourceError
from kvs_producer.figures import Figures
from kvs_producer.pipeline import Captured, Encoding, Pipeline
from kvs_producer.producer import Producer, Recording
from kvs_producer.sender import Sender
from kvs_producer.sources import Size, parse_source
from kvs_producer.spool import Spool
from tests.producer.rtsp_camera import rtsp_camera
from tests.producer.stand_in import serve

SIZE = Size(160, 120)
SMALL = Encoding(15, SIZE, 200)


def test_an_rtsp_camera_becomes_fragments_of_a_second() -> None:
    """Given a camera in the network, its picture comes in fragments like every other one."""

    async def run() -> list[Captured]:
        found: list[Captured] = []
        async with rtsp_camera() as url:
            pipeline = Pipeline(parse_source(f"{url}/door", SIZE), SMALL)
            async with aclosing(pipeline.fragments()) as fragments:
                async for captured in fragments:
                    found.append(captured)
                    if len(found) == 3:
                        break
        return found

    found = asyncio.run(asyncio.wait_for(run(), 40))
    assert all(captured.fragment.starts_with_key_frame for captured in found)
    assert found[1].fragment.duration_ms == pytest.approx(1000, abs=80)


@pytest.mark.parametrize(("path", "reason"), [("locked", "user name or password"), ("nothing", "no stream")])
def test_an_rtsp_camera_that_says_no_is_understood(path: str, reason: str) -> None:
    """Given a camera that wants a password, or has nothing at this path, the error says which."""

    async def run() -> None:
        async with (
            rtsp_camera() as url,
            aclosing(Pipeline(parse_source(f"{url}/{path}", SIZE), SMALL).fragments()) as fragments,
        ):
            async for _ in fragments:
                pass

    with pytest.raises(SourceError, match=reason):
        asyncio.run(asyncio.wait_for(run(), 40))


def test_a_camera_that_breaks_off_is_started_again(caplog: pytest.LogCaptureFixture) -> None:
    """Given a camera that hangs up after some seconds, the producer says so and goes on when it is back."""

    async def run() -> list[int]:
        async with rtsp_camera(hang_up_after=2.5) as url, serve() as service:
            spool, figures = Spool(), Figures()
            stream = Stream("smart-door-front", "us-east-1", service.url)
            recording = Recording(parse_source(f"{url}/door", SIZE), SMALL)
            producer = Producer(recording, Sender(stream, spool, figures), spool, figures)
            running = asyncio.create_task(producer.run())
            while "trying again" not in caplog.text:
                await asyncio.sleep(0.1)
            before = len(service.stored)
            while len(service.stored) < before + 2:
                await asyncio.sleep(0.1)
            await producer.stop()
            await running
            return list(service.stored)

    timecodes = asyncio.run(asyncio.wait_for(run(), 60))
    assert timecodes == sorted(timecodes)
    assert "broke off" in caplog.text
