"""Which looks a frame of a stream gets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from emulator.rekognition.attention import Attention
from emulator.rekognition.looks import CLOSER, LEANING_LEFT, LEANING_RIGHT, PLAIN, Detection, Look, Pixels


def street(person_at: int | None = None) -> Pixels:
    """A grey picture of 1280 x 720, with something bright 100 pixels wide at that column."""
    pixels = np.full((720, 1280, 3), 90, np.uint8)
    if person_at is not None:
        pixels[300:600, person_at : person_at + 100] = 220
    return pixels


def face(look: Look) -> Detection:
    """A face that this look showed."""
    return Detection(640, 360, 100, 1.0, look)


def settled() -> Attention:
    """Attention to a street that has been empty for a while, at a frame that is looked at."""
    attention = Attention()
    for _ in range(4):
        attention.looks(street())
        attention.saw([])
    return attention


def test_the_first_frame_is_looked_at_closer_as_a_whole() -> None:
    """Given a new stream, then the first frame gets the plain look and a closer one of all of it."""
    assert Attention().looks(street()) == (PLAIN, CLOSER)


def test_where_nothing_moves_every_fourth_frame_is_enough() -> None:
    """Given an empty street, then one frame of four gets a look, the plain one."""
    attention = settled()
    looks = []
    for _ in range(8):
        looks.append(attention.looks(street()))
        attention.saw([])
    assert looks == [(PLAIN,), (), (), ()] * 2


def test_a_face_that_keeps_still_is_looked_at_in_every_frame() -> None:
    """Given somebody stands still, when seen in each frame, then each frame gets the plain look."""
    attention = settled()
    looks = []
    for _ in range(5):
        attention.saw([face(PLAIN)])
        looks.append(attention.looks(street()))
    assert looks == [(PLAIN,)] * 5


def test_somebody_who_comes_is_looked_at_at_once() -> None:
    """Given an empty street between two looks, when something moves, then that frame is looked at."""
    attention = settled()
    attention.looks(street())
    attention.saw([])
    assert attention.looks(street(600))[0] == PLAIN


def test_noise_is_no_movement() -> None:
    """Given a picture that differs by a few levels of grey, then there is only the plain look."""
    noise = np.random.default_rng(1).integers(-8, 8, (720, 1280, 3))
    assert settled().looks((street() + noise).astype(np.uint8)) == (PLAIN,)


def test_what_moves_gets_every_further_look_in_turn() -> None:
    """Given somebody walks by, then three frames bring the three further looks."""
    attention = settled()
    seen = [attention.looks(street(person_at)) for person_at in (100, 300, 500)]
    assert {(look.magnify, look.turn) for looks in seen for look in looks[1:]} == {
        (look.magnify, look.turn) for look in (CLOSER, LEANING_LEFT, LEANING_RIGHT)
    }


def test_the_closer_look_is_where_it_moves() -> None:
    """Given somebody on the left, when looked closer, then the region holds them and not the right half."""
    attention = settled()
    looks = [look for column in (100, 110, 120) for look in attention.looks(street(column))]
    [closer] = [look for look in looks if look.magnify > 1]
    left, top, right, bottom = closer.region
    assert left < 100 / 1280
    assert top < 300 / 720
    assert 220 / 1280 < right < 0.5
    assert bottom > 600 / 720


def test_a_look_that_showed_a_face_is_kept_for_some_frames() -> None:
    """Given a face that only the leaning look showed, then it stays, until it has shown none four times."""
    attention = settled()
    attention.saw([face(LEANING_RIGHT)])
    kept = []
    for _ in range(6):
        kept.append(LEANING_RIGHT in attention.looks(street()))
        attention.saw([])
    assert kept == [True, True, True, True, False, False]


def test_the_region_of_a_look_is_not_kept() -> None:
    """Given a face that a closer look at one place showed, then the next closer look is wherever it moves."""
    attention = settled()
    attention.saw([face(replace(CLOSER, region=(0.0, 0.0, 0.2, 0.2)))])
    assert attention.looks(street()) == (PLAIN, CLOSER)
