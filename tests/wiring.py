"""What bootstrap keeps between invocations, forgotten: tests of one process have homes of their own."""

from __future__ import annotations

from smart_door import bootstrap
from smart_door.bootstrap import owner, parts


def forget_wiring() -> None:
    """Make bootstrap read the environment and make its clients anew."""
    for module in (bootstrap, owner, parts):
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()
