"""What is in a stack, and emptying what CloudFormation does not delete while something is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from scripts.deploying.errors import DeploymentError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

_BATCH = 1000  # the most that one DeleteObjects takes
# The codes with which AWS's services say that something is not there.
GONE = frozenset(
    {
        "404",
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "NoSuchDistribution",
        "NoSuchEntity",
        "NotFound",
        "NotFoundException",
        "ParameterNotFound",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
    }
)


@dataclass(frozen=True)
class Item:
    """A resource of a stack that exists."""

    logical_id: str
    type: str
    physical_id: str


def items_of(session: boto3.Session, stack: str) -> list[Item]:
    """The resources of a stack (name or id) that have been made and not deleted."""
    pages = session.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return [
        Item(found["LogicalResourceId"], found["ResourceType"], found["PhysicalResourceId"])
        for page in pages
        for found in page["StackResourceSummaries"]
        if found.get("PhysicalResourceId") and found["ResourceStatus"] != "DELETE_COMPLETE"
    ]


def contents(session: boto3.Session, items: Sequence[Item]) -> Iterator[str]:
    """What would be lost, in words: a line for each resource that holds something of people's."""
    for item in items:
        count = _COUNTS.get(item.type)
        if count is None:
            continue
        try:
            yield f"{item.logical_id:<20} {count(session, item.physical_id):<24} {item.physical_id}"
        except ClientError as err:
            if err.response["Error"]["Code"] not in GONE:
                raise


def stop_backups(session: boto3.Session, items: Sequence[Item]) -> None:
    """Without this DynamoDB keeps a backup of each deleted table for 35 days, which nobody can delete."""
    dynamodb = session.client("dynamodb")
    for item in items:
        if item.type != "AWS::DynamoDB::Table":
            continue
        try:
            dynamodb.update_continuous_backups(
                TableName=item.physical_id,
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False},
            )
        except ClientError as err:
            if err.response["Error"]["Code"] not in (*GONE, "TableNotFoundException"):
                raise


def empty_buckets(session: boto3.Session, items: Sequence[Item]) -> int:
    """Delete every object of the stack's buckets in every version; how many there were."""
    s3 = session.client("s3")
    return sum(empty(s3, item.physical_id) for item in items if item.type == "AWS::S3::Bucket")


def empty(s3: S3Client, bucket: str) -> int:
    """Delete every object of a bucket in every version; how many there were (0 for a bucket that is gone)."""
    deleted = 0
    try:
        for batch in _batches(s3, bucket):
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
            if errors := answer.get("Errors"):
                raise DeploymentError(
                    f"S3 does not delete {errors[0].get('Key')} in {bucket}: {errors[0].get('Message')}"
                )
            deleted += len(batch)
    except ClientError as err:
        if err.response["Error"]["Code"] not in GONE:
            raise
    return deleted


def _batches(s3: S3Client, bucket: str) -> Iterator[list[ObjectIdentifierTypeDef]]:
    """What is in the bucket, and after its deletion what then is; until nothing is."""
    while True:
        page = s3.list_object_versions(Bucket=bucket, MaxKeys=_BATCH)
        batch: list[ObjectIdentifierTypeDef] = [
            {"Key": found["Key"], "VersionId": found["VersionId"]}
            for kind in (page.get("Versions", []), page.get("DeleteMarkers", []))
            for found in kind
        ]
        if not batch:
            return
        yield batch


def _objects(session: boto3.Session, bucket: str) -> str:
    pages = session.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return _counted(sum(page["KeyCount"] for page in pages), "object")


def _faces(session: boto3.Session, collection: str) -> str:
    answer = session.client("rekognition").describe_collection(CollectionId=collection)
    return _counted(answer["FaceCount"], "face")


def _records(session: boto3.Session, table: str) -> str:
    """Counted one by one: DescribeTable's number is up to six hours old."""
    pages = session.client("dynamodb").get_paginator("scan").paginate(TableName=table, Select="COUNT")
    return _counted(sum(page["Count"] for page in pages), "item")


def _people(session: boto3.Session, user_pool: str) -> str:
    answer: Any = session.client("cognito-idp").describe_user_pool(UserPoolId=user_pool)
    return _counted(answer["UserPool"]["EstimatedNumberOfUsers"], "login")


def _video(session: boto3.Session, stream: str) -> str:
    answer = session.client("kinesisvideo").describe_stream(StreamName=stream)
    return f"up to {_counted(answer['StreamInfo']['DataRetentionInHours'], 'hour')} of video"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


_COUNTS: dict[str, Callable[[boto3.Session, str], str]] = {
    "AWS::Cognito::UserPool": _people,
    "AWS::DynamoDB::Table": _records,
    "AWS::KinesisVideo::Stream": _video,
    "AWS::Rekognition::Collection": _faces,
    "AWS::S3::Bucket": _objects,
}
