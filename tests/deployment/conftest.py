"""Builds, each made when it is needed: for Lambda, the same again elsewhere, and for this machine."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from scripts.artefacts import Artefact, artefacts
from tests.conftest import ROOT

_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# Without measuring, which takes as long as building.
_BUILD = """
import sys, pathlib, scripts.build
machine, python, folder = sys.argv[1:]
scripts.build.build(pathlib.Path(folder), machine, python)
"""


@dataclass(frozen=True)
class Built:
    """A build: its template, and what the command said."""

    template: Path
    said: str

    def artefacts(self) -> Sequence[Artefact]:
        """Layers and functions, measured."""
        return artefacts(self.template)


@dataclass(frozen=True)
class Builds:
    """The builds of a session, in one folder."""

    folder: Path

    @cached_property
    def for_lambda(self) -> Built:
        """What `make build` makes."""
        return _run(self.folder / "a" / "build", ["-m", "scripts.build", "--folder"])

    @cached_property
    def for_lambda_again(self) -> Built:
        """The same under another umask, in another time zone and in another folder."""
        variables = {"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7"}
        folder = self.folder / "somewhere else" / "b"
        return _run(folder, ["-c", _BUILD, "aarch64", "3.13"], umask=0o077, variables=variables)

    @cached_property
    def for_this_machine(self) -> Built:
        """The same for this machine's processor and Python."""
        return _run(self.folder / "c" / "build", ["-c", _BUILD, platform.machine(), _PYTHON])


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    """All tests of this folder run in one process (tests/conftest.py), so that each build is made once."""
    folder = tmp_path_factory.mktemp("build")
    yield Builds(folder)
    shutil.rmtree(folder)  # half a gigabyte


def _run(
    folder: Path, arguments: Sequence[str], *, umask: int = 0o022, variables: Mapping[str, str] | None = None
) -> Built:
    """Run Python with these arguments and the folder, which must build into it."""
    done = subprocess.run(
        [sys.executable, *arguments, str(folder)],
        cwd=ROOT,
        env={**os.environ, **(variables or {})},
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Built(folder / "template.yaml", done.stdout)
