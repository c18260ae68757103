"""Wires what the owner page asks for and does."""

from __future__ import annotations

import os
import time
import uuid
from functools import cache
from typing import TYPE_CHECKING

from smart_door.bootstrap import parts
from smart_door.bootstrap.narration import narrate
from smart_door.config import OwnerApiConfig

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from smart_door.domain.settings import HomeSettings, SetUp
    from smart_door.services.correct_visit import CorrectVisit
    from smart_door.services.decide_visit import DecideVisit
    from smart_door.services.delete_visit import DeleteVisit
    from smart_door.services.export_visits import ExportVisits
    from smart_door.services.forget_visitor import ForgetVisitor
    from smart_door.services.manage_household import ManageHousehold
    from smart_door.services.manage_passes import ManagePasses
    from smart_door.services.manage_visitors import ManageVisitors
    from smart_door.services.resend_code import ResendCode
    from smart_door.services.show_home import ShowHome
    from smart_door.services.show_passes import ShowPasses
    from smart_door.services.show_video import ShowVideo


@cache
def _config() -> OwnerApiConfig:
    return OwnerApiConfig.from_env(os.environ)


@cache
def show_home() -> ShowHome:
    """What owner_api shows."""
    from smart_door.services.show_home import ShowHome

    config = _config()
    return ShowHome(
        visits=parts.visits(config.visits_table),
        visitors=parts.visitors(config.visitors_table),
        photos=parts.photos(config.photos_bucket, config.photo_link_seconds),
        door_names=config.doors.names,
        clock=time.time,
        gap_seconds=config.set_up.visit_gap_seconds,
        searches_fragments=config.searches_fragments,
    )


@cache
def decide_visit() -> DecideVisit:
    """What owner_api does."""
    from smart_door.services.decide_visit import DecideVisit

    config = _config()
    site_url = parts.site_url(config.site_url_parameter)
    return DecideVisit(
        visits=parts.visits(config.visits_table),
        visitors=parts.visitors(config.visitors_table),
        send_code=parts.send_code(config, parts.messages(), site_url, config.passcode_seconds),
        clock=time.time,
        new_visitor_id=lambda: str(uuid.uuid4()),
        narrate=narrate,
    )


@cache
def manage_visitors() -> ManageVisitors:
    """Changes who is on file."""
    from smart_door.services.manage_visitors import ManageVisitors

    config = _config()
    return ManageVisitors(
        visits=parts.visits(config.visits_table),
        visitors=parts.visitors(config.visitors_table),
        photos=parts.photos(config.photos_bucket),
        faces=parts.faces(config.collection_id),
        door_ids=config.doors.ids,
        clock=time.time,
        narrate=narrate,
    )


@cache
def forget_visitor() -> ForgetVisitor:
    """Deletes everything about a person."""
    from smart_door.services.forget_visitor import ForgetVisitor

    config = _config()
    return ForgetVisitor(
        visits=parts.visits(config.visits_table),
        visitors=parts.visitors(config.visitors_table),
        passcodes=parts.passcodes(config.passcodes_table),
        passes=parts.passes(config.passcodes_table),
        photos=parts.photos(config.photos_bucket),
        faces=parts.faces(config.collection_id),
        door_ids=sorted(config.doors.ids),
        clock=time.time,
        narrate=narrate,
    )


@cache
def delete_visit() -> DeleteVisit:
    """Deletes everything about a visit."""
    from smart_door.services.delete_visit import DeleteVisit

    config = _config()
    return DeleteVisit(
        visits=parts.visits(config.visits_table),
        passcodes=parts.passcodes(config.passcodes_table),
        photos=parts.photos(config.photos_bucket),
        clock=time.time,
        narrate=narrate,
    )


@cache
def manage_passes() -> ManagePasses:
    """Invites."""
    from smart_door.services.manage_passes import ManagePasses

    config = _config()
    return ManagePasses(
        passes=parts.passes(config.passcodes_table),
        visitors=parts.visitors(config.visitors_table),
        messages=parts.messages(),
        key=parts.passcode_key(config.passcode_key_secret_arn),
        site_url=parts.site_url(config.site_url_parameter),
        door_names=config.doors.names,
        zone=config.time_zone,
        clock=time.time,
        narrate=narrate,
    )


@cache
def show_passes() -> ShowPasses:
    """Shows invitations."""
    from smart_door.services.show_passes import ShowPasses

    config = _config()
    visitors = parts.visitors(config.visitors_table)
    return ShowPasses(visitors, config.doors.names, config.time_zone, time.time)


@cache
def show_video() -> ShowVideo:
    """Shows what the cameras film."""
    from smart_door.services.show_video import ShowVideo

    config = _config()
    return ShowVideo(
        visits=parts.visits(config.visits_table),
        footage=parts.footage(config.stream_name_prefix),
        photos=parts.photos(config.photos_bucket, config.photo_link_seconds),
        door_ids=config.doors.ids,
        camera_sends=config.camera_sends,
        video_seconds=config.video_seconds,
        zone=config.time_zone,
        clock=time.time,
    )


def home_settings() -> HomeSettings:
    """What the household set."""
    return parts.settings(_config().visits_table)


@cache
def manage_household() -> ManageHousehold:
    """Says who may log in, and who is told about what."""
    from smart_door.services.manage_household import ManageHousehold

    config = _config()
    return ManageHousehold(
        household=parts.household(config.user_pool_id),
        settings=home_settings(),
        messages=parts.messages(),
        home_phone=config.owner_phone,
        narrate=narrate,
    )


@cache
def export_visits() -> ExportVisits:
    """Makes the spreadsheet of visits."""
    from smart_door.services.export_visits import ExportVisits

    config = _config()
    return ExportVisits(
        visits=parts.visits(config.visits_table),
        visitors=parts.visitors(config.visitors_table),
        door_names=config.doors.names,
        clock=time.time,
    )


def set_up() -> SetUp:
    """What whoever deployed the home chose."""
    return _config().set_up


@cache
def time_zone() -> ZoneInfo:
    """The home's time zone."""
    return _config().time_zone


@cache
def resend_code() -> ResendCode:
    """Sends a visit's code again."""
    from smart_door.services.resend_code import ResendCode

    decide = decide_visit()
    return ResendCode(decide.visits, decide.visitors, decide.send_code, time.time, narrate)


@cache
def correct_visit() -> CorrectVisit:
    """Takes wrong matches back."""
    from smart_door.services.correct_visit import CorrectVisit

    config = _config()
    return CorrectVisit(
        visits=parts.visits(config.visits_table),
        visitors=parts.visitors(config.visitors_table),
        photos=parts.photos(config.photos_bucket),
        faces=parts.faces(config.collection_id),
        clock=time.time,
        narrate=narrate,
    )
