"""Polls a Kinesis data stream for one event source mapping.

One reader a shard, in order, at least once. A put wakes the readers, so a record is with its function in
milliseconds. Checkpoints are on disk: a restart goes on after the last batch that was dealt with.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator import state_file
from emulator.clients import client
from emulator.event_sources.filters import matches_any, parse_filters
from emulator.event_sources.invoking import CLIENT_ERRORS, CredentialsOf
from emulator.event_sources.stream_batch import BatchProcessor, Record

logger = logging.getLogger(__name__)

IDLE_SECONDS = 5.0  # readers are woken by puts; this is for what a wake-up may have missed
RETRY_READ_SECONDS = 1.0
SHARD_LIST_SECONDS = 30.0
MAX_READ = 10_000
MAX_BATCH_BYTES = 6 * 1024**2
SAVE_SECONDS = 1.0


class KinesisPoller:
    """All shards of a mapping's stream."""

    def __init__(self, mapping: Mapping[str, Any], folder: Path, credentials: CredentialsOf) -> None:
        self.mapping = mapping
        self._credentials_of = credentials
        self._credentials: Mapping[str, str] = {}
        self._path = folder / f"{mapping['UUID']}.json"
        self._checkpoints: dict[str, str] = state_file.load(self._path, {})
        self._saved_at = 0.0
        self._stopping = asyncio.Event()
        self._shards: dict[str, _Shard] = {}
        self.processor = BatchProcessor(mapping, credentials)

    @property
    def source_arn(self) -> str:
        """The stream's ARN."""
        return str(self.mapping["EventSourceArn"])

    def wake(self) -> None:
        """There is something new in the stream."""
        for shard in self._shards.values():
            shard.news.set()

    def consumed_up_to(self) -> int:
        """The sequence number (an instant, see moto_repairs) that every shard is past; 0 if unknown."""
        return min((shard.consumed_up_to for shard in self._shards.values()), default=0)

    async def run(self) -> None:
        """Poll until cancelled or stopped."""
        self._credentials = await self._credentials_of(self.mapping["FunctionArn"])
        readers: dict[str, asyncio.Task[None]] = {}
        try:
            while not self._stopping.is_set():
                self._drop_failed(readers)
                for shard_id in await self._shard_ids():
                    if shard_id not in readers:
                        self._shards[shard_id] = _Shard(shard_id)
                        readers[shard_id] = asyncio.create_task(self._read(self._shards[shard_id]))
                await _wait(self._stopping, SHARD_LIST_SECONDS)
            await asyncio.gather(*readers.values())
        finally:
            for reader in readers.values():
                reader.cancel()
            await asyncio.gather(*readers.values(), return_exceptions=True)
            self._save()

    def _drop_failed(self, readers: dict[str, asyncio.Task[None]]) -> None:
        """A reader that a bug ended is heard of, and begins again where its checkpoint is."""
        for shard_id, reader in list(readers.items()):
            if reader.done() and (error := reader.exception()) is not None:
                logger.error("Reading %s of %s failed", shard_id, self.source_arn, exc_info=error)
                del readers[shard_id]

    def stop(self) -> None:
        """Finish the batch at hand and poll no more."""
        self._stopping.set()
        self.processor.stop()
        self.wake()

    def forget(self) -> None:
        """Drop the checkpoints: the mapping was deleted."""
        self._checkpoints = {}
        self._path.unlink(missing_ok=True)

    async def _shard_ids(self) -> list[str]:
        try:
            listed = await asyncio.to_thread(self._kinesis().list_shards, StreamARN=self.source_arn)
        except CLIENT_ERRORS as err:
            logger.warning("Cannot list the shards of %s: %s", self.source_arn, err)
            return []
        return [shard["ShardId"] for shard in listed["Shards"]]

    async def _read(self, shard: _Shard) -> None:
        while not self._stopping.is_set():
            shard.news.clear()
            asked_ns = time.time_ns()
            try:
                found = await asyncio.to_thread(self._get_records, shard)
            except CLIENT_ERRORS as err:
                logger.warning("Cannot read %s of %s: %s", shard.shard_id, self.source_arn, err)
                shard.iterator = None
                await _wait(self._stopping, RETRY_READ_SECONDS)
                continue
            shard.take(found, parse_filters(self.mapping.get("FilterCriteria")))
            if not shard.waiting and found:
                self._advance(shard, found[-1].sequence_number)
            if shard.batch_is_due(self.mapping):
                await self._process(shard)
            elif not found:
                if not shard.waiting:
                    shard.consumed_up_to = asked_ns
                await _wait(shard.news, shard.seconds_to_wait(self.mapping))

    async def _process(self, shard: _Shard) -> None:
        batch = shard.next_batch(self.mapping)
        finished = await self.processor.process(shard.shard_id, batch)
        if finished:
            last = shard.read_up_to if not shard.waiting else batch[-1].sequence_number
            self._advance(shard, last, at_once=True)

    def _get_records(self, shard: _Shard) -> list[Record]:
        kinesis = self._kinesis()
        if shard.iterator is None:
            shard.iterator = kinesis.get_shard_iterator(
                StreamARN=self.source_arn, ShardId=shard.shard_id, **self._position(shard)
            )["ShardIterator"]
        answer = kinesis.get_records(ShardIterator=shard.iterator, StreamARN=self.source_arn, Limit=MAX_READ)
        shard.iterator = answer.get("NextShardIterator")
        return [
            Record(
                item["SequenceNumber"],
                item["PartitionKey"],
                item["Data"],
                item["ApproximateArrivalTimestamp"].timestamp(),
            )
            for item in answer["Records"]
        ]

    def _kinesis(self) -> Any:
        return client("kinesis", credentials=self._credentials)

    def _position(self, shard: _Shard) -> dict[str, Any]:
        after = shard.read_up_to or self._checkpoints.get(shard.shard_id)
        if after:
            return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": after}
        kind = self.mapping["StartingPosition"]
        if kind == "TRIM_HORIZON":
            return {"ShardIteratorType": kind}
        # Sequence numbers here are instants (see moto_repairs). So LATEST stays the moment the mapping was
        # made, also when the emulator is restarted before the first record.
        since = self.mapping["created_at" if kind == "LATEST" else "StartingPositionTimestamp"]
        return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": str(int(since * 1e9))}

    def _advance(self, shard: _Shard, sequence_number: str, *, at_once: bool = False) -> None:
        self._checkpoints[shard.shard_id] = sequence_number
        shard.consumed_up_to = int(sequence_number)
        if at_once or time.monotonic() - self._saved_at > SAVE_SECONDS:
            self._save()

    def _save(self) -> None:
        if self._checkpoints:
            state_file.save(self._path, self._checkpoints)
        self._saved_at = time.monotonic()


