"""Frames, in memory and out of real H.264: the picture that a record means, or an error that says why not."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from smart_door.adapters import frames_opencv
from smart_door.adapters.frames_opencv import OpenCvFrames
from smart_door.domain.errors import FrameDecodeError
from smart_door.domain.faces import BoundingBox
from smart_door.domain.ports import Frames
from tests.contract import video
from tests.contract.portraits import grace
from tests.fakes import FakeFrames

START_MS = 1_795_221_531_005
FRAMES = OpenCvFrames()


def first_fragment() -> bytes:
    """The fragment of the frames 0 to 14 as Kinesis Video returns it, its time that of the epoch."""
    return video.fragments()[0].at(START_MS).to_bytes()


@pytest.fixture(params=["fake", "opencv"])
def decoder(request: pytest.FixtureRequest) -> tuple[Frames, bytes]:
    """The port's two fulfilments, and a fragment for each."""
    if request.param == "fake":
        fake = FakeFrames()
        fake.people = {("fragment", offset): {BoundingBox(0, 0, 0.2, 0.2): "Ann"} for offset in (0.0, 0.5)}
        return fake, b"fragment"
    return FRAMES, first_fragment()


def test_each_offset_gets_a_frame(decoder: tuple[Frames, bytes]) -> None:
    """Given a fragment, when frames are asked for, then each is a picture with crops, in the order asked."""
    frames, fragment = decoder
    later, earlier = frames.decode(fragment, [0.5, 0.0])
    assert later.width > 0
    assert later.height > 0
    assert later.jpeg()
    assert later.jpeg() != earlier.jpeg()
    assert earlier.crop(BoundingBox(0, 0, 0.2, 0.2))


def test_no_offset_gets_no_frame(decoder: tuple[Frames, bytes]) -> None:
    """Given a fragment, when no frame is asked for, then none comes."""
    frames, fragment = decoder
    assert list(frames.decode(fragment, [])) == []


def test_a_broken_fragment_is_an_error(decoder: tuple[Frames, bytes]) -> None:
    """Given bytes that are no video, when a frame is asked for, then that is an error of its own."""
    frames, _ = decoder
    with pytest.raises(FrameDecodeError):
        frames.decode(b"broken", [0.0])


@pytest.mark.parametrize(
    ("offset", "frame"),
    [(0.0, 0), (0.03, 0), (0.04, 1), (0.066, 1), (0.5, 7), (0.52, 8), (0.933, 14), (7.0, 14), (-1.0, 0)],
)
def test_the_frame_nearest_the_offset_comes(offset: float, frame: int) -> None:
    """Given 15 frames a second, when an offset is asked for, then the frame nearest to it comes."""
    (decoded,) = FRAMES.decode(first_fragment(), [offset])
    assert video.frame_number(decoded.jpeg()) == frame


def test_many_offsets_in_any_order_come_in_one_pass() -> None:
    """Given offsets in any order and twice the same, when they are asked for, then each gets its own."""
    decoded = FRAMES.decode(first_fragment(), [0.8, 0.2, 99.0, 0.2, 0.0])
    assert [video.frame_number(frame.jpeg()) for frame in decoded] == [12, 3, 14, 3, 0]


@pytest.mark.parametrize("number", range(video.COUNT))
def test_every_fragment_decodes_by_itself(number: int) -> None:
    """Given a fragment from the middle of a stream, when it is decoded, then offsets count from its start."""
    fragment = video.fragments()[number].at(START_MS + number * 1000).to_bytes({"AWS_TAG": "value"})
    (decoded,) = FRAMES.decode(fragment, [0.2])
    assert video.frame_number(decoded.jpeg()) == number * video.FPS + 3


def test_the_picture_has_the_frames_size() -> None:
    """Given a frame, when it is made a JPEG, then that has its size, and fewer bytes at a lower quality."""
    (frame,) = FRAMES.decode(first_fragment(), [0.0])
    assert (frame.width, frame.height) == (video.WIDTH, video.HEIGHT)
    assert video.picture(frame.jpeg()).shape == (video.HEIGHT, video.WIDTH)
    assert len(frame.jpeg(20)) < len(frame.jpeg(95))


