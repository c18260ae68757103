"""Metrics that functions write into their logs, as CloudWatch Logs takes them out.

A line of a log that is a JSON object with `_aws` is in CloudWatch's embedded metric format. On AWS the log
service makes metrics of it; here the functions' logs are files, so it is done as the lines come. What breaks
the format makes no metric, as there. Source: the page "Specification: Embedded metric format" of the Amazon
CloudWatch user guide.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator import clients

logger = logging.getLogger(__name__)

MARK = b'"_aws"'
LONGEST_LINE = 1 << 18
MOST_VALUES = 100
MOST_DIMENSIONS = 30
MOST_AT_ONCE = 1000
PAUSE_SECONDS = 0.5
"""Between two calls of PutMetricData: what comes meanwhile goes together."""

Datum = dict[str, Any]


@dataclass(frozen=True)
class Metric:
    """One datum of PutMetricData, and its namespace."""

    namespace: str
    datum: Datum


class LogLines:
    """Cuts a log's bytes, in whatever pieces they come, into the lines that may hold metrics."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take the next bytes; return the lines they complete."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            self._rest = b""
        return [line for line in lines if MARK in line]


def metrics_in(line: bytes) -> list[Metric]:
    """The metrics of one line; none if it is not in the format."""
    try:
        told = json.loads(line)
    except ValueError:
        return []
    if not isinstance(told, dict) or not isinstance(told.get("_aws"), dict):
        return []
    about = told["_aws"]
    timestamp, directives = about.get("Timestamp"), about.get("CloudWatchMetrics")
    if not _is_number(timestamp) or not isinstance(directives, list):
        return []
    at = datetime.fromtimestamp(timestamp / 1000, UTC)
    return [
        metric
        for directive in directives
        if isinstance(directive, dict)
        for metric in _of_directive(told, directive, at)
    ]


def _of_directive(told: Mapping[str, Any], directive: Mapping[str, Any], at: datetime) -> Iterator[Metric]:
    namespace, definitions = directive.get("Namespace"), directive.get("Metrics")
    if not isinstance(namespace, str) or not isinstance(definitions, list):
        return
    dimension_sets = directive.get("Dimensions") or [[]]
    for definition in definitions:
        name = definition.get("Name") if isinstance(definition, dict) else None
        values = told.get(name) if isinstance(name, str) else None
        values = values if isinstance(values, list) else [values]
        if not values or len(values) > MOST_VALUES or not all(map(_is_number, values)):
            continue
        for names in dimension_sets:
            dimensions = _dimensions(told, names)
            if dimensions is not None:
                datum: Datum = {
                    "MetricName": name,
                    "Dimensions": dimensions,
                    "Timestamp": at,
                    "Values": [float(value) for value in values],
                    "Unit": definition.get("Unit", "None"),
                    "StorageResolution": definition.get("StorageResolution", 60),
                }
                yield Metric(namespace, datum)


def _dimensions(told: Mapping[str, Any], names: object) -> list[dict[str, str]] | None:
    """The dimensions of a set; None where one has no text as its value."""
    if not isinstance(names, list) or len(names) > MOST_DIMENSIONS:
        return None
    dimensions = []
    for name in names:
        value = told.get(name) if isinstance(name, str) else None
        if not isinstance(value, str) or not value:
            return None
        dimensions.append({"Name": name, "Value": value})
    return dimensions


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class EmbeddedMetrics:
    """Takes lines of logs and puts their metrics, a moment later."""

    def __init__(self) -> None:
        self._waiting: list[Metric] = []
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to put."""
        self._task = asyncio.create_task(self._put_all())

    async def close(self) -> None:
        """Put what is waiting, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._put()

    def accept(self, line: bytes) -> None:
        """Take a line."""
        if found := metrics_in(line):
            self._waiting += found
            self._news.set()

    async def _put_all(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self._put()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _put(self) -> None:
        waiting, self._waiting = self._waiting, []
        by_namespace: dict[str, list[Datum]] = {}
        for metric in waiting:
            by_namespace.setdefault(metric.namespace, []).append(metric.datum)
        for namespace, data in by_namespace.items():
            for begin in range(0, len(data), MOST_AT_ONCE):
                try:
                    await asyncio.to_thread(_put_data, namespace, data[begin : begin + MOST_AT_ONCE])
                except (BotoCoreError, ClientError) as error:
                    logger.warning("Metrics of %s are lost: %s", namespace, error)


def _put_data(namespace: str, data: list[Datum]) -> None:
    clients.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)
