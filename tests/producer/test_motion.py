"""The motion gate: with pictures that are made up, with GStreamer, and on the wire."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kvs_producer.__main__ import main
from kvs_producer.motion import HEIGHT, NOTIFICATION_TAG, PICTURES_PER_SECOND, WIDTH, MotionGate, Sensitivity
from kvs_producer.pipeline import Encoding, Pipeline
from kvs_producer.sources import Size, Source

TAGGED = {NOTIFICATION_TAG: ""}
STEP_MS = 1000 // PICTURES_PER_SECOND


@dataclass
class Door:
    """A camera's small pictures: a noisy wall, perhaps a tree, perhaps somebody, under some light."""

    gate: MotionGate = field(default_factory=MotionGate)
    chance: random.Random = field(default_factory=lambda: random.Random(5))
    light: float = 0.0
    tree: bool = False
    at_ms: int = 0

    def second(self, person_at: float | None = None, walks: float = 0.0) -> bool:
        """A second passes; is its fragment tagged? Somebody at column `person_at` walks so many pixels."""
        begin = self.at_ms
        for number in range(PICTURES_PER_SECOND):
            place = None if person_at is None else person_at + walks * number / PICTURES_PER_SECOND
            self.gate.see(self.picture(place), self.at_ms)
            self.at_ms += STEP_MS
        return self.gate.tags(begin, 1000) == TAGGED

    def seconds(self, count: int, person_at: float | None = None, walks: float = 0.0) -> list[bool]:
        """So many seconds; walking goes on from one to the next."""
        return [
            self.second(None if person_at is None else person_at + walks * number, walks)
            for number in range(count)
        ]

    def picture(self, person_at: float | None) -> bytes:
        """One picture."""
        levels = []
        wind = 60 * math.sin(self.at_ms / 300)
        for place in range(WIDTH * HEIGHT):
            row, column = divmod(place, WIDTH)
            level = 100 + column + self.light + self.chance.gauss(0, 2)
            if self.tree and column < 8 and row < 20:
                level += wind * ((row + column) % 2)
            if person_at is not None and abs(column - person_at) < 5 and row > 12:
                level = 30 + row
            levels.append(round(min(max(level, 0), 255)))
        return bytes(levels)


@pytest.fixture
def quiet() -> Door:
    """A door before which nothing happens, long enough to be known."""
    door = Door()
    door.seconds(8)
    return door


def test_a_camera_that_starts_is_looked_at() -> None:
    """Given nothing is known yet, then the first seconds are tagged, and no more when nothing moves."""
    assert Door().seconds(10) == [True] * 4 + [False] * 6


def test_nothing_moves_nothing_is_tagged(quiet: Door) -> None:
    """Given sensor noise, when a minute passes, then no fragment is tagged."""
    assert not any(quiet.seconds(60))


def test_somebody_who_comes_is_tagged_from_the_first_second(quiet: Door) -> None:
    """Given somebody walks in, then every fragment is tagged while they walk, and for the tail after."""
    assert all(quiet.seconds(5, person_at=5, walks=8))

    after = quiet.seconds(12)

    assert after[:3] == [True] * 3
    assert not any(after[6:])


def test_somebody_who_stands_still_is_tagged_now_and_then(quiet: Door) -> None:
    """Given somebody came and stands like a statue, then no visit's gap passes without a tagged fragment."""
    quiet.seconds(3, person_at=5, walks=8)

    still = quiet.seconds(20, person_at=29)

    assert not all(still)
    untagged = "".join("x" if tagged else "." for tagged in still).split("x")
    assert max(map(len, untagged)) <= 3


def test_who_leaves_leaves_no_ghost(quiet: Door) -> None:
    """Given somebody moved about for half a minute, when they are gone, then soon nothing is tagged."""
    for _ in range(5):
        quiet.seconds(3, person_at=10, walks=8)
        quiet.seconds(3, person_at=34, walks=-8)

    assert not any(quiet.seconds(20)[6:])


def test_a_tree_in_the_wind_is_soon_expected_and_hides_nobody() -> None:
    """Given a tree that moves all the time, then it is not tagged after a while, and somebody still is."""
    door = Door(tree=True)
    door.seconds(40)

    assert sum(door.seconds(20)) <= 7
    assert door.second(person_at=40, walks=8)


def test_light_that_changes_everywhere_is_no_motion(quiet: Door) -> None:
    """Given the camera's exposure jumps, then nothing moved."""
    quiet.light = 40

    assert not any(quiet.seconds(10))


def test_the_tail_can_be_set() -> None:
    """Given a tail of ten seconds, then so long after the start everything is tagged."""
    door = Door(MotionGate(Sensitivity(tail_seconds=10)))

    assert door.seconds(14) == [True] * 11 + [False] * 3


def test_without_pictures_everything_is_tagged(quiet: Door) -> None:
    """Given the branch with the small pictures broke, then the gate does not lock anybody out."""
    assert quiet.gate.tags(quiet.at_ms + 4000, 1000) == TAGGED


def test_a_pipeline_that_starts_again_goes_on(quiet: Door) -> None:
    """Given a looped clip begins anew, then the background is still known and times go on."""
    quiet.gate.begin()
    quiet.at_ms = 0

    assert not any(quiet.seconds(5))
    assert quiet.second(person_at=5, walks=8)


def captured(source: Source, gate: MotionGate) -> list[tuple[int, bool]]:
    """Run a source to its end: each fragment's time, and whether it is tagged."""

    async def run() -> list[tuple[int, bool]]:
        pipeline = Pipeline(source, Encoding(15, Size(160, 120), 200), gate)
        async with aclosing(pipeline.fragments()) as fragments:
            return [
                (
                    one.fragment.timecode_ms,
                    gate.tags(one.fragment.timecode_ms, one.fragment.duration_ms) == TAGGED,
                )
                async for one in fragments
            ]

    return asyncio.run(asyncio.wait_for(run(), 60))


@pytest.mark.parametrize(
    ("pattern", "tags"), [("gradient", [True, True, False, False]), ("ball", [True] * 4)]
)
def test_a_real_pipeline_is_watched_while_it_is_encoded(pattern: str, tags: list[bool]) -> None:
    """Given a still picture or a ball, then only the ball keeps the gate open; the video is as it was."""
    words = f"videotestsrc num-buffers=60 pattern={pattern} ! video/x-raw,width=160,height=120,framerate=15/1"
    gate = MotionGate(Sensitivity(tail_seconds=1))

    found = captured(Source(pattern, tuple(words.split()), live=False), gate)

    assert found == list(zip([0, 1000, 2000, 3000], tags, strict=True))


def test_kvssink_and_the_gate_exclude_each_other(
    clips: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Given kvssink, which refuses the tag, when the gate is asked for, then that is said."""
    with pytest.raises(SystemExit) as exit_info:
        main(["--stream", "front", "--source", str(clips("h264.mp4")), "--sink", "kvssink", "--motion-gate"])
    assert exit_info.value.code == 2
    assert "kvssink refuses" in capsys.readouterr().err
