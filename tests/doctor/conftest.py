"""An emulator whose account each test describes, and the doctor's look at it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import botocore.loaders
import botocore.session
import pytest

from scripts.doctor import Finding, Report, examine
from tests.conftest import Emulator, start_emulator

REGION = "us-east-1"
_VERSIONS = itertools.count()
_LOADER = botocore.loaders.create_loader()


def new_session() -> boto3.Session:
    """A session with the environment's credentials; AWS's models are read once for all of them."""
    own = botocore.session.Session()
    own.register_component("data_loader", _LOADER)
    return boto3.Session(botocore_session=own, region_name=REGION)


@dataclass(frozen=True)
class Patient:
    """The account, as the person running the emulator has it."""

    emulator: Emulator
    file: Path

    def describe(self, **fields: Any) -> None:
        """Make it an account like this; what is not said works."""
        # A new length each time: on a coarse clock two versions may have one time.
        self.file.write_text(json.dumps(fields) + " " * next(_VERSIONS))

    def client(self, service_name: str) -> Any:
        """A boto3 client of it."""
        return self.emulator.client(service_name)

    def examine(self, stack_name: str, mode: str | None = None, **options: Any) -> Report:
        """The doctor's report."""
        return examine(new_session(), stack_name, mode, **options)

    def finding(
        self, check: str, stack_name: str = "nothing", mode: str | None = None, **options: Any
    ) -> Finding:
        """The one finding of a check."""
        findings = self.examine(stack_name, mode, **options).findings
        (found,) = [finding for finding in findings if finding.check == check]
        return found


@pytest.fixture(scope="session")
def described_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patient]:
    """One for all tests: what they describe is read again at the next request."""
    folder = tmp_path_factory.mktemp("doctor")
    file = folder / "account.json"
    file.write_text("{}")
    running = start_emulator(folder / "data", "--account", str(file))
    yield Patient(running, file)
    running.stop()


@pytest.fixture(autouse=True)
def aws_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Credentials that any account takes, and nothing of this machine's own AWS configuration."""
    for name in (
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_SESSION_TOKEN",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))


@pytest.fixture
def patient(described_emulator: Patient, monkeypatch: pytest.MonkeyPatch) -> Patient:
    """An account in which everything works, until a test describes another one."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", described_emulator.emulator.endpoint_url)
    described_emulator.describe()
    return described_emulator


@pytest.fixture
def stack_name() -> str:
    """A name that no other test has."""
    return f"door-{uuid4().hex[:8]}"
