"""PutMedia against the behaviour of AWS's own producer, byte for byte over a raw connection."""

from __future__ import annotations

import time
from typing import Any

import pytest

from matroska import END_OF_FRAGMENT, encode_tags

END_TAG = encode_tags({END_OF_FRAGMENT: ""})


def _fragments(endpoint: Any, stream_name: str) -> list[dict[str, Any]]:
    archived = endpoint.client("kinesis-video-archived-media")
    found: list[dict[str, Any]] = archived.list_fragments(StreamName=stream_name)["Fragments"]
    return found


def _times_ms(fragments: list[dict[str, Any]]) -> list[int]:
    return [round(fragment["ProducerTimestamp"].timestamp() * 1000) for fragment in fragments]


def _events(acknowledgements: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(ack["EventType"], ack["FragmentTimecode"]) for ack in acknowledgements]


@pytest.mark.parametrize("piece_bytes", [7, 100, 65_536])
def test_a_session_of_awss_own_producer(
    video: Any, stream: str, connect: Any, wire: Any, piece_bytes: int
) -> None:
    """Given a body still open, when clusters and the end tag came, then each fragment was acknowledged."""
    producer = connect(stream)
    assert producer.continued == b"HTTP/1.1 100 Continue\r\n\r\n"
    times = [wire.start_ms + n * 1000 for n in range(3)]

    producer.send(wire.header + b"".join(map(wire.cluster, times)) + END_TAG, piece_bytes)

    acknowledgements = producer.acknowledgements("PERSISTED", times[-1])
    assert producer.status == 200
    assert producer.headers["transfer-encoding"] == "chunked"
    events = ["BUFFERING", "RECEIVED", "PERSISTED"]
    assert _events(acknowledgements) == [(event, time_ms) for time_ms in times for event in events]
    for chunk in producer.chunks:
        assert len(chunk) <= 1024
        assert not any(word in chunk for word in (b"true", b"false", b"null"))
    numbers = [ack["FragmentNumber"] for ack in acknowledgements]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 3

    producer.finish()
    assert producer.acknowledgements() == []
    assert _times_ms(_fragments(video, stream)) == times


def test_a_fragment_is_persisted_when_the_next_begins(stream: str, connect: Any, wire: Any) -> None:
    """Given no end tag, when the next cluster begins, then the one before is persisted."""
    producer = connect(stream)
    producer.send(wire.header + wire.cluster(wire.start_ms) + wire.cluster(wire.start_ms + 1000)[:30])
    found = producer.acknowledgements("BUFFERING", wire.start_ms + 1000)
    assert _events(found)[-2:] == [("PERSISTED", wire.start_ms), ("BUFFERING", wire.start_ms + 1000)]


