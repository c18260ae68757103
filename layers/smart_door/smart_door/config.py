"""What the environment says: read once, checked at once, and the only place that reads it.

Each function has a configuration of its own, with just the variables that it uses; template.yaml sets
them. A missing or wrong variable is a ConfigurationError that names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from smart_door.domain.errors import ConfigurationError
from smart_door.domain.footage import CameraSends
from smart_door.domain.home_time import parse_zone
from smart_door.domain.refusals import InvalidRequestError
from smart_door.domain.rules import Rules
from smart_door.domain.settings import SetUp
from smart_door.domain.watched_faces import Thrift

Environ = Mapping[str, str]

_DOOR_ID = re.compile(r"[a-z0-9-]{1,32}")


@dataclass(frozen=True)
class Doors:
    """The doors of the home: what people call each, by door id."""

    names: Mapping[str, str]

    @property
    def ids(self) -> frozenset[str]:
        """All door ids."""
        return frozenset(self.names)

    @classmethod
    def from_env(cls, environ: Environ) -> Doors:
        """DOOR_IDS and DOOR_NAMES: comma lists in the same order; a single door's name may hold commas."""
        ids = [door_id.strip() for door_id in _text(environ, "DOOR_IDS").split(",")]
        if len(set(ids)) != len(ids) or not all(_DOOR_ID.fullmatch(door_id) for door_id in ids):
            raise ConfigurationError("DOOR_IDS", "door ids are 1 to 32 of a-z, 0-9 and -, each once")
        listed = _text(environ, "DOOR_NAMES")
        names = [listed.strip()] if len(ids) == 1 else [name.strip() for name in listed.split(",")]
        if len(names) != len(ids) or not all(names):
            raise ConfigurationError("DOOR_NAMES", "there must be one name for each of DOOR_IDS")
        return cls(dict(zip(ids, names, strict=True)))


@dataclass(frozen=True)
class ProcessFaceMatchesConfig:
    """The configuration of process_face_matches."""

    doors: Doors
    stream_name_prefix: str
    visits_table: str
    visitors_table: str
    passcodes_table: str
    photos_bucket: str
    owner_topic_arn: str
    passcode_key_secret_arn: str
    site_url_parameter: str
    failed_records_queue_url: str
    time_zone: ZoneInfo
    rules: Rules

    @classmethod
    def from_env(cls, environ: Environ) -> ProcessFaceMatchesConfig:
        """Raises ConfigurationError."""
        return cls(
            doors=Doors.from_env(environ),
            stream_name_prefix=_text(environ, "STREAM_NAME_PREFIX"),
            visits_table=_text(environ, "VISITS_TABLE"),
            visitors_table=_text(environ, "VISITORS_TABLE"),
            passcodes_table=_text(environ, "PASSCODES_TABLE"),
            photos_bucket=_text(environ, "PHOTOS_BUCKET"),
            owner_topic_arn=_text(environ, "OWNER_TOPIC_ARN"),
            passcode_key_secret_arn=_text(environ, "PASSCODE_KEY_SECRET_ARN"),
            site_url_parameter=_text(environ, "SITE_URL_PARAMETER"),
            failed_records_queue_url=_text(environ, "FAILED_RECORDS_QUEUE_URL"),
            time_zone=_time_zone(environ),
            rules=Rules(
                recognition_similarity=_number(environ, "RECOGNITION_SIMILARITY", 80, 100),
                visit_seconds=_number(environ, "VISIT_MINUTES", 1, 60) * 60,
                gap_seconds=_number(environ, "VISIT_GAP_SECONDS", 1, 600),
                passcode_seconds=_number(environ, "PASSCODE_MINUTES", 1, 10) * 60,
                keep_seconds=_number(environ, "VISIT_DAYS", 1, 1095) * 86400,
            ),
        )


@dataclass(frozen=True)
class AnalyzeFragmentConfig:
    """The configuration of analyze_fragment."""

    doors: Doors
    stream_name_prefix: str
    visits_table: str
    idempotency_table: str
    collection_id: str
    face_search_results: str
    thrift: Thrift

    @classmethod
    def from_env(cls, environ: Environ) -> AnalyzeFragmentConfig:
        """Raises ConfigurationError."""
        return cls(
            doors=Doors.from_env(environ),
            stream_name_prefix=_text(environ, "STREAM_NAME_PREFIX"),
            visits_table=_text(environ, "VISITS_TABLE"),
            idempotency_table=_text(environ, "IDEMPOTENCY_TABLE"),
            collection_id=_text(environ, "COLLECTION_ID"),
            face_search_results=_text(environ, "FACE_SEARCH_RESULTS"),
            thrift=Thrift(
                threshold=_number(environ, "RECOGNITION_SIMILARITY", 80, 100),
                frame_seconds=1 / _number(environ, "FRAMES_PER_SECOND", 0.5, 5),
                gap_seconds=_number(environ, "VISIT_GAP_SECONDS", 1, 600),
            ),
        )


