"""Rekognition at the gateway: reads the request, calls the operation, writes the answer or the error."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from botocore import xform_name

from emulator.errors import JSON_CONTENT_TYPE, json_error
from emulator.operations import service_model
from emulator.rekognition.collection_operations import CollectionOperations
from emulator.rekognition.engine import FaceEngine, ProcessEngine
from emulator.rekognition.exceptions import (
    OperationMissingError,
    RekognitionError,
    SerializationError,
)
from emulator.rekognition.image_operations import ImageOperations
from emulator.rekognition.models import Store
from emulator.rekognition.stream_processor_operations import StreamProcessorOperations
from emulator.rekognition.tag_operations import TagOperations
from emulator.rekognition.validation import validated
from emulator.service import Settings

logger = logging.getLogger(__name__)

Fields = dict[str, Any]
Method = Callable[[Fields], Awaitable[Fields]]


class Rekognition:
    """The part of Amazon Rekognition that knows faces, with an engine of its own."""

    scopes = ("rekognition",)
    operations: Mapping[str, str] = {
        "CompareFaces": "",
        "CreateCollection": "",
        "CreateStreamProcessor": "face search only",
        "DeleteCollection": "",
        "DeleteFaces": "",
        "DeleteStreamProcessor": "",
        "DescribeCollection": "",
        "DescribeStreamProcessor": "",
        "DetectFaces": "box, landmarks of eyes and nose, pose, quality; no age, emotions and the like",
        "IndexFaces": "the bars of QualityFilter are the emulator's own",
        "ListCollections": "",
        "ListFaces": "no users",
        "ListStreamProcessors": "",
        "ListTagsForResource": "collections and stream processors",
        "SearchFaces": "",
        "SearchFacesByImage": "",
        "StartStreamProcessor": "",
        "StopStreamProcessor": "",
        "TagResource": "collections and stream processors",
        "UntagResource": "collections and stream processors",
        "UpdateStreamProcessor": "as AWS: refused for face search",
    }

    def __init__(self, engine: FaceEngine | None = None) -> None:
        self._engine = engine or ProcessEngine()
        self._store: Store | None = None
        self._stream_processors: StreamProcessorOperations | None = None
        self._methods: dict[str, Method] = {}

    async def start(self, settings: Settings) -> None:
        """Open the collections, start the engine, and go on with the stream processors that were running."""
        await self._engine.start()
        store = self._store = Store(settings.data_dir / "rekognition" / "rekognition.sqlite")
        processors = self._stream_processors = StreamProcessorOperations(store, self._engine, settings)
        parts = (
            CollectionOperations(store, settings),
            ImageOperations(store, self._engine),
            processors,
            TagOperations(store, settings),
        )
        for operation in self.operations:
            name = xform_name(operation)
            self._methods[operation] = next(getattr(part, name) for part in parts if hasattr(part, name))
        processors.resume()

    async def close(self) -> None:
        """Stop reading streams (they stay RUNNING and go on at the next start), then the engine."""
        if self._stream_processors is not None:
            await self._stream_processors.close()
        await self._engine.close()
        if self._store is not None:
            self._store.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request of the JSON 1.1 protocol."""
        operation = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        try:
            answer = await self._answer(operation, await request.read())
        except RekognitionError as err:
            logger.info("%s: %s: %s", operation, err.code, err.message)
            return json_error(err.code, err.message, err.status)
        return web.Response(
            body=json.dumps(answer).encode(),
            headers={"Content-Type": JSON_CONTENT_TYPE, "x-amzn-RequestId": str(uuid.uuid4())},
        )

    async def _answer(self, operation: str, body: bytes) -> Fields:
        if operation not in self._methods:
            raise OperationMissingError(
                f"The emulator's Rekognition has no operation {operation or '(none named)'}."
            )
        if self._stream_processors is not None:
            self._stream_processors.refuse(operation)
        try:
            sent = json.loads(body or b"{}")
        except ValueError as err:
            raise SerializationError("The body is not JSON") from err
        shape = service_model("rekognition").operation_model(operation).input_shape
        return await self._methods[operation](validated(shape, sent) if shape else {})
