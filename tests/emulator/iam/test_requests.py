"""Which permissions a call needs, as the Service Authorization Reference's tables say."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.iam.requests import Place, access_requests
from emulator.iam.sessions import RoleSession

HERE = Place("us-east-1", "123456789012")


def needs(service: str, operation: str, **parameters: Any) -> list[tuple[str, tuple[str, ...]]]:
    """Actions, each with its resources."""
    found = access_requests(service, operation, parameters, HERE)
    return [(request.action, request.resources) for request in found]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "action", "resource"),
    [
        ("dynamodb", "Query", {"TableName": "T", "IndexName": "I"}, "dynamodb:Query", "table/T/index/I"),
        ("kinesis", "GetRecords", {"ShardIterator": "UzpzaGFyZDow"}, "kinesis:GetRecords", "stream/S"),
        ("kinesisvideo", "GetMedia", {"StreamName": "v"}, "kinesisvideo:GetMedia", "stream/v/0"),
        ("events", "PutEvents", {"Entries": [{}]}, "events:PutEvents", "event-bus/default"),
        ("sqs", "SendMessageBatch", {"QueueUrl": "http://host/1/Q"}, "sqs:SendMessage", "Q"),
        ("ssm", "GetParameter", {"Name": "/a/b"}, "ssm:GetParameter", "parameter/a/b"),
        ("lambda", "Invoke", {"FunctionName": "F"}, "lambda:InvokeFunction", "function:F"),
        ("rekognition", "IndexFaces", {"CollectionId": "C"}, "rekognition:IndexFaces", "collection/C"),
    ],
)
def test_a_name_becomes_an_arn(
    service: str, operation: str, parameters: dict[str, Any], action: str, resource: str
) -> None:
    """In this account and region."""
    assert needs(service, operation, **parameters) == [(action, (HERE.arn(service, resource),))]


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("rekognition", "CompareFaces", {"SourceImage": {"Bytes": ""}}),
        ("kinesis", "ListStreams", {}),
        ("dynamodb", "ListTables", {}),
        ("monitoring", "PutMetricData", {}),
    ],
)
def test_what_has_no_resource_asks_for_all(service: str, operation: str, parameters: dict[str, Any]) -> None:
    """Only a statement with that wildcard allows it."""
    ((_, resources),) = needs(service, operation, **parameters)
    assert resources == ("*",)


def test_a_text_message_is_about_the_number() -> None:
    """No ARN: so `NotResource` with a pattern of topics allows numbers and no topic."""
    assert needs("sns", "Publish", PhoneNumber="+15555550100") == [("sns:Publish", ("+15555550100",))]


def test_a_transaction_needs_what_its_parts_need() -> None:
    """And no permission of its own."""
    parts = [{"Put": {"TableName": "A"}}, {"ConditionCheck": {"TableName": "B"}}]
    assert needs("dynamodb", "TransactWriteItems", TransactItems=parts) == [
        ("dynamodb:PutItem", (HERE.arn("dynamodb", "table/A"),)),
        ("dynamodb:ConditionCheckItem", (HERE.arn("dynamodb", "table/B"),)),
    ]


def test_a_copy_reads_its_source() -> None:
    """Both objects are asked about."""
    assert needs("s3", "CopyObject", Bucket="b", Key="k", CopySource="a/j") == [
        ("s3:PutObject", ("arn:aws:s3:::b/k",)),
        ("s3:GetObject", ("arn:aws:s3:::a/j",)),
    ]


def test_deleting_many_asks_about_each() -> None:
    """One refused refuses the call."""
    assert needs("s3", "DeleteObjects", Bucket="b", Keys=["j", "k"]) == [
        ("s3:DeleteObject", ("arn:aws:s3:::b/j", "arn:aws:s3:::b/k"))
    ]


def test_an_image_in_s3_is_read_by_the_caller() -> None:
    """Rekognition reads it in the caller's name."""
    image = {"S3Object": {"Bucket": "b", "Name": "k"}}
    assert needs("rekognition", "DetectFaces", Image=image)[1] == ("s3:GetObject", ("arn:aws:s3:::b/k",))


def test_asking_who_one_is_needs_no_permission() -> None:
    """As on AWS, which cannot even deny it."""
    assert needs("sts", "GetCallerIdentity") == []


def test_a_token_that_is_not_ours_is_nobody_s() -> None:
    """Any credentials are welcome; those of other kinds have no role here."""
    assert RoleSession.from_token("AQoDYXdzEJr") is None
    assert RoleSession.from_token("EmulatedRole.not-base64!") is None


def test_a_session_comes_back_from_its_token() -> None:
    """Whatever the role's path; the key looks like that of temporary credentials."""
    session = RoleSession.of_role("arn:aws:iam::123456789012:role/path/to/name", "function")
    assert RoleSession.from_token(session.credentials["aws_session_token"]) == session
    assert session.arn == "arn:aws:sts::123456789012:assumed-role/name/function"
    assert session.credentials["aws_access_key_id"].startswith("ASIA")
