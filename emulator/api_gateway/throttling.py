"""Method throttling: a token bucket for each method of a stage.

Source: "Throttle requests to your REST APIs for better throughput" of the AWS documentation. The rate is
how many tokens come back in a second, the burst how many there are at most.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulator.api_gateway.gateway_responses import THROTTLED, GatewayError


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class Throttles:
    """The buckets of all stages. They live in memory: a restart fills them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def take(self, api_id: str, stage: str, settings: Mapping[str, str], method: str, path: str) -> None:
        """Take a token for one request. Raises GatewayError if there is none.

        `settings` are a stage's method settings by path, as UpdateStage takes them.
        """
        rate = _setting(settings, method, path, "throttling/rateLimit")
        burst = _setting(settings, method, path, "throttling/burstLimit")
        if rate is None or burst is None:
            return
        now = self._clock()
        key = (api_id, stage, method, path)
        bucket = self._buckets.setdefault(key, _Bucket(burst, now))
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.filled_at) * rate)
        bucket.filled_at = now
        if bucket.tokens < 1:
            raise GatewayError(THROTTLED)
        bucket.tokens -= 1


def _setting(settings: Mapping[str, str], method: str, path: str, name: str) -> float | None:
    """The method's own setting, or the stage's default for all methods."""
    own = f"/{path.replace('/', '~1')}/{method.upper()}/{name}"
    value = settings.get(own, settings.get(f"/*/*/{name}"))
    return None if value is None else float(value)
