"""What is sent where only motion is: the fragments in which something moves, some before, and some after.

The motion gate's tag says in which something moves. The ones before are held back until it comes, so that a
visit begins with the way up to the door; somebody who stands still is tagged every few seconds, and what lies
between is sent, too.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from kvs_producer.motion import NOTIFICATION_TAG
from kvs_producer.spool import Outgoing


@dataclass
class MotionOnly:
    """Give it every fragment in order; it returns those to send, in order, each once.

    `before_seconds` are sent before the first that is tagged, `after_seconds` after the last.
    """

    before_seconds: float = 2.0
    after_seconds: float = 5.0
    left_out: int = 0
    _held: deque[Outgoing] = field(default_factory=deque)
    _moved_until_ms: float = float("-inf")

    @property
    def waiting(self) -> bool:
        """Whether nothing moves, and so nothing is sent."""
        return bool(self._held)

    def take(self, outgoing: Outgoing) -> list[Outgoing]:
        """Decide about the next fragment; what is held back so far may go with it."""
        end_ms = outgoing.timecode_ms + outgoing.fragment.duration_ms
        if NOTIFICATION_TAG in outgoing.tags:
            self._moved_until_ms = end_ms
            released = [*self._held, outgoing]
            self._held.clear()
            return released
        if outgoing.timecode_ms < self._moved_until_ms + self.after_seconds * 1000:
            return [outgoing]
        self._held.append(outgoing)
        while self._held and self._held[0].timecode_ms < end_ms - self.before_seconds * 1000 - _HALF_A_SECOND:
            self._held.popleft()
            self.left_out += 1
        return []


_HALF_A_SECOND = 500  # ms: fragments are about a second long, and whole ones are meant
