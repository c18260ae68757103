"""The functions behind custom resources, and that CloudFormation gets an answer whatever happens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from functions.manage_stream_processor import app as stream_processor
from functions.manage_video_notifications import app as video_notifications
from smart_door.domain.errors import ServiceRefusedError
from tests.unit.lambda_context import FakeContext

STREAM_ARN = "arn:aws:kinesisvideo:us-east-1:123456789012:stream/smart-door-front/1795000000000"
TOPIC_ARN = "arn:aws:sns:us-east-1:123456789012:fragments"


@dataclass
class CloudFormation:
    """Takes the answers that functions PUT to the address of a request."""

    url: str
    answers: list[dict[str, Any]] = field(default_factory=list)

    def request(self, kind: str, **more: Any) -> dict[str, Any]:
        """A request as CloudFormation makes it."""
        return {
            "RequestType": kind,
            "ResponseURL": self.url,
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "Resource",
            "ResourceProperties": {
                "ServiceToken": "function",
                "VideoStreamArn": STREAM_ARN,
                "TopicArn": TOPIC_ARN,
                "Name": "smart-door-front",
            },
            **more,
        }


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    """A listener on this machine."""
    answers: list[dict[str, Any]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield CloudFormation(f"http://127.0.0.1:{server.server_port}/answer", answers)
        server.shutdown()
        thread.join()


@dataclass
class FakeNotificationSettings:
    """The streams whose notifications are on, and to which topic they go."""

    enabled: dict[str, str] = field(default_factory=dict)
    refuses: bool = False

    def enable(self, stream_arn: str, topic_arn: str) -> None:
        if self.refuses:
            raise ServiceRefusedError(
                "kinesisvideo", "UpdateNotificationConfiguration", "AccessDeniedException"
            )
        self.enabled[stream_arn] = topic_arn

    def disable(self, stream_arn: str, topic_arn: str) -> None:
        self.enabled.pop(stream_arn, None)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> FakeNotificationSettings:
    """In place of Kinesis Video."""
    fake = FakeNotificationSettings()
    monkeypatch.setattr(video_notifications, "video_notification_settings", lambda: fake)
    return fake


@pytest.mark.parametrize(("kind", "known"), [("Create", {}), ("Update", {"PhysicalResourceId": "Resource"})])
def test_notifications_are_switched_on(
    kind: str, known: dict[str, str], cloudformation: CloudFormation, settings: FakeNotificationSettings
) -> None:
    """The physical id stays the same: nobody asks for the stream before, which goes by itself."""
    video_notifications.handler(cloudformation.request(kind, **known), FakeContext())

    assert settings.enabled == {STREAM_ARN: TOPIC_ARN}
    (answer,) = cloudformation.answers
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "Resource")
    assert (answer["StackId"], answer["RequestId"], answer["LogicalResourceId"]) == (
        "stack",
        "request",
        "Resource",
    )


def test_notifications_are_switched_off_with_the_stack(
    cloudformation: CloudFormation, settings: FakeNotificationSettings
) -> None:
    """Of the stream that the resource was made for."""
    settings.enabled[STREAM_ARN] = TOPIC_ARN
    video_notifications.handler(
        cloudformation.request("Delete", PhysicalResourceId="Resource"), FakeContext()
    )

    assert settings.enabled == {}
    assert cloudformation.answers[0]["Status"] == "SUCCESS"


def test_a_resource_that_was_never_made_can_be_removed(
    cloudformation: CloudFormation, settings: FakeNotificationSettings
) -> None:
    """CloudFormation makes up an id where Create failed without one."""
    video_notifications.handler(
        cloudformation.request("Delete", PhysicalResourceId="smart-door-VideoNotifications-1"), FakeContext()
    )

    assert cloudformation.answers[0]["Status"] == "SUCCESS"


def test_a_failure_is_answered_too(
    cloudformation: CloudFormation, settings: FakeNotificationSettings
) -> None:
    """A stack without an answer would hang; the error is raised again for the log."""
    settings.refuses = True

    with pytest.raises(ServiceRefusedError):
        video_notifications.handler(cloudformation.request("Create"), FakeContext())

    (answer,) = cloudformation.answers
    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", "Resource")
    assert "AccessDeniedException" in answer["Reason"]


def test_a_stream_processors_failure_is_answered_with_its_name(
    cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the roll-back removes what was created half-way."""
    monkeypatch.setattr(stream_processor, "run_stream_processor", lambda: None)

    with pytest.raises(KeyError):
        stream_processor.handler(cloudformation.request("Create"), FakeContext())

    assert cloudformation.answers[0]["Status"] == "FAILED"
    assert cloudformation.answers[0]["PhysicalResourceId"] == "smart-door-front"
