"""The parts that use cases are made of: each adapter with its client, made in one place.

Adapters are imported where they are made, and a client is made once, so that a function pays at its cold
start for nothing that it does not need.
"""

from __future__ import annotations

import secrets
import time
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from smart_door.domain.errors import ServiceUnavailableError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kinesis_video_archived_media import KinesisVideoArchivedMediaClient
    from mypy_boto3_kinesisvideo import KinesisVideoClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient

    from smart_door.adapters.events_eventbridge import EventBridgeEvents
    from smart_door.adapters.face_search_rekognition import RekognitionFaceSearch
    from smart_door.adapters.face_search_results_kinesis import KinesisFaceSearchResults
    from smart_door.adapters.faces_rekognition import RekognitionFaces
    from smart_door.adapters.failed_records_sqs import SqsFailedRecords
    from smart_door.adapters.footage_kinesis_video import KinesisVideoFootage
    from smart_door.adapters.fragments_kinesis_video import KinesisVideoFragments
    from smart_door.adapters.frames_opencv import OpenCvFrames
    from smart_door.adapters.household_cognito import CognitoHousehold
    from smart_door.adapters.messages_sns import SnsMessages
    from smart_door.adapters.passcodes_dynamodb import DynamoDbPasscodes
    from smart_door.adapters.passes_dynamodb import DynamoDbPasses
    from smart_door.adapters.photos_s3 import S3Photos
    from smart_door.adapters.settings_dynamodb import DynamoDbSettings
    from smart_door.adapters.stream_processors_rekognition import RekognitionStreamProcessors
    from smart_door.adapters.video_notifications_kinesis_video import KinesisVideoNotificationSettings
    from smart_door.adapters.visitors_dynamodb import DynamoDbVisitors
    from smart_door.adapters.visits_dynamodb import DynamoDbVisits
    from smart_door.config import OwnerApiConfig, ProcessFaceMatchesConfig
    from smart_door.domain.ports import Messages
    from smart_door.services.send_code import SendCode

_CALLS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})

_ONE_CALL = Config(connect_timeout=2, read_timeout=8, retries={"total_max_attempts": 1})
"""For what must not be repeated blindly, such as sending a message."""

_PATIENT_CALLS = Config(
    connect_timeout=2, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 5}
)
"""For calls that many make at once: some seconds of back-off before they count as throttled."""

_LONG_CALLS = Config(
    connect_timeout=2, read_timeout=12, retries={"mode": "standard", "total_max_attempts": 2}
)
"""For what is put together while somebody waits, such as a clip; with its second try it ends in time."""

_HURRIED_CALLS = Config(
    connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2}
)
"""For what Cognito waits five seconds for, cold start included."""

_INVITATION_CALLS = Config(connect_timeout=2, read_timeout=20, retries={"total_max_attempts": 1})
"""For an invitation: Cognito asks a function, three times at most, and a repetition finds the user there."""

_PHOTO_CALLS = _CALLS.merge(
    # Links with the bucket's regional name, which is what the pages' Content-Security-Policy allows.
    Config(signature_version="s3v4", s3={"us_east_1_regional_endpoint": "regional"})
)


@cache
def dynamodb() -> DynamoDBClient:
    """The client of all tables."""
    return boto3.client("dynamodb", config=_CALLS)


@cache
def _s3() -> S3Client:
    return boto3.client("s3", config=_PHOTO_CALLS)


@cache
def _sns() -> SNSClient:
    return boto3.client("sns", config=_ONE_CALL)


@cache
def _rekognition() -> RekognitionClient:
    return boto3.client("rekognition", config=_CALLS)


@cache
def _kinesis_video() -> KinesisVideoClient:
    return boto3.client("kinesisvideo", config=_CALLS)


def _archived_media(endpoint: str, config: Config = _CALLS) -> KinesisVideoArchivedMediaClient:
    return boto3.client("kinesis-video-archived-media", endpoint_url=endpoint, config=config)


def visits(table: str) -> DynamoDbVisits:
    """The visits in their table."""
    from smart_door.adapters.visits_dynamodb import DynamoDbVisits

    return DynamoDbVisits(dynamodb(), table)


def visitors(table: str) -> DynamoDbVisitors:
    """The visitors in their table."""
    from smart_door.adapters.visitors_dynamodb import DynamoDbVisitors

    return DynamoDbVisitors(dynamodb(), table)


def passcodes(table: str) -> DynamoDbPasscodes:
    """The passcodes in their table."""
    from smart_door.adapters.passcodes_dynamodb import DynamoDbPasscodes

    return DynamoDbPasscodes(dynamodb(), table)


def passes(table: str) -> DynamoDbPasses:
    """The passes, in the passcodes' table."""
    from smart_door.adapters.passes_dynamodb import DynamoDbPasses

    return DynamoDbPasses(dynamodb(), table)


def settings(visits_table: str) -> DynamoDbSettings:
    """The household's settings, in the visits' table."""
    from smart_door.adapters.settings_dynamodb import DynamoDbSettings

    return DynamoDbSettings(dynamodb(), visits_table)


def household(user_pool_id: str) -> CognitoHousehold:
    """Those who may log in."""
    from smart_door.adapters.household_cognito import CognitoHousehold

    return CognitoHousehold(
        boto3.client("cognito-idp", config=_CALLS),
        user_pool_id,
        boto3.client("cognito-idp", config=_INVITATION_CALLS),
    )


