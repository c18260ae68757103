"""The pollers of all event source mappings."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from emulator.event_sources.invoking import CredentialsOf
from emulator.event_sources.kinesis import KinesisPoller
from emulator.event_sources.sqs import SqsPoller
from emulator.service import Settings

logger = logging.getLogger(__name__)

STOP_SECONDS = 3.0


class Poller(Protocol):
    """One mapping's poller."""

    @property
    def source_arn(self) -> str:
        """What it polls."""

    async def run(self) -> None:
        """Poll until stopped."""

    def stop(self) -> None:
        """Finish what is at hand, then return from `run`."""

    def wake(self) -> None:
        """There is news."""

    def forget(self) -> None:
        """Drop what is kept of the position."""

    def consumed_up_to(self) -> int:
        """What is surely not needed any more."""


class Pollers:
    """Starts, replaces and stops them as mappings come, change and go."""

    def __init__(self) -> None:
        self._folder = Path()
        self._running: dict[str, tuple[Poller, asyncio.Task[None]]] = {}

    async def start(
        self, settings: Settings, mappings: Iterable[Mapping[str, Any]], credentials: CredentialsOf
    ) -> None:
        """Go on polling for the mappings of an earlier run.

        `credentials` are those of the role of a function, given by its ARN: a poller acts as that role.
        """
        self._credentials = credentials
        self._folder = settings.data_dir / "lambda" / "checkpoints"
        for mapping in mappings:
            await self.set(mapping)

    async def close(self) -> None:
        """Stop all, giving running batches a moment to finish."""
        await asyncio.gather(*(self._stop(mapping_id) for mapping_id in list(self._running)))

    async def set(self, mapping: Mapping[str, Any]) -> None:
        """Poll as the mapping now says."""
        await self._stop(mapping["UUID"])
        if mapping["State"] == "Enabled":
            poller = self._make(mapping)
            self._running[mapping["UUID"]] = poller, asyncio.create_task(poller.run())

    async def remove(self, mapping: Mapping[str, Any]) -> None:
        """The mapping was deleted."""
        await self._stop(mapping["UUID"])
        self._make(mapping).forget()

    def wake(self, source_name: str) -> None:
        """Something new is in the stream of this name or ARN."""
        name = source_name.rpartition("/")[2]
        for poller, _ in self._running.values():
            if poller.source_arn.rpartition("/")[2] == name:
                poller.wake()

    def last_result(self, mapping: Mapping[str, Any]) -> str:
        """What became of the last batch, in Lambda's words."""
        running = self._running.get(mapping["UUID"])
        if running is None:
            return "No records processed"
        poller = running[0]
        return poller.processor.last_result if isinstance(poller, KinesisPoller) else _sqs_result(poller)

    def consumed_up_to(self, stream_name: str) -> int | None:
        """The sequence number that all pollers of a stream are past; None if nobody polls it."""
        positions = [
            poller.consumed_up_to()
            for poller, _ in self._running.values()
            if ":kinesis:" in poller.source_arn and poller.source_arn.rpartition("/")[2] == stream_name
        ]
        return min(positions, default=None)

    def _make(self, mapping: Mapping[str, Any]) -> Poller:
        if ":kinesis:" in mapping["EventSourceArn"]:
            return KinesisPoller(mapping, self._folder, self._credentials)
        return SqsPoller(mapping, self._credentials)

    async def _stop(self, mapping_id: str) -> None:
        running = self._running.pop(mapping_id, None)
        if running is None:
            return
        poller, task = running
        poller.stop()
        await asyncio.wait([task], timeout=STOP_SECONDS)
        task.cancel()
        results = await asyncio.gather(task, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                logger.error("The poller of %s had failed", poller.source_arn, exc_info=result)


def _sqs_result(poller: Poller) -> str:
    return poller.last_result if isinstance(poller, SqsPoller) else ""
