"""What a request wants, in IAM's words: the action, and the ARNs of what it touches.

Sources: the "Actions, resources, and condition keys" tables of the Service Authorization Reference. An
operation whose resource is not known here asks for "*", which only a statement with that wildcard allows: a
gap in this file refuses too much, never too little.
"""

from __future__ import annotations

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
    if service == "dynamodb" and operation in _TRANSACTIONS:
        return _transaction(operation, parameters, place)
    prefix = _PREFIXES.get(service, service)
    actions = _ACTIONS.get((service, operation), (operation,))
    find = _RESOURCES.get(service)
    resources = find(operation, parameters, place) if find else ANY
    return [AccessRequest(f"{prefix}:{action}", resources, {}) for action in actions]


_PREFIXES = {"monitoring": "cloudwatch", "email": "ses"}

_ACTIONS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("lambda", "Invoke"): ("InvokeFunction",),
    ("s3", "HeadObject"): ("GetObject",),
    ("s3", "HeadBucket"): ("ListBucket",),
    ("s3", "ListObjects"): ("ListBucket",),
    ("s3", "ListObjectsV2"): ("ListBucket",),
    ("s3", "DeleteObjects"): ("DeleteObject",),
    ("s3", "CopyObject"): ("PutObject",),
    ("s3", "CreateMultipartUpload"): ("PutObject",),
    ("s3", "UploadPart"): ("PutObject",),
    ("s3", "CompleteMultipartUpload"): ("PutObject",),
    ("dynamodb", "BatchGetItem"): ("BatchGetItem",),
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


def _transaction(operation: str, parameters: Parameters, place: Place) -> list[AccessRequest]:
    """A transaction needs the permission of each of its parts, and none of its own."""
    return [
        AccessRequest(f"dynamodb:{_TRANSACTION_ACTIONS[kind]}", (_table(part["TableName"], place),), {})
        for item in parameters["TransactItems"]
        for kind, part in item.items()
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
        return tuple(f"{bucket}/{item['Key']}" for item in parameters["Delete"]["Objects"])
    return (bucket,)


# --- Streams ----------------------------------------------------------------------------------------------


def _kinesis(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    if "StreamARN" in parameters:
        return (parameters["StreamARN"],)
    if "StreamName" in parameters:
        return (place.arn("kinesis", f"stream/{parameters['StreamName']}"),)
    return ANY


def _kinesisvideo(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    arn = parameters.get("StreamARN") or parameters.get("ResourceARN")
    if arn:
        return (arn,)
    if "StreamName" in parameters:
        # The ARN ends in the time of creation, which a caller by name does not know.
        return (place.arn("kinesisvideo", f"stream/{parameters['StreamName']}/0"),)
    return ANY


# --- Rekognition ------------------------------------------------------------------------------------------

_WITHOUT_RESOURCE = {"CompareFaces", "DetectFaces", "ListCollections", "ListStreamProcessors"}


def _rekognition(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    if operation in _WITHOUT_RESOURCE:
        return ANY
    found = []
    if "CollectionId" in parameters:
        found.append(place.arn("rekognition", f"collection/{parameters['CollectionId']}"))
    if operation.endswith("StreamProcessor"):
        found.append(place.arn("rekognition", f"streamprocessor/{parameters['Name']}"))
        searched = parameters.get("Settings", {}).get("FaceSearch", {}).get("CollectionId")
        if searched:
            found.append(place.arn("rekognition", f"collection/{searched}"))
    return tuple(found) or ANY


# --- Messages, events, queues -----------------------------------------------------------------------------


def _sns(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    """A text message has no topic: IAM is asked about the number, which no ARN pattern names."""
    arn = parameters.get("TopicArn") or parameters.get("TargetArn")
    return (arn,) if arn else ANY


def _events(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    if operation != "PutEvents":
        return ANY
    names = {entry.get("EventBusName", "default") for entry in parameters["Entries"]}
    return tuple(
        sorted(
            name if name.startswith("arn:") else place.arn("events", f"event-bus/{name}") for name in names
        )
    )


def _sqs(operation: str, parameters: Parameters, place: Place) -> tuple[str, ...]:
    if "QueueUrl" in parameters:
        return (place.arn("sqs", str(parameters["QueueUrl"]).rsplit("/", 1)[-1]),)
    return ANY


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
}