@dataclass
class _Shard:
    """Where the reading of a shard is, and the records that wait for their batch to fill."""

    shard_id: str
    iterator: str | None = None
    read_up_to: str = ""
    consumed_up_to: int = 0
    waiting: list[Record] = field(default_factory=list)
    waiting_since: float = 0.0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, records: list[Record], patterns: list[Mapping[str, Any]]) -> None:
        """Keep what passes the filters."""
        for record in records:
            self.read_up_to = record.sequence_number
            if matches_any(patterns, _filterable(record, patterns)):
                if not self.waiting:
                    self.waiting_since = time.monotonic()
                self.waiting.append(record)

    def batch_is_due(self, mapping: Mapping[str, Any]) -> bool:
        """Full, or its window is over."""
        if not self.waiting:
            return False
        size = sum(len(record.data) for record in self.waiting)
        full = len(self.waiting) >= mapping["BatchSize"] or size * 4 // 3 >= MAX_BATCH_BYTES
        return full or time.monotonic() - self.waiting_since >= mapping["MaximumBatchingWindowInSeconds"]

    def seconds_to_wait(self, mapping: Mapping[str, Any]) -> float:
        """Until the window is over, or until news should have come."""
        if not self.waiting:
            return IDLE_SECONDS
        window = float(mapping["MaximumBatchingWindowInSeconds"])
        return max(0.001, self.waiting_since + window - time.monotonic())

    def next_batch(self, mapping: Mapping[str, Any]) -> list[Record]:
        """The first records, at most BatchSize and 6 MB as base64."""
        size = 0
        count = 0
        for record in self.waiting[: mapping["BatchSize"]]:
            size += len(record.data) * 4 // 3
            if count and size > MAX_BATCH_BYTES:
                break
            count += 1
        batch, self.waiting = self.waiting[:count], self.waiting[count:]
        return batch


def _filterable(record: Record, patterns: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What a pattern looks at: the record with its data as JSON if the pattern wants an object.

    Data that is not in the pattern's format matches nothing, so AWS drops it before the function.
    """
    event: dict[str, Any] = {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": record.partition_key,
        "sequenceNumber": record.sequence_number,
        "approximateArrivalTimestamp": record.arrived_at,
    }
    if any(isinstance(pattern.get("data"), dict) for pattern in patterns):
        try:
            event["data"] = json.loads(record.data)
        except (ValueError, RecursionError):  # no JSON, or nested more deeply than anybody can read
            event["data"] = record.data.decode("utf-8", "replace")
    elif patterns:
        event["data"] = record.data.decode("utf-8", "replace")
    return event


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
