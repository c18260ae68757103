"""Pages of a listing: NextToken is the place to go on from, in base64."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from emulator.kinesis_video.exceptions import InvalidArgumentError

Item = TypeVar("Item")


def page(
    items: Sequence[Item], key: Callable[[Item], str], token: str | None, limit: int
) -> tuple[list[Item], str | None]:
    """Return at most `limit` items after the token's place, and the token of the next page if there is one.

    `items` are sorted by `key`. Raises InvalidArgumentError for a token that this did not make.
    """
    after = _decode(token) if token else ""
    rest = [item for item in items if key(item) > after]
    if len(rest) <= limit:
        return rest, None
    return rest[:limit], base64.b64encode(key(rest[limit - 1]).encode()).decode()


def _decode(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as err:
        raise InvalidArgumentError("NextToken is not one of this listing") from err
