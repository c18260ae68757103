"""Stream processors, as the custom resource of template.yaml runs them, at Rekognition."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from uuid import uuid4

import boto3
import pytest
from botocore.stub import Stubber

from smart_door.adapters.stream_processors_rekognition import RekognitionStreamProcessors
from smart_door.domain.errors import ServiceRefusedError, ServiceUnavailableError
from smart_door.domain.stream_processors import (
    StreamProcessorNotFoundError,
    StreamProcessorSettings,
    StreamProcessorsUnavailableError,
)
from tests.contract.conftest import Aws


@pytest.fixture(scope="module")
def processors(aws: Aws) -> RekognitionStreamProcessors:
    """The adapter."""
    return RekognitionStreamProcessors(aws.client("rekognition", read_timeout=30))


@pytest.fixture
def processor(aws: Aws, processors: RekognitionStreamProcessors) -> Iterator[StreamProcessorSettings]:
    """A processor with all it needs, deleted afterwards."""
    name = f"processor-{uuid4().hex[:8]}"
    video = aws.client("kinesisvideo").create_stream(StreamName=name, DataRetentionInHours=1)["StreamARN"]
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    data = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    aws.client("rekognition").create_collection(CollectionId=name)
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "rekognition.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = aws.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    may = [
        {
            "Effect": "Allow",
            "Action": ["kinesisvideo:GetDataEndpoint", "kinesisvideo:GetMedia"],
            "Resource": video,
        },
        {"Effect": "Allow", "Action": ["kinesis:PutRecord", "kinesis:PutRecords"], "Resource": data},
    ]
    aws.client("iam").put_role_policy(
        RoleName=name,
        PolicyName="read-video-write-records",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": may}),
    )
    settings = StreamProcessorSettings(name, video, data, name, 80.0, role["Role"]["Arn"])
    processors.create(settings)
    yield settings
    processors.stop(name)
    wait_for(processors, name, "STOPPED")
    processors.delete(name)


def wait_for(processors: RekognitionStreamProcessors, name: str, status: str) -> None:
    """Wait until the processor has a status."""
    deadline = time.monotonic() + 120
    while processors.status(name)[0] != status:
        assert time.monotonic() < deadline, processors.status(name)
        time.sleep(0.1)


def test_a_processor_is_created_stopped_and_only_once(
    processors: RekognitionStreamProcessors, processor: StreamProcessorSettings
) -> None:
    """Given a processor, when it is created again, then it is left as it is: stopped."""
    processors.create(processor)
    assert processors.status(processor.name)[0] == "STOPPED"


def test_a_processor_is_started_and_stopped_as_often_as_asked(
    processors: RekognitionStreamProcessors, processor: StreamProcessorSettings
) -> None:
    """Given a processor, when it is started twice and stopped twice, then that is no error."""
    processors.start(processor.name)
    processors.start(processor.name)
    wait_for(processors, processor.name, "RUNNING")
    processors.stop(processor.name)
    processors.stop(processor.name)
    wait_for(processors, processor.name, "STOPPED")


@pytest.mark.parametrize("operation", ["start", "stop", "delete", "status"])
def test_an_unknown_processor_is_not_found(processors: RekognitionStreamProcessors, operation: str) -> None:
    """Given no such processor, when anything is done with it, then the error names it."""
    with pytest.raises(StreamProcessorNotFoundError) as raised:
        getattr(processors, operation)("no-such")
    assert raised.value.name == "no-such"


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDeniedException", 400, ServiceRefusedError),
        ("ThrottlingException", 400, ServiceUnavailableError),
        ("ResourceInUseException", 400, ServiceRefusedError),
    ],
)
def test_a_processor_that_cannot_be_deleted_says_why(code: str, status: int, kind: type[Exception]) -> None:
    """Given a refusal, when a processor is deleted, then it is what the code means; in use is not deleted."""
    client = boto3.client(
        "rekognition", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    stubber = Stubber(client)
    stubber.add_client_error("delete_stream_processor", code, http_status_code=status)
    stubber.activate()
    with pytest.raises(kind, match=code):
        RekognitionStreamProcessors(client).delete("front")


def test_an_account_without_stream_processors_is_told_what_to_do() -> None:
    """Given a refusal, when one is created, then the error for CloudFormation names the mode that works."""
    client = boto3.client(
        "rekognition", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    stubber = Stubber(client)
    stubber.add_client_error("create_stream_processor", "AccessDeniedException", http_status_code=400)
    stubber.activate()
    settings = StreamProcessorSettings("front", "video", "data", "faces", 80.0, "arn:aws:iam::1:role/any")
    with pytest.raises(StreamProcessorsUnavailableError, match="deploy with FaceSearchMode=fragments"):
        RekognitionStreamProcessors(client).create(settings)
