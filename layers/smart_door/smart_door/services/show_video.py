"""The doors' video for the owner page: live, as a still, and the seconds around a visit's beginning."""

from __future__ import annotations

import base64
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from smart_door.domain.footage import LIVE_SECONDS, CameraSends, Clip, clip_keys, clip_name, clip_of
from smart_door.domain.home_time import iso
from smart_door.domain.picture_errors import NoVideoError, VideoExpiredError
from smart_door.domain.ports import Clock, Footage, Photos, Visits
from smart_door.domain.refusals import DoorNotFoundError, VisitNotFoundError
from smart_door.domain.visits import Visit

Json = dict[str, Any]


@dataclass(frozen=True)
class ShowVideo:
    """Shows video. `video_seconds` is how long the streams keep theirs; clips are kept as photos are."""

    visits: Visits
    footage: Footage
    photos: Photos
    door_ids: Collection[str]
    camera_sends: CameraSends
    video_seconds: float
    zone: ZoneInfo
    clock: Clock

    def live(self, door_id: str) -> Json:
        """Where the live video is. Raises DoorNotFoundError, NoVideoError, VideoUnplayableError."""
        self._check(door_id)
        expires_at = self.clock() + LIVE_SECONDS
        url = self.footage.live(door_id, LIVE_SECONDS)
        if url is None:
            raise NoVideoError(door_id, self.camera_sends.value)
        return {"url": url, "expires_at": iso(expires_at)}

    def still(self, door_id: str) -> Json:
        """The newest picture. Raises DoorNotFoundError, NoVideoError."""
        self._check(door_id)
        still = self.footage.still(door_id)
        if still is None:
            raise NoVideoError(door_id, self.camera_sends.value)
        return {"taken_at": iso(still.taken_at), "jpeg": base64.b64encode(still.jpeg).decode()}

    def clip(self, door_id: str, visit_id: str) -> Json:
        """Where the clip of a visit is. It is made once; while its end is not filmed yet, each time anew.

        Raises DoorNotFoundError, VisitNotFoundError, NoVideoError, VideoExpiredError, VideoUnplayableError.
        """
        self._check(door_id)
        visit = self.visits.get(door_id, visit_id)
        if visit.anonymised_at is not None:  # the stream may have it still; nobody is to look at it
            raise VideoExpiredError(door_id, visit_id)
        clip = clip_of(visit, self.clock())
        if not (clip.is_whole and self.photos.has(clip.key)):
            self._keep(visit, clip)
        link = self.photos.link(clip.key, clip_name(visit, self.zone))
        return {
            "url": link.url,
            "begins_at": iso(clip.begins_at),
            "ends_at": iso(clip.ends_at),
            "is_whole": clip.is_whole,
            "expires_at": iso(link.expires_at),
        }

    def _keep(self, visit: Visit, clip: Clip) -> None:
        mp4 = self.footage.clip(visit.door_id, clip.begins_at, clip.ends_at)
        if mp4 is None:
            if clip.begins_at < self.clock() - self.video_seconds:
                raise VideoExpiredError(visit.door_id, visit.visit_id)
            raise NoVideoError(visit.door_id, self.camera_sends.value)
        self.photos.put(clip.key, mp4)
        try:
            is_deleted = self.visits.get(visit.door_id, visit.visit_id).anonymised_at is not None
        except VisitNotFoundError:
            is_deleted = True
        if is_deleted:  # meanwhile: whoever deleted the visit, or the person, could not know of this clip
            self.photos.delete(clip_keys(visit))
            raise VideoExpiredError(visit.door_id, visit.visit_id)

    def _check(self, door_id: str) -> None:
        if door_id not in self.door_ids:
            raise DoorNotFoundError(door_id)
