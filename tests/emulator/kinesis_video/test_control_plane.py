"""Streams as AWS's SDK makes, changes and finds them."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def kinesis_video(video: Any) -> Any:
    """A client of the control plane that sends what the service must refuse."""
    return video.client("kinesisvideo", parameter_validation=False)


def _code(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_new_stream_is_active_and_described(kinesis_video: Any) -> None:
    """Given a new stream, when described, then it is ACTIVE and has what it was made with."""
    name = f"door-{uuid.uuid4().hex}"
    arn = kinesis_video.create_stream(
        StreamName=name, DataRetentionInHours=2, MediaType="video/h264", Tags={"room": "hall"}
    )["StreamARN"]

    info = kinesis_video.describe_stream(StreamName=name)["StreamInfo"]

    assert re.fullmatch(rf"arn:aws:kinesisvideo:us-east-1:123456789012:stream/{name}/\d{{13}}", arn)
    assert (info["Status"], info["StreamARN"], info["DataRetentionInHours"]) == ("ACTIVE", arn, 2)
    assert info["MediaType"] == "video/h264"
    assert info["CreationTime"].timestamp() == int(arn.rpartition("/")[2]) / 1000
    assert kinesis_video.describe_stream(StreamARN=arn)["StreamInfo"] == info


def test_a_name_is_taken_once(kinesis_video: Any, stream: str) -> None:
    """Given a stream, when another one of its name is made, then it is in use."""
    with pytest.raises(ClientError) as caught:
        kinesis_video.create_stream(StreamName=stream)
    assert _code(caught) == ("ResourceInUseException", 400)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("describe_stream", {}),
        ("get_data_endpoint", {"APIName": "PUT_MEDIA"}),
        ("list_tags_for_stream", {}),
        ("describe_notification_configuration", {}),
        ("update_stream", {"CurrentVersion": "1"}),
    ],
)
def test_an_unknown_stream_is_not_found(
    kinesis_video: Any, operation: str, parameters: dict[str, Any]
) -> None:
    """Given no stream of a name, when an operation names it, then it is not found."""
    with pytest.raises(ClientError) as caught:
        getattr(kinesis_video, operation)(StreamName="nobody", **parameters)
    assert _code(caught) == ("ResourceNotFoundException", 404)


@pytest.mark.parametrize(
    ("operation", "parameters", "named"),
    [
        ("create_stream", {}, "StreamName"),
        ("create_stream", {"StreamName": "a b"}, "StreamName"),
        ("create_stream", {"StreamName": "x" * 257}, "StreamName"),
        ("create_stream", {"StreamName": 7}, "StreamName"),
        ("create_stream", {"StreamName": "x", "DataRetentionInHours": -1}, "DataRetentionInHours"),
        ("create_stream", {"StreamName": "x", "DataRetentionInHours": "1"}, "DataRetentionInHours"),
        ("create_stream", {"StreamName": "x", "Tags": {}}, "Tags"),
        ("describe_stream", {}, "StreamName"),
        ("get_data_endpoint", {"StreamName": "x", "APIName": "PUT_FILM"}, "APIName"),
        ("list_streams", {"NextToken": "*"}, "NextToken"),
    ],
)
def test_wrong_parameters_are_named(
    kinesis_video: Any, operation: str, parameters: dict[str, Any], named: str
) -> None:
    """Given a parameter that AWS's model does not allow, when sent, then the answer names it."""
    with pytest.raises(ClientError) as caught:
        getattr(kinesis_video, operation)(**parameters)
    assert _code(caught) == ("InvalidArgumentException", 400)
    assert named in caught.value.response["Error"]["Message"]


def test_streams_are_listed_page_by_page(kinesis_video: Any) -> None:
    """Given five streams, when listed by their prefix two at a time, then each is there once, sorted."""
    prefix = f"list-{uuid.uuid4().hex[:8]}-"
    for letter in "cabed":
        kinesis_video.create_stream(StreamName=prefix + letter)
    pages = kinesis_video.get_paginator("list_streams").paginate(
        StreamNameCondition={"ComparisonOperator": "BEGINS_WITH", "ComparisonValue": prefix},
        PaginationConfig={"PageSize": 2},
    )
    found = [[info["StreamName"][-1] for info in page["StreamInfoList"]] for page in pages]
    assert found == [["a", "b"], ["c", "d"], ["e"]]


