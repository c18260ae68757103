"""What `make build` made: its folders, their sizes as Lambda counts them, and hashes of their contents."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

MIB = 1024 * 1024
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_ZIPPED_BYTES = 50 * MIB
MAX_UNZIPPED_BYTES = 250 * MIB
MAX_LAYERS = 5

_FUNCTION, _LAYER = "AWS::Serverless::Function", "AWS::Serverless::LayerVersion"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_OLDEST = 315619200  # 1980-01-02: in every time zone a date that a zip can hold


@dataclass(frozen=True)
class Artefact:
    """A function or a layer. `layers` are logical ids, `unzipped` bytes, `sha256` of names and contents."""

    logical_id: str
    folder: Path
    layers: Sequence[str] | None
    unzipped: int
    sha256: str

    @cached_property
    def zipped(self) -> int:
        """Its size as a zip, in bytes (it takes seconds for a large layer)."""
        return len(zip_folder(self.folder))

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer, not a function."""
        return self.layers is None


def artefacts(template: Path) -> list[Artefact]:
    """The layers, then the functions, of a template that `sam build` wrote, each measured."""
    document: dict[str, Any] = yaml_parse(template.read_text())
    found = []
    for logical_id, resource in document["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == _LAYER:
            found.append(_measured(logical_id, template.parent / properties["ContentUri"], None))
        elif resource["Type"] == _FUNCTION:
            layers = _layers(document, properties)
            found.append(_measured(logical_id, template.parent / properties["CodeUri"], layers))
    return sorted(found, key=lambda artefact: (not artefact.is_layer, artefact.logical_id))


def with_layers(artefact: Artefact, every: Sequence[Artefact]) -> int:
    """A function's size with its layers, unzipped, in bytes."""
    sizes = {one.logical_id: one.unzipped for one in every}
    return artefact.unzipped + sum(sizes[layer] for layer in artefact.layers or ())


def over_limits(every: Sequence[Artefact]) -> list[str]:
    """Which of Lambda's limits are exceeded, in words."""
    problems = []
    for one in every:
        total = with_layers(one, every)
        if one.zipped > MAX_ZIPPED_BYTES:
            problems.append(
                f"{one.logical_id} is {in_words(one.zipped)} zipped, not {in_words(MAX_ZIPPED_BYTES)} at most"
            )
        if total > MAX_UNZIPPED_BYTES:
            what = f"{one.logical_id} with its layers" if one.layers else one.logical_id
            problems.append(
                f"{what} is {in_words(total)} unzipped, not {in_words(MAX_UNZIPPED_BYTES)} at most"
            )
        if len(one.layers or ()) > MAX_LAYERS:
            problems.append(f"{one.logical_id} has {len(one.layers or ())} layers, not {MAX_LAYERS} at most")
    return problems


def in_words(size: int) -> str:
    """A size in bytes as people read it."""
    return f"{size / MIB:.1f} MB" if size >= MIB / 10 else f"{size / 1024:.1f} KB"


def zip_folder(folder: Path) -> bytes:
    """A zip that depends on names and contents only: in one order, with one time and one mode."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files_of(folder):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is written
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, file.read_bytes())
    return packed.getvalue()


def files_of(folder: Path) -> Iterator[Path]:
    """All files below a folder, in one order."""
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _layers(document: Mapping[str, Any], properties: Mapping[str, Any]) -> list[str]:
    general = document.get("Globals", {}).get("Function", {}).get("Layers", [])
    return [layer["Ref"] for layer in [*general, *properties.get("Layers", [])]]


def _measured(logical_id: str, folder: Path, layers: Sequence[str] | None) -> Artefact:
    unzipped, contents = 0, hashlib.sha256()
    for file in files_of(folder):
        data = file.read_bytes()
        unzipped += len(data)
        contents.update(f"{file.relative_to(folder).as_posix()}\0{len(data)}\0".encode())
        contents.update(data)
    return Artefact(logical_id, folder, layers, unzipped, contents.hexdigest())


def set_modes_and_times(folder: Path) -> None:
    """Make files readable for Lambda whatever the umask here is, and as old as a zip's entries can be."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (_OLDEST, _OLDEST))
