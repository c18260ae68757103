"""One stream's folder: a file for each fragment, and an index of them that is a journal.

Everything here blocks; `archive` calls it from threads. A fragment's file is written before its line in the
index, so what a crash leaves behind is at worst a file that nobody knows (removed at the next start) or a
torn last line (ignored).
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

logger = logging.getLogger(__name__)

FIRST_FRAGMENT_NUMBER = 1 << 156
"""AWS's fragment numbers have 47 digits and begin here, so that they sort as text as they do as numbers."""

_COMPACT_AFTER = 1000


@dataclass(frozen=True)
class FragmentRecord:
    """What is known of a stored fragment without reading it. Times are milliseconds since the epoch.

    `header_bytes` says where in the file the segment's header ends and tags and cluster begin; `persisted`
    is False in a stream without retention.
    """

    number: str
    producer_ms: int
    server_ms: int
    duration_ms: int
    size: int
    header_bytes: int
    digest: str
    persisted: bool = True
    explicitly_ended: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)


class FragmentNumbers:
    """Hands out fragment numbers: each larger than all before it."""

    def __init__(self) -> None:
        self._last = FIRST_FRAGMENT_NUMBER

    def next(self) -> str:
        """Return a new number for a fragment that begins to arrive now."""
        self._last = max(self._last + 1, FIRST_FRAGMENT_NUMBER + (time.time_ns() // 1_000_000 << 66))
        return str(self._last)

    def seen(self, number: str) -> None:
        """Take note of a number that was handed out before a restart."""
        self._last = max(self._last, int(number))


class FragmentFolder:
    """The files of one stream."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._index = path / "index.jsonl"
        self._dead_lines = 0

    def load(self) -> list[FragmentRecord]:
        """Make the folder if it is not there; return what it holds in the order of its writing."""
        self._path.mkdir(parents=True, exist_ok=True)
        lines = self._index.read_text().splitlines() if self._index.exists() else []
        files = {entry.name for entry in os.scandir(self._path)}
        records = {}
        for line in lines:
            record = _parse(line)
            if record is not None and _file_name(record.number) in files:
                records[record.number] = record
        for stray in files - {_file_name(number) for number in records} - {self._index.name}:
            (self._path / stray).unlink()
        if len(records) < len(lines):
            self._rewrite(records.values())
        return list(records.values())

    def write(self, record: FragmentRecord, data: bytes) -> None:
        """Write a fragment and its line in the index."""
        (self._path / _file_name(record.number)).write_bytes(data)
        with self._index.open("a") as index:
            index.write(_line(record))

    def read(self, number: str) -> bytes:
        """Return a fragment's file; FileNotFoundError if it has been removed."""
        return (self._path / _file_name(number)).read_bytes()

    def read_header(self, record: FragmentRecord) -> bytes:
        """Return only the segment's header of a fragment; FileNotFoundError if it has been removed."""
        with (self._path / _file_name(record.number)).open("rb") as file:
            return file.read(record.header_bytes)

    def remove(self, numbers: Iterable[str], remaining: Iterable[FragmentRecord]) -> None:
        """Remove fragments' files; at times the index is written anew, with the `remaining` records."""
        for number in numbers:
            (self._path / _file_name(number)).unlink(missing_ok=True)
            self._dead_lines += 1
        if self._dead_lines > _COMPACT_AFTER:
            self._rewrite(remaining)

    def delete(self) -> None:
        """Remove the whole folder."""
        shutil.rmtree(self._path, ignore_errors=True)

    def _rewrite(self, records: Iterable[FragmentRecord]) -> None:
        written = self._path / "index.new"
        written.write_text("".join(map(_line, records)))
        os.replace(written, self._index)
        self._dead_lines = 0


def _file_name(number: str) -> str:
    return f"{number}.mkv"


def _line(record: FragmentRecord) -> str:
    return json.dumps(asdict(record)) + "\n"


def _parse(line: str) -> FragmentRecord | None:
    try:
        return FragmentRecord(**json.loads(line))
    except (ValueError, TypeError):
        logger.warning("A torn line in the index of fragments is ignored")
        return None
