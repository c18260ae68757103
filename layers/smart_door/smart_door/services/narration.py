"""How use cases say what happens, without knowing the log."""

from __future__ import annotations

from typing import Protocol


class Narrate(Protocol):
    """Tells one event of the domain in a fixed phrase, with harmless details: ids and numbers.

    Never names, phone numbers, passcodes or addresses of photos.
    """

    def __call__(self, event: str, **details: str | float | int | None) -> None:
        """`event` is one of the phrases that the log's readers know, such as "visit opened"."""
