"""S3 buckets and DynamoDB tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from emulator.cloudformation.resource_types import (
    NOT_BILLED,
    Made,
    Properties,
    Request,
    ResourceType,
    names,
)

# --- S3 -------------------------------------------------------------------------------------------------

_BUCKET_LISTENERS = (
    "PublicAccessBlockConfiguration",
    "OwnershipControls",
    "BucketEncryption",
    "LifecycleConfiguration",
    "VersioningConfiguration",
    "CorsConfiguration",
    "Tags",
)


def _create_bucket(request: Request) -> Made:
    bucket = request.name("BucketName", 63, lower=True)
    request.call("s3", "CreateBucket", Bucket=bucket)
    request.claim(bucket)
    _configure_bucket(request, bucket, [name for name in _BUCKET_LISTENERS if name in request.properties])
    region = request.stack.region
    return Made(
        bucket,
        {
            "Arn": f"arn:aws:s3:::{bucket}",
            "DomainName": f"{bucket}.s3.amazonaws.com",
            "DualStackDomainName": f"{bucket}.s3.dualstack.{region}.amazonaws.com",
            "RegionalDomainName": f"{bucket}.s3.{region}.amazonaws.com",
            "WebsiteURL": f"http://{bucket}.s3-website-{region}.amazonaws.com",
        },
    )


def _update_bucket(request: Request) -> Made:
    _configure_bucket(
        request, request.physical_id, [name for name in _BUCKET_LISTENERS if request.changed(name)]
    )
    return Made(request.physical_id, request.attributes)


def _configure_bucket(request: Request, bucket: str, changed: list[str]) -> None:
    for name in changed:
        if name in request.properties:
            _SET[name](request, bucket, request.properties[name])
        elif name in _REMOVE:
            request.call("s3", _REMOVE[name], Bucket=bucket)
        else:
            raise request.fail(f"the property {name} cannot be taken away again here")


def _set_public_access(request: Request, bucket: str, value: Properties) -> None:
    request.call("s3", "PutPublicAccessBlock", Bucket=bucket, PublicAccessBlockConfiguration=value)


def _set_ownership(request: Request, bucket: str, value: Properties) -> None:
    request.call("s3", "PutBucketOwnershipControls", Bucket=bucket, OwnershipControls=value)


def _set_encryption(request: Request, bucket: str, value: Properties) -> None:
    rules = [
        {
            ("ApplyServerSideEncryptionByDefault" if key == "ServerSideEncryptionByDefault" else key): item
            for key, item in rule.items()
        }
        for rule in value["ServerSideEncryptionConfiguration"]
    ]
    request.call(
        "s3", "PutBucketEncryption", Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules}
    )


def _set_versioning(request: Request, bucket: str, value: Properties) -> None:
    request.call("s3", "PutBucketVersioning", Bucket=bucket, VersioningConfiguration=value)


def _set_cors(request: Request, bucket: str, value: Properties) -> None:
    renamed = {"Id": "ID", "MaxAge": "MaxAgeSeconds", "ExposedHeaders": "ExposeHeaders"}
    rules = [{renamed.get(key, key): item for key, item in rule.items()} for rule in value["CorsRules"]]
    request.call("s3", "PutBucketCors", Bucket=bucket, CORSConfiguration={"CORSRules": rules})


def _set_tags(request: Request, bucket: str, value: Any) -> None:
    request.call("s3", "PutBucketTagging", Bucket=bucket, Tagging={"TagSet": value})


def _set_lifecycle(request: Request, bucket: str, value: Properties) -> None:
    rules = [_lifecycle_rule(request, rule) for rule in value["Rules"]]
    request.call(
        "s3", "PutBucketLifecycleConfiguration", Bucket=bucket, LifecycleConfiguration={"Rules": rules}
    )


def _lifecycle_rule(request: Request, rule: Properties) -> dict[str, Any]:
    """The API's form of a rule; the template's is flatter."""
    given = dict(rule)
    converted: dict[str, Any] = {"Status": given.pop("Status"), "Filter": {"Prefix": given.pop("Prefix", "")}}
    if "Id" in given:
        converted["ID"] = given.pop("Id")
    expiration = {
        to: given.pop(name)
        for name, to in (
            ("ExpirationInDays", "Days"),
            ("ExpirationDate", "Date"),
            ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"),
        )
        if name in given
    }
    if expiration:
        converted["Expiration"] = expiration
    for name in ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration"):
        if name in given:
            converted[name] = given.pop(name)
    if given:
        raise request.fail(f"the emulator does not have the lifecycle property {sorted(given)[0]}")
    return converted


_SET: dict[str, Callable[[Request, str, Any], None]] = {
    "BucketEncryption": _set_encryption,
    "CorsConfiguration": _set_cors,
    "LifecycleConfiguration": _set_lifecycle,
    "OwnershipControls": _set_ownership,
    "PublicAccessBlockConfiguration": _set_public_access,
    "Tags": _set_tags,
    "VersioningConfiguration": _set_versioning,
}
_REMOVE = {
    "BucketEncryption": "DeleteBucketEncryption",
    "CorsConfiguration": "DeleteBucketCors",
    "LifecycleConfiguration": "DeleteBucketLifecycle",
    "OwnershipControls": "DeleteBucketOwnershipControls",
    "PublicAccessBlockConfiguration": "DeletePublicAccessBlock",
    "Tags": "DeleteBucketTagging",
}


def _delete_bucket(request: Request) -> None:
    request.call("s3", "DeleteBucket", Bucket=request.physical_id)


def _put_bucket_policy(request: Request) -> Made:
    bucket = request.properties["Bucket"]
    request.call(
        "s3", "PutBucketPolicy", Bucket=bucket, Policy=json.dumps(request.properties["PolicyDocument"])
    )
    return Made(bucket)


def _delete_bucket_policy(request: Request) -> None:
    request.call("s3", "DeleteBucketPolicy", Bucket=request.physical_id)


# --- DynamoDB -------------------------------------------------------------------------------------------

_TABLE_PASSED_ON = (
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "ProvisionedThroughput",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "TableClass",
    "DeletionProtectionEnabled",
    "Tags",
)


def _create_table(request: Request) -> Made:
    table = request.name("TableName", 255)
    request.call(
        "dynamodb",
        "CreateTable",
        TableName=table,
        SSESpecification=_encryption(request),
        StreamSpecification=_stream(request),
        **request.pick(*_TABLE_PASSED_ON),
    )
    request.claim(table)
    request.client("dynamodb").get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
    if "TimeToLiveSpecification" in request.properties:
        _set_time_to_live(request, table, request.properties["TimeToLiveSpecification"])
    if "PointInTimeRecoverySpecification" in request.properties:
        _set_backups(request, table)
    return _table(request, table)


def _update_table(request: Request) -> Made:
    table = request.physical_id
    changed = {name: request.properties.get(name) for name in _TABLE_UPDATES if request.changed(name)}
    if changed:
        parameters = {name: value for name, value in changed.items() if name in request.properties}
        if (
            "ProvisionedThroughput" not in parameters
            and request.properties.get("BillingMode") == "PROVISIONED"
        ):
            parameters["ProvisionedThroughput"] = request.properties.get("ProvisionedThroughput")
        request.call("dynamodb", "UpdateTable", TableName=table, **parameters)
    if request.changed("SSESpecification"):
        encryption = _encryption(request) or {"Enabled": False}
        request.call("dynamodb", "UpdateTable", TableName=table, SSESpecification=encryption)
    if request.changed("StreamSpecification"):
        stream = _stream(request) or {"StreamEnabled": False}
        request.call("dynamodb", "UpdateTable", TableName=table, StreamSpecification=stream)
    if request.changed("TimeToLiveSpecification"):
        old = request.old.get("TimeToLiveSpecification")
        _set_time_to_live(
            request,
            table,
            request.properties.get("TimeToLiveSpecification") or {**(old or {}), "Enabled": False},
        )
    if request.changed("PointInTimeRecoverySpecification"):
        _set_backups(request, table)
    return _table(request, table)


def _delete_table(request: Request) -> None:
    request.call("dynamodb", "DeleteTable", TableName=request.physical_id)


def _encryption(request: Request) -> dict[str, Any] | None:
    given = dict(request.properties.get("SSESpecification", {}))
    if not given:
        return None
    return {"Enabled": given.pop("SSEEnabled"), **given}


def _stream(request: Request) -> dict[str, Any] | None:
    given = request.properties.get("StreamSpecification")
    return {"StreamEnabled": True, **given} if given else None


def _set_time_to_live(request: Request, table: str, value: Properties) -> None:
    request.call("dynamodb", "UpdateTimeToLive", TableName=table, TimeToLiveSpecification=value)


def _set_backups(request: Request, table: str) -> None:
    value = request.properties.get("PointInTimeRecoverySpecification") or {
        "PointInTimeRecoveryEnabled": False
    }
    request.call(
        "dynamodb", "UpdateContinuousBackups", TableName=table, PointInTimeRecoverySpecification=value
    )


def _table(request: Request, table: str) -> Made:
    described = request.call("dynamodb", "DescribeTable", TableName=table)["Table"]
    attributes = {"Arn": described["TableArn"]}
    if described.get("LatestStreamArn"):
        attributes["StreamArn"] = described["LatestStreamArn"]
    return Made(table, attributes)


_TABLE_UPDATES = ("BillingMode", "ProvisionedThroughput", "DeletionProtectionEnabled", "TableClass")

TYPES = (
    ResourceType(
        "AWS::S3::Bucket",
        names("BucketName") | frozenset(_SET),
        _create_bucket,
        _delete_bucket,
        _update_bucket,
        replacing=names("BucketName"),
    ),
    ResourceType(
        "AWS::S3::BucketPolicy",
        names("Bucket PolicyDocument"),
        _put_bucket_policy,
        _delete_bucket_policy,
        _put_bucket_policy,
        replacing=names("Bucket"),
        required=names("Bucket PolicyDocument"),
    ),
    ResourceType(
        "AWS::DynamoDB::Table",
        names(
            "TableName SSESpecification StreamSpecification TimeToLiveSpecification"
            " PointInTimeRecoverySpecification"
        )
        | frozenset(_TABLE_PASSED_ON),
        _create_table,
        _delete_table,
        _update_table,
        replacing=names(
            "TableName KeySchema AttributeDefinitions LocalSecondaryIndexes GlobalSecondaryIndexes Tags"
        ),
        required=names("KeySchema"),
        accepted={"ContributorInsightsSpecification": NOT_BILLED, "WarmThroughput": NOT_BILLED},
    ),
)
