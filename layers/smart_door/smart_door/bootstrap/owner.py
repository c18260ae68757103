"""Wires what the owner does besides looking and deciding: visitors, corrections, passes, the export."""

from __future__ import annotations

import os
import secrets
import time
import uuid
from functools import cache
from typing import TYPE_CHECKING

from smart_door.bootstrap import parts
from smart_door.bootstrap.narration import narrate
from smart_door.config import OwnerApiConfig

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from smart_door.domain.settings import HomeSettings
    from smart_door.services.correct_visit import CorrectVisit
    from smart_door.services.export_visits import ExportVisits
    from smart_door.services.forget_visitor import ForgetVisitor
    from smart_door.services.manage_household import ManageHousehold
    from smart_door.services.manage_passes import ManagePasses
    from smart_door.services.manage_visitors import ManageVisitors
    from smart_door.services.show_passes import ShowPasses


@cache
def _config() -> OwnerApiConfig:
    return OwnerApiConfig.from_env(os.environ)


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
        passes=parts.passes(config.passcodes_table),
        photos=parts.photos(config.photos_bucket),
        faces=parts.faces(config.collection_id),
        door_ids=sorted(config.doors.ids),
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
        random_below=secrets.randbelow,
        new_id=lambda: str(uuid.uuid4()),
        narrate=narrate,
    )


@cache
def show_passes() -> ShowPasses:
    """Shows invitations."""
    from smart_door.services.show_passes import ShowPasses

    config = _config()
    visitors = parts.visitors(config.visitors_table)
    return ShowPasses(visitors, config.doors.names, config.time_zone, time.time)


def home_settings() -> HomeSettings:
    """What the household set."""
    return parts.settings(_config().visits_table)


@cache
def manage_household() -> ManageHousehold:
    """Says who may log in."""
    from smart_door.services.manage_household import ManageHousehold

    return ManageHousehold(parts.household(_config().user_pool_id), narrate)


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


@cache
def time_zone() -> ZoneInfo:
    """The home's time zone."""
    return _config().time_zone


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
