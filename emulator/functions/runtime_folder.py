"""What AWS's Python runtimes bring besides Python, as a folder: the Runtime Interface Client and boto3.

A function that was deployed as a zip finds its imports in its own folder, then in its layers, then here, as
on AWS in /var/task, /opt/python and /var/runtime. This machine's other packages do not exist for it, so what
was left out of a zip or a layer is missing here as well.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

BROUGHT = ("awslambdaric", "boto3")
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def make_runtime_folder(folder: Path) -> None:
    """Make it anew, of links to the packages that are installed here (blocking)."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for found in _with_requirements(BROUGHT):
        for name in sorted({file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}):
            (folder / name).symlink_to(str(found.locate_file(name)))


def _with_requirements(names: tuple[str, ...]) -> Iterator[Distribution]:
    waiting, seen = [*names], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:  # a requirement of another Python or platform
            continue
        yield found
        waiting += [
            match[0]
            for line in found.requires or ()
            if "extra ==" not in line and (match := _NAME.match(line))
        ]
