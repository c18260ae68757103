"""What the home in memory answers about visits that are over: filtered, in pages, and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TABLE = b"\xef\xbb\xbfSeen,Door\r\n2026-11-21 10:00:00+00:00,Front door\r\n"


def page_of(
    newest: list[dict[str, Any]], wanted: Mapping[str, str]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The visits that a page wants, and what leads to the next page where there is one."""
    found = [visit for visit in newest if "before" not in wanted or visit["visit_id"] < wanted["before"]]
    limit = int(wanted.get("limit", "20"))
    page, rest = found[:limit], found[limit:]
    kept = [visit for visit in page if _takes(wanted, visit)]
    return kept, {"next_before": page[-1]["visit_id"]} if rest else {}


def _takes(wanted: Mapping[str, str], visit: Mapping[str, Any]) -> bool:
    """As the real one, but for days, which are UTC here."""
    return (
        wanted.get("day") in (None, visit["opened_at"][:10])
        and wanted.get("door_id") in (None, visit["door_id"])
        and wanted.get("outcome") in (None, visit["state"])
    )
