"""Tags of collections and stream processors."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from emulator.rekognition.exceptions import ResourceNotFoundError
from emulator.rekognition.models import Store
from emulator.service import Settings

Fields = dict[str, Any]


class TagOperations:
    """TagResource, UntagResource, ListTagsForResource."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._prefix = f"arn:aws:rekognition:{settings.region}:{settings.account_id}:"

    async def list_tags_for_resource(self, fields: Fields) -> Fields:
        """All tags."""
        return {"Tags": self._tags(fields["ResourceArn"])}

    async def tag_resource(self, fields: Fields) -> Fields:
        """Adds tags and replaces those of the same key."""
        arn = fields["ResourceArn"]
        self._set(arn, {**self._tags(arn), **fields["Tags"]})
        return {}

    async def untag_resource(self, fields: Fields) -> Fields:
        """Removes tags; keys that are not there do not matter."""
        arn = fields["ResourceArn"]
        self._set(arn, {key: value for key, value in self._tags(arn).items() if key not in fields["TagKeys"]})
        return {}

    def _tags(self, arn: str) -> dict[str, str]:
        kind, name = self._resource(arn)
        if kind == "collection":
            return self._store.collection(name).tags
        return self._store.stream_processor(name).tags

    def _set(self, arn: str, tags: dict[str, str]) -> None:
        kind, name = self._resource(arn)
        if kind == "collection":
            self._store.set_collection_tags(name, tags)
        else:
            processor = self._store.stream_processor(name)
            self._store.replace_stream_processor(replace(processor, tags=tags), time.time())

    def _resource(self, arn: str) -> tuple[str, str]:
        kind, _, name = arn.removeprefix(self._prefix).partition("/")
        if not arn.startswith(self._prefix) or kind not in ("collection", "streamprocessor"):
            raise ResourceNotFoundError(f"There is no collection or stream processor {arn}")
        return kind, name
