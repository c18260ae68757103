"""Passcodes: seven digits that open one door once, within minutes, and are never stored as digits."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from smart_door.domain.refusals import InvalidRequestError

DIGITS = 7  # 23 bits; OWASP ASVS 5 (6.5.4) asks for 20 or more

REDEMPTION_SECONDS = 30.0
"""How long a redemption has for its admission; after that a code that was not finished may be tried again."""

RandomBelow = Callable[[int], int]
"""A whole number from 0 to below the argument, from a cryptographic source (`secrets.randbelow`)."""


@dataclass(frozen=True, slots=True)
class Passcode:
    """A passcode as it is stored: the keyed hash (`digest`, hexadecimal) and what it opens for whom.

    Times are epoch seconds. `used_at` is set by the redemption, `done_at` once the admission is told to
    the world; between the two the redemption is a lease that may be taken up again (see `Passcodes.redeem`).
    `code_number` is the visit's when the code was drawn: once another one was asked for, this opens nothing.
    """

    door_id: str
    digest: str
    visit_id: str
    visitor_id: str
    expires_at: float
    used_at: float | None = None
    done_at: float | None = None
    code_number: int = 1


def draw_digits(random_below: RandomBelow) -> str:
    """Seven digits, each combination as likely as the other."""
    return f"{random_below(10**DIGITS):0{DIGITS}d}"


def derived_digits(key: bytes, door_id: str, request_id: str, draw: int) -> str:
    """The seven digits of a request's n-th draw: the same each time, and a guess without the key."""
    drawn = hmac.new(key, f"draw|{door_id}|{request_id}|{draw}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(drawn) % 10**DIGITS:0{DIGITS}d}"


def parse_digits(text: str) -> str:
    """What a visitor typed, as seven digits; spaces and dashes are dropped. Raises InvalidRequestError."""
    digits = re.sub(r"[ \-]", "", text)
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits):
        raise InvalidRequestError("passcode", f"A passcode has {DIGITS} digits.")
    return digits


def digest_of(key: bytes, door_id: str, digits: str) -> str:
    """HMAC-SHA256 of "door_id|digits" in hexadecimal: worthless without the key, and at another door."""
    return hmac.new(key, f"{door_id}|{digits}".encode(), hashlib.sha256).hexdigest()
