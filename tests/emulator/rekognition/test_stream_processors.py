"""The life of a stream processor: states, errors, and what it survives."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from matroska import Fragment
from tests.conftest import start_emulator
from tests.emulator.rekognition.conftest import Door, wait_until

ROLE = "arn:aws:iam::123456789012:role/rekognition"


def error_code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    """What AWS clients branch on."""
    return str(caught.value.response["Error"]["Code"])


def test_a_processor_goes_from_stopped_to_running_and_back(door: Door) -> None:
    """Given a new processor, when started and stopped, then it passes through AWS's states."""
    door.create_processor()
    states = [door.status()]
    door.rekognition.start_stream_processor(Name=door.name)
    states.append(door.status())
    door.wait_for_status("RUNNING")
    door.rekognition.stop_stream_processor(Name=door.name)
    door.wait_for_status("STOPPED")
    assert states in (["STOPPED", "STARTING"], ["STOPPED", "RUNNING"])  # it starts in half a second
    door.rekognition.delete_stream_processor(Name=door.name)
    with pytest.raises(ClientError) as caught:
        door.status()
    assert error_code(caught) == "ResourceNotFoundException"


@pytest.mark.parametrize(("asked", "used"), [(50, 80), (80, 80), (99.5, 99.5)])
def test_a_threshold_below_80_becomes_80(door: Door, asked: float, used: float) -> None:
    """Given a face match threshold, when the processor is described, then it is at least 80."""
    door.create_processor(threshold=asked)
    described = door.rekognition.describe_stream_processor(Name=door.name)
    assert described["Settings"]["FaceSearch"] == {"CollectionId": door.name, "FaceMatchThreshold": used}
    assert described["Input"]["KinesisVideoStream"]["Arn"] == door.video_stream_arn
    assert described["Output"]["KinesisDataStream"]["Arn"] == door.data_stream_arn
    assert described["StreamProcessorArn"].endswith(f":streamprocessor/{door.name}")


def test_a_running_processor_cannot_be_started_or_deleted(door: Door) -> None:
    """Given a running processor, when started again or deleted, then ResourceInUseException."""
    door.start_processor()
    for operation in ("start_stream_processor", "delete_stream_processor"):
        with pytest.raises(ClientError) as caught:
            getattr(door.rekognition, operation)(Name=door.name)
        assert error_code(caught) == "ResourceInUseException"


def test_a_stopped_processor_cannot_be_stopped(door: Door) -> None:
    """Given a stopped processor, when stopped, then ResourceInUseException, as on AWS."""
    door.create_processor()
    with pytest.raises(ClientError) as caught:
        door.rekognition.stop_stream_processor(Name=door.name)
    assert error_code(caught) == "ResourceInUseException"


def test_a_name_can_be_used_once(door: Door) -> None:
    """Given a processor, when another one of that name is created, then ResourceInUseException."""
    door.create_processor()
    with pytest.raises(ClientError) as caught:
        door.create_processor()
    assert error_code(caught) == "ResourceInUseException"


@pytest.mark.parametrize("operation", ["start", "stop", "delete", "describe"])
def test_an_unknown_processor_is_not_found(rekognition: Any, operation: str) -> None:
    """Given no such processor, when named, then ResourceNotFoundException."""
    with pytest.raises(ClientError) as caught:
        getattr(rekognition, f"{operation}_stream_processor")(Name="nobody-made-this")
    assert error_code(caught) == "ResourceNotFoundException"


@pytest.mark.parametrize("missing", ["collection", "video stream", "data stream"])
def test_what_is_missing_at_the_start_is_said(door: Door, missing: str) -> None:
    """Given a collection or stream that is gone, when started, then FAILED with a message that names it."""
    door.create_processor()
    if missing == "collection":
        door.rekognition.delete_collection(CollectionId=door.name)
    elif missing == "video stream":
        door.emulator.client("kinesisvideo").delete_stream(StreamARN=door.video_stream_arn)
    else:
        door.kinesis.delete_stream(StreamName=door.name)
    door.rekognition.start_stream_processor(Name=door.name)
    door.wait_for_status("FAILED")
    message = door.rekognition.describe_stream_processor(Name=door.name)["StatusMessage"]
    assert missing.lower() in message.lower()
    assert door.name in message
    door.rekognition.delete_stream_processor(Name=door.name)


def test_a_video_stream_that_is_deleted_fails_the_processor(door: Door, portrait: list[Fragment]) -> None:
    """Given a running processor, when its video stream is deleted, then it is FAILED and says why."""
    door.start_processor()
    with door.camera(portrait):
        door.wait_for_records(1)
    door.emulator.client("kinesisvideo").delete_stream(StreamARN=door.video_stream_arn)
    door.wait_for_status("FAILED")
    assert "video stream" in door.rekognition.describe_stream_processor(Name=door.name)["StatusMessage"]


def test_a_stopped_processor_writes_nothing_more(door: Door, portrait: list[Fragment]) -> None:
    """Given video, when the processor is stopped and started, then there are records only while it runs."""
    door.start_processor()
    with door.camera(portrait):
        door.wait_for_records(1)
        door.rekognition.stop_stream_processor(Name=door.name)
        door.wait_for_status("STOPPED")
        written, filmed = len(door.records()), door.filmed()
        wait_until(lambda: door.filmed() > filmed + 1, "the camera sends nothing", 120)
        assert len(door.records()) == written
        door.rekognition.start_stream_processor(Name=door.name)
        door.wait_for_status("RUNNING")
        door.wait_for_records(written + 1)