def idempotency_store(table: str) -> DynamoDBPersistenceLayer:
    """Where Powertools remembers what was done."""
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    return DynamoDBPersistenceLayer(table, boto3_client=dynamodb())


def photos(bucket: str, link_seconds: int = 60) -> S3Photos:
    """The photos in their bucket, with links that hold so long."""
    from smart_door.adapters.photos_s3 import S3Photos

    return S3Photos(_s3(), bucket, link_seconds, time.time)


def messages(owner_topic_arn: str = "") -> SnsMessages:
    """Text messages; without a topic to visitors only."""
    from smart_door.adapters.messages_sns import SnsMessages

    return SnsMessages(_sns(), owner_topic_arn)


def events(bus_name: str) -> EventBridgeEvents:
    """The event bus."""
    from smart_door.adapters.events_eventbridge import EventBridgeEvents

    return EventBridgeEvents(boto3.client("events", config=_CALLS), bus_name)


def faces(collection_id: str = "") -> RekognitionFaces:
    """The faces of a collection; without one, faces can only be compared."""
    from smart_door.adapters.faces_rekognition import RekognitionFaces

    return RekognitionFaces(_rekognition(), collection_id)


def face_search(collection_id: str) -> RekognitionFaceSearch:
    """Finds faces in pictures and searches them in a collection."""
    from smart_door.adapters.face_search_rekognition import RekognitionFaceSearch

    return RekognitionFaceSearch(boto3.client("rekognition", config=_PATIENT_CALLS), collection_id)


def failed_records(queue_url: str) -> SqsFailedRecords:
    """The queue of records that nothing can be done with."""
    from smart_door.adapters.failed_records_sqs import SqsFailedRecords

    return SqsFailedRecords(boto3.client("sqs", config=_CALLS), queue_url)


def face_search_results(data_stream: str) -> KinesisFaceSearchResults:
    """The data stream of face matches, to write."""
    from smart_door.adapters.face_search_results_kinesis import KinesisFaceSearchResults

    return KinesisFaceSearchResults(boto3.client("kinesis", config=_PATIENT_CALLS), data_stream)


def footage(stream_name_prefix: str) -> KinesisVideoFootage:
    """What the cameras send and sent, for people."""
    from smart_door.adapters.footage_kinesis_video import KinesisVideoFootage

    return KinesisVideoFootage(
        _kinesis_video(),
        lambda endpoint: _archived_media(endpoint, _LONG_CALLS),
        stream_name_prefix,
        time.time,
    )


def fragments() -> KinesisVideoFragments:
    """The fragments that Kinesis Video keeps."""
    from smart_door.adapters.fragments_kinesis_video import KinesisVideoFragments

    return KinesisVideoFragments(
        _kinesis_video(),
        _archived_media,
        time.time,
        time.sleep,
    )


def frames() -> OpenCvFrames:
    """The decoder of frames."""
    from smart_door.adapters.frames_opencv import OpenCvFrames

    return OpenCvFrames()


def video_notification_settings() -> KinesisVideoNotificationSettings:
    """The video streams' notifications, to switch."""
    from smart_door.adapters.video_notifications_kinesis_video import KinesisVideoNotificationSettings

    return KinesisVideoNotificationSettings(_kinesis_video())


def stream_processors() -> RekognitionStreamProcessors:
    """Rekognition's stream processors."""
    from smart_door.adapters.stream_processors_rekognition import RekognitionStreamProcessors

    return RekognitionStreamProcessors(_rekognition())


@cache
def passcode_key(secret_arn: str) -> bytes:
    """The key of the passcodes' hashes. Raises ServiceUnavailableError."""
    from aws_lambda_powertools.utilities.parameters import SecretsProvider
    from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

    provider = SecretsProvider(boto3_client=boto3.client("secretsmanager", config=_CALLS))
    try:
        return str(provider.get(secret_arn)).encode()
    except GetParameterError as error:
        raise ServiceUnavailableError("secretsmanager", "GetSecretValue", "GetParameterError") from error


@cache
def site_url(parameter: str, *, is_hurried: bool = False) -> str:
    """Where the pages are, without a slash at the end; hurried, it gives up after some two seconds.

    Raises ServiceUnavailableError.
    """
    from aws_lambda_powertools.utilities.parameters import SSMProvider
    from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

    calls = _HURRIED_CALLS if is_hurried else _CALLS
    provider = SSMProvider(boto3_client=boto3.client("ssm", config=calls))
    try:
        return str(provider.get(parameter)).rstrip("/")
    except GetParameterError as error:
        raise ServiceUnavailableError("ssm", "GetParameter", "GetParameterError") from error


def send_code(
    config: ProcessFaceMatchesConfig | OwnerApiConfig,
    messages: Messages,
    site_url: str,
    passcode_seconds: float,
) -> SendCode:
    """Sends passcodes that open for so long."""
    from smart_door.services.send_code import SendCode

    return SendCode(
        passcodes(config.passcodes_table),
        messages,
        passcode_key(config.passcode_key_secret_arn),
        site_url,
        config.doors.names,
        passcode_seconds,
        secrets.randbelow,
    )
