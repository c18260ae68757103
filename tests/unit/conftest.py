"""What the unit tests share."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Iterator

import pytest
from aws_lambda_powertools import Logger

from tests.fakes.home import Home

# Powertools reads these when the functions are imported; template.yaml sets them in AWS.
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "SmartDoor")
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "tests")


@pytest.fixture
def home() -> Home:
    """A home with two doors where nobody is known yet."""
    return Home()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the functions write to their log, one JSON object a line."""
    Logger()  # has its handler from now on, also where no function was imported yet
    written = io.StringIO()
    handlers = [
        handler
        for handler in logging.getLogger("tests").handlers
        if isinstance(handler, logging.StreamHandler)
    ]
    streams = [handler.setStream(written) for handler in handlers]
    yield written
    for handler, stream in zip(handlers, streams, strict=True):
        handler.setStream(stream)
