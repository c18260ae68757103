"""Whose turn it is at the one engine: pictures before video, and nobody waits for ever.

Somebody waits for the answer about a picture; a stream's next frame comes in half a second anyway. So whoever
wants a turn says how long they can be kept waiting, and the next turn is theirs who can wait least (earliest
deadline first). A frame that has waited its patience goes before pictures that come only then.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

PICTURE_PATIENCE = 0.0  # seconds
FRAME_PATIENCE = 2.0  # less than the three seconds after which a backlog drops what waits


class Turns:
    """One at a time. `async with turns.taken(patience):` waits for the turn and gives it back."""

    def __init__(self) -> None:
        self._is_taken = False
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._arrivals = itertools.count()  # of equal deadlines the first come is served first

    @asynccontextmanager
    async def taken(self, patience: float) -> AsyncGenerator[None, None]:
        """Wait for the turn; `patience` in seconds says how long others may go first."""
        await self._wait(patience)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, patience: float) -> None:
        if not self._is_taken:
            self._is_taken = True
            return
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        heapq.heappush(self._waiting, (loop.time() + patience, next(self._arrivals), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the turn came together with the cancellation
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._is_taken = False
