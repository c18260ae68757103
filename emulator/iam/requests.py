"""What a request wants, in IAM's words: the action, and the ARNs of what it touches.

Sources: the "Actions, resources, and condition keys" tables of the Service Authorization Reference. An
operation whose resource is not known here asks for "*", which only a statement with that wildcard allows: a
gap in this file refuses too much, never too little.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.iam.policies import AccessRequest

ANY = ("*",)
Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where ARNs are made: partition is always aws here."""

    region: str
    account_id: str

    def arn(self, service: str, resource: str) -> str:
        """An ARN of this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"


def access_requests(
    service: str, operation: str, parameters: Parameters, place: Place
) -> list[AccessRequest]:
    """Everything that IAM would check for the call; all of it must be allowed.

    `service` is the credential scope, `parameters` are the operation's, named as in its API.
    """
    if (service, operation) in _NEEDS_NOTHING:
        return []
    if service == "dynamodb" and operation in _TRANSACTIONS:
        return _transaction(parameters, place)
    prefix = _PREFIXES.get(service, service)
    action = _ACTIONS.get((service, operation), operation)
    find = _RESOURCES.get(service)
    resources = find(operation, parameters, place) if find else ANY
    wanted = AccessRequest(f"{prefix}:{action}", resources, _CONTEXT)
    return [wanted, *_objects_read(service, parameters), *_role_passed(service, operation, parameters)]


# The loopback connection stands for AWS's encrypted one.
_CONTEXT = {"aws:SecureTransport": "true"}

_PREFIXES = {"monitoring": "cloudwatch"}

_NEEDS_NOTHING = frozenset({("sts", "GetCallerIdentity")})

# Actions that are not called as their operation is.
_ACTIONS: Mapping[tuple[str, str], str] = {
    ("lambda", "Invoke"): "InvokeFunction",
    ("s3", "HeadObject"): "GetObject",
    ("s3", "ListBuckets"): "ListAllMyBuckets",
    ("s3", "HeadBucket"): "ListBucket",
    ("s3", "ListObjects"): "ListBucket",
    ("s3", "ListObjectsV2"): "ListBucket",
    ("s3", "ListObjectVersions"): "ListBucketVersions",
    ("s3", "ListMultipartUploads"): "ListBucketMultipartUploads",
    ("s3", "ListParts"): "ListMultipartUploadParts",
    ("s3", "DeleteObjects"): "DeleteObject",
    ("s3", "CopyObject"): "PutObject",
    ("s3", "CreateMultipartUpload"): "PutObject",
    ("s3", "UploadPart"): "PutObject",
    ("s3", "UploadPartCopy"): "PutObject",
    ("s3", "CompleteMultipartUpload"): "PutObject",
    ("s3", "GetBucketEncryption"): "GetEncryptionConfiguration",
    ("s3", "PutBucketEncryption"): "PutEncryptionConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "GetLifecycleConfiguration",
    ("s3", "PutBucketLifecycleConfiguration"): "PutLifecycleConfiguration",
    ("s3", "GetPublicAccessBlock"): "GetBucketPublicAccessBlock",
    ("s3", "PutPublicAccessBlock"): "PutBucketPublicAccessBlock",
    ("sqs", "SendMessageBatch"): "SendMessage",
    ("sqs", "DeleteMessageBatch"): "DeleteMessage",
    ("sqs", "ChangeMessageVisibilityBatch"): "ChangeMessageVisibility",
    ("sns", "PublishBatch"): "Publish",
}


# --- DynamoDB ---------------------------------------------------------------------------------------------

_TRANSACTIONS = {"TransactWriteItems", "TransactGetItems"}
_TRANSACTION_ACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


def _transaction(parameters: Parameters, place: Place) -> list[AccessRequest]:
    """A transaction needs the permission of each of its parts, and none of its own."""
    return [
        AccessRequest(f"dynamodb:{_TRANSACTION_ACTIONS[kind]}", (_table(part["TableName"], place),), _CONTEXT)
        for item in parameters.get("TransactItems", [])
        for kind, part in item.items()
        if kind in _TRANSACTION_ACTIONS
    ]


def _table(name: str, place: Place) -> str:
    return name if name.startswith("arn:") else place.arn("dynamodb", f"table/{name}")


def _dynamodb(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    if "RequestItems" in parameters:
        return tuple(_table(name, place) for name in parameters["RequestItems"])
    if "TableName" not in parameters:
        return ANY
    table = _table(parameters["TableName"], place)
    return (f"{table}/index/{parameters['IndexName']}",) if "IndexName" in parameters else (table,)


# --- S3 ---------------------------------------------------------------------------------------------------


def _s3(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    if "Bucket" not in parameters:
        return ANY
    bucket = f"arn:aws:s3:::{parameters['Bucket']}"
    if "Key" in parameters:
        return (f"{bucket}/{parameters['Key']}",)
    if operation == "DeleteObjects":
        return tuple(f"{bucket}/{key}" for key in parameters["Keys"]) or ANY
    return (bucket,)


# Images of Rekognition, and the source of a copy: the caller must be allowed to read the object.
_IMAGES = ("Image", "SourceImage", "TargetImage")


def _objects_read(service: str, parameters: Parameters) -> list[AccessRequest]:
    objects = []
    if service == "s3" and "CopySource" in parameters:
        objects.append(parameters["CopySource"])
    if service == "rekognition":
        places = [parameters[name].get("S3Object") for name in _IMAGES if name in parameters]
        objects += [f"{place.get('Bucket')}/{place.get('Name')}" for place in places if place]
    return [AccessRequest("s3:GetObject", (f"arn:aws:s3:::{name}",), _CONTEXT) for name in objects]


# --- Passing a role to a service --------------------------------------------------------------------------

_PASSED = {
    ("rekognition", "CreateStreamProcessor"): ("RoleArn", "rekognition.amazonaws.com"),
    ("lambda", "CreateFunction"): ("Role", "lambda.amazonaws.com"),
    ("lambda", "UpdateFunctionConfiguration"): ("Role", "lambda.amazonaws.com"),
}


def _role_passed(service: str, operation: str, parameters: Parameters) -> list[AccessRequest]:
    """Whoever gives a service a role needs iam:PassRole on it."""
    parameter, passed_to = _PASSED.get((service, operation), ("", ""))
    if not parameters.get(parameter):
        return []
    context = {**_CONTEXT, "iam:PassedToService": passed_to}
    return [AccessRequest("iam:PassRole", (parameters[parameter],), context)]


# --- Streams ----------------------------------------------------------------------------------------------


def _kinesis(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    if "StreamARN" in parameters:
        return (parameters["StreamARN"],)
    if "StreamName" in parameters:
        return (place.arn("kinesis", f"stream/{parameters['StreamName']}"),)
    if "ShardIterator" in parameters:
        return (place.arn("kinesis", f"stream/{_stream_of_iterator(parameters['ShardIterator'])}"),)
    return ANY


def _stream_of_iterator(iterator: str) -> str:
    """The name that moto's iterators begin with."""
    try:
        return base64.b64decode(iterator).decode().partition(":")[0]
    except ValueError:
        return ""


