"""Kinesis to Lambda: what a function gets, and what happens when it fails."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest

from emulator.event_sources import kinesis
from tests.emulator.asking import code_of, eventually, make_queue, queued

# Writes each batch as a line of JSON; fails as the records (or a file beside it) tell it to.
SOURCE = """
import base64, json, pathlib
HERE = pathlib.Path(__file__).parent
def handler(event, context):
    records = [
        (record["kinesis"]["sequenceNumber"], base64.b64decode(record["kinesis"]["data"]).decode())
        for record in event["Records"]
    ]
    with (HERE / "batches.jsonl").open("a") as batches:
        batches.write(json.dumps([data for _, data in records]) + "\\n")
    (HERE / "event.json").write_text(json.dumps(event))
    if any("raise" in data for _, data in records):
        raise ValueError("boom")
    if (HERE / "answer.json").exists():
        return json.loads((HERE / "answer.json").read_text())
    return {"batchItemFailures": [{"itemIdentifier": number} for number, data in records if "bad" in data]}
"""


class Stream:
    """A stream, a function and a mapping between them."""

    def __init__(self, emulator: Any, name: str, make_function: Any) -> None:
        self.name = name
        self.kinesis, self.client = emulator.client("kinesis"), emulator.client("lambda")
        self.kinesis.create_stream(StreamName=name, ShardCount=1)
        summary = self.kinesis.describe_stream_summary(StreamName=name)
        self.arn = summary["StreamDescriptionSummary"]["StreamARN"]
        self.folder: Path = make_function(name, SOURCE)
        self.mapping_id = ""

    def map(self, **options: Any) -> None:
        """Create the mapping."""
        self.mapping_id = self.client.create_event_source_mapping(
            **{
                "FunctionName": self.name,
                "EventSourceArn": self.arn,
                "StartingPosition": "TRIM_HORIZON",
                "MaximumRetryAttempts": 1,
                **options,
            }
        )["UUID"]

    def put(self, *texts: str) -> list[str]:
        """Put records in one call and return their sequence numbers."""
        records = [{"Data": text, "PartitionKey": "p"} for text in texts]
        answer = self.kinesis.put_records(StreamName=self.name, Records=records)
        return [record["SequenceNumber"] for record in answer["Records"]]

    def batches(self) -> list[list[str]]:
        """What the function was invoked with, so far."""
        path = self.folder / "batches.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def seen(self) -> set[str]:
        """All records the function was given."""
        return {text for batch in self.batches() for text in batch}


@pytest.fixture
def stream(emulator: Any, name: str, make_function: Any) -> Stream:
    """A stream of the test's own."""
    return Stream(emulator, name, make_function)


def test_a_record_is_with_its_function_at_once_and_looks_as_on_aws(stream: Stream) -> None:
    """Each put wakes the poller, which else looks every five seconds; the event has AWS's fields."""
    stream.map()
    stream.put("warm up")
    eventually(lambda: "warm up" in stream.seen())
    started = time.monotonic()
    for text in ("1", "2", "3", "4", "5", "ding dong"):
        (number,) = stream.put(text)
        eventually(lambda text=text: text in stream.seen())  # type: ignore[misc]
    assert time.monotonic() - started < 5 * kinesis.IDLE_SECONDS
    (record,) = json.loads((stream.folder / "event.json").read_text())["Records"]
    assert record["eventSource"] == "aws:kinesis"
    assert record["eventName"] == "aws:kinesis:record"
    assert record["eventSourceARN"] == stream.arn
    assert record["eventID"] == f"shardId-000000000000:{number}"
    assert record["kinesis"]["sequenceNumber"] == number
    assert base64.b64decode(record["kinesis"]["data"]) == b"ding dong"
    assert abs(record["kinesis"]["approximateArrivalTimestamp"] - time.time()) < 60


def test_a_record_that_nobody_can_read_does_not_stop_those_after_it(stream: Stream) -> None:
    """Nested beyond what a parser follows, no UTF-8, no JSON: the filter drops them as AWS does."""
    stream.map(FilterCriteria={"Filters": [{"Pattern": '{"data": {"face": ["ann"]}}'}]})
    stream.kinesis.put_record(StreamName=stream.name, PartitionKey="p", Data=b"\xff\xfe")
    stream.put("[" * 100_000, "{no json", '{"face": "ann"}')
    eventually(lambda: stream.seen() == {'{"face": "ann"}'})


def test_batches_are_no_larger_than_batch_size(stream: Stream) -> None:
    """And come in order."""
    stream.put(*"abcdefg")
    stream.map(BatchSize=3)
    eventually(lambda: len(stream.seen()) == 7)
    assert stream.batches() == [["a", "b", "c"], ["d", "e", "f"], ["g"]]


