"""What the doors' cameras film: as it happens, as one picture, and the seconds around somebody's arrival."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from smart_door.domain.home_time import local
from smart_door.domain.visits import Visit

LIVE_SECONDS = 300
"""How long an address of the live video works: Kinesis Video takes no less."""

BEFORE_SECONDS = 10.0
AFTER_SECONDS = 10.0
"""A clip goes from so long before somebody was first seen to so long after."""

ARRIVAL_SECONDS = 15.0
"""What was filmed is in the archive after so long: the rest of its fragment, the way, and a busy network."""


class CameraSends(StrEnum):
    """When the cameras send: all the time, or while something moves."""

    ALWAYS = "always"
    MOTION = "motion"


@dataclass(frozen=True, slots=True)
class Still:
    """One picture; `taken_at` is when it was filmed (epoch seconds, by the video service's clock)."""

    taken_at: float
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Clip:
    """The seconds around a visit's beginning, by the camera's clock (epoch seconds), and where they are kept.

    One that is not `is_whole` was asked for so early that its end is not filmed yet.
    """

    begins_at: float
    ends_at: float
    key: str
    is_whole: bool


def clip_of(visit: Visit, now: float) -> Clip:
    """The clip of a visit as far as it can be there now."""
    begins_at, ends_at = visit.first_seen_at - BEFORE_SECONDS, visit.first_seen_at + AFTER_SECONDS
    early, whole = clip_keys(visit)
    if now >= ends_at + ARRIVAL_SECONDS:
        return Clip(begins_at, ends_at, whole, is_whole=True)
    return Clip(begins_at, max(begins_at, min(ends_at, now)), early, is_whole=False)


def clip_keys(visit: Visit) -> tuple[str, str]:
    """Where a visit's clips are kept: one that was asked for early, and the whole one."""
    place = f"clips/{visit.door_id}/{visit.visit_id}"
    return f"{place}-early.mp4", f"{place}.mp4"


def clip_name(visit: Visit, zone: ZoneInfo) -> str:
    """What a clip is saved as, such as "front-2026-11-21-at-14-05-09.mp4", in the home's time."""
    return f"{visit.door_id}-{local(visit.first_seen_at, zone):%Y-%m-%d-at-%H-%M-%S}.mp4"
