"""What the login remembers for a short while: codes, logged-in browsers, password changes, failed tries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from emulator.cognito_login.authorization import Authorization

CODE_SECONDS = 300.0
SESSION_SECONDS = 3600.0
CHALLENGE_SECONDS = 180.0
FREE_TRIES = 5
LONGEST_LOCK_SECONDS = 900.0

Tokens = Mapping[str, Any]
Clock = Callable[[], float]
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Grant:
    """What a code stands for: the request it answers, and the tokens of who logged in."""

    authorization: Authorization
    tokens: Tokens

    def redeemable_by(self, client_id: str, redirect_uri: str, verifier: str) -> bool:
        """Whether client, redirect URI and PKCE verifier are those of the request."""
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return (
            client_id == self.authorization.client.client_id
            and redirect_uri == self.authorization.redirect_uri
            and hmac.compare_digest(challenge, self.authorization.challenge)
        )


@dataclass(frozen=True)
class Session:
    """A browser that logged in: with its refresh token it gets further codes without a password."""

    pool_id: str
    client_id: str
    refresh_token: str


@dataclass(frozen=True)
class PasswordChange:
    """Cognito asks for a new password before it lets this user in."""

    authorization: Authorization
    username: str
    challenge_session: str


class Once(Generic[_Item]):
    """Items under random keys, each for a limited time."""

    def __init__(self, seconds: float, clock: Clock = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._items: dict[str, tuple[float, _Item]] = {}

    def put(self, item: _Item) -> str:
        """Keep an item; its key has 256 random bits."""
        now = self._clock()
        self._items = {key: value for key, value in self._items.items() if value[0] > now}
        key = secrets.token_urlsafe(32)
        self._items[key] = (now + self._seconds, item)
        return key

    def get(self, key: str) -> _Item | None:
        """The item, if there is one and its time is not over."""
        expires_at, item = self._items.get(key, (0.0, None))
        return item if item is not None and expires_at > self._clock() else None

    def take(self, key: str) -> _Item | None:
        """The item, which is gone afterwards."""
        item = self.get(key)
        self._items.pop(key, None)
        return item


class FailedTries:
    """Wrong passwords by user: after five the user waits, twice as long each time, up to 15 minutes."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._failed: dict[tuple[str, str], tuple[int, float]] = {}

    def is_locked(self, pool_id: str, username: str) -> bool:
        """Whether the user must wait."""
        return self._failed.get((pool_id, username), (0, 0.0))[1] > self._clock()

    def count(self, pool_id: str, username: str) -> None:
        """One more wrong password."""
        tries = self._failed.get((pool_id, username), (0, 0.0))[0] + 1
        extra = tries - FREE_TRIES
        lock = min(2.0**extra, LONGEST_LOCK_SECONDS) if extra >= 0 else 0.0
        self._failed[pool_id, username] = (tries, self._clock() + lock if lock else 0.0)

    def forget(self, pool_id: str, username: str) -> None:
        """The right password."""
        self._failed.pop((pool_id, username), None)
