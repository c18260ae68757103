"""Footage out of Kinesis Video: what players and pages get, and what where there is nothing."""

from __future__ import annotations

import time
import urllib.request
from uuid import uuid4

import boto3
import cv2
import numpy as np
import pytest
from botocore.stub import Stubber

from smart_door.adapters.footage_kinesis_video import NOTHING_THERE, UNPLAYABLE, KinesisVideoFootage
from smart_door.domain.errors import (
    ServiceRefusedError,
    ServiceUnavailableError,
    SmartDoorError,
)
from smart_door.domain.picture_errors import VideoUnplayableError
from tests.contract import video
from tests.contract.conftest import Aws
from tests.contract.put_media import put_media
from tests.contract.test_fragments import archived_media

PREFIX = f"footage-{uuid4().hex[:8]}-"


@pytest.fixture(scope="module")
def filmed(aws: Aws) -> float:
    """The door "front" has three seconds of video; when they began. "side" is filmed as VP8, "back" never."""
    client = aws.client("kinesisvideo")
    for door in ("front", "side", "back"):
        client.create_stream(StreamName=f"{PREFIX}{door}", DataRetentionInHours=24)
    began = time.time()
    put_media(aws, f"{PREFIX}front", video.fragments())
    put_media(aws, f"{PREFIX}side", video.fragments("vp8"))
    return began


@pytest.fixture(scope="module")
def arrived(aws: Aws, filmed: float) -> float:
    """When the newest fragment, which lasts a second, came."""
    archive = archived_media(aws.endpoint_url)
    listed = archive.list_fragments(StreamName=f"{PREFIX}front")["Fragments"]
    newest: float = max(one["ServerTimestamp"].timestamp() for one in listed)
    return newest


@pytest.fixture
def footage(aws: Aws, filmed: float) -> KinesisVideoFootage:
    """The adapter a few seconds later."""
    return at(aws, filmed + 3)


def at(aws: Aws, now: float) -> KinesisVideoFootage:
    """The adapter with a clock that stands still."""
    return KinesisVideoFootage(aws.client("kinesisvideo"), archived_media, PREFIX, lambda: now)


def test_a_player_gets_a_playlist(footage: KinesisVideoFootage) -> None:
    """Given a camera that sent just now, then the address leads to HLS, for any page to read."""
    url = footage.live("front", 300)
    assert url is not None
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - the emulator
        assert answer.read().startswith(b"#EXTM3U")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_still_is_the_newest_picture(aws: Aws, arrived: float) -> None:
    """Of three fragments one of the last, with its time."""
    still = at(aws, arrived + 1.5).still("front")
    assert still is not None
    pixels = cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    assert pixels.shape[0] == 720
    assert arrived <= still.taken_at <= arrived + 1.1


def test_an_older_still_is_found_too(aws: Aws, arrived: float) -> None:
    """Nothing came for eighteen seconds: the picture from before is better than none."""
    still = at(aws, arrived + 18.5).still("front")
    assert still is not None
    assert still.taken_at < arrived + 1.1


def test_there_is_no_still_of_long_ago(aws: Aws, arrived: float) -> None:
    """After a minute nobody would take it for now."""
    assert at(aws, arrived + 60).still("front") is None


def test_a_clip_is_an_mp4_of_just_these_seconds(footage: KinesisVideoFootage, filmed: float) -> None:
    """Two fragments of one second each begin in the first second and a half."""
    mp4 = footage.clip("front", filmed - 5, filmed + 1.5)
    assert mp4 is not None
    assert mp4[4:8] == b"ftyp"
    whole = footage.clip("front", filmed - 5, filmed + 60)
    assert whole is not None
    assert len(mp4) < len(whole)


def test_nothing_filmed_is_none(footage: KinesisVideoFootage, filmed: float) -> None:
    """Neither live nor as a still nor as a clip; a stream that has video has none of an hour before."""
    assert footage.live("back", 300) is None
    assert footage.still("back") is None
    assert footage.clip("back", filmed - 5, filmed + 5) is None
    assert footage.clip("front", filmed - 3600, filmed - 3000) is None


def test_video_that_players_do_not_know_is_unplayable(footage: KinesisVideoFootage, filmed: float) -> None:
    """The camera would have to send H.264; trying again does not help."""
    with pytest.raises(VideoUnplayableError):
        footage.live("side", 300)
    with pytest.raises(VideoUnplayableError):
        footage.clip("side", filmed - 5, filmed + 5)


def test_a_door_without_a_stream_is_refused(footage: KinesisVideoFootage) -> None:
    """That is no empty stream: something was not deployed."""
    with pytest.raises(ServiceRefusedError):
        footage.live("nowhere", 300)


@pytest.mark.parametrize(
    ("codes", "raised"),
    [
        (sorted(NOTHING_THERE), None),
        (sorted(UNPLAYABLE), VideoUnplayableError),
        (["InvalidArgumentException", "NotAuthorizedException"], ServiceRefusedError),
        (["ClientLimitExceededException", "InternalFailure"], ServiceUnavailableError),
    ],
)
def test_each_of_the_service_s_errors_has_its_meaning(
    codes: list[str], raised: type[SmartDoorError] | None
) -> None:
    """Nothing there, the camera's fault, ours, or one that passes."""
    for code in codes:
        control = boto3.client(
            "kinesisvideo", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        media = archived_media("https://video.example")
        with Stubber(control) as endpoints, Stubber(media) as answers:
            endpoints.add_response("get_data_endpoint", {"DataEndpoint": "https://video.example"})
            answers.add_client_error("get_clip", code)
            footage = KinesisVideoFootage(control, lambda _endpoint, client=media: client, "x-", time.time)  # type: ignore[misc]  # a default binds the loop's client
            if raised is None:
                assert footage.clip("front", 0, 10) is None
            else:
                with pytest.raises(raised):
                    footage.clip("front", 0, 10)
