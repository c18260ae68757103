"""Wires the use cases to AWS: the only place that makes boto3 clients and reads the environment.

Each function calls one of the cached functions here. Adapters are imported where they are used, so that a
function pays at its cold start for nothing that it does not need.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
import uuid
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config

from smart_door.config import (
    AnalyzeFragmentConfig,
    EnrollFaceConfig,
    OwnerApiConfig,
    ProcessFaceMatchesConfig,
    VisitorApiConfig,
)
from smart_door.domain.errors import ServiceUnavailableError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    from smart_door.adapters.fragments_kinesis_video import KinesisVideoFragments
    from smart_door.adapters.notifications_kinesis_video import KinesisVideoNotifications
    from smart_door.adapters.video_notifications_kinesis_video import KinesisVideoNotificationSettings
    from smart_door.domain.ports import Records
    from smart_door.services.admit_visitor import AdmitVisitor
    from smart_door.services.decide_visit import DecideVisit
    from smart_door.services.enroll_face import EnrollFace
    from smart_door.services.pictures import Pictures
    from smart_door.services.receive_visitors import ReceiveVisitors
    from smart_door.services.run_stream_processor import RunStreamProcessor
    from smart_door.services.search_fragment import SearchFragment
    from smart_door.services.show_home import ShowHome

_CALLS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
_ONE_CALL = Config(connect_timeout=2, read_timeout=8, retries={"total_max_attempts": 1})
"""For what must not be repeated blindly, such as sending a message."""

_PATIENT_CALLS = Config(
    connect_timeout=2, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 5}
)
"""For calls that many make at once: some seconds of back-off before they count as throttled."""

_PHOTO_CALLS = _CALLS.merge(
    # Links with the bucket's regional name, which is what the pages' Content-Security-Policy allows.
    Config(signature_version="s3v4", s3={"us_east_1_regional_endpoint": "regional"})
)

METRICS = {
    "visit opened": "VisitsOpened",
    "owner asked": "OwnerAsked",
    "owner warned": "OwnerWarned",
    "visitor recognised": "VisitorsRecognised",
    "passcode sent": "PasscodesSent",
    "visit decided": "VisitsDecided",
    "passcode refused": "PasscodesRefused",
    "visitor admitted": "VisitorsAdmitted",
    "face enrolled": "FacesEnrolled",
    "photo missing": "PhotosMissing",
}
"""Which events of the domain are counted, under which name."""


def narrate(event: str, **details: str | float | int | None) -> None:
    """Log an event of the domain with its details, and count it."""
    fields = {name: value for name, value in details.items() if value is not None}
    Logger().info(event, extra=fields)
    if event in METRICS:
        Metrics().add_metric(METRICS[event], MetricUnit.Count, 1)


@cache
def records() -> Records:
    """Reads the records of face search."""
    from smart_door.adapters.records_kinesis import KinesisRecords

    return KinesisRecords(ProcessFaceMatchesConfig.from_env(os.environ).stream_name_prefix)


def prepare_to_receive_visitors() -> None:
    """In the function's init phase, do what would otherwise delay the first person at the door.

    Outside of a Lambda runtime it does nothing. What fails here fails again, and is told, at a record.
    """
    if "AWS_LAMBDA_RUNTIME_API" in os.environ:
        with contextlib.suppress(Exception):
            import_module("cv2")
            receive_visitors()


@cache
def receive_visitors() -> ReceiveVisitors:
    """The use case of process_face_matches."""
    from smart_door.adapters.faces_rekognition import RekognitionFaces
    from smart_door.adapters.frames_opencv import OpenCvFrames
    from smart_door.adapters.messages_sns import SnsMessages
    from smart_door.adapters.passcodes_dynamodb import DynamoDbPasscodes
    from smart_door.adapters.photos_s3 import S3Photos
    from smart_door.adapters.visitors_dynamodb import DynamoDbVisitors
    from smart_door.adapters.visits_dynamodb import DynamoDbVisits
    from smart_door.services.pictures import Pictures
    from smart_door.services.receive_visitors import ReceiveVisitors
    from smart_door.services.send_code import SendCode
    from smart_door.services.tell_people import TellPeople

    config = ProcessFaceMatchesConfig.from_env(os.environ)
    dynamodb = boto3.client("dynamodb", config=_CALLS)
    visits = DynamoDbVisits(dynamodb, config.visits_table)
    messages = SnsMessages(boto3.client("sns", config=_ONE_CALL), config.owner_topic_arn)
    site_url = _site_url(config.site_url_parameter)
    fragments = _fragments()
    photos = S3Photos(boto3.client("s3", config=_PHOTO_CALLS), config.photos_bucket, 60, time.time)
    frames = OpenCvFrames()

    def new_pictures() -> Pictures:
        return Pictures(fragments, frames, photos)

    send_code = SendCode(
        DynamoDbPasscodes(dynamodb, config.passcodes_table),
        messages,
        _passcode_key(config.passcode_key_secret_arn),
        site_url,
        config.doors.names,
        config.rules.passcode_seconds,
        secrets.randbelow,
    )
    return ReceiveVisitors(
        visits=visits,
        visitors=DynamoDbVisitors(dynamodb, config.visitors_table),
        faces=RekognitionFaces(
            boto3.client("rekognition", config=_CALLS), ""
        ),  # compares without a collection
        new_pictures=new_pictures,
        tell_people=TellPeople(visits, messages, send_code, site_url, config.doors.names, narrate),
        rules=config.rules,
        door_ids=config.doors.ids,
        clock=time.time,
        random_bytes=secrets.token_bytes,
        narrate=narrate,
    )


@cache
def notifications() -> KinesisVideoNotifications:
    """Reads Kinesis Video's notifications."""
    from smart_door.adapters.notifications_kinesis_video import KinesisVideoNotifications

    return KinesisVideoNotifications(AnalyzeFragmentConfig.from_env(os.environ).stream_name_prefix)