def test_a_fragment_broken_off_is_dropped_and_that_is_said(
    video: Any, stream: str, connect: Any, wire: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Given a connection cut mid-fragment, when it breaks, then nothing is kept and the log says so."""
    producer = connect(stream)
    producer.send(wire.header + wire.cluster(wire.start_ms)[:-3])
    producer.acknowledgements("BUFFERING")
    producer.break_off()
    deadline = time.monotonic() + 60
    while "dropped" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.02)
    assert f"{stream}: ended within the fragment at {wire.start_ms} ms, which is dropped" in caplog.text
    assert _fragments(video, stream) == []


def test_after_a_break_the_whole_fragment_is_sent_again(
    video: Any, stream: str, connect: Any, wire: Any, put: Any
) -> None:
    """Given a connection cut mid-fragment, when the uncertain is sent again, then each is there once."""
    clusters = [wire.cluster(wire.start_ms + n * 1000) for n in range(3)]
    producer = connect(stream)
    producer.send(wire.header + clusters[0] + clusters[1] + clusters[2][:-3])
    producer.acknowledgements("BUFFERING", wire.start_ms + 2000)
    producer.break_off()
    before = _fragments(video, stream)
    assert _times_ms(before) == [wire.start_ms, wire.start_ms + 1000]

    numbers = put(stream, clusters[1], clusters[2], END_TAG)

    after = _fragments(video, stream)
    assert _times_ms(after) == [wire.start_ms, wire.start_ms + 1000, wire.start_ms + 2000]
    assert numbers == [fragment["FragmentNumber"] for fragment in after[1:]]
    assert after[:2] == before


def test_half_a_fragment_at_the_end_gives_way_to_the_whole(
    video: Any, stream: str, connect: Any, wire: Any, put: Any
) -> None:
    """Given a body that ended between two frames, when the whole fragment comes, then only that is kept."""
    half = wire.cluster(wire.start_ms, b"key", b"second")
    whole = wire.cluster(wire.start_ms, b"key", b"second", b"third")
    (first,) = put(stream, half)
    (second,) = put(stream, whole, END_TAG)
    (kept,) = _fragments(video, stream)
    assert kept["FragmentNumber"] == second > first
    assert kept["FragmentLengthInMilliseconds"] == 1500


def test_other_content_at_the_same_time_is_another_fragment(
    video: Any, stream: str, wire: Any, put: Any
) -> None:
    """Given a whole fragment, when one of other frames has its time, then both are there, as on AWS."""
    put(stream, wire.cluster(wire.start_ms, b"one", b"two"), END_TAG)
    put(stream, wire.cluster(wire.start_ms, b"one", b"two", b"three"), END_TAG)
    assert _times_ms(_fragments(video, stream)) == [wire.start_ms] * 2


def test_a_body_that_ends_within_a_frame_is_an_error(
    video: Any, stream: str, connect: Any, wire: Any
) -> None:
    """Given a body that ends within a frame, when it ends, then the fragment is dropped and that is said."""
    producer = connect(stream)
    producer.send(wire.header + wire.cluster(wire.start_ms)[:-2])
    producer.finish()
    found = producer.acknowledgements()
    assert [ack["EventType"] for ack in found] == ["BUFFERING", "ERROR"]
    assert (found[1]["ErrorId"], found[1]["FragmentTimecode"]) == (4000, wire.start_ms)
    assert _fragments(video, stream) == []


def test_two_connections_at_once(video: Any, stream: str, connect: Any, wire: Any) -> None:
    """Given credentials that rotate, when two connections overlap, then each fragment is there once."""
    old, new = connect(stream), connect(stream)
    times = [wire.start_ms + n * 1000 for n in range(4)]
    old.send(wire.header + wire.cluster(times[0]))
    new.send(wire.header + wire.cluster(times[2]))
    old.send(wire.cluster(times[1]) + wire.cluster(times[2]) + END_TAG)
    new.send(wire.cluster(times[3]) + END_TAG)
    persisted = old.acknowledgements("PERSISTED", times[2]) + new.acknowledgements("PERSISTED", times[3])
    assert sorted(_times_ms(_fragments(video, stream))) == times
    numbers = {ack["FragmentNumber"] for ack in persisted if ack["EventType"] == "PERSISTED"}
    assert numbers == {fragment["FragmentNumber"] for fragment in _fragments(video, stream)}


def test_the_newest_connections_stay(stream: str, connect: Any, wire: Any) -> None:
    """Given five connections to a stream, when a sixth comes, then the oldest ends, the sixth is served."""
    producers = [connect(stream) for _ in range(6)]
    assert producers[0].acknowledgements() == []
    producers[5].send(wire.header + wire.cluster(wire.start_ms) + END_TAG)
    producers[5].acknowledgements("PERSISTED")


@pytest.mark.parametrize(
    ("start", "expected_ms"),
    [
        ("1795221531.5", 1_795_221_531_005),
        ("1795221531.005", 1_795_221_531_005),
        ("1795221531.50", 1_795_221_531_050),
        ("1795221531", 1_795_221_531_000),
        ("1795221531.123456", 1_795_221_531_123),
    ],
)
def test_relative_times_count_from_the_start(
    video: Any, stream: str, wire: Any, put: Any, start: str, expected_ms: int
) -> None:
    """Given relative timecodes and unpadded milliseconds, when stored, then the time is their sum."""
    headers = {"x_amzn_fragment_timecode_type": "RELATIVE", "x_amzn_producer_start_timestamp": start}
    put(stream, wire.cluster(0), wire.cluster(1000), **headers)
    assert _times_ms(_fragments(video, stream)) == [expected_ms, expected_ms + 1000]


def test_the_start_counts_for_nothing_if_times_are_absolute(
    video: Any, stream: str, wire: Any, put: Any
) -> None:
    """Given absolute timecodes, when the start says "now", as after a reconnect, then it changes nothing."""
    put(stream, wire.cluster(wire.start_ms - 60_000))
    assert _times_ms(_fragments(video, stream)) == [wire.start_ms - 60_000]


def test_a_stream_may_be_named_by_its_arn(video: Any, stream: str, wire: Any, put: Any) -> None:
    """Given a stream's ARN in place of its name, when media is put, then it lands there."""
    info = video.client("kinesisvideo").describe_stream(StreamName=stream)["StreamInfo"]
    put(stream, wire.cluster(wire.start_ms), x_amzn_stream_name="", x_amzn_stream_arn=info["StreamARN"])
    assert _times_ms(_fragments(video, stream)) == [wire.start_ms]


def test_without_retention_fragments_are_received_only(
    video: Any, make_stream: Any, connect: Any, wire: Any
) -> None:
    """Given a stream that keeps nothing, when media is put, then nothing is called persisted or listed."""
    name = make_stream(video, 0)
    producer = connect(name)
    producer.send(wire.header + wire.cluster(wire.start_ms))
    producer.finish()
    found = producer.acknowledgements()
    assert [ack["EventType"] for ack in found] == ["BUFFERING", "RECEIVED"]
    assert _fragments(video, name) == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x_amzn_stream_name": "nobody"}, (404, "ResourceNotFoundException")),
        ({"x_amzn_stream_name": ""}, (400, "InvalidArgumentException")),
        ({"x_amzn_stream_arn": "arn:aws:kinesisvideo:x:1:stream/x/1"}, (400, "InvalidArgumentException")),
        ({"x_amzn_fragment_timecode_type": "SIDEREAL"}, (400, "InvalidArgumentException")),
        (
            {"x_amzn_fragment_timecode_type": "RELATIVE", "x_amzn_producer_start_timestamp": "today"},
            (400, "InvalidArgumentException"),
        ),
        (
            {"x_amzn_fragment_timecode_type": "RELATIVE", "x_amzn_producer_start_timestamp": ""},
            (400, "InvalidArgumentException"),
        ),
    ],
)
def test_wrong_headers_are_refused(
    stream: str, connect: Any, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    """Given a header that is missing or wrong, when media is put, then the answer is that error."""
    assert connect(stream, **headers).error() == expected
