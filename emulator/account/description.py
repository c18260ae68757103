"""The account's description: its fields, its file, and what is said about a file that is wrong."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from emulator.starting import CannotStartError

logger = logging.getLogger(__name__)

CREDENTIALS = ("valid", "root", "expired", "invalid")
STREAM_PROCESSORS = ("available", "strict", "closed", "absent")
_PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z]+")


class AccountFileError(CannotStartError):
    """The file cannot be read, or says something that no account can be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} describes no account: {reason}")
        self.path = path
        self.reason = reason


class _WrongValueError(Exception):
    """What a value should have been."""


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _WrongValueError("true or false")
    return value


def _amount(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise _WrongValueError("a number from 0")
    return float(value)


def _one_of(words: Sequence[str]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise _WrongValueError(f"one of {', '.join(words)}")
        return str(value)

    return read


def _all_matching(pattern: re.Pattern[str], example: str) -> Callable[[Any], tuple[str, ...]]:
    def read(value: Any) -> tuple[str, ...]:
        right = isinstance(value, list) and all(
            isinstance(one, str) and pattern.fullmatch(one) for one in value
        )
        if not right:
            raise _WrongValueError(f"a list of texts such as {example}")
        return tuple(value)

    return read


_numbers = _all_matching(_PHONE_NUMBER, "+15555550123")
_actions = _all_matching(_ACTION, "sns:GetSMSAttributes")


def _described(default: Any, read: Callable[[Any], Any]) -> Any:
    return field(default=default, metadata={"read": read})


@dataclass(frozen=True)
class AccountDescription:
    """An account. Without a file it is one in which everything works."""

    credentials: str = _described("valid", _one_of(CREDENTIALS))
    """Those of every client but the emulator's own functions: valid, root (the account's root user), ..."""
    denied: tuple[str, ...] = _described((), _actions)
    """Actions that an organization's policy denies to every client, by their IAM names."""
    stream_processors: str = _described("available", _one_of(STREAM_PROCESSORS))
    """available; strict (what they are made of must exist already); closed (none can be created, as in
    accounts that did not use them before 2026-04-30); absent (as in regions that have none)."""
    sms_sandbox: bool = _described(False, _boolean)
    """Text messages reach verified numbers only, as in every new account."""
    sms_verified_numbers: tuple[str, ...] = _described((), _numbers)
    sms_pending_numbers: tuple[str, ...] = _described((), _numbers)
    """Numbers whose code was not entered yet."""
    sms_opted_out_numbers: tuple[str, ...] = _described((), _numbers)
    """Numbers from which somebody answered STOP: nothing goes there any more."""
    sms_monthly_spend_limit_usd: float = _described(100.0, _amount)
    sms_origination_numbers: tuple[str, ...] = _described(("+15555550199",), _numbers)
    lambda_concurrent_executions: float = _described(1000.0, _amount)
    rekognition_detect_faces_per_second: float = _described(100.0, _amount)
    rekognition_search_faces_by_image_per_second: float = _described(50.0, _amount)

    @classmethod
    def from_document(cls, document: Any) -> AccountDescription:
        """Read a JSON document. Raises ValueError, whose text says what is wrong."""
        if not isinstance(document, Mapping):
            raise ValueError("it is no JSON object")  # noqa: TRY004 - a wrong value, not a wrong call
        known = {one.name: one for one in fields(cls)}
        for name in document:
            if name not in known:
                raise ValueError(f"there is no field {name!r}; there are {', '.join(known)}")
        read = {}
        for name, value in document.items():
            try:
                read[name] = known[name].metadata["read"](value)
            except _WrongValueError as err:
                raise ValueError(f"{name} must be {err}") from err
        return cls(**read)


class Account:
    """The account as it is now; a file is read again when it was changed."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises AccountFileError."""
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._description = AccountDescription()
        if path is not None:
            self._stamp = _stamp(path)
            self._description = _read(path)

    def now(self) -> AccountDescription:
        """The description; a file that became wrong changes nothing but the log."""
        if self._path is None:
            return self._description
        try:
            stamp = _stamp(self._path)
            if stamp != self._stamp:
                self._stamp = stamp
                self._description = _read(self._path)
        except AccountFileError as err:
            logger.error("%s; the account stays as it was", err)  # noqa: TRY400 - it is one line
        return self._description


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as err:
        raise AccountFileError(path, err.strerror or str(err)) from err
    return status.st_mtime_ns, status.st_size


def _read(path: Path) -> AccountDescription:
    try:
        return AccountDescription.from_document(json.loads(path.read_bytes()))
    except OSError as err:
        raise AccountFileError(path, err.strerror or str(err)) from err
    except ValueError as err:  # what json raises, too
        raise AccountFileError(path, str(err)) from err
