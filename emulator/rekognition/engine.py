"""The face engine as the service sees it: asynchronous, in a process of its own.

dlib works for a tenth of a second and more without letting go; in the emulator's process it would hold up
every other service. `ProcessEngine` has one worker process, gives it one job at a time, pictures before video
(see `turns`), and starts a new one when it dies or hangs. What was under way then fails with EngineLostError,
which a caller may simply try again.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, Protocol, TypeVar

from emulator.rekognition import worker
from emulator.rekognition.detector import EngineSetupError
from emulator.rekognition.faces import AnalysedFrame, Picture
from emulator.rekognition.turns import FRAME_PATIENCE, PICTURE_PATIENCE, Turns

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

JOB_SECONDS = 60.0


class EngineLostError(Exception):
    """The engine's process ended or hung while it worked; another one is being started. Try again."""


class FaceEngine(Protocol):
    """Finds faces and makes embeddings of them."""

    async def start(self) -> None:
        """Get ready; may return before that is done."""

    async def close(self) -> None:
        """Give everything back."""

    async def faces_in_image(self, image: bytes, embeddings: int = worker.MANY) -> Picture:
        """Return the faces of a JPEG or PNG, the `embeddings` largest with an embedding.

        Raises worker.UnreadableImageError, EngineLostError.
        """

    async def faces_in_pair(self, source: bytes, target: bytes) -> tuple[Picture, Picture]:
        """Return the faces of two pictures, with embeddings of the source's largest and of all the target's.

        Raises worker.UnreadableImageError, EngineLostError.
        """

    async def faces_in_fragment(
        self, stream: str, fragment: bytes, first: float, step: float, most: int
    ) -> tuple[AnalysedFrame, ...]:
        """Return the faces of up to `most` frames at `first`, `first + step`, ... seconds of a fragment.

        `stream` names the stream, whose frames come in order.
        Raises worker.UnreadableVideoError, EngineLostError.
        """


class ProcessEngine:
    """FaceEngine in one spawned process; `new_pool` makes it, and makes it again when it was lost."""

    def __init__(
        self, job_seconds: float = JOB_SECONDS, new_pool: Callable[[], Executor] | None = None
    ) -> None:
        self._job_seconds = job_seconds
        self._new_pool = new_pool or _new_pool
        self._turns = Turns()
        self._pool: Executor | None = None
        self._process_id: int | None = None
        self._warming: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the process; it loads its models while the emulator goes on starting."""
        self._warming = asyncio.create_task(self._warm_up())

    async def close(self) -> None:
        """Let the job under way end, then end the process."""
        if self._warming is not None:
            self._warming.cancel()
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)

    async def faces_in_image(self, image: bytes, embeddings: int = worker.MANY) -> Picture:
        """See FaceEngine."""
        return await self._run(PICTURE_PATIENCE, worker.analyse_image, image, embeddings)

    async def faces_in_pair(self, source: bytes, target: bytes) -> tuple[Picture, Picture]:
        """See FaceEngine."""
        return await self._run(PICTURE_PATIENCE, worker.analyse_pair, source, target)

    async def faces_in_fragment(
        self, stream: str, fragment: bytes, first: float, step: float, most: int
    ) -> tuple[AnalysedFrame, ...]:
        """See FaceEngine. Every frame is a job of its own: a picture waits for one frame at most."""
        frames: list[AnalysedFrame] = []
        while len(frames) < most:
            due = first + step * len(frames)
            found = await self._run(FRAME_PATIENCE, worker.analyse_fragment, stream, fragment, due, step, 1)
            if not found:
                break
            frames += found
        return tuple(frames)

    async def _warm_up(self) -> None:
        try:
            await self._run(PICTURE_PATIENCE, worker.load)
        except (EngineLostError, EngineSetupError) as err:
            logger.warning("The face engine could not load: %s", err)

    async def _run(self, patience: float, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._turns.taken(patience):
            pool = self._pool
            try:
                if pool is None:
                    pool = self._pool = self._new_pool()
                    self._process_id = await self._result(pool, worker.load)
                return await self._result(pool, job, *args, **kwargs)
            except BrokenProcessPool as err:
                self._give_up(pool)
                raise EngineLostError("The face engine's process ended") from err
            except TimeoutError as err:
                self._give_up(pool)
                raise EngineLostError(f"The face engine took more than {self._job_seconds} s") from err

    async def _result(self, pool: Executor, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        future = pool.submit(job, *args, **kwargs)
        # Not wait_for: before Python 3.12 it swallows a cancellation that comes together with the result.
        async with asyncio.timeout(self._job_seconds):
            return await asyncio.wrap_future(future)

    def _give_up(self, pool: Executor | None) -> None:
        """Forget the process; the next job makes a new one."""
        logger.error("The face engine's process was lost; it starts again with the next picture.")
        if self._pool is pool:
            self._pool = None
        if pool is not None:
            if self._process_id is not None:
                _kill(self._process_id)
            pool.shutdown(wait=False, cancel_futures=True)
        self._process_id = None


def _new_pool() -> Executor:
    # Never fork: the emulator has threads, and a fork copies locks that they hold.
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=worker.prepare)


def _kill(process_id: int) -> None:
    """End a process that hangs; a dead one is fine too."""
    try:
        os.kill(process_id, signal.SIGKILL)
    except ProcessLookupError:
        logger.debug("The engine's process %d had ended by itself", process_id)