def test_a_window_collects_records(stream: Stream) -> None:
    """MaximumBatchingWindowInSeconds: what comes within it is one batch."""
    stream.map(MaximumBatchingWindowInSeconds=5)
    for text in "abc":
        stream.put(text)
        time.sleep(0.1)
    eventually(lambda: len(stream.seen()) == 3)
    assert stream.batches() == [["a", "b", "c"]]


def test_latest_begins_with_the_mapping(stream: Stream) -> None:
    """What was there before is not read."""
    stream.put("before")
    stream.map(StartingPosition="LATEST")
    stream.put("after")
    eventually(lambda: "after" in stream.seen())
    assert stream.seen() == {"after"}


def test_a_filter_drops_records_before_the_function(stream: Stream) -> None:
    """The template's filter: only records with a face arrive; data that is no JSON is dropped too."""
    pattern = {"data": {"FaceSearchResponse": {"DetectedFace": {"Confidence": [{"exists": True}]}}}}
    stream.map(FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    face = json.dumps({"FaceSearchResponse": [{"DetectedFace": {"Confidence": 99.9}, "MatchedFaces": []}]})
    stream.put(json.dumps({"FaceSearchResponse": []}), "no json", face)
    eventually(lambda: stream.seen())
    assert stream.batches() == [[face]]


def test_the_rest_goes_on_when_one_record_is_bad(emulator: Any, stream: Stream, name: str) -> None:
    """ReportBatchItemFailures with bisecting: the bad record alone ends in the on-failure queue."""
    sqs = emulator.client("sqs")
    url, arn = make_queue(sqs, f"{name}-failed")
    numbers = stream.put("a", "b", "bad", "d", "e")
    stream.map(
        FunctionResponseTypes=["ReportBatchItemFailures"],
        BisectBatchOnFunctionError=True,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    (failed,) = eventually(lambda: queued(sqs, url))
    message = json.loads(failed)
    assert message["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert message["requestContext"]["approximateInvokeCount"] == 2
    assert message["requestContext"]["functionArn"].endswith(f":function:{name}")
    info = message["KinesisBatchInfo"]
    assert (info["startSequenceNumber"], info["endSequenceNumber"], info["batchSize"]) == (
        numbers[2],
        numbers[2],
        1,
    )
    assert (info["shardId"], info["streamArn"]) == ("shardId-000000000000", stream.arn)
    eventually(lambda: "e" in stream.seen())
    assert stream.batches()[0] == ["a", "b", "bad", "d", "e"]
    assert stream.batches()[1] == ["bad", "d", "e"]
    assert queued(sqs, url) == []


def test_a_batch_that_raises_is_halved_until_the_culprit_is_alone(
    emulator: Any, stream: Stream, name: str
) -> None:
    """BisectBatchOnFunctionError; splitting is no retry."""
    sqs = emulator.client("sqs")
    url, arn = make_queue(sqs, f"{name}-failed")
    numbers = stream.put("a", "b", "c", "raise")
    stream.map(
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    (failed,) = eventually(lambda: queued(sqs, url))
    assert json.loads(failed)["KinesisBatchInfo"]["startSequenceNumber"] == numbers[3]
    assert json.loads(failed)["responseContext"]["functionError"] == "Unhandled"
    assert stream.batches() == [["a", "b", "c", "raise"], ["a", "b"], ["c", "raise"], ["c"], ["raise"]]
    result = stream.client.get_event_source_mapping(UUID=stream.mapping_id)["LastProcessingResult"]
    assert result == "PROBLEM: Function call failed"


def test_without_bisecting_the_whole_batch_is_retried_and_given_up(
    emulator: Any, stream: Stream, name: str
) -> None:
    """MaximumRetryAttempts counts retries; the next records go on."""
    sqs = emulator.client("sqs")
    url, arn = make_queue(sqs, f"{name}-failed")
    stream.put("a", "raise")
    stream.map(MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": arn}})
    (failed,) = eventually(lambda: queued(sqs, url))
    assert json.loads(failed)["KinesisBatchInfo"]["batchSize"] == 2
    assert stream.batches() == [["a", "raise"]] * 2
    stream.put("next")
    eventually(lambda: "next" in stream.seen())


def test_a_record_that_is_too_old_is_given_up_without_another_try(
    emulator: Any, stream: Stream, name: str
) -> None:
    """MaximumRecordAgeInSeconds."""
    sqs = emulator.client("sqs")
    url, arn = make_queue(sqs, f"{name}-failed")
    stream.put("old")
    time.sleep(1.2)
    stream.map(MaximumRecordAgeInSeconds=1, DestinationConfig={"OnFailure": {"Destination": arn}})
    (failed,) = eventually(lambda: queued(sqs, url))
    assert json.loads(failed)["requestContext"]["condition"] == "RecordAgeExceeded"
    assert stream.batches() == []


@pytest.mark.parametrize(
    "answer",
    [
        {"batchItemFailures": [{"itemIdentifier": "nobody"}]},
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{}]},
        {"batchItemFailures": "all"},
    ],
)
def test_an_answer_that_makes_no_sense_fails_the_whole_batch(stream: Stream, answer: dict[str, Any]) -> None:
    """As AWS documents; the batch is retried."""
    (stream.folder / "answer.json").write_text(json.dumps(answer))
    stream.put("a", "b")
    stream.map(FunctionResponseTypes=["ReportBatchItemFailures"])
    eventually(lambda: len(stream.batches()) >= 2)
    assert stream.batches()[:2] == [["a", "b"]] * 2


@pytest.mark.parametrize(
    "answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, "anything"]
)
def test_an_answer_without_failures_is_a_success(stream: Stream, answer: Any) -> None:
    """Null, nothing and an empty list: the batch is done."""
    (stream.folder / "answer.json").write_text(json.dumps(answer))
    stream.map(FunctionResponseTypes=["ReportBatchItemFailures"])
    stream.put("a")
    eventually(stream.seen)
    stream.put("b")
    eventually(lambda: "b" in stream.seen())
    assert stream.batches() == [["a"], ["b"]]


def test_a_disabled_mapping_rests_and_goes_on_where_it_was(stream: Stream) -> None:
    """UpdateEventSourceMapping."""
    stream.map()
    stream.put("a")
    eventually(stream.seen)
    stream.client.update_event_source_mapping(UUID=stream.mapping_id, Enabled=False)
    stream.put("b")
    time.sleep(0.5)
    assert stream.seen() == {"a"}
    stream.client.update_event_source_mapping(UUID=stream.mapping_id, Enabled=True, BatchSize=5)
    eventually(lambda: "b" in stream.seen())
    assert stream.batches() == [["a"], ["b"]]
    assert stream.client.get_event_source_mapping(UUID=stream.mapping_id)["BatchSize"] == 5


def test_a_deleted_mapping_is_gone(stream: Stream) -> None:
    """DeleteEventSourceMapping, and the list without it."""
    stream.map()
    assert code_of(stream.map) == "ResourceConflictException"
    listed = stream.client.list_event_source_mappings(FunctionName=stream.name)["EventSourceMappings"]
    assert [mapping["UUID"] for mapping in listed] == [stream.mapping_id]
    stream.client.delete_event_source_mapping(UUID=stream.mapping_id)
    gone = code_of(lambda: stream.client.get_event_source_mapping(UUID=stream.mapping_id))
    assert gone == "ResourceNotFoundException"
    assert stream.client.list_event_source_mappings(EventSourceArn=stream.arn)["EventSourceMappings"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"BatchSize": 10_001},
        {"MaximumBatchingWindowInSeconds": 301},
        {"StartingPosition": "SOMEWHERE"},
        {"EventSourceArn": "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/s"},
        {"FilterCriteria": {"Filters": [{"Pattern": '{"data": "text"}'}]}},
        {"TumblingWindowInSeconds": 10},
    ],
)
def test_what_a_mapping_cannot_be_is_refused(stream: Stream, wrong: dict[str, Any]) -> None:
    """Limits, positions, sources and patterns are checked when the mapping is made."""
    assert code_of(lambda: stream.map(**wrong)) == "InvalidParameterValueException"


def test_all_shards_are_read(emulator: Any, name: str, make_function: Any) -> None:
    """An on-demand stream has four."""
    kinesis, client = emulator.client("kinesis"), emulator.client("lambda")
    kinesis.create_stream(StreamName=name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    folder = make_function(name, SOURCE)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    client.create_event_source_mapping(FunctionName=name, EventSourceArn=arn, StartingPosition="LATEST")
    records = [{"Data": str(number), "PartitionKey": str(number)} for number in range(20)]
    shards = {
        record["ShardId"] for record in kinesis.put_records(StreamName=name, Records=records)["Records"]
    }
    assert len(shards) > 1

    def seen() -> list[str]:
        path = folder / "batches.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return sorted((text for line in lines for text in json.loads(line)), key=int)

    eventually(lambda: len(seen()) == 20)
    assert seen() == [str(number) for number in range(20)]


def test_a_reader_that_failed_is_heard_of_and_begins_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a bug on the way of one record, the shard is not silent for ever."""
    monkeypatch.setattr(kinesis, "SHARD_LIST_SECONDS", 0.01)
    reads: list[str] = []

    class Poller(kinesis.KinesisPoller):
        async def _shard_ids(self) -> list[str]:
            return ["shard-0"]

        async def _read(self, shard: Any) -> None:
            reads.append(shard.shard_id)
            if len(reads) == 1:
                raise ZeroDivisionError
            self.stop()

    async def credentials(_function_arn: str) -> dict[str, str]:
        return {}

    mapping = {"UUID": "m", "EventSourceArn": "arn:stream", "FunctionArn": "arn:function"}
    asyncio.run(asyncio.wait_for(Poller(mapping, tmp_path, credentials).run(), 10))

    assert reads == ["shard-0", "shard-0"]
    assert "Reading shard-0 of arn:stream failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text