@cache
def search_fragment() -> SearchFragment:
    """The use case of analyze_fragment."""
    from smart_door.adapters.face_search_rekognition import RekognitionFaceSearch
    from smart_door.adapters.face_search_results_kinesis import KinesisFaceSearchResults
    from smart_door.adapters.frames_opencv import OpenCvFrames
    from smart_door.adapters.visits_dynamodb import DynamoDbVisits
    from smart_door.services.search_fragment import SearchFragment

    config = AnalyzeFragmentConfig.from_env(os.environ)
    return SearchFragment(
        fragments=_fragments(),
        samples=OpenCvFrames(),
        search=RekognitionFaceSearch(
            boto3.client("rekognition", config=_PATIENT_CALLS), config.collection_id
        ),
        results=KinesisFaceSearchResults(
            boto3.client("kinesis", config=_PATIENT_CALLS), config.face_search_results
        ),
        visits=DynamoDbVisits(boto3.client("dynamodb", config=_CALLS), config.visits_table),
        door_ids=config.doors.ids,
        thrift=config.thrift,
        clock=time.time,
    )


@cache
def fragment_idempotency_store() -> DynamoDBPersistenceLayer:
    """Where analyze_fragment remembers the fragments it did."""
    return _idempotency_store(AnalyzeFragmentConfig.from_env(os.environ).idempotency_table)


@cache
def video_notification_settings() -> KinesisVideoNotificationSettings:
    """What manage_video_notifications changes."""
    from smart_door.adapters.video_notifications_kinesis_video import KinesisVideoNotificationSettings

    return KinesisVideoNotificationSettings(boto3.client("kinesisvideo", config=_CALLS))


@cache
def show_home() -> ShowHome:
    """What owner_api shows."""
    from smart_door.adapters.photos_s3 import S3Photos
    from smart_door.adapters.visitors_dynamodb import DynamoDbVisitors
    from smart_door.adapters.visits_dynamodb import DynamoDbVisits
    from smart_door.services.show_home import ShowHome

    config = OwnerApiConfig.from_env(os.environ)
    dynamodb = boto3.client("dynamodb", config=_CALLS)
    s3 = boto3.client("s3", config=_PHOTO_CALLS)
    return ShowHome(
        visits=DynamoDbVisits(dynamodb, config.visits_table),
        visitors=DynamoDbVisitors(dynamodb, config.visitors_table),
        photos=S3Photos(s3, config.photos_bucket, config.photo_link_seconds, time.time),
        door_names=config.doors.names,
        clock=time.time,
    )


@cache
def decide_visit() -> DecideVisit:
    """What owner_api does."""
    from smart_door.adapters.messages_sns import SnsMessages
    from smart_door.adapters.passcodes_dynamodb import DynamoDbPasscodes
    from smart_door.adapters.visitors_dynamodb import DynamoDbVisitors
    from smart_door.adapters.visits_dynamodb import DynamoDbVisits
    from smart_door.services.decide_visit import DecideVisit
    from smart_door.services.send_code import SendCode

    config = OwnerApiConfig.from_env(os.environ)
    dynamodb = boto3.client("dynamodb", config=_CALLS)
    return DecideVisit(
        visits=DynamoDbVisits(dynamodb, config.visits_table),
        visitors=DynamoDbVisitors(dynamodb, config.visitors_table),
        send_code=SendCode(
            DynamoDbPasscodes(dynamodb, config.passcodes_table),
            SnsMessages(boto3.client("sns", config=_ONE_CALL), ""),  # to visitors only, so without a topic
            _passcode_key(config.passcode_key_secret_arn),
            _site_url(config.site_url_parameter),
            config.doors.names,
            config.passcode_seconds,
            secrets.randbelow,
        ),
        clock=time.time,
        new_visitor_id=lambda: str(uuid.uuid4()),
        narrate=narrate,
    )


