"""Sees one batch of stream records through: invoke, retry, bisect, give up."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.destinations import send
from emulator.event_sources.batches import RetryRules, first_failure
from emulator.event_sources.invoking import CLIENT_ERRORS, CredentialsOf, Invoked, invoke

logger = logging.getLogger(__name__)

FIRST_BACKOFF_SECONDS = 0.5
LAST_BACKOFF_SECONDS = 30.0


@dataclass(frozen=True)
class Record:
    """A stream record; `arrived_at` is epoch seconds."""

    sequence_number: str
    partition_key: str
    data: bytes
    arrived_at: float


class BatchProcessor:
    """Processes batches of one mapping; `last_result` is what GetEventSourceMapping shows."""

    def __init__(self, mapping: Mapping[str, Any], credentials: CredentialsOf) -> None:
        self._mapping = mapping
        self._credentials_of = credentials
        self._stopping = asyncio.Event()
        self.last_result = "No records processed"

    def stop(self) -> None:
        """Give back what is not done (it stays in the stream)."""
        self._stopping.set()

    async def process(self, shard_id: str, batch: Sequence[Record]) -> bool:
        """Deal with a batch until every record succeeded or was given up; False if stopped before."""
        rules = RetryRules(
            self._mapping["MaximumRetryAttempts"],
            self._mapping["MaximumRecordAgeInSeconds"],
            self._mapping["BisectBatchOnFunctionError"],
        )
        retries = 0
        while batch:
            expired = [record for record in batch if rules.too_old(time.time() - record.arrived_at)]
            if expired:
                await self._give_up(shard_id, expired, "RecordAgeExceeded", retries, None)
                batch = batch[len(expired) :]
                continue
            invoked = await invoke(self._mapping["FunctionArn"], self._event(shard_id, batch))
            failed_at = self._failed_at(invoked, batch)
            if failed_at is None:
                self.last_result = "OK"
                return True
            self.last_result = "PROBLEM: Function call failed"
            if failed_at > 0:  # what is before it succeeded: that is progress, not a retry of the same batch
                batch, retries = batch[failed_at:], 0
                continue
            if rules.bisect and len(batch) > 1 and invoked.error not in _NOT_THE_FUNCTIONS_FAULT:
                half = len(batch) // 2
                return await self.process(shard_id, batch[:half]) and await self.process(
                    shard_id, batch[half:]
                )
            if rules.exhausted(retries):
                await self._give_up(shard_id, batch, "RetryAttemptsExhausted", retries + 1, invoked)
                return True
            retries += 1
            if await self._stopped_within(
                min(FIRST_BACKOFF_SECONDS * 2 ** min(retries, 10), LAST_BACKOFF_SECONDS)
            ):
                return False
        return True

    def _failed_at(self, invoked: Invoked, batch: Sequence[Record]) -> int | None:
        if invoked.error is not None:
            return 0
        if "ReportBatchItemFailures" not in self._mapping["FunctionResponseTypes"]:
            return None
        return first_failure(invoked.answer, [record.sequence_number for record in batch])

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return False
        return True

    def _event(self, shard_id: str, batch: Sequence[Record]) -> dict[str, Any]:
        source = self._mapping["EventSourceArn"]
        region, account = source.split(":")[3:5]
        return {
            "Records": [
                {
                    "kinesis": {
                        "kinesisSchemaVersion": "1.0",
                        "partitionKey": record.partition_key,
                        "sequenceNumber": record.sequence_number,
                        "data": base64.b64encode(record.data).decode(),
                        "approximateArrivalTimestamp": record.arrived_at,
                    },
                    "eventSource": "aws:kinesis",
                    "eventVersion": "1.0",
                    "eventID": f"{shard_id}:{record.sequence_number}",
                    "eventName": "aws:kinesis:record",
                    "invokeIdentityArn": f"arn:aws:iam::{account}:role/lambda",
                    "awsRegion": region,
                    "eventSourceARN": source,
                }
                for record in batch
            ]
        }

    async def _give_up(
        self, shard_id: str, batch: Sequence[Record], condition: str, tries: int, invoked: Invoked | None
    ) -> None:
        """Tell the on-failure destination where the records are; they themselves stay in the stream."""
        logger.warning(
            "%s gave up %d records of %s: %s", self._mapping["FunctionArn"], len(batch), shard_id, condition
        )
        destination = self._mapping["DestinationConfig"].get("OnFailure", {}).get("Destination")
        if not destination:
            return
        message = {
            "requestContext": {
                "requestId": invoked.request_id if invoked else str(uuid.uuid4()),
                "functionArn": self._mapping["FunctionArn"],
                "condition": condition,
                "approximateInvokeCount": tries,
            },
            "responseContext": {
                "statusCode": invoked.status if invoked else 200,
                "executedVersion": "$LATEST",
                "functionError": (invoked.error if invoked else None) or "Unhandled",
            },
            "version": "1.0",
            "timestamp": _iso(time.time()),
            "KinesisBatchInfo": {
                "shardId": shard_id,
                "startSequenceNumber": batch[0].sequence_number,
                "endSequenceNumber": batch[-1].sequence_number,
                "approximateArrivalOfFirstRecord": _iso(batch[0].arrived_at),
                "approximateArrivalOfLastRecord": _iso(batch[-1].arrived_at),
                "batchSize": len(batch),
                "streamArn": self._mapping["EventSourceArn"],
            },
        }
        try:
            credentials = await self._credentials_of(self._mapping["FunctionArn"])
            await asyncio.to_thread(
                send, destination, json.dumps(message), "Stream batch failure", credentials=credentials
            )
        except (*CLIENT_ERRORS, ValueError) as err:
            logger.warning("Could not deliver to %s: %s", destination, err)


# A throttled, missing or unreachable function says nothing about the records: a smaller batch helps nobody.
_NOT_THE_FUNCTIONS_FAULT = frozenset({"TooManyRequestsException", "ResourceNotFoundException"})


def _iso(epoch_seconds: float) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(epoch_seconds))
    return f"{whole}.{int(epoch_seconds % 1 * 1000):03d}Z"
