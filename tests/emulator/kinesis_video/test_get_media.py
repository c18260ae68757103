"""Fragments read back: live and from the archive, as AWS's consumer library cuts and reads the answer."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import cv2
import pytest
from botocore.exceptions import ClientError

from matroska import END_OF_FRAGMENT, Fragment, FragmentReader, SegmentWriter, encode_tags
from matroska.ebml import Id, children, text
from tests.emulator.asking import eventually

EBML_MARK = b"\x1a\x45\xdf\xa3"


@pytest.fixture
def numbers(stream: str, put: Any, wire: Any) -> list[str]:
    """The numbers of five fragments in the stream, a second apart."""
    found: list[str] = put(stream, *(wire.cluster(wire.start_ms + n * 1000) for n in range(5)))
    return found


@pytest.fixture
def get_media(video: Any, stream: str) -> Iterator[Any]:
    """Read a number of fragments of the stream with GetMedia: each as the bytes of its file.

    What happens `meanwhile` does so once the service has begun to answer.
    """
    client = video.client("kinesis-video-media", parameter_validation=False, read_timeout=60)
    open_bodies = []

    def read(count: int, meanwhile: Callable[[], Any] = lambda: None, **selector: Any) -> list[bytes]:
        body = client.get_media(StreamName=stream, StartSelector=selector)["Payload"]
        open_bodies.append(body)
        meanwhile()
        data = b""
        while data.count(b"AWS_KINESISVIDEO_CONTINUATION_TOKEN") < count:
            data += body._raw_stream.read1()
        return [EBML_MARK + file for file in data.split(EBML_MARK)[1:]][:count]

    yield read
    for body in open_bodies:
        body.close()


def _segment(file: bytes) -> list[tuple[int, bytes]]:
    """The children of a file's segment, whose size is unknown."""
    ebml, _, rest = file.partition(b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff")
    assert ebml.startswith(EBML_MARK)
    return [(child.id, bytes(child.content)) for child in children(rest, 0)]


def _tags(file: bytes) -> dict[str, str]:
    tags = {}
    for element_id, content in _segment(file):
        if element_id != Id.TAGS:
            continue
        for tag in children(content, 0):
            for simple_tag in children(tag.content, 0):
                name, value = children(simple_tag.content, 0)
                tags[text(name)] = text(value)
    return tags


def _number(file: bytes) -> str:
    return _tags(file)["AWS_KINESISVIDEO_FRAGMENT_NUMBER"]


def test_every_fragment_is_a_file_with_its_tags(stream: str, put: Any, wire: Any, get_media: Any) -> None:
    """Given tagged fragments, when the answer is cut at EBML headers, then each piece is a whole segment."""
    own = encode_tags({"door": "front"})
    put(stream, wire.cluster(wire.start_ms), own + wire.cluster(wire.start_ms + 1000))

    first, second = get_media(2, StartSelectorType="EARLIEST")

    ids = [element_id for element_id, _ in _segment(second)]
    assert ids == [Id.INFO, Id.TRACKS, Id.TAGS, Id.TAGS, Id.CLUSTER, Id.TAGS]
    tags = _tags(second)
    assert tags["door"] == "front"
    assert tags["AWS_KINESISVIDEO_PRODUCER_TIMESTAMP"] == f"{wire.start_ms // 1000 + 1}.000"
    assert float(tags["AWS_KINESISVIDEO_SERVER_TIMESTAMP"]) > 1.6e9
    assert tags["AWS_KINESISVIDEO_MILLIS_BEHIND_NOW"] == "0"
    assert tags["AWS_KINESISVIDEO_CONTINUATION_TOKEN"] == tags["AWS_KINESISVIDEO_FRAGMENT_NUMBER"]
    assert int(_tags(first)["AWS_KINESISVIDEO_MILLIS_BEHIND_NOW"]) >= 0
    assert "door" not in _tags(first)


def test_a_fragment_comes_back_as_it_was_sent(
    video: Any, stream: str, connect: Any, recording: list[Fragment], get_media: Any
) -> None:
    """Given H.264 from GStreamer, when read back, then every fragment decodes to its 15 frames."""
    writer = SegmentWriter()
    producer = connect(stream)
    for fragment in recording:
        producer.send(writer.fragment(fragment, timecode_ms=1_795_221_531_000 + fragment.timecode_ms), 1000)
    producer.acknowledgements("PERSISTED", 1_795_221_533_000)

    files = get_media(3, StartSelectorType="EARLIEST")

    for file, sent in zip(files, recording, strict=True):
        (found,) = FragmentReader().feed(file)
        assert [found.payload(b) for b in found.blocks] == [sent.payload(b) for b in sent.blocks]
        source: Any = io.BytesIO(file)
        capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        assert sum(1 for _ in iter(capture.grab, False)) == 15
        capture.release()


@pytest.mark.parametrize(
    ("kind", "member"),
    [("FRAGMENT_NUMBER", "AfterFragmentNumber"), ("CONTINUATION_TOKEN", "ContinuationToken")],
)
def test_reading_goes_on_after_a_fragment(numbers: list[str], get_media: Any, kind: str, member: str) -> None:
    """Given a fragment number, when reading from it, then the first fragment is the one after it."""
    files = get_media(3, StartSelectorType=kind, **{member: numbers[1]})
    assert list(map(_number, files)) == numbers[2:]


@pytest.mark.parametrize(("seconds_in", "first"), [(-100, 0), (0, 0), (2, 2), (3, 3)])
def test_reading_starts_at_a_producers_time(
    numbers: list[str], get_media: Any, wire: Any, seconds_in: int, first: int
) -> None:
    """Given a producer's time, when reading from it, then the first fragment is the one it falls into."""
    start = wire.start_ms // 1000 + seconds_in
    (file,) = get_media(1, StartSelectorType="PRODUCER_TIMESTAMP", StartTimestamp=start)
    assert _number(file) == numbers[first]


def test_reading_starts_at_a_servers_time(
    video: Any, stream: str, numbers: list[str], get_media: Any, put: Any, wire: Any
) -> None:
    """Given a server's time, when reading from it, then what arrived before is left out."""
    (first,) = get_media(1, StartSelectorType="SERVER_TIMESTAMP", StartTimestamp=1_700_000_000)
    assert _number(first) == numbers[0]

    arrives = partial(put, stream, wire.cluster(wire.start_ms + 60_000))
    (later,) = get_media(1, arrives, StartSelectorType="SERVER_TIMESTAMP", StartTimestamp=4_000_000_000)
    assert _number(later) > numbers[-1]


def test_now_is_the_next_fragment_and_all_after_it(
    stream: str, numbers: list[str], get_media: Any, connect: Any, wire: Any
) -> None:
    """Given a live stream, when reading NOW, then fragments come as they are completed, none missing."""
    producer = connect(stream)
    producer.send(wire.header)

    def produce() -> None:
        for n in range(10, 14):
            producer.send(wire.cluster(wire.start_ms + n * 1000) + encode_tags({END_OF_FRAGMENT: ""}))

    files = get_media(4, produce, StartSelectorType="NOW")
    times = [FragmentReader().feed(file)[0].timecode_ms for file in files]
    assert times == [wire.start_ms + n * 1000 for n in range(10, 14)]


def test_a_stream_without_retention_can_be_read_live(
    video: Any, make_stream: Any, connect: Any, wire: Any
) -> None:
    """Given a stream that keeps nothing, when a consumer reads along, then it gets the fragments."""
    name = make_stream(video, 0)
    client = video.client("kinesis-video-media", read_timeout=60)
    body = client.get_media(StreamName=name, StartSelector={"StartSelectorType": "NOW"})["Payload"]
    producer = connect(name)
    producer.send(wire.header + wire.cluster(wire.start_ms) + encode_tags({END_OF_FRAGMENT: ""}))
    (found,) = FragmentReader().feed(body._raw_stream.read1())
    assert found.timecode_ms == wire.start_ms
    body.close()


@pytest.mark.parametrize(
    ("selector", "named"),
    [
        ({}, "StartSelectorType"),
        ({"StartSelectorType": "SOON"}, "StartSelectorType"),
        ({"StartSelectorType": "FRAGMENT_NUMBER"}, "AfterFragmentNumber"),
        ({"StartSelectorType": "FRAGMENT_NUMBER", "AfterFragmentNumber": "x"}, "AfterFragmentNumber"),
        ({"StartSelectorType": "CONTINUATION_TOKEN", "ContinuationToken": "x"}, "ContinuationToken"),
        ({"StartSelectorType": "SERVER_TIMESTAMP"}, "StartTimestamp"),
    ],
)
def test_wrong_selectors_are_named(get_media: Any, selector: dict[str, Any], named: str) -> None:
    """Given a selector without what it needs, when reading, then the answer names the member."""
    with pytest.raises(ClientError) as caught:
        get_media(1, **selector)
    assert caught.value.response["Error"]["Code"] == "InvalidArgumentException"
    assert named in caught.value.response["Error"]["Message"]


def test_three_consumers_read_a_stream_at_once(numbers: list[str], get_media: Any) -> None:
    """Given three consumers, when a fourth comes, then it is refused."""
    for _ in range(3):
        get_media(1, StartSelectorType="EARLIEST")
    with pytest.raises(ClientError) as caught:
        get_media(1, StartSelectorType="EARLIEST")
    assert caught.value.response["Error"]["Code"] == "ConnectionLimitExceededException"


def test_a_consumer_that_has_left_makes_room(video: Any, stream: str, numbers: list[str]) -> None:
    """Given three consumers who left, when three others come soon after, then they are served."""
    client = video.client("kinesis-video-media", read_timeout=60)

    def served() -> Any:
        try:
            return client.get_media(StreamName=stream, StartSelector={"StartSelectorType": "EARLIEST"})
        except client.exceptions.ConnectionLimitExceededException:
            return None

    for _ in range(2):
        answers = [eventually(served) for _ in range(3)]
        assert served() is None
        for answer in answers:
            answer["Payload"].close()


def test_the_end_of_a_stream_ends_its_reading(video: Any, stream: str, numbers: list[str]) -> None:
    """Given a consumer that has read everything, when the stream is deleted, then the answer ends."""
    client = video.client("kinesis-video-media", read_timeout=60)
    selector = {"StartSelectorType": "EARLIEST"}
    body = client.get_media(StreamName=stream, StartSelector=selector)["Payload"]
    control = video.client("kinesisvideo")
    arn = control.describe_stream(StreamName=stream)["StreamInfo"]["StreamARN"]
    deletion = threading.Timer(0.3, control.delete_stream, kwargs={"StreamARN": arn})
    deletion.start()
    assert len(FragmentReader().feed(body.read())) == 5
    deletion.join()


def test_a_list_of_fragments_is_exactly_those(video: Any, stream: str, numbers: list[str]) -> None:
    """Given fragment numbers, when their media is asked for, then these come, in order, and no others."""
    archived = video.client("kinesis-video-archived-media")
    wanted = [numbers[3], numbers[1]]
    payload = archived.get_media_for_fragment_list(StreamName=stream, Fragments=wanted)["Payload"].read()
    files = [EBML_MARK + file for file in payload.split(EBML_MARK)[1:]]
    assert list(map(_number, files)) == wanted
    assert set(_tags(files[0])) == {
        "AWS_KINESISVIDEO_FRAGMENT_NUMBER",
        "AWS_KINESISVIDEO_SERVER_SIDE_TIMESTAMP",
        "AWS_KINESISVIDEO_PRODUCER_SIDE_TIMESTAMP",
    }


def test_a_fragment_that_is_not_there_is_an_error_in_its_place(
    video: Any, stream: str, numbers: list[str]
) -> None:
    """Given a number of no fragment among others, when asked for, then the others come and it is an error."""
    archived = video.client("kinesis-video-archived-media")
    missing = str(int(numbers[-1]) + 1)
    payload = archived.get_media_for_fragment_list(StreamName=stream, Fragments=[missing, numbers[0]])
    data = payload["Payload"].read()
    gone, there = (EBML_MARK + file for file in data.split(EBML_MARK)[1:])
    assert _tags(gone) == {
        "AWS_KINESISVIDEO_FRAGMENT_NUMBER": missing,
        "AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE": "4000",
        "AWS_KINESISVIDEO_EXCEPTION_MESSAGE": "Requested fragment is not found",
    }
    assert _number(there) == numbers[0]
    assert [fragment.tags for fragment in FragmentReader().feed(data)] == [_tags(there)]


@pytest.mark.parametrize("fragments", [[], ["1"] * 1001, ["x"]])
def test_lists_are_of_one_to_a_thousand_numbers(video: Any, stream: str, fragments: list[str]) -> None:
    """Given a list that AWS does not allow, when asked for, then it is refused."""
    archived = video.client("kinesis-video-archived-media", parameter_validation=False)
    with pytest.raises(ClientError) as caught:
        archived.get_media_for_fragment_list(StreamName=stream, Fragments=fragments)
    assert caught.value.response["Error"]["Code"] == "InvalidArgumentException"


def test_fragments_are_listed_page_by_page(video: Any, stream: str, numbers: list[str], wire: Any) -> None:
    """Given five fragments, when listed two at a time, then each is there once with its times and size."""
    archived = video.client("kinesis-video-archived-media")
    pages = list(
        archived.get_paginator("list_fragments").paginate(StreamName=stream, PaginationConfig={"PageSize": 2})
    )
    assert [len(page["Fragments"]) for page in pages] == [2, 2, 1]
    found = [fragment for page in pages for fragment in page["Fragments"]]
    assert [fragment["FragmentNumber"] for fragment in found] == numbers
    assert found[1]["ProducerTimestamp"].timestamp() * 1000 == wire.start_ms + 1000
    assert found[1]["FragmentLengthInMilliseconds"] == 1000
    assert found[1]["FragmentSizeInBytes"] > len(wire.header)


def test_fragments_are_listed_by_time(video: Any, stream: str, numbers: list[str], wire: Any) -> None:
    """Given a range of time, when listed, then what begins within it, its ends included, is there."""
    archived = video.client("kinesis-video-archived-media")
    start = wire.start_ms // 1000

    def listed(kind: str, begin: int, end: int) -> list[str]:
        span = {"StartTimestamp": begin, "EndTimestamp": end}
        selector = {"FragmentSelectorType": kind, "TimestampRange": span}
        answer = archived.list_fragments(StreamName=stream, FragmentSelector=selector)
        return [fragment["FragmentNumber"] for fragment in answer["Fragments"]]

    assert listed("PRODUCER_TIMESTAMP", start + 1, start + 3) == numbers[1:4]
    assert listed("SERVER_TIMESTAMP", 1_700_000_000, 4_000_000_000) == numbers
    assert listed("SERVER_TIMESTAMP", 1_600_000_000, 1_700_000_000) == []


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [("list_fragments", {}), ("get_media_for_fragment_list", {"Fragments": ["1"]})],
)
def test_an_unknown_streams_fragments_are_not_found(
    video: Any, operation: str, parameters: dict[str, Any]
) -> None:
    """Given no stream of a name, when its fragments are asked for, then it is not found."""
    archived = video.client("kinesis-video-archived-media")
    with pytest.raises(ClientError) as caught:
        getattr(archived, operation)(StreamName="nobody", **parameters)
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
