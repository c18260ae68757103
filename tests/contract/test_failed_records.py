"""The queue of failed records, in memory and on SQS: what nothing can be done with is kept as it came."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import boto3
import pytest
from botocore.stub import Stubber

from smart_door.adapters.failed_records_sqs import SqsFailedRecords
from smart_door.domain.errors import ServiceRefusedError, ServiceUnavailableError
from smart_door.domain.ports import FailedRecords
from tests.contract.conftest import Aws
from tests.fakes import FakeFailedRecords, KeptRecord


@dataclass
class Queue:
    """The port, and what somebody who looks into the queue finds."""

    records: FailedRecords
    kept: Callable[[], list[KeptRecord]]


@pytest.fixture(params=["fake", "sqs"])
def queue(request: pytest.FixtureRequest) -> Queue:
    """The port's two fulfilments."""
    if request.param == "fake":
        fake = FakeFailedRecords()
        return Queue(fake, lambda: fake.kept)
    aws: Aws = request.getfixturevalue("aws")
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=f"records-{uuid4().hex[:8]}")["QueueUrl"]

    def kept() -> list[KeptRecord]:
        found = []
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ()):
            body = json.loads(message["Body"])
            found.append(KeptRecord(base64.b64decode(body["data"]), body["sequence_number"], body["error"]))
        return found

    return Queue(SqsFailedRecords(sqs, url), kept)


@pytest.mark.parametrize("data", [b"", b"\xff\x00{", b"x" * 100_000], ids=["empty", "bytes", "long"])
def test_a_record_is_kept_as_it_came(queue: Queue, data: bytes) -> None:
    """Whatever bytes it has, with its number and what was wrong."""
    queue.records.put(data, "4966", "MalformedRecordError(reason='record')")

    assert queue.kept() == [KeptRecord(data, "4966", "MalformedRecordError(reason='record')")]


@pytest.mark.parametrize(
    ("code", "error"),
    [("ThrottlingException", ServiceUnavailableError), ("AccessDenied", ServiceRefusedError)],
)
def test_a_queue_that_takes_nothing_says_so(code: str, error: type[Exception]) -> None:
    """The function then reports the record as failed instead."""
    client = boto3.client(
        "sqs", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    records = SqsFailedRecords(client, "https://sqs.us-east-1.amazonaws.com/123456789012/records")
    with Stubber(client) as stubber:
        stubber.add_client_error("send_message", code)
        with pytest.raises(error):
            records.put(b"{", "1", "MalformedRecordError(reason='record')")
