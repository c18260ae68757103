"""The demonstration clip: who is in it, and when."""

from __future__ import annotations

from pathlib import Path

import cv2
import dlib
import numpy as np
import numpy.typing as npt
import pytest

from scripts import demo_clip
from scripts.demo_clip import (
    COMING,
    FRAMES_PER_SECOND,
    HEIGHT,
    LEAVING,
    SCHEDULE,
    SECONDS,
    WIDTH,
    frames,
    main,
)

SAMPLE_EVERY = 40
DETECTOR = dlib.get_frontal_face_detector()


@pytest.fixture(scope="module")
def samples() -> list[tuple[float, npt.NDArray[np.uint8]]]:
    """Every fortieth frame with its second."""
    numbers = range(0, round(SECONDS * FRAMES_PER_SECOND), SAMPLE_EVERY)
    return [
        (number / FRAMES_PER_SECOND, frame) for number, frame in zip(numbers, frames(numbers), strict=True)
    ]


def faces(frame: npt.NDArray[np.uint8]) -> list[int]:
    """The widths in pixels of the faces that the emulator's detector finds at half scale."""
    half = cv2.cvtColor(cv2.resize(frame, None, fx=0.5, fy=0.5), cv2.COLOR_BGR2RGB)
    return [2 * found.width() for found in DETECTOR(half, 0)]


def test_whoever_stands_at_the_door_is_seen_and_nobody_else(
    samples: list[tuple[float, npt.NDArray[np.uint8]]],
) -> None:
    """Given the schedule, one large face is found while somebody stands there, else none."""
    standing = [
        faces(frame)
        for second, frame in samples
        if any(stay.arrives + COMING <= second < stay.leaves - LEAVING for stay in SCHEDULE)
    ]
    empty = [
        faces(frame) for second, frame in samples if not any(s.arrives <= second < s.leaves for s in SCHEDULE)
    ]
    assert len(standing) >= 12
    assert all(len(found) == 1 and found[0] >= 120 for found in standing)
    assert len(empty) >= 8
    assert not any(empty)


def test_the_schedule_is_two_people_and_the_first_one_again() -> None:
    """Given the demonstration, one person comes, then another, then the first, the door empty between."""
    first, second, third = (stay.portrait for stay in SCHEDULE)
    assert first is third is not second
    edges = [edge for stay in SCHEDULE for edge in (stay.arrives, stay.leaves)]
    assert edges == sorted(edges)
    assert edges[0] >= 3
    assert edges[-1] <= SECONDS - 3
    assert all(stay.leaves - stay.arrives >= 14 for stay in SCHEDULE)


def test_the_clip_is_h264_with_a_key_frame_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a shorter schedule, the file has the right size, rate and length, and nothing is left over."""
    monkeypatch.setattr(demo_clip, "SECONDS", 3.0)
    out = tmp_path / "folder" / "demo.mp4"
    assert main([str(out)]) == 0
    assert [path.name for path in out.parent.iterdir()] == ["demo.mp4"]
    clip = cv2.VideoCapture(str(out))
    assert clip.get(cv2.CAP_PROP_FRAME_WIDTH) == WIDTH
    assert clip.get(cv2.CAP_PROP_FRAME_HEIGHT) == HEIGHT
    assert clip.get(cv2.CAP_PROP_FPS) == FRAMES_PER_SECOND
    assert clip.get(cv2.CAP_PROP_FRAME_COUNT) == 45
    clip.release()


def test_a_clip_that_cannot_be_made_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given no GStreamer, the command names the package and leaves nothing behind."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main([str(tmp_path / "demo.mp4")]) == 1
    assert "gstreamer1.0-tools" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
