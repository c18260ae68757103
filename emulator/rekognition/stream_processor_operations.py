"""The operations on stream processors, and the tasks of those that run."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import replace
from typing import Any

from emulator.rekognition.engine import FaceEngine
from emulator.rekognition.exceptions import (
    AccessDeniedError,
    InvalidParameterError,
    ResourceInUseError,
)
from emulator.rekognition.models import Store, StreamProcessor
from emulator.rekognition.paging import page
from emulator.rekognition.similarity import DEFAULT_THRESHOLD
from emulator.rekognition.stream_processor import CannotGoOnError, FaceSearch
from emulator.service import Settings

logger = logging.getLogger(__name__)

Fields = dict[str, Any]

STARTING_SECONDS = 0.5  # on AWS up to two minutes; long enough to be seen, short enough not to wait for

_LABEL_DETECTION_ONLY = ("NotificationChannel", "KmsKeyId", "RegionsOfInterest", "DataSharingPreference")


class StreamProcessorOperations:
    """Create-, Delete-, Describe-, List-, Start-, Stop- and UpdateStreamProcessor(s).

    STOPPED or FAILED -> STARTING -> RUNNING -> STOPPING -> STOPPED; STARTING and RUNNING -> FAILED with a
    StatusMessage. A processor that was RUNNING when the emulator ended goes on at the next start.
    """

    def __init__(self, store: Store, engine: FaceEngine, settings: Settings) -> None:
        self._store = store
        self._engine = engine
        self._settings = settings
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopping: set[asyncio.Task[None]] = set()

    def resume(self) -> None:
        """Go on where the emulator ended."""
        for processor in self._store.stream_processors():
            if processor.status in ("RUNNING", "STARTING"):
                self._begin(processor)
            elif processor.status == "STOPPING":
                self._set(processor.name, "STOPPED")

    async def close(self) -> None:
        """Stop the tasks; the processors keep their status."""
        tasks = [*self._tasks.values(), *self._stopping]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def refuse(self, operation: str) -> None:
        """Raise AccessDeniedError for an operation that the account does not have.

        What an account is answered that stream processors are closed to was not measured: of the modelled
        errors this one fits best. Regions without them answer it without a message, to every operation.
        """
        available = self._settings.account.now().stream_processors
        if available == "absent" and "StreamProcessor" in operation:
            raise AccessDeniedError("")
        if available == "closed" and operation == "CreateStreamProcessor":
            raise AccessDeniedError("Streaming video is not available to this account.")

    async def create_stream_processor(self, fields: Fields) -> Fields:
        """Creates it STOPPED; whether its streams and collection exist is seen at the start."""
        settings = fields["Settings"]
        if "ConnectedHome" in settings or "S3Destination" in fields["Output"]:
            raise InvalidParameterError(
                "The emulator's stream processors search faces; they detect no labels."
            )
        for member in _LABEL_DETECTION_ONLY:
            if fields.get(member):
                raise InvalidParameterError(f"{member} is not for face search stream processors")
        now = time.time()
        name = fields["Name"]
        processor = StreamProcessor(
            name=name,
            arn=f"arn:aws:rekognition:{self._settings.region}:{self._settings.account_id}:streamprocessor/{name}",
            video_stream_arn=_needed(fields["Input"], "KinesisVideoStream", "Arn"),
            data_stream_arn=_needed(fields["Output"], "KinesisDataStream", "Arn"),
            collection_id=_needed(settings, "FaceSearch", "CollectionId"),
            threshold=max(
                settings["FaceSearch"].get("FaceMatchThreshold", DEFAULT_THRESHOLD), DEFAULT_THRESHOLD
            ),
            role_arn=fields["RoleArn"],
            created_at=now,
            updated_at=now,
            tags=fields.get("Tags", {}),
        )
        if self._settings.account.now().stream_processors == "strict":
            await self._check(processor)
        self._store.add_stream_processor(processor)
        return {"StreamProcessorArn": processor.arn}

    async def delete_stream_processor(self, fields: Fields) -> Fields:
        """Only a processor that does not run can be deleted."""
        processor = self._store.stream_processor(fields["Name"])
        if processor.status not in ("STOPPED", "FAILED"):
            raise ResourceInUseError(f"Stream Processor not available for deletion: it is {processor.status}")
        self._store.delete_stream_processor(processor.name)
        return {}

    async def describe_stream_processor(self, fields: Fields) -> Fields:
        """StatusMessage says why a processor FAILED."""
        processor = self._store.stream_processor(fields["Name"])
        return {
            "Name": processor.name,
            "StreamProcessorArn": processor.arn,
            "Status": processor.status,
            **({"StatusMessage": processor.status_message} if processor.status_message else {}),
            "CreationTimestamp": processor.created_at,
            "LastUpdateTimestamp": processor.updated_at,
            "Input": {"KinesisVideoStream": {"Arn": processor.video_stream_arn}},
            "Output": {"KinesisDataStream": {"Arn": processor.data_stream_arn}},
            "RoleArn": processor.role_arn,
            "Settings": {
                "FaceSearch": {
                    "CollectionId": processor.collection_id,
                    "FaceMatchThreshold": processor.threshold,
                }
            },
        }

    async def list_stream_processors(self, fields: Fields) -> Fields:
        """In alphabetical order."""
        found, more = page(self._store.stream_processors(), fields, str, lambda processor: processor.name)
        return {
            "StreamProcessors": [{"Name": one.name, "Status": one.status} for one in found],
            **more,
        }

    async def start_stream_processor(self, fields: Fields) -> Fields:
        """Answers at once; DescribeStreamProcessor tells when it is RUNNING."""
        processor = self._store.stream_processor(fields["Name"])
        if fields.get("StartSelector") or fields.get("StopSelector"):
            raise InvalidParameterError(
                "StartSelector and StopSelector are not for face search stream processors"
            )
        if processor.status not in ("STOPPED", "FAILED"):
            raise ResourceInUseError(f"Stream Processor not available for starting: it is {processor.status}")
        self._begin(self._set(processor.name, "STARTING"))
        return {}

    async def stop_stream_processor(self, fields: Fields) -> Fields:
        """Answers at once; DescribeStreamProcessor tells when it is STOPPED."""
        processor = self._store.stream_processor(fields["Name"])
        if processor.status not in ("STARTING", "RUNNING"):
            raise ResourceInUseError(f"Stream Processor not available for stopping: it is {processor.status}")
        task = self._tasks.pop(processor.name)
        task.cancel()  # now: no step of it may change the status any more
        self._set(processor.name, "STOPPING")
        stopping = asyncio.create_task(self._end(processor.name, task))
        self._stopping.add(stopping)
        stopping.add_done_callback(self._stopping.discard)
        return {}

    async def update_stream_processor(self, fields: Fields) -> Fields:
        """Refused, as on AWS: only processors that detect labels have anything to update."""
        self._store.stream_processor(fields["Name"])
        raise InvalidParameterError("A face search stream processor cannot be updated; create another one.")

    async def _check(self, processor: StreamProcessor) -> None:
        search = FaceSearch(processor, self._store, self._engine, self._settings.region)
        try:
            await search.check()
        except CannotGoOnError as err:
            raise InvalidParameterError(f"Request has invalid parameters: {err}") from err

    def _begin(self, processor: StreamProcessor) -> None:
        task = asyncio.create_task(self._run(processor), name=f"stream processor {processor.name}")
        self._tasks[processor.name] = task

    async def _run(self, processor: StreamProcessor) -> None:
        search = FaceSearch(processor, self._store, self._engine, self._settings.region)
        try:
            if processor.status == "STARTING":
                await asyncio.sleep(STARTING_SECONDS)
                await search.check()
                self._set(processor.name, "RUNNING")
            logger.info("Stream processor %s is running", processor.name)
            await search.run()
        except CannotGoOnError as err:
            logger.warning("Stream processor %s failed: %s", processor.name, err)
            self._set(processor.name, "FAILED", str(err))
        except Exception as err:  # a bug must end in a state that people see, not in a silent RUNNING
            logger.exception("Stream processor %s failed", processor.name)
            self._set(processor.name, "FAILED", f"Internal failure: {err!r}")

    async def _end(self, name: str, task: asyncio.Task[None]) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await task
        self._set(name, "STOPPED")

    def _set(self, name: str, status: str, message: str = "") -> StreamProcessor:
        processor = self._store.stream_processor(name)
        changed = replace(processor, status=status, status_message=message)
        return self._store.replace_stream_processor(changed, time.time())


def _needed(fields: Fields, *path: str) -> str:
    """Return a member that the model calls optional, but face search needs."""
    value: Any = fields
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, str):
        raise InvalidParameterError(f"Request has invalid parameters: {'.'.join(path)} is missing")
    return value
