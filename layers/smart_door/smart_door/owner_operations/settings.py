"""The household's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, time
from typing import Any

from smart_door.bootstrap import owner
from smart_door.domain.refusals import InvalidRequestError
from smart_door.domain.settings import QuietHours, Settings
from smart_door.http import json_body
from smart_door.owner_operations.requests import Event, Json, Operation, text

_SWITCHES = ("ask_about_strangers", "warn_about_blocked", "enrol_faces")


def get_settings(event: Event) -> Json:
    """As they are."""
    return _shown(owner.home_settings().get())


def change_settings(event: Event) -> Json:
    """All of them at once."""
    body = json_body(event)
    for name in _SWITCHES:
        if not isinstance(body.get(name), bool):
            raise InvalidRequestError(name, f"{name} is true or false.")
    settings = owner.home_settings()
    switches = {name: body[name] for name in _SWITCHES}
    return _shown(settings.replace(replace(settings.get(), quiet=_quiet(body), **switches)))


def _quiet(body: Mapping[str, Any]) -> QuietHours | None:
    given = body.get("quiet_hours")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise InvalidRequestError("quiet_hours", "Give when quiet hours begin and end.")
    quiet = QuietHours(_hour(given, "begins"), _hour(given, "ends"))
    quiet.check()
    return quiet


def _hour(given: Mapping[str, Any], name: str) -> time:
    try:
        return datetime.strptime(text(given, name), "%H:%M").time()  # noqa: DTZ007 - the home's clocks
    except ValueError as error:
        raise InvalidRequestError(name, "Give the hour like 22:00.") from error


def _shown(settings: Settings) -> Json:
    shown: Json = {name: getattr(settings, name) for name in _SWITCHES}
    shown["time_zone"] = owner.time_zone().key
    shown["set_up"] = asdict(owner.set_up())
    if settings.quiet is not None:
        hours = {"begins": settings.quiet.begins, "ends": settings.quiet.ends}
        shown["quiet_hours"] = {name: f"{hour:%H:%M}" for name, hour in hours.items()}
    return shown


OPERATIONS: dict[str, Operation] = {
    "GET /api/owner/settings": get_settings,
    "PUT /api/owner/settings": change_settings,
}
