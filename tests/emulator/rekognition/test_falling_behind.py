"""The backlog of a stream: order, and what is skipped when the engine cannot keep up."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from emulator.rekognition.backlog import FRAME_SECONDS, HURRIED_FRAME_SECONDS, Backlog
from emulator.rekognition.video_stream import ReadFragment


def fragment(number: int, duration: float = 1.0) -> ReadFragment:
    """A fragment that begins at second `number`."""
    return ReadFragment(str(number), float(number), float(number), duration, b"")


def numbers(backlog: Backlog, count: int) -> list[str]:
    """Take so many fragments out."""

    async def take() -> list[str]:
        return [(await asyncio.wait_for(backlog.get(), 1)).number for _ in range(count)]

    return asyncio.run(take())


def test_fragments_come_in_order_while_the_engine_keeps_up() -> None:
    """Given three seconds of video, when taken, then nothing is left out."""
    backlog = Backlog("door")
    for number in range(3):
        backlog.put(fragment(number))
    assert numbers(backlog, 3) == ["0", "1", "2"]


def test_more_than_three_seconds_behind_only_the_newest_stays(caplog: pytest.LogCaptureFixture) -> None:
    """Given four seconds of video wait, then only the newest fragment is left, and the log says so."""
    backlog = Backlog("door")
    with caplog.at_level(logging.WARNING):
        for number in range(4):
            backlog.put(fragment(number))
    assert numbers(backlog, 1) == ["3"]
    assert backlog.seconds == 0
    assert "3 fragments of door are skipped" in caplog.text


def test_a_busy_machine_is_told_of_once_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given minutes of falling behind, then each line counts what was skipped since the one before."""
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    backlog = Backlog("door")
    for number in range(70):
        now = float(number)
        backlog.put(fragment(number))
    assert [record.args for record in caplog.records] == [(3, "door"), (60, "door")]


def test_a_single_long_fragment_is_kept() -> None:
    """Given one fragment of twenty seconds, then it is analysed all the same."""
    backlog = Backlog("door")
    backlog.put(fragment(0, duration=20))
    assert numbers(backlog, 1) == ["0"]


def test_frames_are_taken_half_as_often_before_any_is_skipped() -> None:
    """Given two seconds wait, then frames are a second apart instead of half a second."""
    backlog = Backlog("door")
    assert backlog.frame_seconds == FRAME_SECONDS
    backlog.put(fragment(0))
    backlog.put(fragment(1))
    assert backlog.frame_seconds == HURRIED_FRAME_SECONDS


def test_waiting_ends_when_a_fragment_comes() -> None:
    """Given an empty backlog, when a fragment is put later, then whoever waits gets it."""

    async def wait() -> str:
        backlog = Backlog("door")
        waiting = asyncio.create_task(backlog.get())
        await asyncio.sleep(0)
        backlog.put(fragment(7))
        return (await asyncio.wait_for(waiting, 60)).number

    assert asyncio.run(wait()) == "7"
