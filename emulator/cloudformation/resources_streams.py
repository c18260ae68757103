"""Kinesis data streams, Kinesis video streams and Rekognition collections."""

from __future__ import annotations

from emulator.cloudformation.resource_types import (
    NOT_ENCRYPTED_HERE,
    TAGS,
    Made,
    Request,
    ResourceType,
    keep,
    names,
    tag_map,
)

_DEFAULT_HOURS = 24


def _create_data_stream(request: Request) -> Made:
    name = request.name("Name", 128)
    request.call(
        "kinesis", "CreateStream", StreamName=name, **request.pick("ShardCount", "StreamModeDetails")
    )
    request.claim(name)
    _wait_for_data_stream(request, name)
    _set_retention(request, name, _DEFAULT_HOURS)
    if "StreamEncryption" in request.properties:
        _encrypt(request, name)
    arn = request.call("kinesis", "DescribeStreamSummary", StreamName=name)["StreamDescriptionSummary"][
        "StreamARN"
    ]
    return Made(name, {"Arn": arn})


def _update_data_stream(request: Request) -> Made:
    name = request.physical_id
    if request.changed("StreamModeDetails"):
        mode = request.properties.get("StreamModeDetails", {"StreamMode": "PROVISIONED"})
        request.call(
            "kinesis", "UpdateStreamMode", StreamARN=request.attributes["Arn"], StreamModeDetails=mode
        )
    if request.changed("ShardCount"):
        request.call(
            "kinesis",
            "UpdateShardCount",
            StreamName=name,
            TargetShardCount=request.properties["ShardCount"],
            ScalingType="UNIFORM_SCALING",
        )
        _wait_for_data_stream(request, name)
    if request.changed("RetentionPeriodHours"):
        _set_retention(request, name, int(request.old.get("RetentionPeriodHours", _DEFAULT_HOURS)))
    if request.changed("StreamEncryption"):
        if "StreamEncryption" in request.old:
            request.call(
                "kinesis", "StopStreamEncryption", StreamName=name, **request.old["StreamEncryption"]
            )
        if "StreamEncryption" in request.properties:
            _encrypt(request, name)
    return Made(name, request.attributes)


def _delete_data_stream(request: Request) -> None:
    request.call("kinesis", "DeleteStream", StreamName=request.physical_id, EnforceConsumerDeletion=True)


def _wait_for_data_stream(request: Request, name: str) -> None:
    waiter = request.client("kinesis").get_waiter("stream_exists")
    waiter.wait(StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def _set_retention(request: Request, name: str, current: int) -> None:
    wanted = int(request.properties.get("RetentionPeriodHours", _DEFAULT_HOURS))
    if wanted != current:
        verb = "Increase" if wanted > current else "Decrease"
        request.call("kinesis", f"{verb}StreamRetentionPeriod", StreamName=name, RetentionPeriodHours=wanted)


def _encrypt(request: Request, name: str) -> None:
    request.call(
        "kinesis", "StartStreamEncryption", StreamName=name, **request.properties["StreamEncryption"]
    )


def _create_video_stream(request: Request) -> Made:
    name = request.name("Name", 256)
    arn = request.call(
        "kinesisvideo",
        "CreateStream",
        StreamName=name,
        Tags=tag_map(request.properties["Tags"]) if "Tags" in request.properties else None,
        **request.pick("DataRetentionInHours", "MediaType", "DeviceName"),
    )["StreamARN"]
    return Made(name, {"Arn": arn})


def _update_video_stream(request: Request) -> Made:
    name = request.physical_id
    if request.changed("DataRetentionInHours"):
        wanted = int(request.properties.get("DataRetentionInHours", 0))
        change = wanted - int(request.old.get("DataRetentionInHours", 0))
        request.call(
            "kinesisvideo",
            "UpdateDataRetention",
            StreamName=name,
            CurrentVersion=_video_stream_version(request),
            Operation="INCREASE_DATA_RETENTION" if change > 0 else "DECREASE_DATA_RETENTION",
            DataRetentionChangeInHours=abs(change),
        )
    if request.changed("MediaType") or request.changed("DeviceName"):
        request.call(
            "kinesisvideo",
            "UpdateStream",
            StreamName=name,
            CurrentVersion=_video_stream_version(request),
            **request.pick("MediaType", "DeviceName"),
        )
    return Made(name, request.attributes)


def _video_stream_version(request: Request) -> str:
    answer = request.call("kinesisvideo", "DescribeStream", StreamName=request.physical_id)
    return str(answer["StreamInfo"]["Version"])


def _delete_video_stream(request: Request) -> None:
    request.call("kinesisvideo", "DeleteStream", StreamARN=request.attributes["Arn"])


def _create_collection(request: Request) -> Made:
    name = request.properties["CollectionId"]
    arn = request.call("rekognition", "CreateCollection", CollectionId=name)["CollectionArn"]
    # The answer has "aws:rekognition:..." where GetAtt has a whole ARN.
    return Made(name, {"Arn": arn if arn.startswith("arn:") else f"arn:{arn}"})


def _delete_collection(request: Request) -> None:
    request.call("rekognition", "DeleteCollection", CollectionId=request.physical_id)


TYPES = (
    ResourceType(
        "AWS::Kinesis::Stream",
        names("Name ShardCount RetentionPeriodHours StreamEncryption StreamModeDetails"),
        _create_data_stream,
        _delete_data_stream,
        _update_data_stream,
        replacing=names("Name"),
        accepted={"Tags": TAGS},
    ),
    ResourceType(
        "AWS::KinesisVideo::Stream",
        names("Name DataRetentionInHours MediaType DeviceName Tags"),
        _create_video_stream,
        _delete_video_stream,
        _update_video_stream,
        replacing=names("Name Tags"),
        accepted={"KmsKeyId": NOT_ENCRYPTED_HERE},
    ),
    ResourceType(
        "AWS::Rekognition::Collection",
        names("CollectionId"),
        _create_collection,
        _delete_collection,
        keep,
        replacing=names("CollectionId"),
        required=names("CollectionId"),
        accepted={"Tags": TAGS},
    ),
)
