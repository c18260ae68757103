"""Fragments, in memory and out of Kinesis Video's archive: exactly the one that a record names."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
import pytest

from smart_door.adapters.fragments_kinesis_video import KinesisVideoFragments
from smart_door.adapters.frames_opencv import OpenCvFrames
from smart_door.domain.errors import (
    FragmentGoneError,
    FragmentNotReadyError,
    ServiceRefusedError,
)
from smart_door.domain.ports import Fragments
from tests.contract import video
from tests.contract.conftest import Aws
from tests.contract.put_media import put_media
from tests.fakes import FakeFragments

ARN = "arn:aws:kinesisvideo:us-east-1:123456789012:stream/smart-door-front/1795220000000"


@dataclass
class Archive:
    """A fulfilment of the port, with three fragments stored, and numbers of ones that are not."""

    fragments: Fragments
    stream_arn: str
    numbers: list[str]
    later: str
    gone: str


@pytest.fixture(scope="module")
def kinesis_video(aws: Aws) -> Archive:
    """The adapter at a stream with three fragments; its waits take no time."""
    name = f"smart-door-{uuid4().hex[:8]}"
    client = aws.client("kinesisvideo")
    stream_arn = client.create_stream(StreamName=name, DataRetentionInHours=24)["StreamARN"]
    numbers = put_media(aws, name, video.fragments())
    assert len(numbers) == video.COUNT
    fragments = KinesisVideoFragments(
        client, lambda endpoint: archived_media(endpoint), time.time, lambda seconds: None
    )
    later, gone = str(int(numbers[-1]) + 10**6), str(int(numbers[0]) - 10**6)
    return Archive(fragments, stream_arn, numbers, later, gone)


@pytest.fixture(params=["fake", "kinesis video"])
def archive(request: pytest.FixtureRequest) -> Archive:
    """The port's two fulfilments."""
    if request.param == "fake":
        fake = FakeFragments()
        fake.not_ready, fake.gone = {"99"}, {"1"}
        return Archive(fake, ARN, ["10", "11", "12"], later="99", gone="1")
    kinesis_video: Archive = request.getfixturevalue("kinesis_video")
    return kinesis_video


def test_each_fragment_is_its_own(archive: Archive) -> None:
    """Given three fragments, when each is read, then they are three, and the same when read again."""
    read = [archive.fragments.get(archive.stream_arn, number) for number in archive.numbers]
    assert len(set(read)) == 3
    assert archive.fragments.get(archive.stream_arn, archive.numbers[1]) == read[1]


def test_a_fragment_that_is_to_come_is_not_ready(archive: Archive) -> None:
    """Given a number after all that are stored, when it is read, then it may come yet."""
    with pytest.raises(FragmentNotReadyError) as raised:
        archive.fragments.get(archive.stream_arn, archive.later)
    assert raised.value.fragment_number == archive.later


def test_a_fragment_that_the_archive_went_past_is_gone(archive: Archive) -> None:
    """Given a number before all that are stored, when it is read, then it will never come."""
    with pytest.raises(FragmentGoneError) as raised:
        archive.fragments.get(archive.stream_arn, archive.gone)
    assert raised.value.fragment_number == archive.gone


@pytest.mark.parametrize("number", range(video.COUNT))
def test_the_frame_is_that_of_the_fragment_named_not_of_the_one_after(
    kinesis_video: Archive, number: int
) -> None:
    """Given a record of a fragment and an offset, when its frame is decoded, then it is that very frame."""
    fragment = kinesis_video.fragments.get(kinesis_video.stream_arn, kinesis_video.numbers[number])
    (frame,) = OpenCvFrames().decode(fragment, [0.4])
    assert video.frame_number(frame.jpeg()) == number * video.FPS + 6


def test_a_stream_that_is_not_there_has_no_fragments(kinesis_video: Archive) -> None:
    """Given a stream that was deleted, when a fragment of it is read, then it is gone."""
    arn = kinesis_video.stream_arn.replace("smart-door-", "no-door-")
    with pytest.raises(FragmentGoneError):
        kinesis_video.fragments.get(arn, "1")


def test_a_number_that_is_none_is_refused(kinesis_video: Archive) -> None:
    """Given something that is no fragment number, when it is read, then it is refused for good."""
    with pytest.raises(ServiceRefusedError):
        kinesis_video.fragments.get(kinesis_video.stream_arn, "not a number")


def archived_media(endpoint: str) -> Any:
    """A client of the archive at a data endpoint."""
    return boto3.client(
        "kinesis-video-archived-media",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
