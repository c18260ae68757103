"""The life of a stream processor, against one that behaves as Rekognition's does."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from smart_door.domain.stream_processors import (
    Status,
    StreamProcessorFailedError,
    StreamProcessorNotFoundError,
    StreamProcessorSettings,
    StreamProcessorSlowError,
)
from smart_door.services.run_stream_processor import RunStreamProcessor

SETTINGS = StreamProcessorSettings("p", "video", "data", "faces", 80.0, "role")


@dataclass
class FakeProcessors:
    """Takes `slowness` looks to get from STARTING to RUNNING and from STOPPING to STOPPED."""

    slowness: int = 2
    breaks: bool = False
    statuses: dict[str, Status] = field(default_factory=dict)
    looks: int = 0

    def create(self, settings: StreamProcessorSettings) -> None:
        self.statuses.setdefault(settings.name, "STOPPED")

    def start(self, name: str) -> None:
        if self.status_now(name) not in ("STARTING", "RUNNING"):
            self.statuses[name] = "STARTING"
            self.looks = 0

    def stop(self, name: str) -> None:
        if self.status_now(name) != "STOPPED":
            self.statuses[name] = "STOPPING"
            self.looks = 0

    def delete(self, name: str) -> None:
        assert self.status_now(name) in ("STOPPED", "FAILED"), "a running processor cannot be deleted"
        del self.statuses[name]

    def status_now(self, name: str) -> Status:
        if name not in self.statuses:
            raise StreamProcessorNotFoundError(name)
        return self.statuses[name]

    def status(self, name: str) -> tuple[Status, str]:
        self.status_now(name)
        self.looks += 1
        if self.looks > self.slowness:
            done: dict[Status, Status] = {
                "STARTING": "FAILED" if self.breaks else "RUNNING",
                "STOPPING": "STOPPED",
            }
            self.statuses[name] = done.get(self.statuses[name], self.statuses[name])
        return self.statuses[name], "the stream is gone" if self.breaks else ""


@dataclass
class Time:
    """A clock that moves only when somebody sleeps."""

    now: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def service(processors: FakeProcessors) -> RunStreamProcessor:
    """The service on a clock of its own."""
    time = Time()
    return RunStreamProcessor(processors, clock=lambda: time.now, sleep=time.sleep)


def test_create_returns_when_it_runs() -> None:
    """CloudFormation's own resource creates and never starts."""
    processors = FakeProcessors()
    service(processors).create(SETTINGS)
    assert processors.statuses == {"p": "RUNNING"}


def test_create_twice_is_one_processor() -> None:
    """CloudFormation may ask again after a lost answer."""
    processors = FakeProcessors()
    service(processors).create(SETTINGS)
    service(processors).create(SETTINGS)
    assert processors.statuses == {"p": "RUNNING"}


def test_a_processor_that_fails_says_why() -> None:
    """The reason is Rekognition's own."""
    with pytest.raises(StreamProcessorFailedError) as failure:
        service(FakeProcessors(breaks=True)).create(SETTINGS)
    assert failure.value.reason == "the stream is gone"


def test_a_processor_that_never_starts_is_given_up() -> None:
    """The function answers before its own time-out."""
    with pytest.raises(StreamProcessorSlowError):
        service(FakeProcessors(slowness=100_000)).create(SETTINGS)


def test_delete_stops_first() -> None:
    """Rekognition refuses to delete a running processor."""
    processors = FakeProcessors(statuses={"p": "RUNNING"})
    service(processors).delete("p")
    assert processors.statuses == {}


def test_delete_of_none_is_fine() -> None:
    """A stack can always be removed."""
    service(FakeProcessors()).delete("p")


def test_replace_changes_the_settings_by_making_it_anew() -> None:
    """Most settings of a living processor cannot be changed."""
    processors = FakeProcessors(statuses={"old": "RUNNING"})
    service(processors).replace("old", SETTINGS)
    assert processors.statuses == {"p": "RUNNING"}


@pytest.mark.parametrize("found", ["STOPPED", "FAILED"])
def test_watch_starts_what_is_not_running(found: Status) -> None:
    """The schedule brings it back."""
    processors = FakeProcessors(statuses={"p": found})
    assert service(processors).watch("p") == found
    assert processors.statuses["p"] == "STARTING"


def test_watch_leaves_a_running_one_alone() -> None:
    """Nothing is started twice."""
    processors = FakeProcessors(statuses={"p": "RUNNING"})
    assert service(processors).watch("p") == "RUNNING"
    assert processors.statuses["p"] == "RUNNING"
