"""The engine's process: what it finds in pictures and fragments, and what happens when it dies."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from emulator.rekognition.engine import JOB_SECONDS, EngineLostError, ProcessEngine
from emulator.rekognition.faces import Picture
from emulator.rekognition.worker import UnreadableImageError, UnreadableVideoError, load
from matroska import Fragment

T = TypeVar("T")


def with_engine(use: Callable[[ProcessEngine], Awaitable[T]], job_seconds: float = JOB_SECONDS) -> T:
    """Run something with an engine of its own, and end it."""

    async def run() -> T:
        engine = ProcessEngine(job_seconds)
        await engine.start()
        try:
            return await use(engine)
        finally:
            await engine.close()

    return asyncio.run(run())


def kill_worker() -> None:
    """End the engine's process as the kernel does when memory is short."""
    [process] = multiprocessing.active_children()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)


def test_frames_are_taken_at_the_times_asked_for(portrait: list[Fragment]) -> None:
    """Given a fragment of a second, when frames are asked for half a second apart, then two of them come."""

    async def use(engine: ProcessEngine) -> list[float]:
        data = portrait[0].to_bytes({})
        frames = await engine.faces_in_fragment("door", data, 0.0, 0.5, 10)
        later = await engine.faces_in_fragment("door", data, 0.7, 0.5, 10)
        return [frame.offset for frame in [*frames, *later]]

    assert with_engine(use) == pytest.approx([0.0, 0.5, 0.7], abs=0.07)


def test_no_more_frames_than_asked_for(portrait: list[Fragment]) -> None:
    """Given a fragment, when at most one frame is asked for, then one comes, with the face's embedding."""

    async def use(engine: ProcessEngine) -> None:
        [frame] = await engine.faces_in_fragment("door", portrait[0].to_bytes({}), 0.0, 0.1, 1)
        [face] = frame.picture.faces
        assert face.embedding is not None
        assert face.embedding.shape == (128,)
        assert (frame.picture.width, frame.picture.height) == (1280, 720)

    with_engine(use)


def test_rubbish_is_an_error_and_the_engine_goes_on(portrait: list[Fragment], grace_hopper: bytes) -> None:
    """Given bytes that are no picture and no video, when analysed, then errors, and good ones still work."""

    async def use(engine: ProcessEngine) -> int:
        for rubbish in (b"", b"rubbish" * 50, grace_hopper[:1000]):
            with pytest.raises(UnreadableImageError):
                await engine.faces_in_image(rubbish)
        for broken in (b"rubbish" * 50, portrait[0].header):
            with pytest.raises(UnreadableVideoError):
                await engine.faces_in_fragment("door", broken, 0.0, 0.5, 2)
        return len((await engine.faces_in_image(grace_hopper)).faces)

    assert with_engine(use) == 1


def test_a_pair_is_one_job(grace_hopper: bytes, astronaut: bytes) -> None:
    """Given two pictures, when asked about together, then both answers come, in order, with embeddings."""

    async def use(engine: ProcessEngine) -> tuple[Picture, Picture]:
        return await engine.faces_in_pair(grace_hopper, astronaut)

    source, target = with_engine(use)
    assert (source.width, source.height, target.width, target.height) == (512, 600, 512, 512)
    assert all(face.embedding is not None for face in (*source.faces, *target.faces))


def test_an_engine_that_dies_is_started_again(grace_hopper: bytes) -> None:
    """Given the process is killed while it works, when tried again, then another process answers."""

    async def use(engine: ProcessEngine) -> int:
        await engine.faces_in_image(grace_hopper)
        working = asyncio.create_task(engine.faces_in_image(grace_hopper))
        await asyncio.sleep(0.05)
        kill_worker()
        with pytest.raises(EngineLostError):
            await working
        return len((await engine.faces_in_image(grace_hopper)).faces)

    assert with_engine(use) == 1


def test_an_engine_that_hangs_is_ended(grace_hopper: bytes) -> None:
    """Given a job takes longer than allowed, when time is up, then it fails and its process is gone."""

    async def use(engine: ProcessEngine) -> None:
        with pytest.raises(EngineLostError):
            await engine.faces_in_image(grace_hopper)
        for _ in range(100):
            if not multiprocessing.active_children():
                return
            await asyncio.sleep(0.1)
        pytest.fail("the hanging process is still there")

    with_engine(use, job_seconds=0.01)


def test_closing_ends_the_process(grace_hopper: bytes) -> None:
    """Given an engine that has worked, when closed, then no process is left."""

    async def use(engine: ProcessEngine) -> None:
        await engine.faces_in_image(grace_hopper)

    with_engine(use)
    assert multiprocessing.active_children() == []


def test_loading_says_whose_process_it_is() -> None:
    """Given the models are installed, when loaded, then the process id comes back."""
    assert load() == os.getpid()
