"""What a running stream processor writes, on video that a camera sends."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest

from matroska import Fragment
from tests.emulator.rekognition.conftest import Door, wait_until


def faces_in(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All detected faces with their matches."""
    return [face for record in records for face in record["FaceSearchResponse"]]


def best_matches(records: list[dict[str, Any]]) -> list[tuple[str, float]]:
    """For each matched face, who it is and how similar."""
    return [
        (face["MatchedFaces"][0]["Face"]["ExternalImageId"], face["MatchedFaces"][0]["Similarity"])
        for face in faces_in(records)
        if face["MatchedFaces"]
    ]


def test_a_known_face_makes_records_with_a_match(
    door: Door, portrait: list[Fragment], grace_hopper: bytes
) -> None:
    """Given an enrolled face, when it is on video, then records name it, about two a second."""
    door.index(grace_hopper, "grace")
    door.start_processor()
    with door.camera(portrait):
        records = door.wait_for_records(6)
    assert {name for name, _ in best_matches(records)} == {"grace"}
    assert all(similarity > 99 for _, similarity in best_matches(records))
    times = [frame_time(record) for record in records]
    gaps = [after - before for before, after in itertools.pairwise(times)]
    assert times == sorted(times)
    assert 0.4 <= statistics.median(gaps) <= 1.1


def frame_time(record: dict[str, Any]) -> float:
    """When the frame was taken, in seconds since the epoch."""
    video = record["InputInformation"]["KinesisVideo"]
    return float(video["ProducerTimestamp"] + video["FrameOffsetInSeconds"])


def test_a_record_has_the_shape_that_aws_documents(door: Door, portrait: list[Fragment]) -> None:
    """Given nobody is enrolled, when a face is on video, then the record holds it, unmatched."""
    door.start_processor()
    with door.camera(portrait):
        record = door.wait_for_records(1)[0]
    video = record["InputInformation"]["KinesisVideo"]
    assert record.keys() == {"InputInformation", "StreamProcessorInformation", "FaceSearchResponse"}
    assert video.keys() == {
        "StreamArn",
        "FragmentNumber",
        "ServerTimestamp",
        "ProducerTimestamp",
        "FrameOffsetInSeconds",
    }
    assert video["StreamArn"] == door.video_stream_arn
    assert abs(video["ProducerTimestamp"] - time.time()) < 30
    assert abs(video["ServerTimestamp"] - time.time()) < 30
    assert record["StreamProcessorInformation"] == {"Status": "RUNNING"}
    [face] = record["FaceSearchResponse"]
    assert face["MatchedFaces"] == []
    assert face["DetectedFace"].keys() == {"BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"}


def test_the_fragment_of_a_record_can_be_read_back(door: Door, portrait: list[Fragment]) -> None:
    """Given a record, when its fragment number is asked for, then Kinesis Video has that fragment."""
    door.start_processor()
    with door.camera(portrait):
        record = door.wait_for_records(1)[0]
        number = record["InputInformation"]["KinesisVideo"]["FragmentNumber"]
        media = door.emulator.client("kinesis-video-archived-media")
        answer = media.get_media_for_fragment_list(StreamARN=door.video_stream_arn, Fragments=[number])
        assert number.encode() in answer["Payload"].read()


def test_a_record_comes_soon(door: Door, portrait: list[Fragment]) -> None:
    """Given a running processor, when a face appears, then its record is written within three seconds."""
    door.start_processor()
    with door.camera(portrait):
        door.wait_for_records(2)
        wait_until(lambda: time.time() - frame_time(door.records()[-1]) < 3, "no record is 3 s young", 30)


@pytest.mark.media
def test_two_people_in_one_frame_are_told_apart(
    door: Door, clip: Callable[[str], list[Fragment]], enrolled_a: bytes
) -> None:
    """Given A is enrolled from another recording, when A and B stand there, then A is known and B is not."""
    door.index(enrolled_a, "a")
    door.start_processor()
    with door.camera(clip("two-visitors")):
        records = door.wait_for_records(10, seconds=60)
    together = [record for record in records if len(record["FaceSearchResponse"]) == 2]
    assert len(together) >= 6
    for record in together:
        left, right = sorted(
            record["FaceSearchResponse"], key=lambda face: face["DetectedFace"]["BoundingBox"]["Left"]
        )
        assert [match["Face"]["ExternalImageId"] for match in left["MatchedFaces"]] == ["a"]
        assert right["MatchedFaces"] == []


@pytest.mark.media
def test_strangers_who_walk_up_are_seen_and_match_nobody(
    door: Door, clip: Callable[[str], list[Fragment]], enrolled_a: bytes, grace_hopper: bytes
) -> None:
    """Given others are enrolled, when strangers walk up, then they are seen and not taken for them."""
    door.index(enrolled_a, "a")
    door.index(grace_hopper, "grace")
    door.start_processor()
    with door.camera(clip("walking-past")):
        records = door.wait_for_records(10, seconds=60)
    assert len(faces_in(records)) >= 6
    assert all(similarity < 99 for _, similarity in best_matches(records))
