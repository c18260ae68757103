"""Tables as CSV (RFC 4180) that a spreadsheet opens as text, and never as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for its own encoding."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | float | None


def csv_of(rows: Iterable[Sequence[Cell]]) -> str:
    """The rows as CSV with lines that end in CRLF; a cell that is None is empty."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + written.getvalue()


def _cell(cell: Cell) -> str:
    """What would begin a formula gets an apostrophe in front, as OWASP advises; numbers stay numbers."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell
    return f"{cell:g}"