@dataclass(frozen=True)
class OwnerApiConfig:
    """The configuration of owner_api."""

    doors: Doors
    visits_table: str
    visitors_table: str
    passcodes_table: str
    photos_bucket: str
    collection_id: str
    passcode_key_secret_arn: str
    site_url_parameter: str
    passcode_seconds: float
    photo_link_seconds: int
    time_zone: ZoneInfo
    set_up: SetUp
    searches_fragments: bool
    user_pool_id: str
    owner_phone: str
    stream_name_prefix: str
    camera_sends: CameraSends
    video_seconds: float

    @classmethod
    def from_env(cls, environ: Environ) -> OwnerApiConfig:
        """Raises ConfigurationError."""
        return cls(
            doors=Doors.from_env(environ),
            visits_table=_text(environ, "VISITS_TABLE"),
            visitors_table=_text(environ, "VISITORS_TABLE"),
            passcodes_table=_text(environ, "PASSCODES_TABLE"),
            photos_bucket=_text(environ, "PHOTOS_BUCKET"),
            collection_id=_text(environ, "COLLECTION_ID"),
            passcode_key_secret_arn=_text(environ, "PASSCODE_KEY_SECRET_ARN"),
            site_url_parameter=_text(environ, "SITE_URL_PARAMETER"),
            passcode_seconds=_number(environ, "PASSCODE_MINUTES", 1, 10) * 60,
            photo_link_seconds=round(_number(environ, "PHOTO_LINK_SECONDS", 10, 3600)),
            time_zone=_time_zone(environ),
            set_up=SetUp(
                recognition_similarity=_number(environ, "RECOGNITION_SIMILARITY", 80, 100),
                visit_minutes=_number(environ, "VISIT_MINUTES", 1, 60),
                visit_gap_seconds=_number(environ, "VISIT_GAP_SECONDS", 1, 600),
                passcode_minutes=_number(environ, "PASSCODE_MINUTES", 1, 10),
                video_hours=_number(environ, "VIDEO_HOURS", 1, 168),
                photo_days=_number(environ, "PHOTO_DAYS", 1, 365),
                visit_days=_number(environ, "VISIT_DAYS", 1, 1095),
            ),
            searches_fragments=_searches_fragments(environ),
            user_pool_id=_text(environ, "USER_POOL_ID"),
            owner_phone=_text(environ, "OWNER_PHONE"),
            stream_name_prefix=_text(environ, "STREAM_NAME_PREFIX"),
            camera_sends=_camera_sends(environ),
            video_seconds=_number(environ, "VIDEO_HOURS", 1, 168) * 3600,
        )


@dataclass(frozen=True)
class VisitorApiConfig:
    """The configuration of visitor_api."""

    doors: Doors
    visits_table: str
    visitors_table: str
    passcodes_table: str
    passcode_key_secret_arn: str
    event_bus_name: str
    time_zone: ZoneInfo
    keep_seconds: float

    @classmethod
    def from_env(cls, environ: Environ) -> VisitorApiConfig:
        """Raises ConfigurationError."""
        return cls(
            doors=Doors.from_env(environ),
            visits_table=_text(environ, "VISITS_TABLE"),
            visitors_table=_text(environ, "VISITORS_TABLE"),
            passcodes_table=_text(environ, "PASSCODES_TABLE"),
            passcode_key_secret_arn=_text(environ, "PASSCODE_KEY_SECRET_ARN"),
            event_bus_name=_text(environ, "EVENT_BUS_NAME"),
            time_zone=_time_zone(environ),
            keep_seconds=_number(environ, "VISIT_DAYS", 1, 1095) * 86400,
        )


@dataclass(frozen=True)
class EnrollFaceConfig:
    """The configuration of enroll_face."""

    visits_table: str
    visitors_table: str
    idempotency_table: str
    photos_bucket: str
    collection_id: str

    @classmethod
    def from_env(cls, environ: Environ) -> EnrollFaceConfig:
        """Raises ConfigurationError."""
        return cls(
            visits_table=_text(environ, "VISITS_TABLE"),
            visitors_table=_text(environ, "VISITORS_TABLE"),
            idempotency_table=_text(environ, "IDEMPOTENCY_TABLE"),
            photos_bucket=_text(environ, "PHOTOS_BUCKET"),
            collection_id=_text(environ, "COLLECTION_ID"),
        )


@dataclass(frozen=True)
class InviteMessageConfig:
    """The configuration of invite_message."""

    doors: Doors
    site_url_parameter: str
    password_days: int

    @classmethod
    def from_env(cls, environ: Environ) -> InviteMessageConfig:
        """Raises ConfigurationError."""
        return cls(
            doors=Doors.from_env(environ),
            site_url_parameter=_text(environ, "SITE_URL_PARAMETER"),
            password_days=round(_number(environ, "FIRST_PASSWORD_DAYS", 1, 365)),
        )


def _text(environ: Environ, name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise ConfigurationError(name, "it is missing or empty")
    return value


def _time_zone(environ: Environ) -> ZoneInfo:
    try:
        return parse_zone(_text(environ, "TIME_ZONE"))
    except InvalidRequestError as error:
        raise ConfigurationError("TIME_ZONE", "it is no IANA time zone") from error


def _searches_fragments(environ: Environ) -> bool:
    mode = _text(environ, "FACE_SEARCH_MODE")
    if mode not in ("fragments", "stream-processor"):
        raise ConfigurationError("FACE_SEARCH_MODE", "it is neither fragments nor stream-processor")
    return mode == "fragments"


def _camera_sends(environ: Environ) -> CameraSends:
    try:
        return CameraSends(_text(environ, "CAMERA_SENDS"))
    except ValueError as error:
        raise ConfigurationError("CAMERA_SENDS", "it is neither always nor motion") from error


def _number(environ: Environ, name: str, lowest: float, highest: float) -> float:
    text = _text(environ, name)
    try:
        number = float(text)
    except ValueError as error:
        raise ConfigurationError(name, "it is not a number") from error
    if not lowest <= number <= highest:
        raise ConfigurationError(name, f"it is not between {lowest} and {highest}")
    return number
