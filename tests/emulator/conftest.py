"""Fixtures of the emulator's tests: names that no other test has, and small functions to invoke."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROLE = "arn:aws:iam::123456789012:role/anything"


@pytest.fixture
def name() -> str:
    """A name for whatever the test makes."""
    return f"t-{uuid.uuid4().hex[:12]}"


@dataclass
class FunctionMaker:
    """Makes functions out of source text, in folders that are used in place."""

    client: Any
    folder: Path

    def __call__(self, name: str, source: str, **options: Any) -> Path:
        """Create function `name` with this `app.py`; returns its folder."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "app.py").write_text(source)
        self.client.create_function(
            **{
                "FunctionName": name,
                "Runtime": "python3.13",
                "Role": ROLE,
                "Handler": "app.handler",
                "Timeout": 20,
                "Code": {"S3Bucket": "hot-reload", "S3Key": str(folder)},
                **options,
            }
        )
        return folder


@pytest.fixture
def make_function(emulator: Any, tmp_path: Path) -> FunctionMaker:
    """`make_function(name, source, **CreateFunction's options)`."""
    return FunctionMaker(emulator.client("lambda"), tmp_path)
