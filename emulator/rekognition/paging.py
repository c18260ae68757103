"""Pages of a list: at most so many, and an opaque token where to go on.

The token holds the last item's key, not its number, so that nothing is left out when items of a page are
deleted before the next one is asked for.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from emulator.rekognition.exceptions import InvalidPaginationTokenError

T = TypeVar("T")
K = TypeVar("K", int, str)

MOST = 4096
DEFAULT = 1000


def page(
    items: Sequence[T], fields: dict[str, Any], kind: type[K], key: Callable[[T], K]
) -> tuple[Sequence[T], dict[str, str]]:
    """Return the page that MaxResults and NextToken ask for, and NextToken of the answer if there is more.

    `items` ascend by `key`, whose values are of the type `kind`. Raises InvalidPaginationTokenError.
    """
    size = min(fields.get("MaxResults") or DEFAULT, MOST)
    if "NextToken" in fields:
        last = _last(fields["NextToken"], kind)
        items = [item for item in items if key(item) > last]
    found = items[:size]
    more = {"NextToken": _token(key(found[-1]))} if len(items) > size else {}
    return found, more


def _token(last: int | str) -> str:
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode()


def _last(token: str, kind: type[K]) -> K:
    try:
        last = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError) as err:
        raise InvalidPaginationTokenError("Invalid pagination token") from err
    if not isinstance(last, kind):
        raise InvalidPaginationTokenError("Invalid pagination token")
    return last
