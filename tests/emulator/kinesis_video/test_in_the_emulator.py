"""Kinesis Video behind the gateway: with the other services that it calls, and as one of many."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any
from urllib.parse import urljoin

import pytest

from matroska import Fragment, SegmentWriter, encode_tags
from tests.emulator.asking import get


@pytest.fixture
def doors(emulator: Any, make_stream: Any) -> tuple[str, Any]:
    """A stream whose notifications go to a topic, and what reads them: a stream name and a function."""
    sns, sqs = emulator.client("sns"), emulator.client("sqs")
    name = f"doors-{uuid.uuid4().hex[:12]}"
    topic_arn = sns.create_topic(Name=name)["TopicArn"]
    queue_url = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=attributes["QueueArn"])
    stream = make_stream(emulator)
    emulator.client("kinesisvideo").update_notification_configuration(
        StreamName=stream,
        NotificationConfiguration={"Status": "ENABLED", "DestinationConfig": {"Uri": topic_arn}},
    )

    def received() -> list[dict[str, Any]]:
        answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    return stream, received


def test_tagged_fragments_are_published(emulator: Any, doors: tuple[str, Any], put: Any, wire: Any) -> None:
    """Given notifications, when a fragment carries the tag, then it alone is published, with its tags."""
    stream, received = doors
    tags = encode_tags({"AWS_KINESISVIDEO_NOTIFICATION": ""}) + encode_tags({"motion": "0.42"})
    numbers = put(
        stream,
        wire.cluster(wire.start_ms),
        tags + wire.cluster(wire.start_ms + 1000),
        wire.cluster(wire.start_ms + 2000),
        endpoint=emulator,
    )

    messages: list[dict[str, Any]] = []
    deadline = time.monotonic() + 60
    while not messages and time.monotonic() < deadline:
        messages = received()
        time.sleep(0.05)

    (message,) = messages
    assert message["Subject"] == "Kinesis Video Streams Notification"
    info = emulator.client("kinesisvideo").describe_stream(StreamName=stream)["StreamInfo"]
    published = json.loads(message["Message"])
    assert abs(published.pop("FragmentStartServerTimestamp") / 1000 - time.time()) < 60
    assert published == {
        "StreamArn": info["StreamARN"],
        "FragmentNumber": numbers[1],
        "FragmentStartProducerTimestamp": wire.start_ms + 1000,
        "NotificationType": "PERSISTED",
        "NotificationPayload": {"motion": "0.42"},
    }
    assert received() == []


def test_producer_and_consumer_meet_behind_the_gateway(
    emulator: Any, make_stream: Any, connect: Any, wire: Any
) -> None:
    """Given the whole emulator, when media is put as AWS's producer does, then it is read meanwhile."""
    stream = make_stream(emulator)
    media = emulator.client("kinesis-video-media", read_timeout=60)
    body = media.get_media(StreamName=stream, StartSelector={"StartSelectorType": "NOW"})["Payload"]
    producer = connect(stream, emulator)
    assert producer.continued == b"HTTP/1.1 100 Continue\r\n\r\n"
    producer.send(wire.header + wire.cluster(wire.start_ms) + wire.cluster(wire.start_ms + 1000), 50)
    found = producer.acknowledgements("PERSISTED")
    assert found[-1]["FragmentNumber"].encode() in body._raw_stream.read1()
    body.close()


def test_unsigned_requests_are_refused(emulator: Any, make_stream: Any, connect: Any) -> None:
    """Given no signature, when media is put, then it is refused."""
    status, code = connect(make_stream(emulator), emulator, Authorization="").error()
    assert (status, code) == (403, "MissingAuthenticationToken")


def test_a_player_needs_no_signature_but_the_token(
    emulator: Any, make_stream: Any, connect: Any, recording: list[Fragment]
) -> None:
    """Given a stream with video, when a player loads its HLS address, then the gateway lets it through."""
    begin = float(int(time.time()))
    stream = make_stream(emulator)
    producer, writer = connect(stream, endpoint=emulator), SegmentWriter()
    for fragment in recording:
        at = round(begin * 1000) + fragment.timecode_ms
        producer.send(writer.fragment(fragment, timecode_ms=at))
    producer.finish()
    producer.acknowledgements()
    answer = emulator.client("kinesis-video-archived-media").get_hls_streaming_session_url(StreamName=stream)
    address = answer["HLSStreamingSessionURL"]
    assert address.startswith(emulator.endpoint_url)
    for name in ("#EXT-X-STREAM-INF", "#EXT-X-MAP"):
        status, body = get(address)
        assert status == 200
        assert name in body.decode()
        address = urljoin(address, body.decode().splitlines()[-1])
    status, body = get(address)
    assert (status, body[4:8]) == (200, b"moof")
    status, _ = get(address.replace("SessionToken=", "SessionToken=x"))
    assert status == 403
