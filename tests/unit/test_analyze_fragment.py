"""The function analyze_fragment: one notification, once."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from functions.analyze_fragment.app import handler
from smart_door import bootstrap
from smart_door.adapters.notifications_kinesis_video import KinesisVideoNotifications
from smart_door.domain.errors import (
    ForeignStreamError,
    MalformedRecordError,
    ServiceUnavailableError,
)
from smart_door.domain.fragment_search import FragmentNotification
from smart_door.services.search_fragment import Tally
from tests.unit.lambda_context import FakeContext
from tests.unit.test_enroll_face_function import InMemoryIdempotency

STREAM_ARN = "arn:aws:kinesisvideo:us-east-1:123456789012:stream/smart-door-front/1795000000000"
NOTIFICATION: dict[str, Any] = {
    "StreamArn": STREAM_ARN,
    "FragmentNumber": "91343852333181564852248597224763896141331824640",
    "FragmentStartProducerTimestamp": 1795221531005,
    "FragmentStartServerTimestamp": 1795221531207,
    "NotificationType": "PERSISTED",
    "NotificationPayload": {},
}


def event(**changes: object) -> dict[str, Any]:
    """What Lambda gets from SNS."""
    message = json.dumps({**NOTIFICATION, **changes})
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": message}}]}


@pytest.fixture(autouse=True)
def searched(monkeypatch: pytest.MonkeyPatch) -> list[FragmentNotification]:
    """The notifications that reached the use case; the first of the stream's second fragment is throttled."""
    found: list[FragmentNotification] = []
    store = InMemoryIdempotency()

    def search(notification: FragmentNotification, tally: Tally) -> None:
        found.append(notification)
        tally.looks, tally.searches = 2, 1
        if notification.fragment_number == "2" and len(found) == 1:
            raise ServiceUnavailableError("rekognition", "DetectFaces", "ThrottlingException")

    monkeypatch.setattr(bootstrap, "notifications", lambda: KinesisVideoNotifications("smart-door-"))
    monkeypatch.setattr(bootstrap, "search_fragment", lambda: search)
    monkeypatch.setattr(bootstrap, "fragment_idempotency_store", lambda: store)
    return found


def test_a_notification_is_searched_once_however_often_it_comes(
    searched: list[FragmentNotification],
) -> None:
    """SNS delivers at least once."""
    handler(event(), FakeContext())
    handler(event(), FakeContext())

    assert searched == [
        FragmentNotification(
            "front", STREAM_ARN, NOTIFICATION["FragmentNumber"], 1_795_221_531.005, 1_795_221_531.207
        )
    ]


def test_another_fragment_is_another_search(searched: list[FragmentNotification]) -> None:
    """The fragment is the key, not the time."""
    handler(event(FragmentNumber="1"), FakeContext())
    handler(event(FragmentNumber="3"), FakeContext())

    assert len(searched) == 2


def test_a_throttled_fragment_is_tried_again(searched: list[FragmentNotification]) -> None:
    """It is not remembered as done, and Lambda sends it again."""
    with pytest.raises(ServiceUnavailableError):
        handler(event(FragmentNumber="2"), FakeContext())
    handler(event(FragmentNumber="2"), FakeContext())

    assert len(searched) == 2


def test_the_calls_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """As metrics, also of a fragment that failed."""
    with pytest.raises(ServiceUnavailableError):
        handler(event(FragmentNumber="2"), FakeContext())

    (line,) = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    told = json.loads(line)
    assert (told["DetectCalls"], told["SearchCalls"], told["NotificationsReceived"]) == ([2.0], [1.0], [1.0])


def test_one_line_says_what_a_fragment_cost(log: io.StringIO) -> None:
    """The canonical line of an invocation."""
    handler(event(), FakeContext())

    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (line["message"], line["looks"], line["searches"]) == ("fragment processed", 2, 1)


def test_a_notification_of_another_stream_is_refused_for_good(searched: list[FragmentNotification]) -> None:
    """It ends in the queue of failed fragments."""
    with pytest.raises(ForeignStreamError):
        handler(event(StreamArn=STREAM_ARN.replace("smart-door", "somebody-else")), FakeContext())
    assert searched == []


@pytest.mark.parametrize(
    "changes",
    [
        {"StreamArn": "front"},
        {"FragmentNumber": 17},
        {"FragmentNumber": "1; drop"},
        {"FragmentStartProducerTimestamp": "1795221531005"},
        {"FragmentStartProducerTimestamp": 1795221531},
        {"FragmentStartServerTimestamp": None},
        {"NotificationType": "DELETED"},
    ],
)
def test_a_malformed_notification_is_refused_naming_the_field(changes: dict[str, object]) -> None:
    """Checked once, where it comes in."""
    with pytest.raises(MalformedRecordError, match=next(iter(changes))):
        handler(event(**changes), FakeContext())


@pytest.mark.parametrize(
    "broken", [{}, {"Records": []}, {"Records": [{}]}, {"Records": ["x"]}, {"Records": [{"Sns": {}}]}]
)
def test_an_event_that_is_not_of_sns_is_refused(broken: dict[str, Any]) -> None:
    """Also one that somebody typed by hand."""
    with pytest.raises(MalformedRecordError, match="Records"):
        handler(broken, FakeContext())


def test_a_message_that_is_no_json_is_refused() -> None:
    """Nothing of it is evaluated."""
    with pytest.raises(MalformedRecordError, match="JSON"):
        handler({"Records": [{"Sns": {"Message": "open the door"}}]}, FakeContext())
