"""Whether everything is up: a stack is deployed, and video arrives.

State is kept over restarts, so what counts is a fragment that arrived since this start.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from emulator import clients

_DEPLOYED = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"]
_AGAIN_SECONDS = 0.5


class Health:
    """Asks the emulator's services; a yes is remembered, a no asked again."""

    def __init__(self) -> None:
        self._started_at = datetime.now(UTC)
        self._deployed = False
        self._first_fragment = False
        self._asked_at = -_AGAIN_SECONDS
        self._lock = asyncio.Lock()

    async def check(self) -> dict[str, object]:
        """{"status": "ok" or "starting", "deployed": bool, "first_fragment": bool}."""
        async with self._lock:
            if time.monotonic() - self._asked_at > _AGAIN_SECONDS:
                self._deployed = self._deployed or await asyncio.to_thread(_is_deployed)
                self._first_fragment = self._first_fragment or await asyncio.to_thread(
                    _has_fragment, self._started_at
                )
                self._asked_at = time.monotonic()
        is_up = self._deployed and self._first_fragment
        return {
            "status": "ok" if is_up else "starting",
            "deployed": self._deployed,
            "first_fragment": self._first_fragment,
        }


def _is_deployed() -> bool:
    try:
        stacks = clients.client("cloudformation").list_stacks(StackStatusFilter=_DEPLOYED)["StackSummaries"]
    except (ClientError, BotoCoreError):
        return False
    return bool(stacks)


def _has_fragment(since: datetime) -> bool:
    arrived = {
        "FragmentSelectorType": "SERVER_TIMESTAMP",
        "TimestampRange": {"StartTimestamp": since, "EndTimestamp": datetime.now(UTC)},
    }
    try:
        video = clients.client("kinesisvideo")
        for stream in video.list_streams()["StreamInfoList"]:
            endpoint = video.get_data_endpoint(StreamARN=stream["StreamARN"], APIName="LIST_FRAGMENTS")
            archive = clients.client("kinesis-video-archived-media", endpoint["DataEndpoint"])
            if archive.list_fragments(StreamARN=stream["StreamARN"], MaxResults=1, FragmentSelector=arrived)[
                "Fragments"
            ]:
                return True
    except (ClientError, BotoCoreError):
        return False
    return False
