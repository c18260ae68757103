"""What a person sees: messages as plain lines, and one status line that is redrawn on a terminal."""

from __future__ import annotations

import logging
from typing import TextIO

PLAIN_SECONDS = 10.0
"""How often the status is written where it cannot be redrawn (a log file, systemd's journal)."""

TERMINAL_SECONDS = 0.5


class Console(logging.Handler):
    """Write log messages and the status line to `out` so that they do not run into each other."""

    def __init__(self, out: TextIO, *, terminal: bool) -> None:
        super().__init__()
        self._out = out
        self._terminal = terminal
        self._status = ""

    @property
    def status_seconds(self) -> float:
        """How often `status` should be called."""
        return TERMINAL_SECONDS if self._terminal else PLAIN_SECONDS

    def emit(self, record: logging.LogRecord) -> None:
        """Write a message above the status line."""
        self._clear()
        self._write(f"kvs-producer: {record.getMessage()}\n")
        self._draw()

    def status(self, text: str) -> None:
        """Show how it goes."""
        if not self._terminal:
            self._write(f"kvs-producer: {text}\n")
            return
        self._clear()
        self._status = text
        self._draw()

    def finish(self) -> None:
        """Leave the last status standing."""
        if self._status:
            self._write("\n")
            self._status = ""

    def _clear(self) -> None:
        if self._status:
            self._write("\r\x1b[K")

    def _draw(self) -> None:
        if self._status:
            self._write(self._status)

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
