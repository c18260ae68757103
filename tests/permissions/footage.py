"""What people see of the video: what each permission of owner_api is needed for that it takes."""

from __future__ import annotations

import time
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smart_door.domain.footage import AFTER_SECONDS, ARRIVAL_SECONDS
from tests.contract import video
from tests.contract.put_media import put_media
from tests.permissions.visit import VISIT, Visit, ask_owner_api

DOOR = "/api/owner/doors/{door_id}"


@dataclass
class Footage:
    """The visit of a home whose camera sent just now; each step answers "" or what went wrong."""

    visit: Visit

    def door_is_watched(self) -> str:
        """Somebody looks at the door."""
        self._film()
        status, _ = self._ask(f"{DOOR}/live")
        return "" if status == 200 else f"the door cannot be watched live ({status})"

    def picture_is_taken(self) -> str:
        """Somebody looks, whose browser plays no HLS."""
        self._film()
        status, _ = self._ask(f"{DOOR}/still")
        return "" if status in (200, 404) else f"there is no newest picture ({status})"

    def clip_is_made(self) -> str:
        """Somebody looks at what was before the visit, for the first time; the link plays."""
        home = self.visit.home
        home.restore(self.visit.approved)
        bucket = {"Bucket": home.outputs["PhotosBucketName"]}
        for end in (".mp4", "-early.mp4"):
            home.client("s3").delete_object(**bucket, Key=f"clips/front/{self.visit.visit_id}{end}")
        status, clip = self._ask(f"{VISIT}/clip")
        if status != 200:
            return f"a visit has no clip ({status})"
        with urllib.request.urlopen(clip["url"], timeout=20) as answer:  # noqa: S310 - ours
            return "" if answer.read(8)[4:] == b"ftyp" else "the clip is none"

    def clip_is_made_later(self) -> str:
        """The same once its end was filmed: it is made unless it is there, which the bucket must tell."""
        self.visit.home.restore(self.visit.approved)
        _, visit = self._ask(VISIT)
        filmed_at = datetime.fromisoformat(visit["opened_at"]).timestamp() + AFTER_SECONDS + ARRIVAL_SECONDS
        time.sleep(max(0.0, filmed_at - time.time()))
        return self.clip_is_made()

    def _film(self) -> None:
        put_media(self.visit.home.emulator, self.visit.home.outputs["VideoStreamName"], video.fragments())

    def _ask(self, resource: str) -> tuple[int, Any]:
        return ask_owner_api(self.visit.home, self.visit.visit_id, "GET", resource)