@cache
def door_names() -> dict[str, str]:
    """What people call each door, for visitor_api."""
    return dict(VisitorApiConfig.from_env(os.environ).doors.names)


@cache
def admit_visitor() -> AdmitVisitor:
    """The use case of visitor_api."""
    from smart_door.adapters.events_eventbridge import EventBridgeEvents
    from smart_door.adapters.passcodes_dynamodb import DynamoDbPasscodes
    from smart_door.adapters.visits_dynamodb import DynamoDbVisits
    from smart_door.services.admit_visitor import AdmitVisitor

    config = VisitorApiConfig.from_env(os.environ)
    dynamodb = boto3.client("dynamodb", config=_CALLS)
    return AdmitVisitor(
        visits=DynamoDbVisits(dynamodb, config.visits_table),
        passcodes=DynamoDbPasscodes(dynamodb, config.passcodes_table),
        events=EventBridgeEvents(boto3.client("events", config=_CALLS), config.event_bus_name),
        key=_passcode_key(config.passcode_key_secret_arn),
        door_ids=config.doors.ids,
        clock=time.time,
        narrate=narrate,
    )


@cache
def enroll_face() -> EnrollFace:
    """The use case of enroll_face."""
    from smart_door.adapters.faces_rekognition import RekognitionFaces
    from smart_door.adapters.photos_s3 import S3Photos
    from smart_door.adapters.visitors_dynamodb import DynamoDbVisitors
    from smart_door.adapters.visits_dynamodb import DynamoDbVisits
    from smart_door.services.enroll_face import EnrollFace

    config = EnrollFaceConfig.from_env(os.environ)
    dynamodb = boto3.client("dynamodb", config=_CALLS)
    return EnrollFace(
        visits=DynamoDbVisits(dynamodb, config.visits_table),
        visitors=DynamoDbVisitors(dynamodb, config.visitors_table),
        photos=S3Photos(boto3.client("s3", config=_PHOTO_CALLS), config.photos_bucket, 60, time.time),
        faces=RekognitionFaces(boto3.client("rekognition", config=_CALLS), config.collection_id),
        narrate=narrate,
    )


@cache
def idempotency_store() -> DynamoDBPersistenceLayer:
    """Where enroll_face remembers the events it did."""
    return _idempotency_store(EnrollFaceConfig.from_env(os.environ).idempotency_table)


@cache
def run_stream_processor() -> RunStreamProcessor:
    """The use case of manage_stream_processor."""
    from smart_door.adapters.stream_processors_rekognition import RekognitionStreamProcessors
    from smart_door.services.run_stream_processor import RunStreamProcessor

    client = boto3.client("rekognition", config=_CALLS)
    return RunStreamProcessor(RekognitionStreamProcessors(client), time.monotonic, time.sleep)


def _idempotency_store(table: str) -> DynamoDBPersistenceLayer:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    return DynamoDBPersistenceLayer(table, boto3_client=boto3.client("dynamodb", config=_CALLS))


def _fragments() -> KinesisVideoFragments:
    from smart_door.adapters.fragments_kinesis_video import KinesisVideoFragments

    return KinesisVideoFragments(
        boto3.client("kinesisvideo", config=_CALLS),
        lambda endpoint: boto3.client("kinesis-video-archived-media", endpoint_url=endpoint, config=_CALLS),
        time.time,
        time.sleep,
    )


def _passcode_key(secret_arn: str) -> bytes:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider
    from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

    provider = SecretsProvider(boto3_client=boto3.client("secretsmanager", config=_CALLS))
    try:
        return str(provider.get(secret_arn)).encode()
    except GetParameterError as error:
        raise ServiceUnavailableError("secretsmanager", "GetSecretValue", "GetParameterError") from error


def _site_url(parameter: str) -> str:
    from aws_lambda_powertools.utilities.parameters import SSMProvider
    from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

    provider = SSMProvider(boto3_client=boto3.client("ssm", config=_CALLS))
    try:
        return str(provider.get(parameter)).rstrip("/")
    except GetParameterError as error:
        raise ServiceUnavailableError("ssm", "GetParameter", "GetParameterError") from error
