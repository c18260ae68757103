"""How the sending goes, in numbers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from statistics import median

WINDOW_SECONDS = 10.0


class Figures:
    """Count what is sent, persisted, given up, left out; kbit/s and acknowledgements are of late."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._since = steady()
        self._recent: deque[tuple[float, int]] = deque()
        self._latencies: deque[float] = deque(maxlen=20)
        self.fragments_sent = 0
        self.fragments_persisted = 0
        self.fragments_dropped = 0
        self.left_out = 0
        self.waiting_for_motion = False

    def sent(self, size_bytes: int) -> None:
        """A fragment was handed to the network."""
        self.fragments_sent += 1
        self._recent.append((self._steady(), size_bytes))

    def persisted(self, latency_seconds: float) -> None:
        """A fragment was acknowledged as PERSISTED, so long after it was begun to be sent."""
        self.fragments_persisted += 1
        self._latencies.append(latency_seconds)

    def dropped(self, count: int = 1) -> None:
        """Fragments were given up."""
        self.fragments_dropped += count

    def kilobits_per_second(self) -> float:
        """The rate of the last ten seconds."""
        now = self._steady()
        while self._recent and self._recent[0][0] < now - WINDOW_SECONDS:
            self._recent.popleft()
        seconds = min(max(now - self._since, 1.0), WINDOW_SECONDS)
        return sum(size for _, size in self._recent) * 8 / 1000 / seconds

    def acknowledged_after(self) -> float | None:
        """The median of the last acknowledgement times in seconds; None before the first."""
        return median(self._latencies) if self._latencies else None

    def line(self, waiting: int) -> str:
        """One line for people; `waiting` is how many fragments are in the spool."""
        latency = self.acknowledged_after()
        fragments = "1 fragment" if self.fragments_sent == 1 else f"{self.fragments_sent} fragments"
        parts = [
            f"{fragments} sent, {self.fragments_persisted} persisted",
            f"{self.kilobits_per_second():,.0f} kbit/s",
        ]
        if latency is not None:
            parts.append(f"acknowledged after {latency * 1000:.0f} ms")
        if waiting > 2:
            parts.append(f"{waiting} waiting")
        if self.fragments_dropped:
            parts.append(f"{self.fragments_dropped} given up")
        if self.left_out:
            parts.append(f"{self.left_out:,} not sent: nothing moved")
        if self.waiting_for_motion:
            parts.insert(0, "waiting for motion")
        return " | ".join(parts)
