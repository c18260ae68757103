"""What the Lambda service knows: functions, layers, mappings. Kept in one file, saved at each change."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any

from emulator import state_file
from emulator.aws_protocol import AwsError
from emulator.service import Settings

Fields = dict[str, Any]


class Registry:
    """Functions by name, layer versions by ARN, event source mappings by UUID."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folder = settings.data_dir / "lambda"
        state = state_file.load(self._path, {})
        self.functions: dict[str, Fields] = state.get("functions", {})
        self.layers: dict[str, Fields] = state.get("layers", {})
        self.layer_numbers: dict[str, int] = state.get("layer_numbers", {})
        self.mappings: dict[str, Fields] = state.get("mappings", {})

    @property
    def _path(self) -> Path:
        return self.folder / "lambda.json"

    def save(self) -> None:
        """Write all of it."""
        state_file.save(
            self._path,
            {
                "functions": self.functions,
                "layers": self.layers,
                "layer_numbers": self.layer_numbers,
                "mappings": self.mappings,
            },
        )

    def arn(self, kind: str, name: str) -> str:
        """arn:aws:lambda:REGION:ACCOUNT:KIND:NAME."""
        return f"arn:aws:lambda:{self.settings.region}:{self.settings.account_id}:{kind}:{name}"

    def function(self, name_or_arn: str, qualifier: str | None = None) -> Fields:
        """A function by name, partial or full ARN. Raises AwsError (ResourceNotFoundException)."""
        name, named_qualifier = split_name(name_or_arn)
        qualifier = qualifier or named_qualifier
        arn = self.arn("function", name)
        if name not in self.functions or qualifier not in (None, "$LATEST"):
            suffix = f":{qualifier}" if qualifier else ""
            raise not_found(f"Function not found: {arn}{suffix}")
        return self.functions[name]

    def layer(self, version_arn: str) -> Fields:
        """A layer version. Raises AwsError (ResourceNotFoundException)."""
        if version_arn not in self.layers:
            raise not_found("The resource you requested does not exist.")
        return self.layers[version_arn]

    def mapping(self, mapping_id: str) -> Fields:
        """An event source mapping. Raises AwsError (ResourceNotFoundException)."""
        if mapping_id not in self.mappings:
            raise not_found("The resource you requested does not exist.")
        return self.mappings[mapping_id]


def split_name(name_or_arn: str) -> tuple[str, str | None]:
    """Name and qualifier of "name", "name:qualifier", "ACCOUNT:function:name" or a full ARN."""
    parts = name_or_arn.split(":")
    if "function" in parts:
        parts = parts[parts.index("function") + 1 :]
    return parts[0], parts[1] if len(parts) > 1 else None


def not_found(message: str) -> AwsError:
    """ResourceNotFoundException."""
    return AwsError("ResourceNotFoundException", message, 404)


def conflict(message: str) -> AwsError:
    """ResourceConflictException."""
    return AwsError("ResourceConflictException", message, 409)


def revision() -> Fields:
    """What every change of a function leaves: when, and a new revision."""
    now = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}+0000"
    return {"LastModified": stamp, "RevisionId": str(uuid.uuid4())}
