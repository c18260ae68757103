"""A service's state as one JSON file, replaced as a whole so that a crash leaves the old or the new one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def load(path: Path, default: Any) -> Any:
    """What was saved last, or `default` where nothing was."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return default


def save(path: Path, state: Any) -> None:
    """Replace the file by `state` (anything JSON can hold)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".tmp")
    fresh.write_text(json.dumps(state, indent=1))
    os.replace(fresh, path)
