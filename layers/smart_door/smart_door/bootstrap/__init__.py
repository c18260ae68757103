"""Wires the use cases to AWS: the only place that makes boto3 clients and reads the environment.

Each function calls one of the cached functions here; `parts` makes the adapters, each in one place.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from smart_door.bootstrap import parts
from smart_door.bootstrap.narration import narrate
from smart_door.config import (
    AnalyzeFragmentConfig,
    EnrollFaceConfig,
    InviteMessageConfig,
    ProcessFaceMatchesConfig,
    VisitorApiConfig,
)

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

    from smart_door.adapters.notifications_kinesis_video import KinesisVideoNotifications
    from smart_door.adapters.video_notifications_kinesis_video import KinesisVideoNotificationSettings
    from smart_door.domain.ports import FailedRecords, Records
    from smart_door.services.admit_visitor import AdmitVisitor
    from smart_door.services.enroll_face import EnrollFace
    from smart_door.services.invite_message import InviteMessage
    from smart_door.services.receive_visitors import ReceiveVisitors
    from smart_door.services.run_stream_processor import RunStreamProcessor
    from smart_door.services.search_fragment import SearchFragment

# --- process_face_matches --------------------------------------------------------------------------------


@cache
def records() -> Records:
    """Reads the records of face search."""
    from smart_door.adapters.records_kinesis import KinesisRecords

    return KinesisRecords(ProcessFaceMatchesConfig.from_env(os.environ).stream_name_prefix)


@cache
def failed_records() -> FailedRecords:
    """Keeps the records that nothing can be done with."""
    return parts.failed_records(ProcessFaceMatchesConfig.from_env(os.environ).failed_records_queue_url)


def prepare_to_receive_visitors() -> None:
    """In the function's init phase, do what would otherwise delay the first person at the door.

    Outside of a Lambda runtime it does nothing.
    """
    if "AWS_LAMBDA_RUNTIME_API" not in os.environ:
        return
    try:
        import_module("cv2")
        receive_visitors()
    except Exception:  # whatever it is comes again at a record, which is then tried again or queued
        Logger().exception("not prepared; the first record tries again")


@cache
def receive_visitors() -> ReceiveVisitors:
    """The use case of process_face_matches."""
    from smart_door.services.pictures import Pictures
    from smart_door.services.receive_visitors import ReceiveVisitors
    from smart_door.services.tell_people import TellPeople

    config = ProcessFaceMatchesConfig.from_env(os.environ)
    visits, messages = parts.visits(config.visits_table), parts.messages(config.owner_topic_arn)
    site_url, door_names = parts.site_url(config.site_url_parameter), config.doors.names
    send_code = parts.send_code(config, messages, site_url, config.rules.passcode_seconds)
    fragments, frames, photos = parts.fragments(), parts.frames(), parts.photos(config.photos_bucket)
    return ReceiveVisitors(
        visits=visits,
        visitors=parts.visitors(config.visitors_table),
        faces=parts.faces(),
        new_pictures=lambda: Pictures(fragments, frames, photos),
        tell_people=TellPeople(
            visits,
            messages,
            send_code,
            site_url,
            door_names,
            narrate,
            time.time,
            parts.settings(config.visits_table).get,
            config.time_zone,
        ),
        rules=config.rules,
        door_ids=config.doors.ids,
        clock=time.time,
        random_bytes=secrets.token_bytes,
        narrate=narrate,
    )


# --- analyze_fragment ------------------------------------------------------------------------------------


@cache
def notifications() -> KinesisVideoNotifications:
    """Reads Kinesis Video's notifications."""
    from smart_door.adapters.notifications_kinesis_video import KinesisVideoNotifications

    return KinesisVideoNotifications(AnalyzeFragmentConfig.from_env(os.environ).stream_name_prefix)


@cache
def search_fragment() -> SearchFragment:
    """The use case of analyze_fragment."""
    from smart_door.services.search_fragment import SearchFragment

    config = AnalyzeFragmentConfig.from_env(os.environ)
    return SearchFragment(
        fragments=parts.fragments(),
        samples=parts.frames(),
        search=parts.face_search(config.collection_id),
        results=parts.face_search_results(config.face_search_results),
        visits=parts.visits(config.visits_table),
        door_ids=config.doors.ids,
        thrift=config.thrift,
        clock=time.time,
    )


@cache
def fragment_idempotency_store() -> DynamoDBPersistenceLayer:
    """Where analyze_fragment remembers the fragments it did."""
    return parts.idempotency_store(AnalyzeFragmentConfig.from_env(os.environ).idempotency_table)


# --- visitor_api -----------------------------------------------------------------------------------------


@cache
def door_names() -> Mapping[str, str]:
    """What people call each door."""
    return VisitorApiConfig.from_env(os.environ).doors.names


@cache
def admit_visitor() -> AdmitVisitor:
    """The use case of visitor_api."""
    from smart_door.services.admit_by_pass import AdmitByPass
    from smart_door.services.admit_visitor import AdmitVisitor

    config = VisitorApiConfig.from_env(os.environ)
    visits, events = parts.visits(config.visits_table), parts.events(config.event_bus_name)
    by_pass = AdmitByPass(
        visits,
        parts.visitors(config.visitors_table),
        parts.passes(config.passcodes_table),
        events,
        config.time_zone,
        config.keep_seconds,
        secrets.token_bytes,
        narrate,
    )
    return AdmitVisitor(
        visits=visits,
        passcodes=parts.passcodes(config.passcodes_table),
        events=events,
        key=parts.passcode_key(config.passcode_key_secret_arn),
        door_ids=config.doors.ids,
        clock=time.time,
        narrate=narrate,
        by_pass=by_pass,
    )


# --- enroll_face -----------------------------------------------------------------------------------------


@cache
def enroll_face() -> EnrollFace:
    """The use case of enroll_face."""
    from smart_door.services.enroll_face import EnrollFace

    config = EnrollFaceConfig.from_env(os.environ)
    return EnrollFace(
        visits=parts.visits(config.visits_table),
        visitors=parts.visitors(config.visitors_table),
        photos=parts.photos(config.photos_bucket),
        faces=parts.faces(config.collection_id),
        narrate=narrate,
        settings=parts.settings(config.visits_table).get,
    )


@cache
def idempotency_store() -> DynamoDBPersistenceLayer:
    """Where enroll_face remembers the events it did."""
    return parts.idempotency_store(EnrollFaceConfig.from_env(os.environ).idempotency_table)


# --- invite_message --------------------------------------------------------------------------------------


@cache
def invite_message() -> InviteMessage:
    """The use case of invite_message."""
    from smart_door.services.invite_message import InviteMessage

    config = InviteMessageConfig.from_env(os.environ)
    return InviteMessage(
        door_names=config.doors.names,
        site_url=lambda: parts.site_url(config.site_url_parameter, is_hurried=True),
        password_days=config.password_days,
        narrate=narrate,
    )


# --- the custom resources ----------------------------------------------------------------------------------


@cache
def run_stream_processor() -> RunStreamProcessor:
    """The use case of manage_stream_processor."""
    from smart_door.services.run_stream_processor import RunStreamProcessor

    return RunStreamProcessor(parts.stream_processors(), time.monotonic, time.sleep)


@cache
def video_notification_settings() -> KinesisVideoNotificationSettings:
    """What manage_video_notifications changes."""
    return parts.video_notification_settings()
