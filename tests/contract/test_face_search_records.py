"""Both writers of face search's records, on the same video: the stream processor and fragment search."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import cv2
import numpy as np
import pytest

from smart_door.adapters.face_search_rekognition import RekognitionFaceSearch
from smart_door.adapters.face_search_results_kinesis import KinesisFaceSearchResults
from smart_door.adapters.fragments_kinesis_video import KinesisVideoFragments
from smart_door.adapters.frames_opencv import OpenCvFrames
from smart_door.adapters.notifications_kinesis_video import KinesisVideoNotifications
from smart_door.adapters.records_kinesis import KinesisRecords
from smart_door.adapters.video_notifications_kinesis_video import KinesisVideoNotificationSettings
from smart_door.domain.attention import FIRST_SECONDS, Attention
from smart_door.domain.faces import BoundingBox
from smart_door.domain.watched_faces import Thrift
from smart_door.services.search_fragment import SearchFragment, Tally
from tests.contract import video
from tests.contract.conftest import Aws
from tests.contract.portraits import eileen, grace, jpeg
from tests.contract.put_media import put_media
from tests.fakes import InMemoryVisits

TAG = "AWS_KINESISVIDEO_NOTIFICATION"
SAMPLING_SECONDS = 0.5  # two frames a second: the nearest frame of the other writer is never further off
WAIT_SECONDS = 120.0
ONE_SIZE_APART = 0.65  # the engine sees faces in sizes a fifth apart, which makes 1 / 1.2 / 1.2 of the area

Record = dict[str, Any]


@dataclass
class Scene:
    """A stream, and what both writers wrote about each of its fragments."""

    prefix: str
    stream_arn: str
    numbers: list[str]
    processor: list[Record]
    fragments: list[Record]


@pytest.fixture(scope="module")
def scene(aws: Aws) -> Iterator[Scene]:
    """Grace, who is enrolled; Eileen, who is not; both; nobody: a fragment of each, through both writers."""
    name = f"both-{uuid4().hex[:8]}"
    rekognition, kinesis = aws.client("rekognition", read_timeout=60), aws.client("kinesis")
    for stream in ("processor", "fragments"):
        kinesis.create_stream(StreamName=f"{name}-{stream}", ShardCount=1)
    rekognition.create_collection(CollectionId=name)
    rekognition.index_faces(CollectionId=name, Image={"Bytes": jpeg(grace())}, ExternalImageId="grace")
    stream_arn = aws.client("kinesisvideo").create_stream(StreamName=f"{name}-front", DataRetentionInHours=1)[
        "StreamARN"
    ]
    queue_url = notified_queue(aws, name, stream_arn)
    start_processor(aws, name, stream_arn)
    numbers = []
    for pixels in (canvas(grace()), canvas(None, eileen()), canvas(grace(), eileen()), canvas()):
        (fragment,) = video.encode([pixels] * video.FPS)
        numbers += put_media(aws, f"{name}-front", [fragment], tags={TAG: ""})
        processor = wait_for_records(aws, f"{name}-processor", set(numbers))  # it leaves out what waits long
    search_all(aws, name, notifications(aws, queue_url, len(numbers)))
    yield Scene(f"{name}-", stream_arn, numbers, processor, records(aws, f"{name}-fragments"))
    rekognition.stop_stream_processor(Name=name)


def canvas(left: Any = None, right: Any = None) -> Any:
    """A camera's frame with a portrait on either side."""
    frame = np.full((720, 1280, 3), 96, np.uint8)
    for portrait, start in ((left, 80), (right, 700)):
        if portrait is not None:
            height, width = portrait.shape[:2]
            size = (round(width * 600 / height), 600)
            frame[60:660, start : start + size[0]] = cv2.resize(portrait, size)[:, : 1280 - start]
    return frame


def notified_queue(aws: Aws, name: str, stream_arn: str) -> str:
    """A queue that gets the stream's notifications."""
    topic_arn = aws.client("sns").create_topic(Name=name)["TopicArn"]
    queue_url: str = aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    queue_arn = aws.client("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    aws.client("sns").subscribe(
        TopicArn=topic_arn, Protocol="sqs", Endpoint=queue_arn["Attributes"]["QueueArn"]
    )
    KinesisVideoNotificationSettings(aws.client("kinesisvideo")).enable(stream_arn, topic_arn)
    return queue_url


