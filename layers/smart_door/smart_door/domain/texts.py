"""The words of the text messages. No passcode stands in one that goes to the owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from smart_door.domain.passes import PassKind, Schedule

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def question(
    door_name: str, names: Sequence[str], strangers: int, companion_names: Sequence[str], link: str
) -> str:
    """To the owner: people are at the door who get no code by themselves.

    `names` are of people on file who are let in at this door only when asked; the `strangers` nobody knows.
    """
    who = _listed([*names, *([_unknown(strangers)] if strangers else [])])
    who = who if names else who[0].upper() + who[1:]
    is_one = len(names) + strangers == 1
    company = f" with {_listed(companion_names)}" if companion_names else ""
    are = "is" if is_one else "are"
    why = "" if strangers else f" and {are} let in only if you say so"
    return f"{who} {are} at {the_door(door_name)}{company}{why}: {link}"


def warning(door_name: str, name: str, link: str) -> str:
    """To the owner: a blocked visitor is at the door."""
    return f"{name}, whom you blocked, is at {the_door(door_name)}: {link}"


def unreachable(door_name: str, name: str, link: str) -> str:
    """To the owner: an approved visitor is at the door, whose phone takes no message."""
    return f"{name} is at {the_door(door_name)}, but their phone takes no text messages: {link}"


def code(door_name: str, name: str, digits: str, minutes: int, link: str) -> str:
    """To the visitor: the passcode, its digits unbroken. A duration, since a clock would need a time zone."""
    span = "1 minute" if minutes == 1 else f"{minutes} minutes"
    return f"Hello {name}, your code for {the_door(door_name)} is {digits}. It works once, for {span}. {link}"


def invitation(door_name: str, name: str, digits: str, when: str, link: str) -> str:
    """To somebody invited: the code of their pass, and when it opens."""
    where = the_door(door_name)
    return f"Hello {name}, you are invited to {where}. Your code is {digits}. It opens {when}. {link}"


def times_of(schedule: Schedule) -> str:
    """When a pass opens, within a sentence; times as clocks at home show them."""
    first, last = schedule.first, schedule.last
    if schedule.kind is PassKind.RECURRING:
        days = _listed([_WEEKDAYS[day] for day in sorted(schedule.weekdays)])
        hours = f"from {schedule.opens:%H:%M} to {schedule.closes:%H:%M}"
        return f"once every {days} {hours}, from {_day(first)} to {_day(last)}"
    begin = f"{_day(first)} {first:%H:%M}"
    end = f"{last:%H:%M}" if first.date() == last.date() else f"{_day(last)} {last:%H:%M}"
    return f"{'once, ' if schedule.kind is PassKind.ONCE else ''}from {begin} to {end}"


def owner_link(site_url: str, door_id: str, visit_id: str) -> str:
    """The owner page, opened at the visit."""
    return f"{site_url}/owner/#/visits/{door_id}/{visit_id}"


def door_link(site_url: str, door_id: str, visit_id: str) -> str:
    """The door page, opened for the visit."""
    return f"{site_url}/door/?door={door_id}&visit={visit_id}"


def invitation_link(site_url: str, door_id: str) -> str:
    """The door page, opened for somebody with a pass."""
    return f"{site_url}/door/?door={door_id}"


def the_door(door_name: str) -> str:
    """A door's name inside a sentence: "Front door" becomes "the front door"."""
    first, *rest = door_name.split() or ["door"]
    if first.lower() == "the":
        return " ".join(["the", *rest])
    if not first.isupper():
        first = first[:1].lower() + first[1:]
    return " ".join(["the", first, *rest])


def _unknown(count: int) -> str:
    if count == 1:
        return "someone you don't know"
    return f"{_NUMBERS[count] if count < len(_NUMBERS) else count} people you don't know"


def _day(at: datetime) -> str:
    return f"{_WEEKDAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
