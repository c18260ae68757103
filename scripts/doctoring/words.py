"""How the doctor writes: wrapped lines, lists and numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

WIDTH = 90


def wrapped(sign: str, text: str) -> list[str]:
    """The text after its sign, its further lines indented as far."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=sign,
        subsequent_indent=" " * len(sign),
        break_long_words=False,
        break_on_hyphens=False,
    )


def enumerated(items: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`; "" for none."""
    *others, last = [*items] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def ago(seconds: float) -> str:
    """How long since, roughly: "3 seconds ago"."""
    sizes = ((3600, "hour"), (60, "minute"), (1, "second"))
    size, name = next((one for one in sizes if seconds >= one[0]), sizes[-1])
    count = max(0, int(seconds // size))
    return f"{count} {name}{'' if count == 1 else 's'} ago"