@pytest.mark.parametrize(
    ("box", "margin", "shape"),
    [
        (BoundingBox(0.25, 0.25, 0.5, 0.5), 0.0, (120, 180)),
        (BoundingBox(0.25, 0.25, 0.25, 0.5), 0.2, (168, 126)),
        (BoundingBox(0.25, 0.25, 0.5, 0.5), 9.0, (240, 360)),
        (BoundingBox(-0.5, -0.5, 1.0, 1.0), 0.0, (120, 180)),
        (BoundingBox(2.0, 2.0, 0.5, 0.5), 0.4, (1, 1)),
        (BoundingBox(-2.0, -2.0, 0.1, 0.1), 0.4, (1, 1)),
        (BoundingBox(0.5, 0.5, 0.0, 0.0), 0.4, (1, 1)),
    ],
    ids=["as it is", "with a margin", "cut at the edges", "over a corner", "beyond", "before", "empty"],
)
def test_a_crop_is_the_box_and_its_margin_within_the_frame(
    box: BoundingBox, margin: float, shape: tuple[int, int]
) -> None:
    """Given a box of ratios, when it is cropped, then it is so many rows and columns, at least one."""
    (frame,) = FRAMES.decode(first_fragment(), [0.0])
    assert video.picture(frame.crop(box, margin)).shape == shape


def test_a_crop_shows_what_is_in_the_box() -> None:
    """Given the bar of frame 7 in columns 56 to 63, when they are cropped, then all is bright."""
    (frame,) = FRAMES.decode(first_fragment(), [7 / video.FPS])
    crop = video.picture(frame.crop(BoundingBox(56 / video.WIDTH, 0.2, 8 / video.WIDTH, 0.5), 0.0))
    assert crop[:, 2:6].min() > 150


@pytest.mark.parametrize("codec", ["vp8", "mjpeg"])
def test_another_codec_is_named(codec: str) -> None:
    """Given video that is not H.264, when it is decoded, then the error says so."""
    with pytest.raises(FrameDecodeError) as raised:
        FRAMES.decode(video.fragments(codec)[0].to_bytes(), [0.0])
    assert "not H.264" in raised.value.reason


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[:10],
        lambda whole: whole[: whole.index(b"\x1f\x43\xb6\x75")],
        lambda whole: whole[: whole.index(b"\x1f\x43\xb6\x75") + 40],
        lambda whole: whole.replace(b"V_MPEG4/ISO/AVC", b"V_UNKNOWN/CODEC"),
    ],
    ids=["empty", "ten bytes", "only a header", "half a frame", "unknown codec"],
)
def test_a_fragment_without_a_picture_is_an_error(damage: Callable[[bytes], bytes]) -> None:
    """Given a fragment without one frame that decodes, when it is decoded, then that is an error."""
    with pytest.raises(FrameDecodeError):
        FRAMES.decode(damage(first_fragment()), [0.0])


def test_of_a_fragment_that_breaks_off_the_last_frame_comes() -> None:
    """Given half a fragment, when a frame after its end is asked for, then the last that decodes comes."""
    whole = first_fragment()
    (frame,) = FRAMES.decode(whole[: len(whole) // 2], [0.9])
    assert 0 <= video.frame_number(frame.jpeg()) < 14


@pytest.mark.parametrize("seed", range(20))
def test_damage_raises_nothing_else(seed: int) -> None:
    """Given a fragment with random bytes overwritten, when it is decoded, then a frame comes or our error."""
    chance = random.Random(seed)
    damaged = bytearray(first_fragment())
    for _ in range(chance.choice([1, 20, 400])):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    try:
        frames = FRAMES.decode(bytes(damaged), [0.0, 0.5])
    except FrameDecodeError:
        return
    assert len(frames) == 2


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_a_glance_sees_a_face_that_is_turned_to_the_camera(scale: float) -> None:
    """Where Rekognition finds it, near and farther away."""
    portrait = cv2.resize(grace(), None, fx=scale, fy=scale)
    canvas = np.full((720, 1280, 3), 96, np.uint8)
    height, width = portrait.shape[:2]
    canvas[50 : 50 + height, 300 : 300 + width] = portrait

    (sampled,) = OpenCvFrames().sample(video.encode([canvas] * video.FPS)[0].to_bytes(), 1.0)

    glimpses = sampled.frame.glimpses()
    assert sampled.frame.glimpses() is glimpses  # once a frame
    face = BoundingBox(
        (300 + 0.29 * width) / 1280, (50 + 0.08 * height) / 720, width * 0.45 / 1280, height * 0.4 / 720
    )
    assert any(glimpse.distance(face) < 0.5 for glimpse in glimpses)


def test_a_glance_sees_nobody_where_nobody_is() -> None:
    """In a picture of a bar."""
    (sampled,) = OpenCvFrames().sample(first_fragment(), 1.0)

    assert sampled.frame.glimpses() == ()


def test_a_layer_without_the_cascade_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """So that a trimmed layer fails where it is built, not at the door."""
    monkeypatch.setattr(cv2, "__file__", str(tmp_path / "__init__.py"))
    frames_opencv._frontal_faces.cache_clear()

    (sampled,) = OpenCvFrames().sample(first_fragment(), 1.0)
    with pytest.raises(FileNotFoundError, match="opencv layer"):
        sampled.frame.glimpses()
