"""A running face-search stream processor: from a video stream to records on a data stream."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.clients import client
from emulator.iam.sessions import credentials_of
from emulator.rekognition.backlog import Backlog
from emulator.rekognition.engine import EngineLostError, FaceEngine
from emulator.rekognition.faces import AnalysedFrame, Face
from emulator.rekognition.models import Match, Store, StreamProcessor
from emulator.rekognition.video_stream import (
    ACCESS_DENIED,
    AccessDeniedError,
    ReadFragment,
    VideoStreamBrokenError,
    VideoStreamGoneError,
    fragments_from_now,
    media_endpoint,
)
from emulator.rekognition.worker import UnreadableVideoError

logger = logging.getLogger(__name__)

FRAMES_A_WRITE = 2  # one call for a second of video
MOST_MATCHES = 10
_TOLERANCE = 0.01  # seconds: no frame begins so close to the end of its fragment
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0  # seconds before reading or writing again after a failure


class CannotGoOnError(Exception):
    """The processor cannot work; the text is for StatusMessage."""


class FaceSearch:
    """Reads, analyses and writes until it is cancelled or CannotGoOnError says why it cannot."""

    def __init__(self, processor: StreamProcessor, store: Store, engine: FaceEngine, region: str) -> None:
        self._processor = processor
        self._store = store
        self._engine = engine
        self._region = region
        self._backlog = Backlog(processor.name)
        self._due = 0.0  # producer time, in seconds, of the next frame to analyse
        self._last_start = 0.0
        self._credentials: Mapping[str, str] = {}

    async def check(self) -> None:
        """See that everything is there. Raises CannotGoOnError."""
        processor = self._processor
        if processor.collection_id not in self._store.collection_ids():
            raise CannotGoOnError(f"Collection {processor.collection_id} does not exist")
        try:
            await media_endpoint(processor.video_stream_arn, await self._role())
        except VideoStreamGoneError as err:
            raise CannotGoOnError(f"Kinesis video stream {err} does not exist") from err
        except AccessDeniedError as err:
            raise CannotGoOnError(f"Access denied: {err}") from err
        except (ClientError, BotoCoreError) as err:
            raise CannotGoOnError(f"Kinesis video stream {processor.video_stream_arn}: {err}") from err
        kinesis, name = client("kinesis"), _name(processor.data_stream_arn)
        try:
            await asyncio.to_thread(kinesis.describe_stream_summary, StreamName=name)
        except (ClientError, BotoCoreError) as err:
            raise CannotGoOnError(f"Kinesis data stream {processor.data_stream_arn}: {err}") from err

    async def run(self) -> None:
        """Work until cancelled. Raises CannotGoOnError."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read())
                tasks.create_task(self._analyse())
        except ExceptionGroup as group:
            reasons = group.subgroup(CannotGoOnError)
            if reasons is None:
                raise
            raise reasons.exceptions[0] from None

    async def _read(self) -> None:
        """Keep the backlog filled; connect again when the connection ends."""
        arn = self._processor.video_stream_arn
        pause = _FIRST_PAUSE
        while True:
            try:
                role = await self._role()
                endpoint = await media_endpoint(arn, role)
                async for fragment in fragments_from_now(arn, endpoint, self._region, role):
                    self._backlog.put(fragment)
                    pause = _FIRST_PAUSE
            except VideoStreamGoneError as err:
                raise CannotGoOnError(f"Kinesis video stream {arn} does not exist") from err
            except AccessDeniedError as err:
                raise CannotGoOnError(f"Access denied: {err}") from err
            except (VideoStreamBrokenError, ClientError, BotoCoreError) as err:
                logger.warning("%s reads again in %.1f s: %s", self._processor.name, pause, err)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _analyse(self) -> None:
        while True:
            fragment = await self._backlog.get()
            try:
                await self._search(fragment)
            except UnreadableVideoError as err:
                logger.warning("%s skips fragment %s: %s", self._processor.name, fragment.number, err)
            except EngineLostError as err:
                logger.warning("%s lost fragment %s: %s", self._processor.name, fragment.number, err)
                await asyncio.sleep(_FIRST_PAUSE)

    async def _search(self, fragment: ReadFragment) -> None:
        """Analyse the frames of a fragment that are due, and write a record of each."""
        if fragment.producer_time < self._last_start:
            self._due = 0.0  # the camera's clock was set back
        self._last_start = fragment.producer_time
        while True:
            first = max(self._due - fragment.producer_time, 0.0)
            if first > fragment.duration - _TOLERANCE:
                return
            step = self._backlog.frame_seconds
            frames = await self._engine.faces_in_fragment(
                self._processor.video_stream_arn, fragment.data, first, step, FRAMES_A_WRITE
            )
            await self._write([self._record(fragment, frame) for frame in frames])
            if frames:
                self._due = fragment.producer_time + first + step * len(frames)
            if len(frames) < FRAMES_A_WRITE:
                return

    async def _role(self) -> Mapping[str, str]:
        """The credentials that streams are read and written with: those of the processor's role."""
        if not self._credentials:
            self._credentials = await credentials_of(self._processor.role_arn, self._processor.name)
        return self._credentials

    def _record(self, fragment: ReadFragment, frame: AnalysedFrame) -> dict[str, Any]:
        """Return the record as the developer guide's reference of Kinesis face recognition records has it."""
        faces = [(face, self._matches(face)) for face in frame.picture.faces]
        return {
            "InputInformation": {
                "KinesisVideo": {
                    "StreamArn": self._processor.video_stream_arn,
                    "FragmentNumber": fragment.number,
                    "ServerTimestamp": fragment.server_time,
                    "ProducerTimestamp": fragment.producer_time,
                    "FrameOffsetInSeconds": round(frame.offset, 3),
                }
            },
            "StreamProcessorInformation": {"Status": "RUNNING"},
            "FaceSearchResponse": [
                {"DetectedFace": face.to_aws(), "MatchedFaces": _matched(matches)} for face, matches in faces
            ],
        }

    def _matches(self, face: Face) -> list[Match]:
        if self._processor.collection_id not in self._store.collection_ids():
            raise CannotGoOnError(f"Collection {self._processor.collection_id} does not exist")
        if face.embedding is None:
            return []
        processor = self._processor
        return self._store.search(processor.collection_id, face.embedding, processor.threshold, MOST_MATCHES)

    async def _write(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Put records, again and again while the data stream cannot take them."""
        entries = [
            {
                "Data": json.dumps(record).encode(),
                "PartitionKey": self._processor.video_stream_arn.split("/")[1],
            }
            for record in records
        ]
        pause = _FIRST_PAUSE
        while entries:
            try:
                entries = await self._put(entries)
            except (ClientError, BotoCoreError) as err:
                self._check_hopeful(err)
                logger.warning("%s writes again in %.1f s: %s", self._processor.name, pause, err)
            if entries:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _put(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One call; what the data stream did not take."""
        kinesis = client("kinesis", credentials=await self._role())
        stream = {"StreamName": _name(self._processor.data_stream_arn)}
        if len(entries) == 1:
            await asyncio.to_thread(kinesis.put_record, **stream, **entries[0])
            return []
        answer = await asyncio.to_thread(kinesis.put_records, **stream, Records=entries)
        results = zip(entries, answer["Records"], strict=True)
        return [entry for entry, result in results if "ErrorCode" in result]

    def _check_hopeful(self, err: ClientError | BotoCoreError) -> None:
        """Raises CannotGoOnError where writing again cannot help."""
        if not isinstance(err, ClientError):
            return
        code, arn = err.response["Error"]["Code"], self._processor.data_stream_arn
        if code == "ResourceNotFoundException":
            raise CannotGoOnError(f"Kinesis data stream {arn} does not exist") from err
        if code == ACCESS_DENIED:
            raise CannotGoOnError(f"Access denied: {err.response['Error']['Message']}") from err


def _name(data_stream_arn: str) -> str:
    return data_stream_arn.rpartition("/")[2]


def _matched(matches: Sequence[Match]) -> list[dict[str, Any]]:
    return [{"Similarity": match.similarity, "Face": match.face.to_aws()} for match in matches]
