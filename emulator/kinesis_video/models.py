"""Streams: what the control plane knows of them, and where that is kept over a restart."""

from __future__ import annotations

import json
import os
import secrets
import string
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from emulator.kinesis_video.exceptions import (
    InvalidArgumentError,
    ResourceInUseError,
    ResourceNotFoundError,
    VersionMismatchError,
)
from emulator.service import Settings

_VERSION_ALPHABET = string.ascii_letters + string.digits


def new_version() -> str:
    """Make up a stream's version: 20 letters and digits, as AWS's look."""
    return "".join(secrets.choice(_VERSION_ALPHABET) for _ in range(20))


@dataclass(frozen=True)
class Stream:
    """One video stream. `created_ms` is in milliseconds since the epoch and ends its ARN."""

    name: str
    arn: str
    created_ms: int
    version: str
    kms_key_id: str
    retention_hours: int = 0
    device_name: str | None = None
    media_type: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    notification: Mapping[str, Any] | None = None
    image_generation: Mapping[str, Any] | None = None
    storage_tier: str = "HOT"

    @property
    def folder(self) -> str:
        """The name of the folder of its fragments: no other stream ever has it."""
        return f"{self.name}@{self.created_ms}"

    def describe(self) -> dict[str, Any]:
        """Return the StreamInfo structure."""
        info = {
            "StreamName": self.name,
            "StreamARN": self.arn,
            "DeviceName": self.device_name,
            "MediaType": self.media_type,
            "KmsKeyId": self.kms_key_id,
            "Version": self.version,
            "Status": "ACTIVE",
            "CreationTime": self.created_ms / 1000,
            "DataRetentionInHours": self.retention_hours,
        }
        return {name: value for name, value in info.items() if value is not None}


class Streams:
    """All streams, by name, kept in one file."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._file = folder / "streams.json"
        self._streams: dict[str, Stream] = {}
        if self._file.exists():
            described = json.loads(self._file.read_text())
            self._streams = {fields["name"]: Stream(**fields) for fields in described}

    def all(self) -> list[Stream]:
        """Return all streams in the order of their names."""
        return [self._streams[name] for name in sorted(self._streams)]

    def find(self, name: str | None, arn: str | None) -> Stream:
        """Return the stream of that name or ARN (one of them is needed).

        Raises InvalidArgumentError without either, ResourceNotFoundError if there is no such stream.
        """
        if not name and not arn:
            raise InvalidArgumentError("Either StreamName or StreamARN must be given")
        stream = self._streams.get(name or str(arn).split("/")[1])
        if stream is None or (arn and stream.arn != arn):
            account, region = self._settings.account_id, self._settings.region
            message = f"The requested stream {arn or name} is not found or not active in {account}, {region}"
            raise ResourceNotFoundError(message)
        return stream

    def create(self, name: str, kms_key_id: str | None = None, **fields: Any) -> Stream:
        """Make a stream; it is ACTIVE at once. ResourceInUseError if the name is taken."""
        if name in self._streams:
            raise ResourceInUseError(f"The stream {name} already exists")
        created_ms = time.time_ns() // 1_000_000
        place = f"{self._settings.region}:{self._settings.account_id}"
        stream = Stream(
            name=name,
            arn=f"arn:aws:kinesisvideo:{place}:stream/{name}/{created_ms}",
            created_ms=created_ms,
            version=new_version(),
            kms_key_id=kms_key_id or f"arn:aws:kms:{place}:alias/aws/kinesisvideo",
            **fields,
        )
        return self._keep(stream)

    def change(self, stream: Stream, version: str | None = None, **changes: Any) -> Stream:
        """Change a stream, which gets a new version; VersionMismatchError if `version` is not its own."""
        self.check_version(stream, version)
        return self._keep(replace(stream, version=new_version(), **changes))

    def annotate(self, stream: Stream, **changes: Any) -> Stream:
        """Change what leaves the version as it is: tags and configurations."""
        return self._keep(replace(stream, **changes))

    def delete(self, stream: Stream, version: str | None) -> None:
        """Forget a stream; VersionMismatchError if `version` is given and not its own."""
        self.check_version(stream, version)
        del self._streams[stream.name]
        self._save()

    def check_version(self, stream: Stream, version: str | None) -> None:
        """Raise VersionMismatchError if `version` is given and not the stream's."""
        if version is not None and version != stream.version:
            raise VersionMismatchError(f"The stream's version is {stream.version}, not {version}")

    def _keep(self, stream: Stream) -> Stream:
        self._streams[stream.name] = stream
        self._save()
        return stream

    def _save(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        written = self._file.with_suffix(".new")
        written.write_text(json.dumps([asdict(stream) for stream in self.all()]))
        os.replace(written, self._file)
