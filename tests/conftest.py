"""Fixtures for tests of more than one part: a running emulator; and how tests are shared among processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.ports import free_port

ROOT = Path(__file__).parent.parent
START_SECONDS = 120.0
SESSION = boto3.session.Session()  # one for all: it reads each service's model once
# How long an example takes depends on what else the machine does.
settings.register_profile("smart-door", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("smart-door")

CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
# Tests press Ctrl-C, also where they run in the background of a shell, whose children ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)


# Files whose tests follow each other in one process: they share builds, or keep every core busy.
TOGETHER = {
    "builds": ("tests/deployment/",),
    "the whole system": (
        "tests/e2e/journeys/",
        *(f"tests/e2e/test_{name}.py" for name in ("newcomer", "one_long_visit", "real_people")),
    ),
}


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist publishes no types
    """The tests of a file run in one process, in their order.

    xdist's own groups do not come about: it appends them to a test's id, which pytest 9 does not let it do.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((name for name, files in TOGETHER.items() if file.startswith(files)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """How `make test` shares tests among processes."""
    return ByFile(config, log)


@dataclass
class Emulator:
    """A running `python -m emulator`."""

    endpoint_url: str
    web_url: str
    data_dir: Path
    process: subprocess.Popen[bytes]

    def client(self, service_name: str, **config: Any) -> Any:
        """A boto3 client of this emulator; `config` are options of botocore's Config."""
        options = {"retries": {"max_attempts": 1}, **config}
        return SESSION.client(  # type: ignore[call-overload]  # any service by name
            service_name,
            endpoint_url=self.endpoint_url,
            region_name="us-east-1",
            config=Config(**options),
            **CREDENTIALS,
        )

    def stop(self) -> int:
        """Stop it as Ctrl-C does and say its exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def start_emulator(
    data_dir: Path, *options: str, port: int | None = None, web_port: int | None = None
) -> Emulator:
    """Start an emulator on free ports and wait until it answers; its log is data_dir/../emulator.log."""
    port, web_port = port or free_port(), web_port or free_port()
    log = data_dir.parent / "emulator.log"
    command = [sys.executable, "-m", "emulator", "--port", str(port), "--web-port", str(web_port)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--data", str(data_dir), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=output,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    emulator = Emulator(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{web_port}", data_dir, process)
    assert process.stdout is not None
    deadline = time.monotonic() + START_SECONDS
    for line in process.stdout:
        if line.startswith(b"Ready"):
            break
        assert time.monotonic() < deadline, f"the emulator did not get ready in {START_SECONDS} s"
    else:
        raise AssertionError(f"the emulator ended with {process.wait()}: {log.read_text()}")
    process.stdout.close()
    return emulator


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One emulator for all tests of the session: use names of your own, so that tests stay apart."""
    running = start_emulator(tmp_path_factory.mktemp("emulator") / "data")
    yield running
    running.stop()
