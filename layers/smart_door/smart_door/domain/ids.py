"""Visit ids: 26 characters that sort by the visit's first sighting (a ULID).

48 bits of milliseconds and 80 random bits in Crockford's base 32, see https://github.com/ulid/spec.
Our ids have one property more: no seven digits in a row, so that the only thing in a text message that
looks like a passcode is the passcode.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from smart_door.domain.passcodes import DIGITS

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LIKE_A_PASSCODE = re.compile(rf"[0-9]{{{DIGITS}}}")
_TIME_LENGTH, _RANDOM_LENGTH, _RANDOM_BYTES = 10, 16, 10


def new_visit_id(seen_at: float, random_bytes: Callable[[int], bytes]) -> str:
    """The id of a visit first seen at `seen_at` (epoch seconds, to within 22 ms).

    Another millisecond changes the time's last character, another draw the random part. What stands further
    in front is a letter until 2039; a camera whose clock is at 1970 keeps its zeros.
    """
    milliseconds = max(0, round(seen_at * 1000))
    candidates = (_encode(milliseconds + later, _TIME_LENGTH) for later in range(len(ALPHABET)))
    time_part = next(
        (candidate for candidate in candidates if not _LIKE_A_PASSCODE.search(candidate)),
        _encode(milliseconds, _TIME_LENGTH),
    )
    while True:
        visit_id = time_part + _encode(int.from_bytes(random_bytes(_RANDOM_BYTES)), _RANDOM_LENGTH)
        if not _LIKE_A_PASSCODE.search(visit_id[-_RANDOM_LENGTH - DIGITS + 1 :]):
            return visit_id


def first_visit_id(since: float) -> str:
    """The smallest id that a visit first seen at `since` (epoch seconds) or later can have."""
    return _encode(max(0, round(since * 1000)), _TIME_LENGTH) + ALPHABET[0] * _RANDOM_LENGTH


def _encode(number: int, length: int) -> str:
    if not 0 <= number < 32**length:
        raise ValueError(f"{length} characters do not hold {number}")
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
