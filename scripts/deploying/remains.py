"""Looks whether what a stack had made is really gone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.deploying.removal import GONE, Item

# By type: which service is asked, how, and under which name it takes the physical id.
_PROBES: Mapping[str, tuple[str, str, str]] = {
    "AWS::ApiGateway::RestApi": ("apigateway", "get_rest_api", "restApiId"),
    "AWS::CloudFront::Distribution": ("cloudfront", "get_distribution", "Id"),
    "AWS::Cognito::UserPool": ("cognito-idp", "describe_user_pool", "UserPoolId"),
    "AWS::DynamoDB::Table": ("dynamodb", "describe_table", "TableName"),
    "AWS::Events::EventBus": ("events", "describe_event_bus", "Name"),
    "AWS::IAM::Role": ("iam", "get_role", "RoleName"),
    "AWS::Kinesis::Stream": ("kinesis", "describe_stream_summary", "StreamName"),
    "AWS::KinesisVideo::Stream": ("kinesisvideo", "describe_stream", "StreamName"),
    "AWS::Lambda::Function": ("lambda", "get_function_configuration", "FunctionName"),
    "AWS::Lambda::LayerVersion": ("lambda", "get_layer_version_by_arn", "Arn"),
    "AWS::Rekognition::Collection": ("rekognition", "describe_collection", "CollectionId"),
    "AWS::S3::Bucket": ("s3", "head_bucket", "Bucket"),
    "AWS::SNS::Topic": ("sns", "get_topic_attributes", "TopicArn"),
    "AWS::SQS::Queue": ("sqs", "get_queue_attributes", "QueueUrl"),
    "AWS::SSM::Parameter": ("ssm", "get_parameter", "Name"),
    "AWS::SecretsManager::Secret": ("secretsmanager", "describe_secret", "SecretId"),
    "Custom::StreamProcessor": ("rekognition", "describe_stream_processor", "Name"),
}
_LOG_GROUP = "AWS::Logs::LogGroup"
_ATTEMPTS, _PAUSE_SECONDS = 4, 5.0  # some services go on listing for some seconds what is deleted


def remove_log_groups(session: boto3.Session, items: Sequence[Item]) -> None:
    """A function that still ran while its log group was deleted may have made the group again."""
    logs = session.client("logs")
    names = [item.physical_id for item in items if item.type == _LOG_GROUP]
    names += [f"/aws/lambda/{item.physical_id}" for item in items if item.type == "AWS::Lambda::Function"]
    for name in names:
        try:
            logs.delete_log_group(logGroupName=name)
        except ClientError as err:
            if err.response["Error"]["Code"] not in GONE:
                raise


def remains(session: boto3.Session, items: Sequence[Item]) -> list[str]:
    """What is still there of `items`, in words: type and name, or why nobody could look."""
    left = [*items]
    for attempt in range(_ATTEMPTS):
        left = [item for item in left if _look(session, item)]
        if not left:
            break
        if attempt < _ATTEMPTS - 1:
            time.sleep(_PAUSE_SECONDS)
    return [f"{item.type} {item.physical_id}{_look(session, item)}" for item in left]


def is_checked(item: Item) -> bool:
    """Whether it is a thing of its own that somebody can look for."""
    return item.type in _PROBES or item.type == _LOG_GROUP


def _look(session: boto3.Session, item: Item) -> str:
    """ "" if it is gone; otherwise what is to be said behind its name."""
    try:
        there = is_there(session, item)
    except (BotoCoreError, ClientError) as err:
        return f" (could not be looked for: {err})"
    return " " if there else ""


def is_there(session: boto3.Session, item: Item) -> bool:
    """Whether it exists. False for a type that nobody can look for. Raises botocore's errors."""
    if item.type == _LOG_GROUP:
        pages = session.client("logs").get_paginator("describe_log_groups")
        found = pages.paginate(logGroupNamePrefix=item.physical_id)
        return any(group["logGroupName"] == item.physical_id for page in found for group in page["logGroups"])
    if item.type not in _PROBES:
        return False
    service, operation, name = _PROBES[item.type]
    client: Any = session.client(service)  # type: ignore[call-overload] # a service by its name
    try:
        answer = getattr(client, operation)(**{name: item.physical_id})
    except ClientError as err:
        if err.response["Error"]["Code"] in GONE:
            return False
        raise
    return "DeletedDate" not in answer  # a secret that only waits for its end
