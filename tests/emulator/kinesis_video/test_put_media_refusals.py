"""What PutMedia refuses, and how it says so: error ids for fragments, and the ends of connections."""

from __future__ import annotations

import time
from typing import Any

import pytest

from matroska import END_OF_FRAGMENT, Track, encode_header, encode_tags
from matroska.ebml import Id, encode, encode_unsigned

END_TAG = encode_tags({END_OF_FRAGMENT: ""})


def _refused(body: bytes, connect: Any, stream: str) -> dict[str, Any]:
    producer = connect(stream)
    producer.send(body)
    errors: list[dict[str, Any]] = producer.acknowledgements("ERROR")
    return errors[-1]


def test_fragments_that_are_not_allowed_are_named(stream: str, connect: Any, wire: Any) -> None:
    """Given fragments against the rules, when sent, then each is refused with its own error id."""
    start = wire.start_ms
    long = wire.cluster(start, b"key", b"delta", step_ms=20_001)
    assert _refused(wire.header + long + END_TAG, connect, stream)["ErrorId"] == 4002

    backwards = wire.cluster(start) + wire.cluster(start - 1)
    assert _refused(wire.header + backwards + END_TAG, connect, stream)["ErrorId"] == 4004

    far = wire.cluster(253_402_300_800_000)
    assert _refused(wire.header + far + END_TAG, connect, stream)["ErrorId"] == 4007

    for tags in ({f"tag{n}": "" for n in range(11)}, {"n" * 129: ""}, {"name": "v" * 257}):
        tagged = encode_tags(tags) + wire.cluster(start) + END_TAG
        assert _refused(wire.header + tagged, connect, stream)["ErrorId"] == 4009

    stranger = wire.cluster(start, track_number=2)
    assert _refused(wire.header + stranger + END_TAG, connect, stream)["ErrorId"] == 4010

    two_tracks = encode_header([Track(1), Track(2, kind=2, codec_id="A_AAC")])
    refused = _refused(two_tracks + wire.cluster(start) + END_TAG, connect, stream)
    assert (refused["ErrorId"], refused["ErrorCode"]) == (4011, "FRAMES_MISSING_FOR_TRACK")
    assert refused["FragmentTimecode"] == start


def test_a_refused_fragment_does_not_end_the_connection(stream: str, connect: Any, wire: Any) -> None:
    """Given a fragment that was refused, when the next is in order, then it is persisted."""
    producer = connect(stream)
    times = [wire.start_ms, wire.start_ms - 1000, wire.start_ms + 1000]
    producer.send(wire.header + b"".join(map(wire.cluster, times)) + END_TAG)
    found = producer.acknowledgements("PERSISTED", times[2])
    assert [ack["EventType"] for ack in found if ack["FragmentTimecode"] == times[1]] == [
        "BUFFERING",
        "ERROR",
    ]


def test_ten_tags_and_the_services_own_are_allowed(stream: str, wire: Any, put: Any) -> None:
    """Given ten tags and the notification tag, when sent, then the fragment is taken."""
    tags = {"AWS_KINESISVIDEO_NOTIFICATION": "", **{f"tag{n}": "é" * 128 for n in range(10)}}
    assert len(put(stream, encode_tags(tags) + wire.cluster(wire.start_ms))) == 1


@pytest.mark.parametrize(
    ("body", "error_id"),
    [
        (b"this is no Matroska", 4006),
        (encode_header([Track(n) for n in range(1, 5)]), 4012),
        (
            encode_header([Track(1)])
            + encode(Id.CLUSTER, encode_unsigned(Id.TIMESTAMP, 1))
            + encode(Id.CLUSTER, b""),
            4006,
        ),
    ],
)
def test_a_stream_that_cannot_be_read_ends_the_connection(
    stream: str, connect: Any, body: bytes, error_id: int
) -> None:
    """Given bytes that cannot be taken, when sent, then the last acknowledgement is the error."""
    producer = connect(stream)
    producer.send(body)
    assert [ack.get("ErrorId") for ack in producer.acknowledgements()] == [error_id]


def test_fragments_before_the_damage_are_kept(video: Any, stream: str, connect: Any, wire: Any) -> None:
    """Given damage behind a whole fragment in one piece, when read, then the fragment is persisted first."""
    producer = connect(stream)
    producer.send(wire.header + wire.cluster(wire.start_ms) + END_TAG + b"\0\0\0")
    found = producer.acknowledgements()
    assert [ack["EventType"] for ack in found] == ["BUFFERING", "RECEIVED", "PERSISTED", "ERROR"]
    archived = video.client("kinesis-video-archived-media")
    assert len(archived.list_fragments(StreamName=stream)["Fragments"]) == 1


def test_a_deleted_stream_ends_its_connections(video: Any, stream: str, connect: Any, wire: Any) -> None:
    """Given a producer at work, when its stream is deleted, then it is told that the stream is gone."""
    producer = connect(stream)
    producer.send(wire.header + wire.cluster(wire.start_ms))
    producer.acknowledgements("BUFFERING")
    control = video.client("kinesisvideo")
    arn = control.describe_stream(StreamName=stream)["StreamInfo"]["StreamARN"]
    control.delete_stream(StreamARN=arn)
    (last,) = producer.acknowledgements()
    assert (last["ErrorId"], last["ErrorCode"]) == (4008, "STREAM_NOT_ACTIVE")


def test_a_fragment_over_the_limit_ends_the_connection(
    start_service: Any, make_stream: Any, connect: Any, wire: Any
) -> None:
    """Given a limit of bytes, when a larger fragment comes, then it is refused before it is there."""
    service = start_service(fragment_bytes=1000)
    producer = connect(make_stream(service), service)
    producer.send(wire.header + wire.cluster(wire.start_ms, bytes(600), bytes(600))[:900])
    last = producer.acknowledgements()[-1]
    assert (last["ErrorId"], last["FragmentTimecode"]) == (4001, wire.start_ms)


def test_a_connection_may_not_last_for_ever(
    start_service: Any, make_stream: Any, connect: Any, wire: Any
) -> None:
    """Given a limit of time, when a connection is over it, then it ends with that error."""
    service = start_service(connection_seconds=0.5)
    producer = connect(make_stream(service), service)
    producer.send(wire.header + wire.cluster(wire.start_ms))
    assert producer.acknowledgements()[-1]["ErrorId"] == 4003


def test_a_silent_connection_is_idle_then_closed(
    start_service: Any, make_stream: Any, connect: Any, wire: Any
) -> None:
    """Given a producer that falls silent, when time passes, then it is told IDLE, and the answer ends."""
    service = start_service(idle_after_seconds=0.1, closed_after_seconds=4)
    producer = connect(make_stream(service), service)
    producer.send(wire.header)
    assert producer.acknowledgements() == [{"EventType": "IDLE"}]


def test_a_slow_fragment_is_said_to_be_buffering(
    start_service: Any, make_stream: Any, connect: Any, wire: Any
) -> None:
    """Given a fragment that arrives slowly, when more of it comes, then BUFFERING is said again."""
    service = start_service(buffering_every_seconds=0.1)
    producer = connect(make_stream(service), service)
    data = wire.cluster(wire.start_ms, b"one", b"two", b"three")
    producer.send(wire.header + data[:-12])
    first = producer.acknowledgement()
    time.sleep(0.2)
    producer.send(data[-12:])
    assert producer.acknowledgement() == first
    assert first["EventType"] == "BUFFERING"