def test_a_camera_that_comes_back_is_read_again(door: Door, portrait: list[Fragment]) -> None:
    """Given a camera that stops and another connection later, when video comes again, then so do records."""
    door.start_processor()
    with door.camera(portrait):
        written = len(door.wait_for_records(2))
    with door.camera(portrait):
        door.wait_for_records(written + 3)


def test_fragments_that_cannot_be_decoded_are_skipped(door: Door, portrait: list[Fragment]) -> None:
    """Given fragments whose frames are rubbish, when good ones follow, then those make records."""
    rubbish = [damaged(fragment) for fragment in portrait[:1]]
    door.start_processor()
    with door.camera([*rubbish, *portrait]):
        assert door.wait_for_records(3)
    assert door.status() == "RUNNING"


def damaged(fragment: Fragment) -> Fragment:
    """The fragment with every frame overwritten."""
    cluster = bytearray(fragment.cluster)
    for block in fragment.blocks:
        cluster[block.start : block.end] = bytes(block.end - block.start)
    return Fragment(
        fragment.header,
        bytes(cluster),
        fragment.timecode_ms,
        fragment.duration_ms,
        fragment.tracks,
        fragment.blocks,
        fragment.tags,
        fragment.timestamp_scale,
    )


def test_a_running_processor_goes_on_after_a_restart(tmp_path: Path, portrait: list[Fragment]) -> None:
    """Given a running processor, when the emulator is started again, then it runs and writes."""
    running = start_emulator(tmp_path / "data")
    Door(running).start_processor()
    [listed] = running.client("rekognition").list_stream_processors()["StreamProcessors"]
    assert running.stop() == 0
    running = start_emulator(tmp_path / "data")
    rekognition = running.client("rekognition")
    assert rekognition.list_stream_processors()["StreamProcessors"] == [listed]
    assert listed["Status"] == "RUNNING"
    door = Door.again(running, listed["Name"])
    with door.camera(portrait):
        door.wait_for_records(1)
    assert running.stop() == 0


def test_processors_are_listed_in_pages(door: Door) -> None:
    """Given two processors, when listed one a page, then the token leads on."""
    names = sorted([door.name, f"{door.name}-b"])
    for name in names:
        create(door, Name=name)
    listed: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = door.rekognition.list_stream_processors(MaxResults=1, **token)
        listed += [processor["Name"] for processor in answer["StreamProcessors"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert [name for name in listed if name in names] == names


def create(door: Door, **changes: Any) -> None:
    """Create a processor with something different."""
    fields: dict[str, Any] = {
        "Name": f"other-{uuid.uuid4().hex[:8]}",
        "Input": {"KinesisVideoStream": {"Arn": door.video_stream_arn}},
        "Output": {"KinesisDataStream": {"Arn": door.data_stream_arn}},
        "RoleArn": ROLE,
        "Settings": {"FaceSearch": {"CollectionId": door.name}},
    }
    door.rekognition.create_stream_processor(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Input": {}}, "InvalidParameterException"),
        ({"Output": {}}, "InvalidParameterException"),
        ({"Settings": {}}, "InvalidParameterException"),
        ({"Settings": {"FaceSearch": {}}}, "InvalidParameterException"),
        ({"KmsKeyId": "alias/key"}, "InvalidParameterException"),
        ({"Name": "no spaces"}, "ValidationException"),
        ({"RoleArn": "somebody"}, "ValidationException"),
        ({"Input": {"KinesisVideoStream": {"Arn": "x"}}}, "ValidationException"),
        ({"Settings": {"ConnectedHome": {"Labels": ["PERSON"]}}}, "InvalidParameterException"),
    ],
)
def test_what_makes_no_face_search_is_refused(door: Door, changes: dict[str, Any], code: str) -> None:
    """Given fields that AWS or the emulator cannot use, when created, then an error."""
    with pytest.raises(ClientError) as caught:
        create(door, **changes)
    assert error_code(caught) == code


def test_a_face_search_processor_cannot_be_updated(door: Door) -> None:
    """Given a face search processor, when updated, then InvalidParameterException, as on AWS."""
    door.create_processor()
    with pytest.raises(ClientError) as caught:
        door.rekognition.update_stream_processor(
            Name=door.name, SettingsForUpdate={"ConnectedHomeForUpdate": {"MinConfidence": 60}}
        )
    assert error_code(caught) == "InvalidParameterException"


def test_tags_are_those_of_the_creation(door: Door) -> None:
    """Given a processor created with tags, when they are listed and changed, then the tags say so."""
    create(door, Name=door.name, Tags={"house": "ours"})
    arn = door.rekognition.describe_stream_processor(Name=door.name)["StreamProcessorArn"]
    door.rekognition.tag_resource(ResourceArn=arn, Tags={"floor": "1"})
    tags = door.rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"]
    assert tags == {"house": "ours", "floor": "1"}


def test_two_processors_share_the_engine(door: Door, portrait: list[Fragment]) -> None:
    """Given two doors, when both see a face, then both get records."""
    other = Door(door.emulator)
    door.start_processor()
    other.start_processor()
    with door.camera(portrait), other.camera(portrait):
        door.wait_for_records(2)
        other.wait_for_records(2)
    other.rekognition.stop_stream_processor(Name=other.name)
    wait_until(lambda: other.status() == "STOPPED", "the other processor is not STOPPED", 120)