def test_retention_grows_and_shrinks(kinesis_video: Any, stream: str) -> None:
    """Given 24 hours of retention, when changed with the current version, then the hours add up."""
    for operation, hours, expected in [("INCREASE", 6, 30), ("DECREASE", 30, 0)]:
        version = kinesis_video.describe_stream(StreamName=stream)["StreamInfo"]["Version"]
        kinesis_video.update_data_retention(
            StreamName=stream,
            CurrentVersion=version,
            Operation=f"{operation}_DATA_RETENTION",
            DataRetentionChangeInHours=hours,
        )
        info = kinesis_video.describe_stream(StreamName=stream)["StreamInfo"]
        assert info["DataRetentionInHours"] == expected
        assert info["Version"] != version


def test_retention_cannot_be_less_than_nothing(kinesis_video: Any, stream: str) -> None:
    """Given 24 hours of retention, when 25 are taken away, then that is refused."""
    version = kinesis_video.describe_stream(StreamName=stream)["StreamInfo"]["Version"]
    with pytest.raises(ClientError) as caught:
        kinesis_video.update_data_retention(
            StreamName=stream,
            CurrentVersion=version,
            Operation="DECREASE_DATA_RETENTION",
            DataRetentionChangeInHours=25,
        )
    assert _code(caught) == ("InvalidArgumentException", 400)


def test_an_old_version_changes_nothing(kinesis_video: Any, stream: str) -> None:
    """Given a stream, when updated or deleted with another version than its own, then it stays as it is."""
    info = kinesis_video.describe_stream(StreamName=stream)["StreamInfo"]
    calls: list[tuple[Any, dict[str, str]]] = [
        (kinesis_video.update_stream, {"StreamName": stream, "DeviceName": "x"}),
        (kinesis_video.delete_stream, {"StreamARN": info["StreamARN"]}),
    ]
    for call, parameters in calls:
        with pytest.raises(ClientError) as caught:
            call(CurrentVersion="old", **parameters)
        assert _code(caught) == ("VersionMismatchException", 400)
    assert kinesis_video.describe_stream(StreamName=stream)["StreamInfo"] == info


def test_a_deleted_stream_is_gone_and_its_name_free(kinesis_video: Any, stream: str) -> None:
    """Given a stream, when deleted, then it is not found, and a new one of its name has another ARN."""
    arn = kinesis_video.describe_stream(StreamName=stream)["StreamInfo"]["StreamARN"]
    kinesis_video.delete_stream(StreamARN=arn)
    with pytest.raises(ClientError) as caught:
        kinesis_video.describe_stream(StreamName=stream)
    assert _code(caught) == ("ResourceNotFoundException", 404)
    assert kinesis_video.create_stream(StreamName=stream)["StreamARN"] != arn


def test_the_data_endpoint_is_the_service_itself(video: Any, kinesis_video: Any, stream: str) -> None:
    """Given a stream, when its data endpoint is asked for, then it is here and ends without a slash."""
    found = kinesis_video.get_data_endpoint(StreamName=stream, APIName="PUT_MEDIA")["DataEndpoint"]
    assert found == video.endpoint_url


def test_tags_come_and_go(kinesis_video: Any, stream: str) -> None:
    """Given tags by name and by ARN, when some are removed, then the others are listed."""
    arn = kinesis_video.describe_stream(StreamName=stream)["StreamInfo"]["StreamARN"]
    kinesis_video.tag_stream(StreamName=stream, Tags={"a": "1", "b": "2"})
    kinesis_video.tag_resource(ResourceARN=arn, Tags=[{"Key": "c", "Value": "3"}, {"Key": "d", "Value": ""}])
    kinesis_video.untag_stream(StreamName=stream, TagKeyList=["a"])
    kinesis_video.untag_resource(ResourceARN=arn, TagKeyList=["c", "x"])
    assert kinesis_video.list_tags_for_stream(StreamName=stream)["Tags"] == {"b": "2", "d": ""}
    assert kinesis_video.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"b": "2", "d": ""}