def _kinesisvideo(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    arn = parameters.get("StreamARN") or parameters.get("ResourceARN")
    if arn:
        return (arn,)
    if "StreamName" in parameters:
        # The time of creation, with which an ARN ends, is known where the stream is.
        name = parameters["StreamName"]
        return (name if name.startswith("arn:") else place.arn("kinesisvideo", f"stream/{name}/0"),)
    return ANY


# --- Rekognition ------------------------------------------------------------------------------------------

_WITHOUT_RESOURCE = {"CompareFaces", "DetectFaces", "ListCollections", "ListStreamProcessors"}


def _rekognition(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    if operation in _WITHOUT_RESOURCE:
        return ANY
    found = []
    if "CollectionId" in parameters:
        found.append(place.arn("rekognition", f"collection/{parameters['CollectionId']}"))
    if operation.endswith("StreamProcessor") and "Name" in parameters:
        found.append(place.arn("rekognition", f"streamprocessor/{parameters['Name']}"))
        searched = parameters.get("Settings", {}).get("FaceSearch", {}).get("CollectionId")
        if searched:
            found.append(place.arn("rekognition", f"collection/{searched}"))
    return tuple(found) or ANY


# --- Messages, events, queues -----------------------------------------------------------------------------


def _sns(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    """A text message has no topic: IAM is asked about the number, which no ARN pattern names."""
    found = parameters.get("TopicArn") or parameters.get("TargetArn") or parameters.get("PhoneNumber")
    if operation == "CreateTopic" and "Name" in parameters:
        return (place.arn("sns", parameters["Name"]),)
    return (found,) if found else ANY


def _events(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    if operation != "PutEvents":
        return ANY
    names = {entry.get("EventBusName", "default") for entry in parameters.get("Entries", [])}
    return (
        tuple(
            sorted(
                name if name.startswith("arn:") else place.arn("events", f"event-bus/{name}")
                for name in names
            )
        )
        or ANY
    )


def _sqs(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    if "QueueUrl" in parameters:
        return (place.arn("sqs", str(parameters["QueueUrl"]).rsplit("/", 1)[-1]),)
    return (place.arn("sqs", parameters["QueueName"]),) if "QueueName" in parameters else ANY


# --- Secrets, parameters, functions -----------------------------------------------------------------------


def _secretsmanager(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    secret = parameters.get("SecretId")
    if not secret:
        return ANY
    return (secret if secret.startswith("arn:") else place.arn("secretsmanager", f"secret:{secret}"),)


def _ssm(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    names = [parameters["Name"]] if "Name" in parameters else parameters.get("Names", [])
    return tuple(place.arn("ssm", f"parameter/{name.lstrip('/')}") for name in names) or ANY


def _lambda(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    name = parameters.get("FunctionName")
    if not name:
        return ANY
    return (name if name.startswith("arn:") else place.arn("lambda", f"function:{name}"),)


def _cognito_idp(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    pool = parameters.get("UserPoolId")
    return (place.arn("cognito-idp", f"userpool/{pool}"),) if pool else ANY


_RESOURCES: Mapping[str, Callable[[str, Parameters, Place], tuple[str, ...]]] = {
    "dynamodb": _dynamodb,
    "s3": _s3,
    "kinesis": _kinesis,
    "kinesisvideo": _kinesisvideo,
    "rekognition": _rekognition,
    "sns": _sns,
    "events": _events,
    "sqs": _sqs,
    "secretsmanager": _secretsmanager,
    "ssm": _ssm,
    "lambda": _lambda,
    "cognito-idp": _cognito_idp,
}
