"""Who goes first at the engine: pictures before video, nobody for ever, and a turn is never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from emulator.rekognition import worker
from emulator.rekognition.engine import ProcessEngine
from emulator.rekognition.faces import AnalysedFrame, Picture
from emulator.rekognition.turns import FRAME_PATIENCE, PICTURE_PATIENCE, Turns

NOBODY = Picture(640, 360, ())


class Clock:
    """The time of the event loop, set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self.now)


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Queue:
    """Tasks that want a turn; `served` names those that had theirs, in order. The first turn is ours."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.served: list[str] = []
        self.first = self.turns.taken(0)

    async def comes(self, name: str, patience: float) -> asyncio.Task[None]:
        """Somebody asks for a turn."""
        task = asyncio.create_task(self._use(name, patience))
        await settle()
        return task

    async def _use(self, name: str, patience: float) -> None:
        async with self.turns.taken(patience):
            self.served.append(name)


def test_who_can_wait_least_is_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a busy engine, when frames and then pictures ask, then pictures go first, each kind in order."""

    async def run() -> list[str]:
        Clock(monkeypatch)
        queue = Queue()
        async with queue.first:
            for name, patience in [("f1", 2.0), ("f2", 2.0), ("p1", 0.0), ("p2", 0.0)]:
                await queue.comes(name, patience)
        await settle()
        return queue.served

    assert asyncio.run(run()) == ["p1", "p2", "f1", "f2"]


def test_a_frame_waits_no_longer_than_its_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a frame that waits, when a picture comes after its patience, then the frame goes first."""

    async def run() -> list[str]:
        clock = Clock(monkeypatch)
        queue = Queue()
        async with queue.first:
            await queue.comes("frame", FRAME_PATIENCE)
            clock.now = FRAME_PATIENCE - 0.1
            await queue.comes("early picture", PICTURE_PATIENCE)
            clock.now = FRAME_PATIENCE + 0.1
            await queue.comes("late picture", PICTURE_PATIENCE)
        await settle()
        return queue.served

    assert asyncio.run(run()) == ["early picture", "frame", "late picture"]


def test_who_is_cancelled_takes_no_turn_along() -> None:
    """Given two that wait, when one leaves, or is cancelled as its turn comes, then the other is served."""

    async def run() -> list[str]:
        queue = Queue()
        async with queue.first:
            leaves = await queue.comes("leaves", 0.0)
            unlucky = await queue.comes("unlucky", 1.0)
            await queue.comes("served", 2.0)
            leaves.cancel()
            await settle()
        unlucky.cancel()  # in the tick in which it got the turn
        await settle()
        assert leaves.cancelled()
        assert unlucky.cancelled()
        return queue.served

    assert asyncio.run(run()) == ["served"]


class SlowPool(Executor):
    """A pool that writes down its jobs and answers each when the test says so."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Any, Future[Any]]] = []

    def submit(self, fn: Callable[..., Any], /, *_: Any, **__: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.jobs.append((fn, future))
        if fn is worker.load:
            future.set_result(1)
        return future

    async def answer(self, result: Any) -> Any:
        """End the job that was given last, and say which it was."""
        job, future = self.jobs[-1]
        future.set_result(result)
        await settle()
        return job


@pytest.fixture
def running() -> Iterator[list[asyncio.Task[Any]]]:
    """Tasks that a test has started: all have come to an end with it."""
    tasks: list[asyncio.Task[Any]] = []
    yield tasks
    assert all(task.done() for task in tasks)


def test_a_picture_waits_for_one_frame_only(running: list[asyncio.Task[Any]]) -> None:
    """Given a stream's two frames are being analysed, when a picture comes, then it is the very next job."""

    async def run() -> list[Any]:
        pool = SlowPool()
        engine = ProcessEngine(new_pool=lambda: pool)

        def begin(asked: Coroutine[Any, Any, Any]) -> None:
            running.append(asyncio.create_task(asked))

        begin(engine.faces_in_fragment("door", b"", 0.0, 0.5, 2))
        await settle()
        begin(engine.faces_in_pair(b"", b""))
        await settle()
        order = [
            await pool.answer(answer)
            for answer in (
                (AnalysedFrame(0.0, NOBODY),),
                (NOBODY, NOBODY),
                (AnalysedFrame(0.5, NOBODY),),
            )
        ]
        frames, pair = [await task for task in running]
        assert [frame.offset for frame in frames] == [0.0, 0.5]
        assert pair == (NOBODY, NOBODY)
        await engine.close()
        return order

    assert asyncio.run(run()) == [worker.analyse_fragment, worker.analyse_pair, worker.analyse_fragment]
