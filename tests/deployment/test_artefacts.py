"""What `make build` leaves for Lambda: complete, small, for its processor and Python, always the same."""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from scripts.artefacts import Artefact, files_of, with_layers
from scripts.build_layer import services_of
from tests.conftest import ROOT
from tests.deployment.conftest import Builds

AARCH64 = 183  # e_machine of an ELF header
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
LAYERS = {"OpencvLayer": "opencv", "SmartDoorLayer": "smart_door"}


@pytest.fixture(scope="module")
def built(builds: Builds) -> dict[str, Artefact]:
    """Functions and layers for Lambda, by logical id."""
    return {one.logical_id: one for one in builds.for_lambda.artefacts()}


def test_it_is_within_lambda_s_limits_and_far_from_them(built: dict[str, Artefact]) -> None:
    """The command fails otherwise; every function with its layers is well below, and functions are small."""
    every = [*built.values()]
    assert max(with_layers(one, every) for one in every) < 150 * 1024**2
    assert all(one.zipped < 10_000 for one in every if not one.is_layer)


def test_the_command_shows_every_size_beside_the_limits(builds: Builds, built: dict[str, Artefact]) -> None:
    """A row for each layer and function, and Lambda's limits below."""
    heading, columns, *rows, limits = builds.for_lambda.said.splitlines()
    assert "Python 3.13 on aarch64" in heading
    assert columns.split() == ["zipped", "unzipped", "with", "layers", "contents"]
    assert [row.split()[0] for row in rows] == [*built]
    assert re.sub(" +", " ", limits).strip() == "Lambda's limits 50.0 MB 250.0 MB 250.0 MB"
    assert all(
        re.search(rf"\d+\.\d [MK]B .*{one.sha256[:12]}$", row)
        for one, row in zip(built.values(), rows, strict=True)
    )


def test_a_second_build_has_the_same_contents(builds: Builds, built: dict[str, Artefact]) -> None:
    """Elsewhere, under another umask, in another time zone: the same bytes, modes and times."""
    again = {one.logical_id: one for one in builds.for_lambda_again.artefacts()}
    assert {name: one.sha256 for name, one in again.items()} == {
        name: one.sha256 for name, one in built.items()
    }
    for name, one in built.items():
        assert _marks(one.folder) == _marks(again[name].folder), name


def _marks(folder: Path) -> list[tuple[str, int, int]]:
    return [
        (path.relative_to(folder).as_posix(), path.stat().st_mode & 0o777, int(path.stat().st_mtime))
        for path in files_of(folder)
    ]


def test_shared_objects_are_for_lambda_s_processor_and_python(built: dict[str, Artefact]) -> None:
    """Each is an ELF file for aarch64; extension modules are for CPython 3.13, or for any."""
    objects = [path for name in LAYERS for path in files_of(built[name].folder) if ".so" in path.suffixes]
    assert len(objects) > 30
    for path in objects:
        header = path.read_bytes()[:20]
        assert header[:5] == b"\x7fELF\x02", path
        assert struct.unpack("<H", header[18:20])[0] == AARCH64, path
        if ".cpython-" in path.name:
            assert path.name.endswith(".cpython-313-aarch64-linux-gnu.so"), path


def test_nothing_is_in_it_that_no_function_needs(built: dict[str, Artefact]) -> None:
    """No tests, caches, stubs, sources of compiled modules, or pip's records."""
    for one in built.values():
        for path in files_of(one.folder):
            assert not {"tests", "__pycache__", "bin", "examples"} & {*path.parent.parts}, path
            assert path.suffix not in {".pyc", ".pyi", ".pyx", ".pxd", ".c", ".h", ".a"}, path
            assert path.name not in {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}, path
        if not one.is_layer:
            assert [path.name for path in files_of(one.folder)] == ["app.py"]


def test_of_opencv_s_data_only_what_the_application_names_is_in_it(built: dict[str, Artefact]) -> None:
    """All cascades together are 10 MB."""
    data = built["OpencvLayer"].folder / "python" / "cv2" / "data"
    application = "".join(_texts(ROOT / "layers" / "smart_door" / "smart_door").values())
    assert [path.name for path in files_of(data) if path.name not in application] == []


def test_only_locked_packages_are_in_it_and_all_of_them(built: dict[str, Artefact]) -> None:
    """By name and version, with their licences."""
    for name, source in LAYERS.items():
        locked = LOCKED.findall((ROOT / "layers" / source / "requirements.txt").read_text())
        packages = [*(built[name].folder / "python").glob("*.dist-info")]
        found = [package.name.removesuffix(".dist-info").split("-") for package in packages]
        assert sorted((package.replace("_", "-"), version) for package, version in found) == sorted(locked)
        for package in packages:
            assert any("LICEN" in path.name.upper() for path in files_of(package)), package


def test_the_application_is_in_it_as_it_is_here(built: dict[str, Artefact]) -> None:
    """Every module of the layer's package, and each function's app.py."""
    sources = ROOT / "layers" / "smart_door" / "smart_door"
    copies = built["SmartDoorLayer"].folder / "python" / "smart_door"
    assert _texts(copies) == _texts(sources)
    folders = {
        re.sub("(?<!^)(?=[A-Z])", "_", name.removesuffix("Function")).lower(): one
        for name, one in built.items()
    }
    for source in (ROOT / "functions").glob("*/app.py"):
        assert (folders[source.parent.name].folder / "app.py").read_text() == source.read_text()


def _texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.py")}


def test_botocore_describes_the_services_that_are_called_and_no_others(built: dict[str, Artefact]) -> None:
    """Found in the sources, so that nobody has to keep a list."""
    described = built["SmartDoorLayer"].folder / "python" / "botocore" / "data"
    kept = {path.name for path in described.iterdir() if path.is_dir()}
    assert kept == services_of([ROOT / "layers" / "smart_door" / "smart_door"])
    assert {"dynamodb", "s3", "rekognition", "kinesis-video-archived-media"} <= kept


def test_every_function_has_its_handler_and_finds_its_imports(built: dict[str, Artefact]) -> None:
    """app.handler is defined, and what app.py imports is in Python or in a layer of this function."""
    functions = [one for one in built.values() if not one.is_layer]
    assert len(functions) >= 7
    for one in functions:
        layers = [built[layer].folder / "python" for layer in one.layers or ()]
        module = ast.parse((one.folder / "app.py").read_text())
        assert "handler" in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
        for name in _imports([module]):
            assert _is_there(name, [one.folder, *layers]), f"{one.logical_id}: {name}"


def test_the_layers_find_each_other_s_imports(built: dict[str, Artefact]) -> None:
    """What the application imports is in its own layer, or OpenCV's."""
    folders = [built[name].folder / "python" for name in LAYERS]
    modules = [ast.parse(path.read_text()) for path in (folders[1] / "smart_door").rglob("*.py")]
    missing = [name for name in _imports(modules) if not _is_there(name, folders)]
    assert missing == []


def _imports(modules: Sequence[ast.Module]) -> Iterator[str]:
    """The modules that are imported when the code runs (not those for type checkers)."""
    for module in modules:
        typing_only = {
            id(inner)
            for node in ast.walk(module)
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        for node in ast.walk(module):
            if id(node) in typing_only:
                continue
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module


def _is_there(module: str, folders: Sequence[Path]) -> bool:
    path = module.replace(".", "/")
    return module.partition(".")[0] in sys.stdlib_module_names or any(
        (folder / path).is_dir() or (folder / f"{path}.py").exists() for folder in folders
    )
