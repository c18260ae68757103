"""Writing what others may write at the same time."""

from __future__ import annotations

from collections.abc import Callable

from smart_door.domain.errors import (
    SettingsChangedError,
    VisitChangedError,
    VisitorChangedError,
)
from smart_door.domain.ports import Visitors, Visits
from smart_door.domain.settings import HomeSettings, Settings
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import Visit

ATTEMPTS = 6


def change_visit(visits: Visits, visit: Visit, change: Callable[[Visit], Visit]) -> Visit:
    """Write `change(visit)`; where somebody else wrote first, apply the change to what they wrote.

    Only for changes that are right whatever the others did. Raises VisitChangedError after some attempts.
    """
    for _ in range(ATTEMPTS):
        try:
            return visits.replace(change(visit))
        except VisitChangedError:
            visit = visits.get(visit.door_id, visit.visit_id)
    raise VisitChangedError(visit.door_id, visit.visit_id)


def change_visitor(visitors: Visitors, visitor: Visitor, change: Callable[[Visitor], Visitor]) -> Visitor:
    """The same for a visitor; a change that changes nothing is not written. Raises VisitorChangedError."""
    for _ in range(ATTEMPTS):
        changed = change(visitor)
        if changed == visitor:
            return visitor
        try:
            return visitors.replace(changed)
        except VisitorChangedError:
            visitor = visitors.get(visitor.visitor_id)
    raise VisitorChangedError(visitor.visitor_id)


def change_settings(settings: HomeSettings, change: Callable[[Settings], Settings]) -> Settings:
    """The same for the household's settings. Raises SettingsChangedError."""
    for _ in range(ATTEMPTS):
        read = settings.get()
        changed = change(read)
        if changed == read:
            return read
        try:
            return settings.replace(changed)
        except SettingsChangedError:
            continue
    raise SettingsChangedError
