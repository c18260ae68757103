"""What the home in memory films: real H.264, as HLS that goes on by the clock, as pictures and as clips."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import cv2
import numpy as np
from playwright.sync_api import Request, Route

from emulator.mp4 import VideoFormat, init_segment, media_segment, samples_of, whole_file
from matroska import Fragment
from tests.contract import video
from tests.e2e.double_answers import PHOTOS, Asked, Operation, Refusal
from tests.e2e.double_now import iso
from tests.e2e.page_policy import FILM

if TYPE_CHECKING:
    from tests.e2e.home_double import HomeDouble

SECONDS = 8
CLIPS = f"{PHOTOS}/clips/"
_DOOR = "/api/owner/doors/{door_id}"
_WINDOW = 5  # segments of a second


@dataclass
class DoubleVideo:
    """The camera, and what is asked of it. With `nothing` ("always" or "motion") there is no video."""

    nothing: str = ""
    plays: bool = True
    live_seconds: float = 300.0
    is_whole: bool = True
    asked: list[str] = field(default_factory=list)
    played: list[str] = field(default_factory=list)

    def answers(self, route: Route, request: Request) -> bool:
        """Answer where a film is asked for; whether it was."""
        if not request.url.startswith((FILM, CLIPS)):
            return False
        name = urlsplit(request.url).path.rpartition("/")[2]
        self.played.append(name)
        if not self.plays:
            route.fulfill(status=403, body="")
        elif request.url.startswith(CLIPS):
            disposition = {"Content-Disposition": 'attachment; filename="front-door.mp4"'}
            route.fulfill(headers={"Content-Type": "video/mp4", **disposition}, body=clip())
        else:
            kind = "application/x-mpegURL" if name.endswith("m3u8") else "video/mp4"
            headers = {"Content-Type": kind, "Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
            route.fulfill(headers=headers, body=_hls(name))
        return True

    def refusal(self, what: str) -> Refusal | None:
        """What is said where the camera sends nothing."""
        self.asked.append(what)
        details = {"camera_sends": self.nothing}
        return Refusal(404, "no_video", details=details) if self.nothing else None


def _live(home: HomeDouble, _asked: Asked) -> Any:
    film = home.video
    url = f"{FILM}/{len(film.asked)}/playlist.m3u8"
    return film.refusal("live") or {"url": url, "expires_at": iso(time.time() + film.live_seconds)}


def _still(home: HomeDouble, _asked: Asked) -> Any:
    now = time.time()
    picture = base64.b64encode(_picture(int(now) % SECONDS)).decode()
    return home.video.refusal("still") or {"taken_at": iso(now), "jpeg": picture}


def _clip(home: HomeDouble, asked: Asked) -> Any:
    now = time.time()
    return home.video.refusal("clip") or {
        "url": f"{CLIPS}front/{asked.path['visit_id']}.mp4?signature={time.time_ns()}",
        "begins_at": iso(now - 40),
        "ends_at": iso(now - 20),
        "is_whole": home.video.is_whole,
        "expires_at": iso(now + 300),
    }


VIDEO: dict[str, Operation] = {
    f"GET {_DOOR}/live": _live,
    f"GET {_DOOR}/still": _still,
    "GET /api/owner/visits/{door_id}/{visit_id}/clip": _clip,
}


@cache
def clip() -> bytes:
    """The whole film as MP4."""
    return whole_file([(1000 * number, fragment) for number, fragment in enumerate(_film())])


def _hls(name: str) -> bytes:
    if name == "init.mp4":
        return init_segment(_format())
    if name == "playlist.m3u8":
        return _playlist(int(time.time()))
    second = int(name.partition(".")[0])
    samples = samples_of(_film()[second % SECONDS], _format())
    return media_segment(second, 1000 * second, samples)


def _playlist(second: int) -> bytes:
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-TARGETDURATION:1"]
    lines += [f"#EXT-X-MEDIA-SEQUENCE:{second - _WINDOW}", '#EXT-X-MAP:URI="init.mp4"']
    for number in range(second - _WINDOW, second):
        lines += ["#EXTINF:1.000,", f"{number}.m4s"]
    return "\n".join([*lines, ""]).encode()


@cache
def _film() -> tuple[Fragment, ...]:
    """What the camera sees, as the producer encodes it."""
    return video.encode([scene(number) for number in range(SECONDS * video.FPS)])[:SECONDS]


def _format() -> VideoFormat:
    found = VideoFormat.of(_film()[0].tracks)
    assert found is not None
    return found


@cache
def _picture(second: int) -> bytes:
    return bytes(cv2.imencode(".jpg", scene(second * video.FPS))[1])


def _walking_bar(number: int) -> Any:
    """A bar that walks through an evening's picture."""
    pixels = np.full((180, 320, 3), (96, 80, 64), np.uint8)
    pixels[120:] = (60, 66, 70)
    left = 20 + number * 2 % 260
    pixels[60:150, left : left + 24] = (200, 210, 220)
    return pixels


# Each frame by its number, 15 a second; screenshots put something else here, before anything is filmed.
scene: Callable[[int], Any] = _walking_bar
