"""A face search stream processor: its settings, its states, and who can run it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from smart_door.domain.errors import PermanentError, RetryableError

Status = Literal["STOPPED", "STARTING", "RUNNING", "FAILED", "STOPPING", "UPDATING"]


@dataclass(frozen=True)
class StreamProcessorSettings:
    """What a face search processor is made of; ARNs as CreateStreamProcessor takes them.

    `face_match_threshold` is a similarity of 80 to 100: lower values become 80 at AWS.
    """

    name: str
    video_stream_arn: str
    data_stream_arn: str
    collection_id: str
    face_match_threshold: float
    role_arn: str


class StreamProcessorNotFoundError(PermanentError):
    """There is no stream processor of that name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class StreamProcessorsUnavailableError(PermanentError):
    """Rekognition refuses to create one: the account has none, or the role may not. `code` is the refusal's.

    `str()` is what CloudFormation shows to whoever deploys, so it says what to do.
    """

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code

    def __str__(self) -> str:
        return (
            f"Rekognition refused to create a stream processor ({self.code}). Accounts that did not use"
            " streaming video before 2026-04-30 cannot have one: deploy with FaceSearchMode=fragments, which"
            " works in every account."
        )


class StreamProcessorFailedError(PermanentError):
    """The processor ended in FAILED; `reason` is Rekognition's own message."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__()
        self.name = name
        self.reason = reason


class StreamProcessorSlowError(RetryableError):
    """The processor did not reach the status in time."""

    def __init__(self, name: str, wanted: str, status: str) -> None:
        super().__init__()
        self.name = name
        self.wanted = wanted
        self.status = status


class StreamProcessors(Protocol):
    """Rekognition's stream processors."""

    def create(self, settings: StreamProcessorSettings) -> None:
        """Create it, stopped; where one of that name is there already, leave that."""

    def start(self, name: str) -> None:
        """Begin to start it; one that starts or runs already is left alone."""

    def stop(self, name: str) -> None:
        """Begin to stop it; one that is stopped is left alone."""

    def delete(self, name: str) -> None:
        """Delete it; it must be stopped."""

    def status(self, name: str) -> tuple[Status, str]:
        """The status and Rekognition's message; raises StreamProcessorNotFoundError."""
