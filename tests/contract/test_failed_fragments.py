"""What becomes of notifications that cannot be done, or not at once: SNS, Lambda's retries, the queue."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import cv2
import pytest

from smart_door.adapters.video_notifications_kinesis_video import KinesisVideoNotificationSettings
from tests.contract import video
from tests.contract.conftest import Aws
from tests.contract.portraits import eileen
from tests.contract.put_media import put_media
from tests.producer.conftest import fragment as undecodable

ROOT = Path(__file__).parents[2]
TAG = {"AWS_KINESISVIDEO_NOTIFICATION": ""}
THROTTLED = 6
"""So many calls of Rekognition are refused: all five tries of the first invocation, and one of the second."""

WAIT_SECONDS = 120.0
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass
class Aftermath:
    """What was sent, and where it ended: records by fragment, failures by fragment."""

    good: str
    corrupt: str
    other_codec: str
    gone: str
    refused_calls: int = 0
    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failures: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether each has ended."""
        return self.good in self.records and len(self.failures) >= 4


class ThrottlingRekognition(ThreadingHTTPServer):
    """Rekognition on a busy day: it refuses the first calls, and then passes them on."""

    def __init__(self, endpoint_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint_url = endpoint_url
        self.refused = 0


class _Handler(BaseHTTPRequestHandler):
    server: ThrottlingRekognition

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.refused < THROTTLED:
            self.server.refused += 1
            kind = (
                "ThrottlingException" if self.server.refused % 2 else "ProvisionedThroughputExceededException"
            )
            return self._answer(400, json.dumps({"__type": kind, "message": "Slow down"}).encode())
        request = urllib.request.Request(self.server.endpoint_url, body, dict(self.headers))  # noqa: S310 - the emulator
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the emulator
                self._answer(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            self._answer(error.code, error.read())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture(scope="module")
def rekognition(aws: Aws) -> Iterator[ThrottlingRekognition]:
    """What the function takes for Rekognition."""
    with ThrottlingRekognition(aws.endpoint_url) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def aftermath(aws: Aws, rekognition: ThrottlingRekognition) -> Aftermath:
    """A face, garbage, VP8, a fragment that is not kept any more, and a stream of somebody else's."""
    name = f"failed-{uuid4().hex[:8]}"
    queue_url, topic_arn = deploy(aws, name, f"http://127.0.0.1:{rekognition.server_port}")
    numbers = {}
    seconds = [cv2.resize(eileen(), (640, 600))] * video.FPS
    for door, fragments in (
        ("good", video.encode(seconds)),
        ("corrupt", [undecodable()]),
        ("other-codec", video.fragments("vp8")[:1]),
    ):
        arn = aws.client("kinesisvideo").create_stream(StreamName=f"{name}-{door}", DataRetentionInHours=1)
        KinesisVideoNotificationSettings(aws.client("kinesisvideo")).enable(arn["StreamARN"], topic_arn)
        (numbers[door],) = put_media(aws, f"{name}-{door}", fragments, tags=TAG)
        if door == "good":
            publish(aws, topic_arn, arn["StreamARN"], "1")
            publish(aws, topic_arn, arn["StreamARN"].replace(name, "somebody"), numbers[door])
    found = Aftermath(numbers["good"], numbers["corrupt"], numbers["other-codec"], "1")
    give_up_at = time.monotonic() + WAIT_SECONDS
    while not found.is_complete:
        assert time.monotonic() < give_up_at, found
        look(aws, found, name, queue_url)
    found.refused_calls = rekognition.refused
    return found


def deploy(aws: Aws, name: str, rekognition_url: str) -> tuple[str, str]:
    """The function with what it needs, set up as template.yaml does; the queue's URL and the topic's ARN."""
    aws.client("rekognition").create_collection(CollectionId=name)
    aws.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    for table, *keys in (("visits", "door_id", "visit_id"), ("idempotency", "id")):
        aws.client("dynamodb").create_table(
            TableName=f"{name}-{table}",
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"))],  # noqa: B905 - one key or two
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            BillingMode="PAY_PER_REQUEST",
        )
    queue_url = aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    queue_arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    topic_arn = aws.client("sns").create_topic(Name=name)["TopicArn"]
    role = aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    aws.client("iam").put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
    functions = aws.client("lambda")
    function_arn = functions.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="app.handler",
        Timeout=60,
        MemorySize=1536,
        Code={"S3Bucket": "hot-reload", "S3Key": str(ROOT / "functions/analyze_fragment")},
        Environment={
            "Variables": {
                "AWS_ENDPOINT_URL_REKOGNITION": rekognition_url,
                "POWERTOOLS_METRICS_NAMESPACE": "SmartDoor",
                "POWERTOOLS_SERVICE_NAME": "analyze_fragment",
                "STREAM_NAME_PREFIX": f"{name}-",
                "DOOR_IDS": "good,corrupt,other-codec",
                "DOOR_NAMES": "Good,Corrupt,Other codec",
                "VISITS_TABLE": f"{name}-visits",
                "IDEMPOTENCY_TABLE": f"{name}-idempotency",
                "COLLECTION_ID": name,
                "FACE_SEARCH_RESULTS": name,
                "RECOGNITION_SIMILARITY": "99",
                "VISIT_GAP_SECONDS": "15",
                "FRAMES_PER_SECOND": "2",
            }
        },
    )["FunctionArn"]
    functions.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=2,
        MaximumEventAgeInSeconds=3600,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
    functions.add_permission(
        FunctionName=name,
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic_arn,
    )
    aws.client("sns").subscribe(TopicArn=topic_arn, Protocol="lambda", Endpoint=function_arn)
    return queue_url, topic_arn


def publish(aws: Aws, topic_arn: str, stream_arn: str, number: str) -> None:
    """A notification, in Kinesis Video's words."""
    now = round(time.time() * 1000)
    message = {
        "StreamArn": stream_arn,
        "FragmentNumber": number,
        "FragmentStartProducerTimestamp": now,
        "FragmentStartServerTimestamp": now,
        "NotificationType": "PERSISTED",
        "NotificationPayload": {},
    }
    aws.client("sns").publish(TopicArn=topic_arn, Message=json.dumps(message))


def look(aws: Aws, found: Aftermath, name: str, queue_url: str) -> None:
    """Take what has come into the data stream and the queue."""
    kinesis, sqs = aws.client("kinesis"), aws.client("sqs")
    (shard,) = kinesis.list_shards(StreamName=name)["Shards"]
    iterator = kinesis.get_shard_iterator(
        StreamName=name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found.records.clear()
    for record in kinesis.get_records(ShardIterator=iterator)["Records"]:
        told = json.loads(record["Data"])
        found.records.setdefault(told["InputInformation"]["KinesisVideo"]["FragmentNumber"], []).append(told)
    answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
    for message in answer.get("Messages", ()):
        failure = json.loads(message["Body"])
        (record,) = failure["requestPayload"]["Records"]
        notification = json.loads(record["Sns"]["Message"])
        key = notification["FragmentNumber"]
        found.failures["foreign" if "somebody" in notification["StreamArn"] else key] = failure
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def test_a_throttled_fragment_is_searched_in_the_end(aftermath: Aftermath) -> None:
    """Given six refusals in a row, when Lambda tries again, then its face is in the data stream."""
    assert aftermath.refused_calls == THROTTLED
    records = aftermath.records[aftermath.good]
    assert all(len(record["FaceSearchResponse"]) == 1 for record in records)
    assert aftermath.good not in aftermath.failures


@pytest.mark.parametrize(
    ("which", "error", "says"),
    [
        ("corrupt", "FrameDecodeError", ""),
        ("other_codec", "FrameDecodeError", "H.264"),
        ("gone", "FragmentGoneError", "'1'"),
        ("foreign", "ForeignStreamError", "somebody"),
    ],
)
def test_what_cannot_be_done_is_in_the_queue_with_its_error(
    aftermath: Aftermath, which: str, error: str, says: str
) -> None:
    """The whole notification, so that nothing of it is lost; and what was wrong, in words."""
    failure = aftermath.failures[getattr(aftermath, which, which)]

    assert failure["responsePayload"]["errorType"] == error
    assert says in failure["responsePayload"]["errorMessage"]
    assert failure["requestContext"]["condition"] == "RetriesExhausted"
    assert failure["requestContext"]["approximateInvokeCount"] == 3


def test_only_what_has_faces_or_nobody_writes_records(aftermath: Aftermath) -> None:
    """What failed left nothing behind."""
    assert aftermath.records.keys() == {aftermath.good}
