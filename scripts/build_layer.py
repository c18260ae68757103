"""Fills a layer's folder: locked wheels for one platform, less what no function needs, and our own packages.

The layers' Makefiles run it for `sam build`, in any Python that has pip; it uses the standard library only.
Nothing is ever stripped: that breaks numpy.
"""

from __future__ import annotations

import argparse
import ast
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

GLIBC = range(17, 35)
"""Wheels for glibc 2.17 to 2.34 run where Lambda's python3.13 does, on Amazon Linux 2023."""

UNUSED_FOLDERS = ("__pycache__", "tests", "bin", "examples")
UNUSED_FILES = ("*.py[cdix]", "*.pxd", "*.c", "*.h", "*.a")
RECORDS_OF_PIP = ("RECORD", "INSTALLER", "REQUESTED")
"""What pip notes about an installation: after trimming it is no longer true."""


class LayerError(Exception):
    """The layer cannot be made; the message says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill the folder; the exit status."""
    options = _parse(arguments)
    try:
        fill(options)
    except LayerError as error:
        print(f"smart-door: {error}", file=sys.stderr)
        return 1
    return 0


def fill(options: argparse.Namespace) -> None:
    """Install, copy, trim. Raises LayerError."""
    into: Path = options.into
    _install(options.requirements, into, options.machine, options.python)
    for package in options.package:
        shutil.copytree(package, into / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    for unused in options.without:
        shutil.rmtree(into / unused, ignore_errors=True)
    for folder, name in options.only:
        keep_file(into / folder, name)
    trim(into)
    if options.package:
        keep_services(into, services_of(options.package))
    _remove_empty_folders(into)


def _install(requirements: Path, into: Path, machine: str, python: str) -> None:
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in GLIBC] + [f"manylinux2014_{machine}"]
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--no-deps", "--no-compile", "--only-binary=:all:"),
        *("--implementation", "cp", "--python-version", python),
        *(word for platform in platforms for word in ("--platform", platform)),
        *("--target", str(into), "--requirement", str(requirements)),
    ]
    if subprocess.run(command, check=False).returncode:
        raise LayerError(
            f"the wheels of {requirements} for Python {python} on {machine} could not be had; pip says why "
            "above. Is the package index reachable, and does every package have a wheel for that platform?"
        )


def keep_file(folder: Path, name: str) -> None:
    """Remove everything else in the folder. Raises LayerError where the file is not there."""
    if not (folder / name).is_file():
        raise LayerError(f"no {name} in {folder}; does this version of the package still have it?")
    for entry in [*folder.iterdir()]:
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != name:
            entry.unlink()


def trim(into: Path) -> None:
    """Remove caches, tests, sources of compiled modules and stubs, everywhere."""
    for name in UNUSED_FOLDERS:
        for folder in [*into.rglob(name)]:
            shutil.rmtree(folder, ignore_errors=True)
    for pattern in UNUSED_FILES:
        for file in [*into.rglob(pattern)]:
            file.unlink()
    for name in RECORDS_OF_PIP:
        for file in [*into.glob(f"*.dist-info/{name}")]:
            file.unlink()


def services_of(packages: Iterable[Path]) -> set[str]:
    """The AWS services whose clients these packages make. Raises LayerError where one is no literal."""
    return {
        service for package in packages for source in package.rglob("*.py") for service in _services(source)
    }


def _services(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(), str(source))):
        match node:
            case ast.Call(func=ast.Attribute(attr="client" | "resource"), args=[ast.Constant(str(name)), *_]):
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name("boto3"), attr="client" | "resource")):
                raise LayerError(
                    f"{source}:{node.lineno}: name the service of this client as a string, so that the build "
                    "knows which of botocore's service descriptions are needed"
                )


def keep_services(into: Path, services: set[str]) -> None:
    """Remove the descriptions of all other services, which are nine tenths of botocore.

    Raises LayerError where botocore has no description of one of the services.
    """
    described = into / "botocore" / "data"
    if unknown := sorted(name for name in services if not (described / name).is_dir()):
        raise LayerError(f"botocore knows no service {', '.join(unknown)}")
    for data in (described, into / "boto3" / "data"):
        for folder in [*data.iterdir()]:
            if folder.is_dir() and folder.name not in services:
                shutil.rmtree(folder)


def _remove_empty_folders(into: Path) -> None:
    for folder in sorted(into.rglob("*"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="build_layer", description="Fills a layer's folder.")
    parser.add_argument("--requirements", type=Path, required=True, help="a lock file with hashes")
    parser.add_argument("--into", type=Path, required=True, help="the folder to fill")
    parser.add_argument("--machine", required=True, help="aarch64 or x86_64")
    parser.add_argument("--python", required=True, help="such as 3.13")
    parser.add_argument("--package", type=Path, action="append", default=[], help="a package of our own")
    parser.add_argument("--without", action="append", default=[], help="a folder to leave out")
    parser.add_argument(
        "--only", type=_folder_and_file, action="append", default=[], help="FOLDER=FILE, of it just that file"
    )
    return parser.parse_args(arguments)


def _folder_and_file(text: str) -> tuple[str, str]:
    folder, separator, name = text.partition("=")
    if not (folder and separator and name):
        raise argparse.ArgumentTypeError(f"{text!r} is not FOLDER=FILE")
    return folder, name


if __name__ == "__main__":
    sys.exit(main())