def notifications(aws: Aws, queue_url: str, count: int) -> list[str]:
    """So many notifications, as SNS delivers their text."""
    found: list[str] = []
    give_up_at = time.monotonic() + WAIT_SECONDS
    while len(found) < count:
        assert time.monotonic() < give_up_at, f"{len(found)} of {count} notifications"
        answer = aws.client("sqs").receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        found += [json.loads(message["Body"])["Message"] for message in answer.get("Messages", ())]
        for message in answer.get("Messages", ()):
            aws.client("sqs").delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return found


def start_processor(aws: Aws, name: str, stream_arn: str) -> None:
    """A stream processor that runs, and reads: it has written of a fragment that nobody is notified of."""
    rekognition, role = aws.client("rekognition"), f"arn:aws:iam::123456789012:role/{name}"
    data_stream = aws.client("kinesis").describe_stream_summary(StreamName=f"{name}-processor")
    rekognition.create_stream_processor(
        Name=name,
        Input={"KinesisVideoStream": {"Arn": stream_arn}},
        Output={"KinesisDataStream": {"Arn": data_stream["StreamDescriptionSummary"]["StreamARN"]}},
        Settings={"FaceSearch": {"CollectionId": name, "FaceMatchThreshold": 80.0}},
        RoleArn=role,
    )
    rekognition.start_stream_processor(Name=name)
    give_up_at = time.monotonic() + WAIT_SECONDS
    while rekognition.describe_stream_processor(Name=name)["Status"] != "RUNNING":
        assert time.monotonic() < give_up_at, "the processor does not run"
        time.sleep(0.2)
    while not records(aws, f"{name}-processor"):
        assert time.monotonic() < give_up_at, "the processor does not read"
        put_media(aws, f"{name}-front", video.encode([canvas()] * video.FPS))
        time.sleep(1)


def search_all(aws: Aws, name: str, messages: list[str]) -> None:
    """Fragment search of each notified fragment, by an instance that remembers no look at the others.

    Only that something has moved for a while: where no face is glimpsed, it would else not look yet.
    """
    for message in messages:
        notification = KinesisVideoNotifications(f"{name}-").parse(message)
        began_at = notification.producer_time - FIRST_SECONDS
        search = SearchFragment(
            fragments=KinesisVideoFragments(
                aws.client("kinesisvideo"),
                lambda endpoint: aws.client("kinesis-video-archived-media"),
                time.time,
                time.sleep,
            ),
            samples=OpenCvFrames(),
            search=RekognitionFaceSearch(aws.client("rekognition", read_timeout=60), name),
            results=KinesisFaceSearchResults(aws.client("kinesis"), f"{name}-fragments"),
            visits=InMemoryVisits(),
            door_ids=frozenset({"front"}),
            thrift=Thrift(),
            clock=time.time,
            memory={"front": Attention(began_at=began_at, watched_at=notification.producer_time)},
        )
        search(notification, Tally())


