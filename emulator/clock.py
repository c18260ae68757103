"""The time and randomness that moto sees.

A mutating call runs at one fixed instant and with one seed, both of which the journal records. Replayed
at the same instant with the same seed, moto makes the same ids, secrets and timestamps again. Between
mutating calls time simply passes.

moto reads time through `datetime.datetime.now`, `utcnow` and `time.time` in many modules, so `install`
replaces those two names inside moto's modules (and nowhere else in the process).
"""

from __future__ import annotations

import datetime as datetime_module
import sys
import time as time_module
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_RealDatetime = datetime_module.datetime
_real_time = time_module.time


class Clock:
    """Nanoseconds since the epoch: those of the call that runs now, or the machine's."""

    def __init__(self) -> None:
        self._fixed_ns: int | None = None
        self._last_ns = 0

    def now_ns(self) -> int:
        """The instant that moto sees."""
        return time_module.time_ns() if self._fixed_ns is None else self._fixed_ns

    def next_ns(self) -> int:
        """A new instant, later than all that were handed out or replayed before."""
        self._last_ns = max(time_module.time_ns(), self._last_ns + 1)
        return self._last_ns

    @contextmanager
    def fixed(self, instant_ns: int) -> Iterator[None]:
        """Hold time still at `instant_ns` while one call runs."""
        self._last_ns = max(self._last_ns, instant_ns)
        self._fixed_ns = instant_ns
        try:
            yield
        finally:
            self._fixed_ns = None


CLOCK = Clock()


class _DatetimeMeta(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _RealDatetime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _RealDatetime)


class _ClockDatetime(_RealDatetime, metaclass=_DatetimeMeta):
    """datetime whose `now` asks the clock. What it returns are plain datetimes."""

    @classmethod
    def now(cls, tz: datetime_module.tzinfo | None = None) -> Any:
        return _RealDatetime.fromtimestamp(CLOCK.now_ns() / 1e9, tz)

    @classmethod
    def utcnow(cls) -> Any:
        return cls.now(datetime_module.UTC).replace(tzinfo=None)

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:  # `datetime(2026, 1, 1)` makes a plain datetime too
        return _RealDatetime(*args, **kwargs)


class Stand(ModuleType):
    """A module with some names replaced; all others are those of the real module."""

    def __init__(self, real: ModuleType, **replaced: object) -> None:
        super().__init__(real.__name__)
        self._real = real
        self.__dict__.update(replaced)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _clock_time() -> float:
    return CLOCK.now_ns() / 1e9


DATETIME = Stand(datetime_module, datetime=_ClockDatetime)
TIME = Stand(time_module, time=_clock_time)


def install() -> None:
    """Bind moto's modules that are loaded so far to the clock. Safe to call again after more were loaded."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] != "moto" or module is None:
            continue
        for attribute, value in list(vars(module).items()):
            replacement = _replacement(value)
            if replacement is not None:
                setattr(module, attribute, replacement)


def _replacement(value: object) -> object | None:
    if value is datetime_module:
        return DATETIME
    if value is _RealDatetime:
        return _ClockDatetime
    if value is time_module:
        return TIME
    if value is _real_time:
        return _clock_time
    return None
