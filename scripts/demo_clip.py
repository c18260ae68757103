"""The clip that `make run` plays where there is no camera: two people come to a door, one of them twice.

Everything in it is made here: the two public-domain portraits that matplotlib and scikit-image bring
along are cut out of their photographs and stand, sway and turn their heads in front of a garden that is
drawn from noise. The same numbers come out every time, so the clip can be made again anywhere.

    python -m scripts.demo_clip OUT.mp4
"""

from __future__ import annotations

import argparse
import math
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scripts.demo_people import ASTRONAUT, HOPPER, Cutout, Portrait, cut_out

Image = npt.NDArray[np.uint8]
Field = npt.NDArray[np.float32]

WIDTH, HEIGHT, FRAMES_PER_SECOND = 1280, 720, 15
COMING, LEAVING = 1.8, 1.6  # seconds


@dataclass(frozen=True)
class Stay:
    """One person at the door, in seconds of the clip; `side` is where they come from (-1 is left)."""

    portrait: Portrait
    arrives: float
    leaves: float
    side: int


SCHEDULE = (
    Stay(HOPPER, 4.0, 21.5, -1),
    Stay(ASTRONAUT, 29.5, 47.0, 1),
    Stay(HOPPER, 55.0, 72.5, 1),
)
SECONDS = 76.0  # the last ones empty again, so that the clip can be looped


def main(arguments: list[str] | None = None) -> int:
    """Write the clip and say how far it is; 1 if GStreamer is missing or fails."""
    parser = argparse.ArgumentParser(prog="python -m scripts.demo_clip", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, metavar="OUT.mp4", help="the file to write (or replace)")
    out: Path = parser.parse_args(arguments).out
    tty = sys.stderr.isatty()

    def progress(done: float) -> None:
        if tty:
            print(f"\rdrawing the demonstration clip: {done:4.0%}", end="", file=sys.stderr, flush=True)

    try:
        make_clip(out, progress)
    except (OSError, RuntimeError) as error:
        print(f"\ndemo_clip: {error}", file=sys.stderr)
        return 1
    if tty:
        print(file=sys.stderr)
    print(f"{out}: {SECONDS:.0f} s of {WIDTH}x{HEIGHT}, {FRAMES_PER_SECOND} fps, H.264")
    return 0


