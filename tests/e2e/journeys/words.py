"""What the pages say, by the keys of their words: a sentence that is written anew breaks no journey."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from tests.e2e.page_policy import ROOT


def owner(key: str, **values: object) -> str:
    """What the owner page says."""
    return _said("owner", key, values)


def door(key: str, **values: object) -> str:
    """What the door page says."""
    return _said("door", key, values)


def _said(page: str, key: str, values: dict[str, object]) -> str:
    text = _words(page)[key]
    if isinstance(text, dict):
        count = values["count"]
        text = text.get(f"={count}") or text["one" if count == 1 else "other"]
    left: str = re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), text)
    return left


@cache
def _words(page: str) -> dict[str, Any]:
    words: dict[str, Any] = json.loads((ROOT / f"static-sites/{page}/i18n/en.json").read_text())
    return words