def test_a_stream_has_at_most_fifty_tags(kinesis_video: Any, stream: str) -> None:
    """Given fifty tags, when one more is added, then that is refused."""
    kinesis_video.tag_stream(StreamName=stream, Tags={f"tag{n}": "" for n in range(50)})
    with pytest.raises(ClientError) as caught:
        kinesis_video.tag_stream(StreamName=stream, Tags={"one more": ""})
    assert _code(caught) == ("TagsPerResourceExceededLimitException", 400)


def test_configurations_are_kept_and_removed(kinesis_video: Any, stream: str) -> None:
    """Given configurations, when set, then they are described as they are, and removed by setting none."""
    notification = {
        "Status": "ENABLED",
        "DestinationConfig": {"Uri": "arn:aws:sns:us-east-1:123456789012:doors"},
    }
    images = {
        "Status": "DISABLED",
        "ImageSelectorType": "SERVER_TIMESTAMP",
        "DestinationConfig": {"Uri": "s3://bucket", "DestinationRegion": "us-east-1"},
        "SamplingInterval": 3000,
        "Format": "JPEG",
    }
    kinesis_video.update_notification_configuration(StreamName=stream, NotificationConfiguration=notification)
    kinesis_video.update_image_generation_configuration(
        StreamName=stream, ImageGenerationConfiguration=images
    )
    described = kinesis_video.describe_notification_configuration(StreamName=stream)
    assert described["NotificationConfiguration"] == notification
    described = kinesis_video.describe_image_generation_configuration(StreamName=stream)
    assert described["ImageGenerationConfiguration"] == images

    kinesis_video.update_notification_configuration(StreamName=stream)
    described = kinesis_video.describe_notification_configuration(StreamName=stream)
    assert "NotificationConfiguration" not in described


def test_notifications_need_retention_and_a_topic(video: Any, kinesis_video: Any, make_stream: Any) -> None:
    """Given a stream without retention, or no topic, when notifications are set, then that is refused."""
    configuration = {"Status": "ENABLED", "DestinationConfig": {"Uri": "arn:aws:sns:us-east-1:1:doors"}}
    with pytest.raises(ClientError) as caught:
        kinesis_video.update_notification_configuration(
            StreamName=make_stream(video, 0), NotificationConfiguration=configuration
        )
    assert _code(caught) == ("NoDataRetentionException", 400)

    configuration["DestinationConfig"] = {"Uri": "arn:aws:sqs:us-east-1:1:doors"}
    with pytest.raises(ClientError) as caught:
        kinesis_video.update_notification_configuration(
            StreamName=make_stream(video), NotificationConfiguration=configuration
        )
    assert _code(caught) == ("InvalidArgumentException", 400)


def test_the_storage_tier_is_kept(kinesis_video: Any, stream: str) -> None:
    """Given a stream, when its storage tier is changed, then it is described."""
    version = kinesis_video.describe_stream(StreamName=stream)["StreamInfo"]["Version"]
    kinesis_video.update_stream_storage_configuration(
        StreamName=stream,
        CurrentVersion=version,
        StreamStorageConfiguration={"DefaultStorageTier": "WARM"},
    )
    described = kinesis_video.describe_stream_storage_configuration(StreamName=stream)
    assert described["StreamStorageConfiguration"] == {"DefaultStorageTier": "WARM"}


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "name"),
    [
        ("kinesisvideo", "create_signaling_channel", {"ChannelName": "x"}, "CreateSignalingChannel"),
        ("kinesis-video-archived-media", "get_dash_streaming_session_url", {}, "GetDASHStreamingSessionURL"),
    ],
)
def test_what_is_missing_says_so(
    video: Any, service: str, operation: str, parameters: dict[str, str], name: str
) -> None:
    """Given an operation that the emulator does not have, when called, then the error names it."""
    client = video.client(service, parameter_validation=False)
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**parameters)
    assert _code(caught) == ("UnknownOperationException", 404)
    assert name in caught.value.response["Error"]["Message"]


def test_operations_are_those_of_the_model(video: Any) -> None:
    """Given the service's table of operations, when compared with AWS's models, then each name is AWS's."""
    from emulator.kinesis_video import KinesisVideo

    services = ("kinesisvideo", "kinesis-video-media", "kinesis-video-archived-media")
    models = [video.client(service).meta.service_model for service in services]
    known = {name for model in models for name in model.operation_names} | {"PutMedia"}
    assert set(KinesisVideo.operations) <= known
