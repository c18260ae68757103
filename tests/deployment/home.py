"""A home in an account, and the commands that deploy and destroy it, as people run them."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import CREDENTIALS, ROOT, Emulator

SECONDS = 240.0


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    def part(self, title: str) -> str:
        """What it said below one of its steps."""
        return self.out.partition(title)[2].partition("\n\n")[0]


@dataclass(frozen=True)
class Home:
    """An account with one stack, and the folders that are deployed to it."""

    emulator: Emulator
    stack: str
    built: Path
    sites: Path

    def deploy(self, *options: str) -> Said:
        """Run scripts/deploy --yes to its end."""
        return self.run(*self.deploying("--yes", *options))

    def deploying(self, *options: str, built: Path | None = None) -> list[str]:
        """The command."""
        folders = ["--built", str(built or self.built), "--sites", str(self.sites)]
        return ["scripts.deploy", "--stack", self.stack, *folders, *options]

    def run(self, *command: str) -> Said:
        """Run a command to its end; nobody can be asked."""
        done = subprocess.run(
            self.command(command),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def run_and_answer(self, *command: str, answer: str) -> Said:
        """Run a command with a terminal as its input, where somebody types an answer."""
        ours, theirs = pty.openpty()
        os.write(ours, f"{answer}\n".encode())
        try:
            done = subprocess.run(
                self.command(command),
                env=self.environment,
                stdin=theirs,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        finally:
            os.close(ours)
            os.close(theirs)
        return Said(done.returncode, done.stdout, done.stderr)

    @staticmethod
    def command(command: Sequence[str]) -> list[str]:
        """The command for a process."""
        return [sys.executable, "-m", *command]

    @property
    def environment(self) -> Mapping[str, str]:
        """Every AWS client talks to the emulator."""
        credentials = {name.upper(): value for name, value in CREDENTIALS.items()}
        endpoint = {"AWS_ENDPOINT_URL": self.emulator.endpoint_url, "AWS_DEFAULT_REGION": "us-east-1"}
        return {**os.environ, **credentials, **endpoint, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}

    def describe(self) -> dict[str, Any]:
        """The stack."""
        stacks = self.emulator.client("cloudformation").describe_stacks(StackName=self.stack)
        found: dict[str, Any] = stacks["Stacks"][0]
        return found

    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        return {item["OutputKey"]: item["OutputValue"] for item in self.describe()["Outputs"]}

    def invalidations(self) -> int:
        """How often CloudFront was told to forget its copies."""
        distribution = self.outputs()["DistributionId"]
        answer = self.emulator.client("cloudfront").list_invalidations(DistributionId=distribution)
        return int(answer["InvalidationList"]["Quantity"])
