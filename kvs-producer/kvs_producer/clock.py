"""When each fragment was captured, on the wall clock.

GStreamer counts time from the start of its pipeline; Kinesis Video shall know the time of day. A fragment is
complete at the moment at which the first frame of the next one arrives, so its end is "now", give or take
what the encoder needed.
"""

from __future__ import annotations

from dataclasses import dataclass

CLOCK_WAS_SET = 0.5
"""Seconds by which wall clock and steady clock must part to count as "somebody set the clock"."""

_SLEW_MS = 50.0


@dataclass(frozen=True)
class Instant:
    """One moment on two clocks, in seconds: `wall` since the epoch, `steady` on a clock that nobody sets."""

    wall: float
    steady: float


class CaptureClock:
    """Give absolute time codes that grow, over restarts of the pipeline and jumps of the clock.

    The first fragment of a pipeline ties pipeline time to the wall clock. If a later one comes sooner after
    its end than that one did, the tie was late and is corrected by at most 50 ms a fragment. A wall clock
    that is set (a small computer's after it finds the network) moves the tie by as much; only where it is set
    back do the time codes go back as well.
    """

    def __init__(self) -> None:
        self._tie_ms: float | None = None
        self._wall_minus_steady: float | None = None
        self._last_ms = 0

    def pipeline_started(self) -> None:
        """Forget the tie: pipeline time begins at zero again."""
        self._tie_ms = None

    def timecode_ms(self, start_ms: int, duration_ms: int, complete: Instant) -> int:
        """Return the absolute time code, ms since the epoch, of a fragment.

        `start_ms` and `duration_ms` are pipeline time, `complete` is when its last byte was there.
        """
        measured = complete.wall * 1000 - (start_ms + duration_ms)
        self._follow(complete)
        if self._tie_ms is None:
            self._tie_ms = measured
        if measured < self._tie_ms:
            self._tie_ms -= min(self._tie_ms - measured, _SLEW_MS)
        self._last_ms = max(round(self._tie_ms + start_ms), self._last_ms + 1)
        return self._last_ms

    def _follow(self, instant: Instant) -> None:
        """Move the tie with a wall clock that was set."""
        difference = instant.wall - instant.steady
        before = difference if self._wall_minus_steady is None else self._wall_minus_steady
        set_by = difference - before
        if self._wall_minus_steady is None or abs(set_by) >= CLOCK_WAS_SET:
            self._wall_minus_steady = difference
        if abs(set_by) < CLOCK_WAS_SET:
            return
        if self._tie_ms is not None:
            self._tie_ms += set_by * 1000
        if set_by < 0:
            self._last_ms = 0
