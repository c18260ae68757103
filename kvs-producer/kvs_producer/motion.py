"""The motion gate: which fragments show something that moves, and so are worth looking at for faces.

It looks at small grey pictures, a few a second, which the pipeline makes beside the video. Each pixel is
held against a background that follows slowly, and may differ by as much as it usually does there: leaves and
flags are soon expected, a person is not. No more than Python is needed for that: about two thousand pixels,
four times a second.

A fragment that shows motion gets Kinesis Video's notification tag, and so do those of some seconds after it.
Somebody who stands still is in no fragment's motion, but still before the background: then one fragment
every few seconds is tagged, until the background has taken them in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

NOTIFICATION_TAG = "AWS_KINESISVIDEO_NOTIFICATION"
"""Kinesis Video publishes a notification of each fragment that carries it."""

WIDTH, HEIGHT, PICTURES_PER_SECOND = 64, 36, 4

WATCHING = (
    "pictures. ! queue leaky=downstream max-size-buffers=2 ! videorate drop-only=true"
    f" ! video/x-raw,framerate={PICTURES_PER_SECOND}/1 ! videoscale ! videoconvert"
    f" ! video/x-raw,format=GRAY8,width={WIDTH},height={HEIGHT}"
    " ! matroskamux streamable=true min-cluster-duration=0"
)
"""The branch of the pipeline from the tee `pictures` to small grey pictures, each in a cluster of its own."""

_WHILE_OPEN = 0.1  # of its pace the background follows while something moves
_LATE_SECONDS = 2.0  # without a picture for so long nothing is known, and everything is let through


@dataclass(frozen=True)
class Sensitivity:
    """When the gate opens and closes.

    A pixel (0..255) differs by more than `noise` levels and more than `usual` times as much as it usually
    does. The gate opens when `opens_at` of all pixels differ, and closes below `closes_at` (shares of 1).
    Fragments are tagged for `tail_seconds` after the last motion, and every `still_seconds` while something
    that does not move any more stands before the background.
    """

    noise: float = 14.0
    usual: float = 3.0
    opens_at: float = 0.006
    closes_at: float = 0.003
    tail_seconds: float = 3.0
    still_seconds: float = 3.0
    background_seconds: float = 45.0
    habit_seconds: float = 20.0


@dataclass
class MotionGate:
    """Feed it pictures with `see`, then ask `tags` of each fragment; times are the pipeline's, in ms."""

    sensitivity: Sensitivity = field(default_factory=Sensitivity)
    _background: list[float] = field(default_factory=list, repr=False)
    _last: bytes = field(default=b"", repr=False)
    _habit: list[float] = field(default_factory=list, repr=False)
    _open: bool = False
    _present: bool = False
    _began: float = 0.0  # seconds of earlier runs of the pipeline
    _now: float = 0.0
    _motion_at: float = 0.0
    _tagged_at: float = float("-inf")

    def begin(self) -> None:
        """A pipeline starts: its times count from zero again, and the background is still what it was."""
        self._began = self._now

    def see(self, picture: bytes, at_ms: int) -> None:
        """Take the next picture, WIDTH x HEIGHT grey pixels."""
        self._now = self._began + at_ms / 1000
        if len(picture) != len(self._background):
            self._background = [float(level) for level in picture]
            self._habit = [0.0] * len(picture)
            self._last = picture
            self._motion_at = self._now  # all is new
            return
        self._compare(picture)
        self._last = picture
        if self._open:
            self._motion_at = self._now

    def tags(self, begin_ms: int, duration_ms: int) -> dict[str, str]:
        """What a fragment of that time is to carry: the notification tag, or nothing."""
        begin = self._began + begin_ms / 1000
        end = begin + duration_ms / 1000
        blind = end - self._now > _LATE_SECONDS
        moving = begin <= self._motion_at + self.sensitivity.tail_seconds
        still = self._present and end - self._tagged_at >= self.sensitivity.still_seconds
        if not (blind or moving or still):
            return {}
        self._tagged_at = end
        return {NOTIFICATION_TAG: ""}

    def _compare(self, picture: bytes) -> None:
        """Open or close, and let the background and what is usual follow."""
        rules, background, habit, last = self.sensitivity, self._background, self._habit, self._last
        follow = 1 / (rules.background_seconds * PICTURES_PER_SECOND)
        if self._open:
            follow *= _WHILE_OPEN  # or somebody's ghost would stand there when they have left
        learn = 1 / (rules.habit_seconds * PICTURES_PER_SECOND)
        # The camera's exposure moves all pixels alike: that is no motion.
        brighter = sum(picture) / len(picture) - sum(last) / len(last)
        shift = sum(picture) / len(picture) - sum(background) / len(background)
        moved = differing = 0
        for place, level in enumerate(picture):
            difference = level - background[place]
            moves = abs(level - last[place] - brighter)
            bound = max(rules.noise, rules.usual * habit[place])
            moved += moves > bound
            differing += abs(difference - shift) > bound
            background[place] += follow * difference
            habit[place] += learn * (moves - habit[place])
        share = moved / len(picture)
        self._open = share >= (rules.closes_at if self._open else rules.opens_at)
        self._present = differing / len(picture) >= rules.opens_at
