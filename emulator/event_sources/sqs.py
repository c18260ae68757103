"""Polls an SQS queue for one event source mapping.

A message that its function dealt with is deleted; one that failed comes back when its visibility timeout is
over, and goes to the queue's own dead-letter queue in the end.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.clients import client
from emulator.event_sources.filters import matches_any, parse_filters
from emulator.event_sources.invoking import CLIENT_ERRORS, CredentialsOf, Invoked, invoke

logger = logging.getLogger(__name__)

LONG_POLL_SECONDS = 5
RETRY_READ_SECONDS = 1.0
MAX_RECEIVE = 10


class SqsPoller:
    """One queue."""

    def __init__(self, mapping: Mapping[str, Any], credentials: CredentialsOf) -> None:
        self.mapping = mapping
        self._credentials_of = credentials
        self._credentials: Mapping[str, str] = {}
        self.last_result = "No records processed"
        self._stopping = asyncio.Event()

    @property
    def source_arn(self) -> str:
        """The queue's ARN."""
        return str(self.mapping["EventSourceArn"])

    def wake(self) -> None:
        """Long polls need no waking."""

    def consumed_up_to(self) -> int:
        """Queues have no sequence."""
        return 0

    def stop(self) -> None:
        """Poll no more."""
        self._stopping.set()

    def forget(self) -> None:
        """Nothing is kept."""

    async def run(self) -> None:
        """Poll until stopped."""
        self._credentials = await self._credentials_of(self.mapping["FunctionArn"])
        while not self._stopping.is_set():
            try:
                messages = await self._receive()
                await self._process(messages)
            except CLIENT_ERRORS as err:
                logger.warning("Cannot poll %s: %s", self.source_arn, err)
                await asyncio.sleep(RETRY_READ_SECONDS)

    async def _receive(self) -> list[dict[str, Any]]:
        """A batch: up to BatchSize messages within the window, of which those that pass the filters."""
        size, window = self.mapping["BatchSize"], self.mapping["MaximumBatchingWindowInSeconds"]
        messages: list[dict[str, Any]] = []
        until = None
        while len(messages) < size and not self._stopping.is_set():
            wait = LONG_POLL_SECONDS if until is None else max(0, int(until - time.monotonic()))
            found = await asyncio.to_thread(self._receive_once, min(MAX_RECEIVE, size - len(messages)), wait)
            if found and until is None:
                until = time.monotonic() + window
            messages += await self._filtered(found)
            if until is None or not found or time.monotonic() >= until:
                break
        return messages

    def _receive_once(self, count: int, wait: int) -> list[dict[str, Any]]:
        answer = self._sqs().receive_message(
            QueueUrl=self._url(),
            MaxNumberOfMessages=count,
            WaitTimeSeconds=wait,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _sqs(self) -> Any:
        return client("sqs", credentials=self._credentials)

    def _url(self) -> str:
        name = self.source_arn.rpartition(":")[2]
        return str(client("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    async def _filtered(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Messages that no filter wants are deleted, as Lambda does."""
        patterns = parse_filters(self.mapping.get("FilterCriteria"))
        wanted = [message for message in messages if matches_any(patterns, _filterable(message, patterns))]
        await self._delete([message for message in messages if message not in wanted])
        return wanted

    async def _process(self, messages: list[dict[str, Any]]) -> None:
        if not messages:
            return
        invoked = await invoke(
            self.mapping["FunctionArn"], {"Records": [self._record(item) for item in messages]}
        )
        failed = self._failed(invoked, messages)
        self.last_result = "PROBLEM: Function call failed" if failed else "OK"
        await self._delete([message for message in messages if message["MessageId"] not in failed])

    def _failed(self, invoked: Invoked, messages: Sequence[Mapping[str, Any]]) -> set[str]:
        every = {message["MessageId"] for message in messages}
        if invoked.error is not None:
            return every
        if "ReportBatchItemFailures" not in self.mapping["FunctionResponseTypes"]:
            return set()
        try:
            failures = (json.loads(invoked.answer or b"null") or {}).get("batchItemFailures") or []
            named = {failure["itemIdentifier"] for failure in failures}
        except (ValueError, AttributeError, KeyError, TypeError):
            return every
        return named if named <= every else every

    async def _delete(self, messages: Sequence[Mapping[str, Any]]) -> None:
        await asyncio.to_thread(self._delete_now, messages)

    def _delete_now(self, messages: Sequence[Mapping[str, Any]]) -> None:
        for start in range(0, len(messages), MAX_RECEIVE):
            entries = [
                {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
                for index, message in enumerate(messages[start : start + MAX_RECEIVE])
            ]
            self._sqs().delete_message_batch(QueueUrl=self._url(), Entries=entries)

    def _record(self, message: Mapping[str, Any]) -> dict[str, Any]:
        attributes = {
            name: {
                "dataType": value["DataType"],
                "stringValue": value.get("StringValue"),
                "stringListValues": [],
                "binaryListValues": [],
            }
            for name, value in message.get("MessageAttributes", {}).items()
        }
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": attributes,
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self.source_arn,
            "awsRegion": self.source_arn.split(":")[3],
        }


def _filterable(message: Mapping[str, Any], patterns: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    body: Any = message["Body"]
    if any(isinstance(pattern.get("body"), dict) for pattern in patterns):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            body = message["Body"]
    return {**{name: value for name, value in message.items() if isinstance(value, str)}, "body": body}
