"""Stopping a stream processor at every moment of its life, with an engine and streams that stand still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from emulator.rekognition import stream_processor, stream_processor_operations, worker
from emulator.rekognition.engine import ProcessEngine
from emulator.rekognition.exceptions import ResourceInUseError, ResourceNotFoundError
from emulator.rekognition.models import Store
from emulator.rekognition.stream_processor import FaceSearch
from emulator.rekognition.stream_processor_operations import StreamProcessorOperations
from emulator.rekognition.video_stream import ReadFragment
from emulator.service import Settings

NAME = {"Name": "door"}
REQUEST = {
    **NAME,
    "Input": {"KinesisVideoStream": {"Arn": "arn:aws:kinesisvideo:us-east-1:123456789012:stream/door/1"}},
    "Output": {"KinesisDataStream": {"Arn": "arn:aws:kinesis:us-east-1:123456789012:stream/door"}},
    "RoleArn": "arn:aws:iam::123456789012:role/rekognition",
    "Settings": {"FaceSearch": {"CollectionId": "home"}},
}


class StandingPool(Executor):
    """A pool whose only job the test itself completes."""

    def __init__(self) -> None:
        self.job: Future[Any] | None = None

    def submit(self, fn: Callable[..., Any], /, *_: Any, **__: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if fn is worker.load:
            future.set_result(1)
        else:
            self.job = future
        return future


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def one_fragment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every video stream has one fragment, and then stays open without another."""

    async def fragments(*_: Any) -> AsyncIterator[ReadFragment]:
        yield ReadFragment("1", 100.0, 100.0, 1.0, b"")
        await asyncio.Event().wait()

    async def ready(*_: Any) -> dict[str, str]:
        return {"role": "any"}

    monkeypatch.setattr(stream_processor, "fragments_from_now", fragments)
    monkeypatch.setattr(stream_processor, "media_endpoint", ready)
    monkeypatch.setattr(stream_processor, "credentials_of", ready)


@pytest.mark.usefixtures("one_fragment")
def test_a_cancellation_together_with_a_result_is_obeyed(tmp_path: Path) -> None:
    """Given the engine's answer comes in the tick in which the search is cancelled, then the search ends."""

    async def run() -> bool:
        pool = StandingPool()
        store, engine = Store(tmp_path / "faces"), ProcessEngine(new_pool=lambda: pool)
        operations = StreamProcessorOperations(store, engine, settings(tmp_path))
        await operations.create_stream_processor(REQUEST)
        search = FaceSearch(store.stream_processor("door"), store, engine, "us-east-1")
        searching = asyncio.create_task(search.run())
        await settle()
        assert pool.job is not None
        pool.job.set_result(())  # reaches the waiting task in the same tick ...
        searching.cancel()  # ... as this
        await settle()
        store.close()
        return searching.cancelled()

    assert asyncio.run(run())


def settings(data_dir: Path) -> Settings:
    """Those of an emulator that listens nowhere."""
    return Settings("http://127.0.0.1:1", "http://127.0.0.1:1", data_dir)


def with_operations(
    tmp_path: Path, use: Callable[[StreamProcessorOperations, StandingPool], Awaitable[None]]
) -> None:
    """Run something with one stream processor, STOPPED, whose engine stands still."""

    async def run() -> None:
        pool = StandingPool()
        store = Store(tmp_path / "faces")
        engine = ProcessEngine(new_pool=lambda: pool)
        operations = StreamProcessorOperations(store, engine, settings(tmp_path))
        await operations.create_stream_processor(REQUEST)
        await use(operations, pool)
        await operations.close()
        store.close()

    asyncio.run(run())


async def status(operations: StreamProcessorOperations) -> str:
    """What DescribeStreamProcessor says."""
    return str((await operations.describe_stream_processor(NAME))["Status"])


async def refuses(*calls: Callable[[dict[str, Any]], Awaitable[Any]]) -> None:
    """Each of these operations answers ResourceInUseException."""
    for call in calls:
        with pytest.raises(ResourceInUseError):
            await call(NAME)


def test_a_processor_that_starts_can_be_stopped_and_nothing_else(tmp_path: Path) -> None:
    """Given STARTING, when started again or deleted, then refused; when stopped, then it never runs."""

    async def use(operations: StreamProcessorOperations, _: StandingPool) -> None:
        await operations.start_stream_processor(NAME)
        assert await status(operations) == "STARTING"
        await refuses(operations.start_stream_processor, operations.delete_stream_processor)
        await operations.stop_stream_processor(NAME)
        seen = [await status(operations)]
        await settle()
        assert [*seen, await status(operations)] == ["STOPPING", "STOPPED"]

    with_operations(tmp_path, use)


@pytest.mark.usefixtures("one_fragment")
def test_a_processor_that_stops_takes_no_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given STOPPING, when started, stopped or deleted, then refused; once STOPPED it can be deleted."""

    async def use(operations: StreamProcessorOperations, pool: StandingPool) -> None:
        monkeypatch.setattr(stream_processor_operations, "STARTING_SECONDS", 0)
        monkeypatch.setattr(FaceSearch, "check", nothing_is_missing)
        await operations.start_stream_processor(NAME)
        await settle()
        assert await status(operations) == "RUNNING"
        assert pool.job is not None
        await operations.stop_stream_processor(NAME)
        await refuses(
            operations.start_stream_processor,
            operations.stop_stream_processor,
            operations.delete_stream_processor,
        )
        await settle()
        assert await status(operations) == "STOPPED"
        await operations.delete_stream_processor(NAME)
        with pytest.raises(ResourceNotFoundError):
            await status(operations)

    with_operations(tmp_path, use)


def test_a_processor_stopped_as_its_start_ends_stays_stopping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given the checks of the start succeed as it is stopped, then RUNNING is never seen after STOPPING."""
    checked = asyncio.Event()

    async def check(_: FaceSearch) -> None:
        await checked.wait()

    async def use(operations: StreamProcessorOperations, _: StandingPool) -> None:
        monkeypatch.setattr(stream_processor_operations, "STARTING_SECONDS", 0)
        monkeypatch.setattr(FaceSearch, "check", check)
        await operations.start_stream_processor(NAME)
        await settle()
        checked.set()
        await operations.stop_stream_processor(NAME)
        seen = []
        for _tick in range(20):
            seen.append(await status(operations))
            await asyncio.sleep(0)
        assert sorted(set(seen), key=seen.index) == ["STOPPING", "STOPPED"]

    with_operations(tmp_path, use)


async def nothing_is_missing(_: FaceSearch) -> None:
    """The check of a processor whose streams and collection are there."""
