"""moto keeps its state in memory; the journal brings it back after a restart.

Every successful mutating call is a line of JSON in `data_dir/aws/journal.jsonl`, with its instant and its
random seed, so replaying the lines in order makes the same state with the same ids, secrets and times.
Large bodies are files of their own beside it, named by their hash. Lines are handed to the operating
system at once: they survive the end of this process, though not a power cut in the same second.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from emulator.effects import CURRENT
from emulator.moto_services import Answer, Call, Moment, MotoServices, OperationMissingError

logger = logging.getLogger(__name__)

BLOB_BYTES = 16 * 1024
_DROPPED_HEADERS = frozenset(
    {
        "accept", "accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request", "connection",
        "content-length", "expect", "transfer-encoding", "user-agent", "x-amz-security-token",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One journalled call. `blob` names the file of its body if that is not in the line."""

    call: Call
    moment: Moment
    blob: str = ""


@dataclass(frozen=True)
class Replayed:
    """What a replay did: `failed` calls did not work again, `torn` says the last line was incomplete."""

    calls: int = 0
    seconds: float = 0.0
    failed: int = 0
    torn: bool = False


class Journal:
    """The journal in a folder. All methods run in moto's thread."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal.jsonl"
        self._blobs = folder / "blobs"
        self._blobs.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] | None = None
        self.entries_written = 0

    def record(self, call: Call, moment: Moment) -> None:
        """Append a call."""
        if self._file is None:
            self._file = self._path.open("a", encoding="utf-8")
        self._file.write(self._line(call, moment))
        self._file.flush()
        self.entries_written += 1

    def replay(self, moto: MotoServices) -> Replayed:
        """Do all calls again, in order."""
        started = time.monotonic()
        torn = self._drop_torn_line()
        calls = failed = 0
        for entry in self.entries():
            calls += 1
            answer = _again(moto, entry)
            if answer is None or answer.status >= 300:
                failed += 1
                logger.warning(
                    "A journalled %s of %s did not work again", entry.call.operation, entry.call.service
                )
        CURRENT.take()  # what these calls set off happened when they ran first
        self.entries_written = calls
        replayed = Replayed(calls, time.monotonic() - started, failed, torn)
        if calls:
            logger.info("Replayed %d calls in %.2f s", replayed.calls, replayed.seconds)
        return replayed

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first; a damaged line is left out and said."""
        if not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield self._entry(line)
                except (ValueError, KeyError, FileNotFoundError) as err:
                    logger.error("%s, line %d is damaged and was left out: %r", self._path, number, err)  # noqa: TRY400  # the trace says nothing more

    def rewrite(self, choose: Callable[[list[Entry]], Iterable[Entry]]) -> tuple[int, int]:
        """Replace the entries by those that `choose` makes of them; their numbers before and after."""
        before = list(self.entries())
        fresh = self._path.with_suffix(".compacted")
        after = 0
        with fresh.open("w", encoding="utf-8") as file:
            for entry in choose(before):
                file.write(self._line(entry.call, entry.moment))
                after += 1
            file.flush()
            os.fsync(file.fileno())
        self.close()
        os.replace(fresh, self._path)
        self._drop_unused_blobs()
        return len(before), after

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _line(self, call: Call, moment: Moment) -> str:
        headers = {name: value for name, value in call.headers.items() if name not in _DROPPED_HEADERS}
        entry: dict[str, Any] = {
            "at": moment.instant_ns,
            "seed": f"{moment.seed:x}",
            "service": call.service,
            "method": call.method,
            "target": call.target,
            "headers": headers,
            **self._stored(call.body),
        }
        return json.dumps(entry, separators=(",", ":")) + "\n"

    def _stored(self, body: bytes) -> dict[str, str]:
        if len(body) > BLOB_BYTES:
            name = hashlib.sha256(body).hexdigest()
            path = self._blobs / name
            if not path.exists():
                path.write_bytes(body)
            return {"blob": name}
        try:
            return {"text": body.decode()}
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(body).decode()}

    def _entry(self, line: str) -> Entry:
        entry = json.loads(line)
        blob = entry.get("blob", "")
        if blob:
            body = (self._blobs / blob).read_bytes()
        elif "base64" in entry:
            body = base64.b64decode(entry["base64"])
        else:
            body = entry["text"].encode()
        call = Call(entry["service"], entry["method"], entry["target"], entry["headers"], body)
        return Entry(call, Moment(entry["at"], int(entry["seed"], 16)), blob)

    def _drop_torn_line(self) -> bool:
        """A process that ended while it wrote leaves half a line: that call was never answered."""
        if not self._path.exists():
            return False
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole == len(content):
            return False
        logger.warning("The last line of %s was torn: %d bytes dropped", self._path, len(content) - whole)
        os.truncate(self._path, whole)
        return True

    def _drop_unused_blobs(self) -> None:
        used = {entry.blob for entry in self.entries()}
        for path in self._blobs.iterdir():
            if path.name not in used:
                path.unlink()


def _again(moto: MotoServices, entry: Entry) -> Answer | None:
    try:
        return moto.replay(entry.call, entry.moment)
    except OperationMissingError:  # another version of moto
        return None