def records(aws: Aws, stream_name: str) -> list[Record]:
    """Everything in a data stream."""
    kinesis = aws.client("kinesis")
    (shard,) = kinesis.list_shards(StreamName=stream_name)["Shards"]
    iterator = kinesis.get_shard_iterator(
        StreamName=stream_name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    return [json.loads(record["Data"]) for record in kinesis.get_records(ShardIterator=iterator)["Records"]]


def wait_for_records(aws: Aws, stream_name: str, numbers: set[str]) -> list[Record]:
    """The processor's records, as soon as there is one of each fragment."""
    give_up_at = time.monotonic() + WAIT_SECONDS
    while True:
        found = records(aws, stream_name)
        if numbers <= {number_of(record) for record in found}:
            return found
        assert time.monotonic() < give_up_at, f"records of {len(found)} frames"
        time.sleep(0.5)


def number_of(record: Record) -> str:
    """The number of the record's fragment."""
    return str(record["InputInformation"]["KinesisVideo"]["FragmentNumber"])


def pairs(scene: Scene) -> list[tuple[Record, Record]]:
    """Each record of fragment search with the processor's of the nearest frame of that fragment."""

    def offset(record: Record) -> float:
        return float(record["InputInformation"]["KinesisVideo"]["FrameOffsetInSeconds"])

    found = []
    for record in scene.fragments:
        others = [other for other in scene.processor if number_of(other) == number_of(record)]
        nearest = min(others, key=lambda other: abs(offset(other) - offset(record)))
        assert abs(offset(nearest) - offset(record)) <= SAMPLING_SECONDS
        found.append((record, nearest))
    return found


def shape(value: object) -> object:
    """Field names and types; of a list, its elements' shapes."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return "number" if isinstance(value, int | float) else type(value).__name__


def faces(record: Record) -> list[Record]:
    """The record's faces, from left to right."""
    found: list[Record] = record["FaceSearchResponse"]
    return sorted(found, key=lambda face: face["DetectedFace"]["BoundingBox"]["Left"])


def box(face: Record) -> BoundingBox:
    """Where a detected face is."""
    found = face["DetectedFace"]["BoundingBox"]
    return BoundingBox(found["Left"], found["Top"], found["Width"], found["Height"])


def test_both_write_about_every_fragment(scene: Scene) -> None:
    """Also about the one in which nobody stands."""
    assert {number_of(record) for record in scene.fragments} == set(scene.numbers)
    assert [len(faces(record)) for record in {number_of(r): r for r in scene.fragments}.values()] == [
        1,
        1,
        2,
        0,
    ]


def test_fields_and_types_are_the_same(scene: Scene) -> None:
    """Down to the last landmark and the face of a match."""
    for record, other in pairs(scene):
        assert shape({**record, "FaceSearchResponse": faces(record)}) == shape(
            {**other, "FaceSearchResponse": faces(other)}
        )


def test_they_name_the_same_video(scene: Scene) -> None:
    """Stream, fragment and its two times; the status."""
    for record, other in pairs(scene):
        ours, theirs = (one["InputInformation"]["KinesisVideo"] for one in (record, other))
        for name in ("StreamArn", "FragmentNumber"):
            assert ours[name] == theirs[name]
        for name in ("ProducerTimestamp", "ServerTimestamp"):
            assert ours[name] == pytest.approx(theirs[name], abs=0.002)
        assert record["StreamProcessorInformation"] == other["StreamProcessorInformation"]


def test_faces_are_where_the_other_sees_them(scene: Scene) -> None:
    """Boxes relative to the whole frame, also of a face that was searched on a crop."""
    for record, other in pairs(scene):
        for ours, theirs in zip(faces(record), faces(other), strict=True):
            assert box(ours).overlap(box(theirs)) > ONE_SIZE_APART
            for measure in ("Brightness", "Sharpness"):
                difference = (
                    ours["DetectedFace"]["Quality"][measure] - theirs["DetectedFace"]["Quality"][measure]
                )
                assert abs(difference) < 15


def test_the_same_people_are_recognised(scene: Scene) -> None:
    """Grace alone and beside Eileen, by the same indexed face and about as alike; Eileen never."""
    recognised = 0
    for record, other in pairs(scene):
        for ours, theirs in zip(faces(record), faces(other), strict=True):
            assert [match["Face"] for match in ours["MatchedFaces"]] == [
                match["Face"] for match in theirs["MatchedFaces"]
            ]
            for mine, its in zip(ours["MatchedFaces"], theirs["MatchedFaces"], strict=True):
                assert mine["Similarity"] == pytest.approx(its["Similarity"], abs=1.0)
                recognised += mine["Face"]["ExternalImageId"] == "grace"
    assert recognised >= 2


def test_downstream_reads_both_alike(scene: Scene) -> None:
    """The reader of process_face_matches takes each."""
    read = KinesisRecords(scene.prefix)
    for record, other in pairs(scene):
        ours, theirs = (read.parse(json.dumps(one).encode()) for one in (record, other))
        assert (ours.door_id, ours.stream_arn, ours.fragment_number) == (
            theirs.door_id,
            theirs.stream_arn,
            theirs.fragment_number,
        )
        assert len(ours.faces) == len(theirs.faces)
