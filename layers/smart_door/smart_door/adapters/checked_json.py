"""JSON that somebody else wrote, read so that nothing is taken on trust.

Every field that is used has its type and its range checked; an error names the field, never its content.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from smart_door.domain.errors import ForeignStreamError, MalformedRecordError

STREAM_ARN = re.compile(
    r"arn:[a-z-]+:kinesisvideo:[a-z0-9-]+:[0-9]{12}:stream/([A-Za-z0-9_.-]{1,256})/[0-9]{1,20}"
)
FRAGMENT_NUMBER = re.compile(r"[0-9]{1,128}")

# 2017 to 3000: a time before is a camera whose clock was never set, one beyond is milliseconds or nonsense.
EARLIEST, LATEST = 1_500_000_000, 32_503_680_000

_DOOR_ID = re.compile(r"[a-z0-9-]{1,32}")


class Part:
    """A JSON object, and where in the whole it is; every reader checks what it returns.

    They all raise MalformedRecordError.
    """

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise MalformedRecordError(f"{path} is not an object")
        self._fields: Mapping[str, Any] = value
        self._path = path

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def part(self, name: str) -> Part:
        """The object under that name."""
        return Part(self._get(name), f"{self._path}.{name}")

    def parts(self, name: str) -> list[Part]:
        """The objects of the list under that name."""
        values = self._get(name)
        if not isinstance(values, list):
            raise MalformedRecordError(f"{self._path}.{name} is not a list")
        return [Part(value, f"{self._path}.{name}[{index}]") for index, value in enumerate(values)]

    def text(self, name: str, pattern: re.Pattern[str]) -> str:
        """A text that the pattern matches from end to end."""
        value = self._get(name)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise MalformedRecordError(f"{self._path}.{name} has not its form")
        return value

    def number(self, name: str, low: float, high: float) -> float:
        """A finite number within the range; true and false are none."""
        value = self._get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise MalformedRecordError(f"{self._path}.{name} is not a number")
        if not low <= value <= high or not isfinite(value):
            raise MalformedRecordError(f"{self._path}.{name} is out of range")
        return float(value)

    def _get(self, name: str) -> object:
        if name not in self._fields:
            raise MalformedRecordError(f"{self._path}.{name} is missing")
        return self._fields[name]


def load(data: bytes) -> object:
    """The value that the JSON says; nothing is evaluated. Raises MalformedRecordError."""
    try:
        return json.loads(data.decode("utf-8"))
    except ValueError as err:  # not UTF-8, not JSON, or a number of absurd length
        raise MalformedRecordError("record is not JSON in UTF-8") from err
    except RecursionError as err:
        raise MalformedRecordError("record is nested too deeply") from err


def door_of(stream_arn: str, stream_name_prefix: str) -> str:
    """The door whose stream this is: what follows the prefix in its name. Raises ForeignStreamError."""
    name = stream_arn.split("/")[1]
    door_id = name.removeprefix(stream_name_prefix)
    if not name.startswith(stream_name_prefix) or not _DOOR_ID.fullmatch(door_id):
        raise ForeignStreamError(stream_arn)
    return door_id
