"""Builds what goes to Lambda, says how large it is, and fails where Lambda would refuse it.

    python -m scripts.build                                   python3.13 on arm64, into .aws-sam/build
    python -m scripts.build --machine x86_64 --python 3.11 --folder elsewhere/build

The same sources and lock files give the same contents, byte for byte.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.artefacts import (
    MAX_UNZIPPED_BYTES,
    MAX_ZIPPED_BYTES,
    Artefact,
    artefacts,
    in_words,
    over_limits,
    set_modes_and_times,
    with_layers,
)

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
FOLDER = ROOT / ".aws-sam" / "build"
LAMBDA_MACHINE, LAMBDA_PYTHON = "aarch64", "3.13"  # template.yaml's Architectures and Runtime

_TAIL_LINES = 30


class BuildError(Exception):
    """Nothing to deploy came out; the message says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, measure, say; the exit status."""
    options = _parse(arguments)
    try:
        template = build(options.folder, options.machine, options.python)
    except BuildError as error:
        print(f"smart-door: {error}", file=sys.stderr)
        return 1
    every = artefacts(template)
    print(f"Built for Python {options.python} on {options.machine}, in {options.folder}")
    print(table(every))
    if problems := over_limits(every):
        print("smart-door: over Lambda's limits: " + "; ".join(problems), file=sys.stderr)
        return 1
    return 0


def build(folder: Path = FOLDER, machine: str = LAMBDA_MACHINE, python: str = LAMBDA_PYTHON) -> Path:
    """Run `sam build` into a folder; the template that it wrote there. Raises BuildError (sam's words)."""
    sam = Path(sys.executable).with_name("sam")
    if not sam.exists():
        raise BuildError(f"there is no {sam}. `make build` sets up what it needs.")
    done = subprocess.run(
        [sam, "build", "--template-file", TEMPLATE, "--build-dir", folder.resolve()],
        cwd=ROOT,
        env={**os.environ, **_variables(machine, python)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-_TAIL_LINES:])
        raise BuildError(f"sam build failed. The end of what it said:\n{tail}")
    set_modes_and_times(folder)
    return folder / "template.yaml"


def _variables(machine: str, python: str) -> dict[str, str]:
    """What sam hands down to the Makefiles of functions and layers."""
    return {
        "PYTHON": sys.executable,
        "BUILD_MACHINE": machine,
        "BUILD_PYTHON": python,
        "SAM_CLI_TELEMETRY": "0",
    }


def table(every: Sequence[Artefact]) -> str:
    """Sizes beside Lambda's limits, and the first digits of what a second build must have as well."""
    lines = [_row("", "zipped", "unzipped", "with layers", "contents")]
    for one in every:
        total = "" if one.is_layer else in_words(with_layers(one, every))
        lines.append(
            _row(one.logical_id, in_words(one.zipped), in_words(one.unzipped), total, one.sha256[:12])
        )
    unzipped = in_words(MAX_UNZIPPED_BYTES)
    lines.append(_row("Lambda's limits", in_words(MAX_ZIPPED_BYTES), unzipped, unzipped, ""))
    return "\n".join(lines)


def _row(name: str, zipped: str, unzipped: str, total: str, contents: str) -> str:
    return f"  {name:<34}{zipped:>10}{unzipped:>12}{total:>14}   {contents}".rstrip()


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.build", description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to (default .aws-sam/build)")
    parser.add_argument(
        "--machine", default=LAMBDA_MACHINE, help="the processor: aarch64 (default) or x86_64"
    )
    parser.add_argument("--python", default=LAMBDA_PYTHON, help="the Python version (default 3.13)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
