"""Tells what happens in a local run, one readable line each, from the functions' logs and the phone."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

_POLL_SECONDS = 0.5

_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "visit opened": lambda f: f"someone is at the door {f.get('door_id', '')}: a visit begins",
    "owner asked": lambda f: "the owner is asked about someone unknown",
    "owner warned": lambda f: "the owner is warned of a blocked visitor",
    "visitor recognised": lambda f: f"a known visitor is recognised{_similarity(f)}",
    "passcode sent": lambda f: "a passcode is on its way to the visitor's phone",
    "visit decided": lambda f: f"the owner decided: {f.get('decision', 'done')}",
    "passcode refused": lambda f: f"a passcode was refused ({f.get('reason', 'wrong')})",
    "visitor admitted": lambda f: f"the door {f.get('door_id', '')} opens",
    "face enrolled": lambda f: "the visitor's face is remembered for next time",
    "stream processor running": lambda f: "the stream processor watches the video",
}


def _similarity(fields: Mapping[str, Any]) -> str:
    similarity = fields.get("similarity")
    return f" (similarity {float(similarity):.1f})" if similarity is not None else ""


def sentence(log_line: str) -> str | None:
    """What a line of a function's log means to a person; None for one that means nothing to them."""
    try:
        fields = json.loads(log_line)
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    if fields.get("level") in ("ERROR", "CRITICAL"):
        return f"{fields.get('service', 'a function')} failed: {fields.get('message')} (see logs)"
    words = _SENTENCES.get(str(fields.get("message")))
    return words(fields) if words else None


class Narrator(threading.Thread):
    """Follows `logs/*.log` and the phone's messages until `stop` and says each event to `say`."""

    def __init__(self, logs: Path, messages_url: str, say: Callable[[str], None]) -> None:
        super().__init__(name="narrator", daemon=True)
        self._logs = logs
        self._messages_url = messages_url
        self._say = say
        self._stopped = threading.Event()
        self._offsets = {path: path.stat().st_size for path in logs.glob("*.log")}
        self._messages_told = len(self._messages() or [])

    def run(self) -> None:
        """Look twice a second."""
        while not self._stopped.wait(_POLL_SECONDS):
            for path in sorted(self._logs.glob("*.log")):
                for line in self._new_lines(path):
                    self._tell(sentence(line))
            self._tell_messages()

    def stop(self) -> None:
        """Say no more."""
        self._stopped.set()
        self.join(timeout=2)

    def _new_lines(self, path: Path) -> Iterator[str]:
        with path.open("rb") as log:
            log.seek(self._offsets.get(path, 0))
            for line in log:
                if not line.endswith(b"\n"):
                    return
                self._offsets[path] = self._offsets.get(path, 0) + len(line)
                yield line.decode(errors="replace")

    def _tell_messages(self) -> None:
        messages = self._messages()
        if messages is None:
            return
        if len(messages) < self._messages_told:
            self._messages_told = 0
        for message in sorted(messages, key=lambda m: str(m["sent_at"]))[self._messages_told :]:
            self._tell(f"phone {message['to']}: {message.get('subject') or message['text']}")
        self._messages_told = len(messages)

    def _messages(self) -> list[dict[str, str]] | None:
        try:
            with urllib.request.urlopen(self._messages_url, timeout=2) as answer:  # noqa: S310 - our own phone
                messages: list[dict[str, str]] = json.load(answer)
        except (OSError, HTTPException, ValueError):  # it is gone, or goes just now
            return None
        return messages

    def _tell(self, what: str | None) -> None:
        if what:
            self._say(f"{datetime.now().astimezone():%H:%M:%S}  {what}")
