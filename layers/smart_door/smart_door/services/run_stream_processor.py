"""Keeps a face search stream processor there and running, which CloudFormation alone does not.

AWS::Rekognition::StreamProcessor creates a processor and never starts, watches or stops it; no processor can
be deleted while it runs. So a custom resource calls this at each step of the stack's life, and a schedule
calls `watch` in between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from smart_door.domain.stream_processors import (
    Status,
    StreamProcessorFailedError,
    StreamProcessorNotFoundError,
    StreamProcessors,
    StreamProcessorSettings,
    StreamProcessorSlowError,
)

_POLL_SECONDS = 2.0
_WAIT_SECONDS = 240.0
"""Starting may take two minutes, says AWS; the function has five."""


@dataclass(frozen=True)
class RunStreamProcessor:
    """The steps of a processor's life. `clock` gives seconds, `sleep` waits for as many."""

    processors: StreamProcessors
    clock: Callable[[], float]
    sleep: Callable[[float], None]

    def create(self, settings: StreamProcessorSettings) -> None:
        """Create and start it; returns when it runs."""
        self.processors.create(settings)
        self.processors.start(settings.name)
        self._wait_for(settings.name, "RUNNING")

    def replace(self, old_name: str, settings: StreamProcessorSettings) -> None:
        """Put one with other settings in its place: most of them cannot be changed on a living one."""
        self.delete(old_name)
        self.create(settings)

    def delete(self, name: str) -> None:
        """Stop and delete it; one that is not there is fine, so that a stack can always be removed."""
        try:
            status, _ = self.processors.status(name)
            if status not in ("STOPPED", "FAILED"):
                self.processors.stop(name)
                self._wait_for(name, "STOPPED")
            self.processors.delete(name)
        except StreamProcessorNotFoundError:
            return

    def watch(self, name: str) -> Status:
        """Start it again where it stopped or failed; the status it was found in."""
        status, _ = self.processors.status(name)
        if status in ("STOPPED", "FAILED"):
            self.processors.start(name)
        return status

    def _wait_for(self, name: str, wanted: Status) -> None:
        give_up_at = self.clock() + _WAIT_SECONDS
        while True:
            status, reason = self.processors.status(name)
            if status == wanted:
                return
            if status == "FAILED":
                if wanted == "STOPPED":
                    return
                raise StreamProcessorFailedError(name, reason)
            if self.clock() >= give_up_at:
                raise StreamProcessorSlowError(name, wanted, status)
            self.sleep(_POLL_SECONDS)