def make_clip(out: Path, progress: Callable[[float], None] = lambda done: None) -> None:
    """Draw and encode the clip, then put it in place in one step; `progress` gets 0..1.

    Raises RuntimeError if GStreamer is missing or cannot encode, OSError if the file cannot be written.
    """
    if shutil.which("gst-launch-1.0") is None:
        raise RuntimeError("gst-launch-1.0 is not installed (Debian: apt install gstreamer1.0-tools)")
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(f".{out.name}.part")
    encoder = subprocess.Popen(_encoder_command(unfinished), stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert encoder.stdin is not None  # noqa: S101 - asked for with PIPE above; tells mypy so
    try:
        count = round(SECONDS * FRAMES_PER_SECOND)
        for number, frame in enumerate(frames(range(count))):
            encoder.stdin.write(frame.tobytes())
            progress((number + 1) / count)
    except BrokenPipeError:
        pass  # the encoder says below why it stopped
    _, said = encoder.communicate()
    if encoder.returncode != 0:
        unfinished.unlink(missing_ok=True)
        reason = said.decode(errors="replace").strip() or f"exit code {encoder.returncode}"
        raise RuntimeError(f"GStreamer could not encode the clip: {reason}")
    unfinished.replace(out)


def frames(numbers: Iterable[int]) -> Iterator[Image]:
    """Yield the frames of these numbers as the camera would: 720 x 1280 x 3, blue-green-red."""
    garden = _Garden(np.random.default_rng(8))
    cutouts = {portrait: cut_out(portrait) for portrait in {stay.portrait for stay in SCHEDULE}}
    for number in numbers:
        now = number / FRAMES_PER_SECOND
        frame = garden.at(now)
        for stay in SCHEDULE:
            if stay.arrives <= now < stay.leaves:
                _place(frame, cutouts[stay.portrait], stay.portrait, _pose(stay, now))
        yield garden.seen_by_sensor(frame, number)


class Doorstep:
    """The same door for single pictures, of people who stand where they are told to."""

    def __init__(self) -> None:
        self._garden = _Garden(np.random.default_rng(8))
        self._cutouts: dict[Portrait, Cutout] = {}

    def still(self, people: Mapping[Portrait, tuple[float, float]], now: float) -> Image:
        """A frame like those of `frames`, at `now` seconds of people's swaying and the garden's wind.

        `people` says where the middle of each face is, across and down, as parts of the frame from 0 to 1.
        """
        frame = self._garden.at(now)
        for portrait, (across, down) in people.items():
            if portrait not in self._cutouts:
                self._cutouts[portrait] = cut_out(portrait)
            pose = replace(_pose(Stay(portrait, now - 10, now + 10, 1), now), x=across * WIDTH)
            floor = portrait.face[1] + round((1 - down) * HEIGHT / pose.scale)
            _place(frame, self._cutouts[portrait], replace(portrait, floor=floor), pose)
        return self._garden.seen_by_sensor(frame, round(now * FRAMES_PER_SECOND))


def _encoder_command(out: Path) -> list[str]:
    caps = f"width={WIDTH} height={HEIGHT} format=bgr framerate={FRAMES_PER_SECOND}/1"
    rate = f"bitrate=2500 bframes=0 key-int-max={FRAMES_PER_SECOND} option-string=scenecut=0"
    pipeline = (
        f"fdsrc fd=0 ! rawvideoparse {caps} ! videoconvert ! video/x-raw,format=I420"
        f" ! x264enc speed-preset=veryfast {rate} ! h264parse ! mp4mux faststart=true"
    )
    return ["gst-launch-1.0", "-q", *pipeline.split(), "!", "filesink", f"location={out}"]


# --- the person -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Pose:
    x: float  # of the neck, pixels of the frame
    dip: float  # pixels down, from walking or breathing
    scale: float  # pixels of the frame for one of the portrait
    lean: float  # radians, the whole body about the feet
    tilt: float  # radians, the head about the neck
    turn: float  # pixels of the portrait by which the middle of the face goes sideways
    nod: float  # and downwards


def _pose(stay: Stay, now: float) -> _Pose:
    """Where the person is: walks in, stands and sways a little, walks out on the other side."""
    since, left = now - stay.arrives, stay.leaves - now
    far_in, far_out = 1 - _ease(since / COMING), 1 - _ease(left / LEAVING)
    off, walking = WIDTH * 0.72, max(math.sin(math.pi * far_in), math.sin(math.pi * far_out))
    wave = [math.sin(2 * math.pi * now / period + phase) for period, phase in _SWAY]
    return _Pose(
        x=WIDTH / 2 + stay.side * off * (far_in - far_out) + 9 * wave[0] + 5 * wave[1],
        dip=3 * wave[2] + 12 * walking * abs(math.sin(2 * math.pi * 0.95 * now)),
        scale=stay.portrait.scale * (1 - 0.18 * far_in - 0.12 * far_out + 0.012 * wave[1]),
        lean=0.012 * wave[0] - 0.03 * stay.side * walking,
        tilt=0.035 * wave[3] + 0.015 * wave[1],
        turn=stay.portrait.face_size * (0.035 * wave[4] + 0.012 * wave[2]),
        nod=stay.portrait.face_size * 0.018 * wave[5],
    )


# Periods in seconds and phases that never line up: the movement does not look like a loop.
_SWAY = ((5.3, 0.0), (3.1, 1.0), (3.9, 2.0), (4.7, 0.5), (3.4, 1.7), (2.7, 2.9))


def _ease(part: float) -> float:
    part = min(max(part, 0.0), 1.0)
    return part * part * (3 - 2 * part)


def _place(frame: Image, person: Cutout, portrait: Portrait, pose: _Pose) -> None:
    """Draw the person into `frame`, anchored so that the body always goes down past its lower edge."""
    reach = 0.62 * person.image.shape[1] * pose.scale + 40
    left, right = max(int(pose.x - reach), 0), min(int(pose.x + reach), WIDTH)
    if left >= right:
        return
    # For each pixel of the frame: which point of the portrait is seen there.
    x, y = np.meshgrid(np.arange(left, right, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    x, y = (x - pose.x) / pose.scale, (y - HEIGHT - pose.dip) / pose.scale
    x, y = x + y * pose.lean + portrait.neck[0], y - x * pose.lean + portrait.floor
    head = np.clip((portrait.neck[1] + 0.35 * portrait.face_size - y) / portrait.face_size, 0, 1)
    from_face = (x - portrait.face[0]) ** 2 + (y - portrait.face[1]) ** 2
    face = np.exp(-from_face / (0.5 * portrait.face_size) ** 2)
    about_x, about_y = x - portrait.neck[0], y - portrait.neck[1]
    x, y = (
        x + head * pose.tilt * about_y - face * pose.turn,
        y - head * pose.tilt * about_x - face * pose.nod,
    )
    seen = cv2.remap(person.image, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    behind = frame[:, left:right]
    through = cv2.cvtColor(255 - seen[..., 3], cv2.COLOR_GRAY2BGR)
    behind[:] = cv2.add(seen[..., :3], cv2.multiply(behind, through, scale=1 / 255))


# --- the garden -----------------------------------------------------------------------------------------


class _Garden:
    """What the camera sees when nobody stands there: a path, a lawn, hedges and trees in a light wind."""

    def __init__(self, random: np.random.Generator) -> None:
        self._leaves, self._scene = _draw_garden(random)
        x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
        self._x, self._y = x, y
        self._gust = _clouds(random, 5) * 6
        self._grain = [random.normal(0, 2.2, (HEIGHT, WIDTH)).astype(np.float32) for _ in range(8)]

    def at(self, now: float) -> Image:
        """The garden at `now`: leaves move, and a cloud dims it now and then."""
        swing = 2 * math.pi / SECONDS  # whole swings a clip: no jump where it is looped
        aside = self._leaves * (
            3.0 * np.sin(26 * swing * now + self._gust, dtype=np.float32) + 2.0 * math.sin(9 * swing * now)
        )
        x, y = self._x + aside, self._y + 0.4 * aside
        moved = cv2.remap(self._scene, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        light = 1 + 0.035 * math.sin(3 * swing * now) + 0.02 * math.sin(7 * swing * now + 1)
        return np.asarray(cv2.convertScaleAbs(moved, alpha=light), dtype=np.uint8)

    def seen_by_sensor(self, frame: Image, number: int) -> Image:
        """Add the grain of a small sensor."""
        grain = cv2.cvtColor(self._grain[(number * 5) % len(self._grain)], cv2.COLOR_GRAY2BGR)
        return np.asarray(cv2.add(frame, grain, dtype=cv2.CV_8U), dtype=np.uint8)


def _clouds(random: np.random.Generator, octaves: int, width: int = WIDTH, height: int = HEIGHT) -> Field:
    """Smooth noise from 0 to 1: random dots at several sizes, laid over each other."""
    total = np.zeros((height, width), np.float32)
    for octave in range(1, octaves + 1):
        dots = random.random((9 * 2**octave // 2, 16 * 2**octave // 2)).astype(np.float32)
        total += cv2.resize(dots, (width, height), interpolation=cv2.INTER_CUBIC) / 1.6**octave
    total = (total - total.min()) / (total.max() - total.min())
    return np.asarray(total, dtype=np.float32)


def _draw_garden(random: np.random.Generator) -> tuple[Field, Image]:
    """Return how much each pixel moves in the wind (0..1), and the garden itself."""
    horizon = 330
    rows = np.arange(HEIGHT, dtype=np.float32)[:, None, None]
    columns = np.arange(WIDTH, dtype=np.float32)[None, :]
    sky = np.array([226, 208, 188], np.float32) + (rows / horizon) * np.array([12, 22, 34], np.float32)
    scene = np.broadcast_to(sky, (HEIGHT, WIDTH, 3)) + 26 * (_clouds(random, 3)[..., None] - 0.5)
    scene = np.ascontiguousarray(scene, dtype=np.float32)
    wind = np.zeros((HEIGHT, WIDTH), np.float32)

    # The house across the street, far away and out of focus.
    cv2.rectangle(scene, (690, 175), (1010, 345), (168, 186, 205), -1)
    cv2.fillPoly(scene, [np.array([(665, 180), (850, 85), (1035, 180)], np.int32)], (72, 78, 118))
    for left in (725, 815, 925):
        cv2.rectangle(scene, (left, 215), (left + 52, 275), (120, 104, 88), -1)
    scene = cv2.GaussianBlur(scene, (0, 0), 4)

    # Lawn with a path that comes to the door.
    lawn = np.array([52, 128, 96], np.float32) * (0.65 + 0.6 * _clouds(random, 7)[..., None])
    scene[horizon:] = lawn[horizon:]
    scene[255:horizon] = 0.75 * lawn[255:horizon]  # the far side of the street, seen between the trees
    path = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.fillPoly(
        path, [np.array([(590, horizon), (650, horizon), (1010, HEIGHT), (250, HEIGHT)], np.int32)], 1.0
    )
    path = cv2.GaussianBlur(path, (0, 0), 3)[..., None]
    stone = np.array([150, 160, 168], np.float32) * (0.75 + 0.4 * _clouds(random, 7)[..., None])
    scene = scene * (1 - path) + stone * path

    # Trees and hedges: each is noise cut off at a wavy outline.
    greens = (((40, 96, 62), 150, 0.0, 250), ((34, 84, 70), 235, 5.0, 300), ((46, 112, 74), 268, 2.0, 355))
    for (blue, green, red), height, phase, foot in greens:
        edge = height + 48 * np.sin(columns / 97 + phase) + 26 * np.sin(columns / 41 + 2 * phase)
        edge = np.where(height < 200, edge + 190 * np.exp(-(((columns - 850) / 250) ** 2)), edge)
        leaf = _clouds(random, 7)
        ragged = edge + 46 * (leaf - 0.5)
        cover = np.clip((rows[..., 0] - ragged) / 8, 0, 1) * np.clip((foot + 20 - rows[..., 0]) / 20, 0, 1)
        cover = cover.astype(np.float32)[..., None]
        foliage = np.array([blue, green, red], np.float32) * (0.45 + 1.1 * leaf[..., None])
        scene = scene * (1 - cover) + foliage * cover
        wind = np.maximum(wind, cover[..., 0])
    scene = cv2.GaussianBlur(scene, (0, 0), 2.4)
    vignette = 1 - 0.32 * (((columns / WIDTH - 0.5) * 1.5) ** 2 + ((rows[..., 0] / HEIGHT - 0.5) * 1.3) ** 2)
    grey = scene.mean(axis=2, keepdims=True)
    scene = (grey + 0.8 * (scene - grey)) * vignette[..., None]
    return cv2.GaussianBlur(wind, (0, 0), 6), np.clip(scene, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    sys.exit(main())
