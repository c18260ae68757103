"""The function process_face_matches: batches, partial failures, one line in the log."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest

from functions.process_face_matches.app import handler
from smart_door import bootstrap
from smart_door.adapters.records_kinesis import KinesisRecords
from tests.fakes import FakeFailedRecords
from tests.fakes.home import NOW, STREAM_ARN, Home
from tests.unit.lambda_context import FakeContext

STRANGER = {
    "DetectedFace": {
        "BoundingBox": {"Height": 0.2, "Width": 0.12, "Left": 0.45, "Top": 0.3},
        "Confidence": 99.9,
        "Landmarks": [],
        "Pose": {"Pitch": 1.0, "Roll": 2.0, "Yaw": 3.0},
        "Quality": {"Brightness": 60.0, "Sharpness": 80.0},
    },
    "MatchedFaces": [],
}


@pytest.fixture
def queue() -> FakeFailedRecords:
    """The queue of failed records."""
    return FakeFailedRecords()


@pytest.fixture(autouse=True)
def wired(home: Home, queue: FakeFailedRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function over a home of fakes."""
    use = home.receive_visitors
    monkeypatch.setattr(bootstrap, "failed_records", lambda: queue)
    monkeypatch.setattr(bootstrap, "receive_visitors", lambda: use)
    monkeypatch.setattr(bootstrap, "records", lambda: KinesisRecords("smart-door-"))


def data(at: float, stream_arn: str = STREAM_ARN) -> bytes:
    """A stranger's frame, as the stream processor writes it."""
    video = {
        "StreamArn": stream_arn,
        "FragmentNumber": f"{int(at)}",
        "ServerTimestamp": NOW + int(at),
        "ProducerTimestamp": NOW + int(at),
        "FrameOffsetInSeconds": at % 1,
    }
    return json.dumps(
        {
            "InputInformation": {"KinesisVideo": video},
            "StreamProcessorInformation": {"Status": "RUNNING"},
            "FaceSearchResponse": [STRANGER],
        }
    ).encode()


def batch(*payloads: bytes) -> dict[str, Any]:
    """An event of the event source mapping."""
    return {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": "p",
                    "sequenceNumber": str(number),
                    "data": base64.b64encode(payload).decode(),
                    "approximateArrivalTimestamp": NOW,
                },
                "eventSource": "aws:kinesis",
                "eventID": f"shardId-000000000000:{number}",
                "eventName": "aws:kinesis:record",
                "awsRegion": "us-east-1",
            }
            for number, payload in enumerate(payloads)
        ]
    }


def failed(event: dict[str, Any]) -> list[str]:
    """The sequence numbers that the function reports as failed."""
    return [failure["itemIdentifier"] for failure in handler(event, FakeContext())["batchItemFailures"]]


@pytest.mark.parametrize(
    "malformed",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b'__import__("os").abort()',
        data(0).replace(b"FragmentNumber", b"Fragment"),
        data(0, STREAM_ARN.replace("smart-door-front", "somebody-elses")),
        data(0, STREAM_ARN.replace("smart-door-front", "smart-door-cellar")),
        json.dumps({"InputInformation": float("nan")}).encode(),
    ],
    ids=["empty", "bytes", "cut", "list", "code", "field", "foreign stream", "other door", "nan"],
)
def test_a_malformed_record_holds_nobody_up(home: Home, queue: FakeFailedRecords, malformed: bytes) -> None:
    """It goes to the queue as it came, at once, and the rest of the batch goes on."""
    assert failed(batch(malformed, data(1))) == []
    assert [(kept.data, kept.sequence_number) for kept in queue.kept] == [(malformed, "0")]
    assert home.visit.last_seen_at == NOW + 1
    assert home.messages.count == 1


def test_a_malformed_record_that_cannot_be_queued_is_reported(home: Home, queue: FakeFailedRecords) -> None:
    """Then Lambda tries again, and queues it in the end: it is not lost."""
    queue.out_of_order = True
    event = batch(b"{", data(1))
    assert failed(event) == ["0"]
    assert home.messages.count == 1

    queue.out_of_order = False
    assert failed(event) == []
    assert [kept.data for kept in queue.kept] == [b"{"]
    assert home.messages.count == 1


def test_records_that_were_done_are_harmless_when_kinesis_sends_them_again(
    home: Home, queue: FakeFailedRecords
) -> None:
    """From the lowest failed one on, everything comes again."""
    queue.out_of_order = True
    event = batch(data(0), b"{", data(1), data(2))
    assert failed(event) == ["1"]
    again = {"Records": event["Records"][1:]}
    assert failed(again) == ["1"]
    visit = home.visit
    assert failed({"Records": event["Records"][2:]}) == []

    assert home.visit == visit
    assert home.messages.count == 1


def test_a_fragment_that_is_late_is_reported_and_done_later(home: Home) -> None:
    """Retryable: no message without its photo, then exactly one."""
    home.fragments.not_ready.add("0")
    event = batch(data(0), data(0.5))
    assert failed(event) == ["0", "1"]

    home.fragments.not_ready.clear()
    assert failed(event) == []
    assert home.messages.count == 1
    assert home.visit.best_photo_key is not None


def test_an_invocation_has_one_canonical_line(log: io.StringIO) -> None:
    """With counts; and no line holds a picture's address or a record's content."""
    handler(batch(data(0), b"nonsense"), FakeContext())
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (canonical,) = [line for line in lines if line.get("message") == "records processed"]

    assert (canonical["records"], canonical["failed"], canonical["refused"]) == (2, 0, 1)
    assert "nonsense" not in json.dumps(lines)


def test_a_fault_of_ours_is_reported_and_said(
    home: Home, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    """An unexpected exception fails its record, with a stack trace in the log."""

    def fault(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(home.visits, "recent_at", fault)

    assert failed(batch(data(0))) == ["0"]
    assert "ZeroDivisionError" in log.getvalue()


def test_events_of_the_domain_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """As metrics in the embedded format."""
    handler(batch(data(0)), FakeContext())
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]

    assert metrics[0]["RecordsProcessed"] == [1.0]
