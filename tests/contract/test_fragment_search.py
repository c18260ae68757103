"""The adapters of fragment search: sampling, finding, searching, writing, and switching notifications."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import boto3
import numpy as np
import pytest
from botocore.stub import Stubber

from smart_door.adapters.face_search_rekognition import RekognitionFaceSearch
from smart_door.adapters.face_search_results_kinesis import KinesisFaceSearchResults
from smart_door.adapters.frames_opencv import OpenCvFrames
from smart_door.adapters.video_notifications_kinesis_video import KinesisVideoNotificationSettings
from smart_door.domain.errors import (
    FrameDecodeError,
    ServiceRefusedError,
    ServiceUnavailableError,
)
from smart_door.domain.fragment_search import (
    FragmentNotification,
    SearchedFrame,
    crop_of,
    is_of,
    within_frame,
)
from smart_door.domain.picture_errors import NoFaceError
from tests.contract import video
from tests.contract.conftest import Aws
from tests.contract.portraits import eileen, grace, jpeg

NOBODY = jpeg(np.full((240, 240, 3), 128, np.uint8))
STREAM_ARN = "arn:aws:kinesisvideo:us-east-1:123456789012:stream/smart-door-front/1795000000000"


@pytest.fixture(scope="module")
def search(aws: Aws) -> RekognitionFaceSearch:
    """A collection that holds Grace."""
    name, rekognition = f"search-{uuid4().hex[:8]}", aws.client("rekognition", read_timeout=60)
    rekognition.create_collection(CollectionId=name)
    rekognition.index_faces(CollectionId=name, Image={"Bytes": jpeg(grace())}, ExternalImageId="grace")
    return RekognitionFaceSearch(rekognition, name)


def test_a_search_names_whom_the_collection_holds(search: RekognitionFaceSearch) -> None:
    """And says where in the picture the face is that it searched: where it was found."""
    (found,) = search.detect(jpeg(grace()))

    answer = search.search(jpeg(grace()))

    assert [match.external_image_id for match in answer.matches] == ["grace"]
    assert answer.matches[0].similarity > 99
    assert answer.searched_box.overlap(found.face.bounding_box) > 0.6
    assert {landmark.kind for landmark in found.landmarks} >= {"eyeLeft", "eyeRight", "nose"}


def test_a_stranger_matches_nobody(search: RekognitionFaceSearch) -> None:
    """Not even with a low similarity."""
    assert search.search(jpeg(eileen())).matches == ()


def test_nobody_is_no_face(search: RekognitionFaceSearch) -> None:
    """Detection finds none; a search has an error of its own for it."""
    assert list(search.detect(NOBODY)) == []
    with pytest.raises(NoFaceError):
        search.search(NOBODY)


@pytest.mark.parametrize("margin", [0.5, 0.25, 0.1, 0.0])
def test_a_crop_of_a_face_shows_that_face(search: RekognitionFaceSearch, margin: float) -> None:
    """At every margin, and what was searched maps back to where it is in the frame."""
    sampled = OpenCvFrames().sample(video.encode([grace()[:, :500]] * video.FPS)[0].to_bytes(), 0.5)
    (found,) = search.detect(sampled[0].frame.jpeg(90))
    box = found.face.bounding_box

    answer = search.search(sampled[0].frame.crop(box, margin))

    assert [match.external_image_id for match in answer.matches] == ["grace"]
    assert is_of(within_frame(answer.searched_box, crop_of(box, margin)), box, [])


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "ThrottlingException", "InternalServerError"]
)
def test_throttling_is_worth_another_try(code: str) -> None:
    """Of either call; by its type, whatever the text."""
    client = boto3.client("rekognition", region_name="us-east-1")
    with Stubber(client) as stub:
        stub.add_client_error("detect_faces", code)
        stub.add_client_error("search_faces_by_image", code)
        throttled = RekognitionFaceSearch(client, "visitors")
        with pytest.raises(ServiceUnavailableError):
            throttled.detect(NOBODY)
        with pytest.raises(ServiceUnavailableError):
            throttled.search(NOBODY)


def test_a_collection_that_is_gone_is_a_refusal(aws: Aws) -> None:
    """Repeating does not bring it back."""
    with pytest.raises(ServiceRefusedError) as refused:
        RekognitionFaceSearch(aws.client("rekognition"), "gone").search(jpeg(grace()))
    assert refused.value.code == "ResourceNotFoundException"


def test_a_data_stream_that_is_gone_is_a_refusal(aws: Aws) -> None:
    """The notification then ends in the queue."""
    notification = FragmentNotification("front", STREAM_ARN, "1", 1_795_221_531.0, 1_795_221_531.0)
    with pytest.raises(ServiceRefusedError):
        KinesisFaceSearchResults(aws.client("kinesis"), "gone").put(SearchedFrame(notification, 0.0, ()))


def test_a_fragment_is_sampled_twice_a_second() -> None:
    """From its first frame on, each frame with its own offset."""
    fragment = video.fragments()[1].to_bytes()

    sampled = OpenCvFrames().sample(fragment, 0.5)

    assert [one.offset for one in sampled] == [pytest.approx(0.0), pytest.approx(0.533, abs=0.07)]
    numbers = [video.frame_number(one.frame.jpeg()) for one in sampled]
    assert numbers == [video.FPS + round(one.offset * video.FPS) for one in sampled]


def test_of_a_damaged_fragment_the_frames_that_decode_are_sampled() -> None:
    """The first is a picture by itself."""
    fragment = video.fragments()[0].to_bytes()

    assert OpenCvFrames().sample(fragment[: len(fragment) // 2], 0.5)[0].offset == 0.0


@pytest.mark.parametrize("fragment", [b"", b"no video", video.ENCODERS["h264"].encode()])
def test_what_is_no_video_is_said(fragment: bytes) -> None:
    """It is the same the next time."""
    with pytest.raises(FrameDecodeError):
        OpenCvFrames().sample(fragment, 0.5)


def test_another_codec_is_said() -> None:
    """The modes of face search take H.264 only."""
    with pytest.raises(FrameDecodeError, match=r"H\.264"):
        OpenCvFrames().sample(video.fragments("vp8")[0].to_bytes(), 0.5)


@pytest.fixture
def stream_arn(aws: Aws) -> str:
    """A video stream of its own."""
    name = f"notified-{uuid4().hex[:8]}"
    arn: str = aws.client("kinesisvideo").create_stream(StreamName=name, DataRetentionInHours=1)["StreamARN"]
    return arn


def configuration(aws: Aws, stream_arn: str) -> dict[str, Any]:
    """The stream's notification configuration."""
    answer = aws.client("kinesisvideo").describe_notification_configuration(StreamARN=stream_arn)
    found: dict[str, Any] = answer["NotificationConfiguration"]
    return found


def test_notifications_are_switched_on_and_off(aws: Aws, stream_arn: str) -> None:
    """Each as often as CloudFormation likes."""
    topic_arn = aws.client("sns").create_topic(Name=f"topic-{uuid4().hex[:8]}")["TopicArn"]
    settings = KinesisVideoNotificationSettings(aws.client("kinesisvideo"))

    settings.enable(stream_arn, topic_arn)
    settings.enable(stream_arn, topic_arn)
    assert configuration(aws, stream_arn) == {"Status": "ENABLED", "DestinationConfig": {"Uri": topic_arn}}
    settings.disable(stream_arn, topic_arn)
    settings.disable(stream_arn, topic_arn)
    assert configuration(aws, stream_arn)["Status"] == "DISABLED"


def test_a_stream_that_is_gone_has_no_notifications(aws: Aws) -> None:
    """So that a stack can always be removed; switching them on is refused."""
    settings = KinesisVideoNotificationSettings(aws.client("kinesisvideo"))
    topic_arn = "arn:aws:sns:us-east-1:123456789012:gone"

    settings.disable(STREAM_ARN, topic_arn)
    with pytest.raises(ServiceRefusedError):
        settings.enable(STREAM_ARN, topic_arn)
