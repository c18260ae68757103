"""The photos on screenshots: the two demonstration people, drawn where the home in memory says faces are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import BrowserContext, Request, Route

from scripts.demo_clip import FRAMES_PER_SECOND, Doorstep, Image, frames
from scripts.demo_people import ASTRONAUT, HOPPER, Portrait
from tests.e2e import double_video
from tests.e2e.double_answers import PHOTOS
from tests.e2e.home_double import HomeDouble

PEOPLE: Sequence[Portrait] = (HOPPER, ASTRONAUT)
QUALITY = 88  # of JPEG, as the application's own photos have it, more or less
POSES = 10  # different ones that are drawn of the same group
_VISIT = re.compile(r"/photos/(\w+)/(best|first)\.jpg")
_VISITOR = re.compile(r"/visitors/(\d+)/(\d+)\.jpg")
_MIDDLE = (0.5, 0.535)

Place = tuple[float, float]


def serve_photos(context: BrowserContext, home: HomeDouble) -> None:
    """Answer requests for photos before the home does; what it would refuse stays with it."""

    def answer(route: Route, request: Request) -> None:
        path = request.url.removeprefix(PHOTOS).partition("?")[0]
        body = None if home.is_offline else photo(path, home.visits)
        if body is None:
            route.fallback()
        else:
            route.fulfill(body=body, headers={"Content-Type": "image/jpeg"})

    context.route(f"{PHOTOS}/**", answer)


def photo(path: str, visits: Mapping[str, Mapping[str, Any]]) -> bytes | None:
    """The JPEG at an address of the home in memory; None where it has none there."""
    if found := _VISIT.fullmatch(path):
        faces = visits[found[1]]["faces"]
        number = int(found[1][-2:], 36)
        places = tuple(_middle(face["bounding_box"]) for face in faces if "bounding_box" in face)
        return _frame(places, number % len(PEOPLE), (number + (found[2] == "first")) % POSES)
    if found := _VISITOR.fullmatch(path):
        number, index = int(found[1]), int(found[2])
        return _portrait(number % len(PEOPLE), (3 * number + index) % POSES)
    return None


@cache
def _frame(faces: tuple[Place, ...], first: int, pose: int) -> bytes:
    """A photo from the door; the faces are by turns one person's and the other's."""
    people = {PEOPLE[(first + number) % len(PEOPLE)]: place for number, place in enumerate(faces)}
    return _encoded(_drawn(people, pose))


@cache
def _portrait(number: int, pose: int) -> bytes:
    """What is kept of somebody: their face with a quarter of its width around it."""
    image = _drawn({PEOPLE[number]: _MIDDLE}, pose)
    height, width = image.shape[:2]
    across, down, reach = round(_MIDDLE[0] * width), round(_MIDDLE[1] * height), round(0.24 * height)
    return _encoded(image[down - reach : down + reach, across - reach : across + reach])


def _drawn(people: Mapping[Portrait, Place], pose: int) -> Image:
    return _doorstep().still(people, now=1.7 * pose)


def film() -> None:
    """Let homes in memory film the demonstration; takes some seconds, in which no page should wait."""
    double_video.scene = lambda number: _filmed()[number]
    double_video.clip()


@cache
def _filmed() -> Sequence[Image]:
    """Somebody stands at the door, for as long as a home in memory films, as small as live pictures are."""
    begins = 10 * FRAMES_PER_SECOND
    count = double_video.SECONDS * FRAMES_PER_SECOND
    return [
        np.asarray(cv2.resize(frame, (640, 360), interpolation=cv2.INTER_AREA), np.uint8)
        for frame in frames(range(begins, begins + count))
    ]


@cache
def _doorstep() -> Doorstep:
    return Doorstep()


def _middle(box: Mapping[str, float]) -> Place:
    return box["left"] + box["width"] / 2, box["top"] + box["height"] / 2


def _encoded(image: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])
