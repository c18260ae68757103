"""The three tables in memory, with the conditions of the real ones under one lock each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from threading import Lock

from smart_door.domain.errors import (
    DoorChangedError,
    PasscodeExpiredError,
    PasscodeTakenError,
    PasscodeUsedError,
    PasscodeWrongError,
    TooManyTriesError,
    VisitChangedError,
    VisitNotFoundError,
    VisitorChangedError,
    VisitorNotFoundError,
)
from smart_door.domain.ids import first_visit_id
from smart_door.domain.passcodes import REDEMPTION_SECONDS, Passcode
from smart_door.domain.ports import RecentVisits
from smart_door.domain.visitors import Visitor
from smart_door.domain.visits import Visit


class InMemoryVisits:
    """`ports.Visits`. `writes` counts what would be paid for."""

    def __init__(self) -> None:
        self._visits: dict[tuple[str, str], Visit] = {}
        self._last_opened: dict[str, str] = {}
        self._lock = Lock()
        self.writes = 0

    @property
    def everything(self) -> list[Visit]:
        """All visits of all doors, newest first."""
        return sorted(self._visits.values(), key=lambda visit: visit.visit_id, reverse=True)

    def recent_at(self, door_id: str, since: float) -> RecentVisits:
        """The door's visits first seen at `since` or later, newest first."""
        with self._lock:
            first = first_visit_id(since)
            visits = [
                visit for visit in self.everything if visit.door_id == door_id and visit.visit_id >= first
            ]
            return RecentVisits(tuple(visits), self._last_opened.get(door_id))

    def get(self, door_id: str, visit_id: str) -> Visit:
        """One visit."""
        with self._lock:
            if (door_id, visit_id) not in self._visits:
                raise VisitNotFoundError(door_id, visit_id)
            return self._visits[door_id, visit_id]

    def add(self, visit: Visit, last_opened: str | None) -> None:
        """Store a new visit if none was opened since `last_opened` was read."""
        with self._lock:
            key = (visit.door_id, visit.visit_id)
            if key in self._visits or self._last_opened.get(visit.door_id) != last_opened:
                raise DoorChangedError(visit.door_id)
            self._visits[key] = visit
            self._last_opened[visit.door_id] = visit.visit_id
            self.writes += 1

    def replace(self, visit: Visit) -> Visit:
        """Store a changed visit if its version is still the stored one."""
        with self._lock:
            stored = self._visits.get((visit.door_id, visit.visit_id))
            if stored is None or stored.version != visit.version:
                raise VisitChangedError(visit.door_id, visit.visit_id)
            changed = replace(visit, version=visit.version + 1)
            self._visits[visit.door_id, visit.visit_id] = changed
            self.writes += 1
            return changed

    def page(self, door_id: str, before: str | None, limit: int) -> Sequence[Visit]:
        """Up to `limit` visits, newest first."""
        with self._lock:
            visits = [visit for visit in self.everything if visit.door_id == door_id]
            return [visit for visit in visits if before is None or visit.visit_id < before][:limit]


class InMemoryVisitors:
    """`ports.Visitors`."""

    def __init__(self) -> None:
        self._visitors: dict[str, Visitor] = {}
        self._lock = Lock()

    def get(self, visitor_id: str) -> Visitor:
        """One visitor."""
        with self._lock:
            if visitor_id not in self._visitors:
                raise VisitorNotFoundError(visitor_id)
            return self._visitors[visitor_id]

    def add(self, visitor: Visitor) -> None:
        """Store a new visitor."""
        with self._lock:
            if visitor.visitor_id in self._visitors:
                raise VisitorChangedError(visitor.visitor_id)
            self._visitors[visitor.visitor_id] = visitor

    def replace(self, visitor: Visitor) -> Visitor:
        """Store a changed visitor if the version is still the stored one."""
        with self._lock:
            stored = self._visitors.get(visitor.visitor_id)
            if stored is None or stored.version != visitor.version:
                raise VisitorChangedError(visitor.visitor_id)
            changed = replace(visitor, version=visitor.version + 1)
            self._visitors[visitor.visitor_id] = changed
            return changed

    def remove(self, visitor_id: str) -> None:
        """Remove a visitor, if there."""
        with self._lock:
            self._visitors.pop(visitor_id, None)

    def all(self) -> Sequence[Visitor]:
        """Everyone."""
        with self._lock:
            return list(self._visitors.values())


class InMemoryPasscodes:
    """`ports.Passcodes`. `stored` is what somebody who steals the table would see."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], Passcode] = {}
        self._tries: dict[tuple[str, str], tuple[int, float]] = {}
        self._lock = Lock()

    def add(self, passcode: Passcode, now: float) -> None:
        """Store a new passcode, unless the digest is in use at the door."""
        with self._lock:
            key = (passcode.door_id, passcode.digest)
            if key in self.stored and self.stored[key].expires_at > now:
                raise PasscodeTakenError(passcode.door_id)
            self.stored[key] = passcode

    def redeem(self, door_id: str, digest: str, now: float, visit_id: str | None) -> Passcode:
        """Use the passcode up."""
        with self._lock:
            passcode = self.stored.get((door_id, digest))
            if passcode is None or (visit_id is not None and passcode.visit_id != visit_id):
                raise PasscodeWrongError(door_id)
            lapsed = passcode.used_at is not None and passcode.used_at <= now - REDEMPTION_SECONDS
            free = passcode.done_at is None and (passcode.used_at is None or lapsed)
            if free and passcode.expires_at > now:
                passcode = replace(passcode, used_at=now)
                self.stored[door_id, digest] = passcode
                return passcode
            if passcode.used_at is not None:
                raise PasscodeUsedError(door_id)
            raise PasscodeExpiredError(door_id)

    def finish(self, passcode: Passcode, now: float) -> None:
        """The admission is complete."""
        with self._lock:
            key = (passcode.door_id, passcode.digest)
            if key in self.stored:
                self.stored[key] = replace(self.stored[key], done_at=now)

    def count_try(self, door_id: str, scope: str, now: float, window_seconds: float, limit: int) -> None:
        """Count one try."""
        with self._lock:
            tries, window_ends = self._tries.get((door_id, scope), (0, 0.0))
            if window_ends <= now:
                tries, window_ends = 0, now + window_seconds
            if tries >= limit:
                raise TooManyTriesError(max(1, ceil(window_ends - now)))
            self._tries[door_id, scope] = (tries + 1, window_ends)

    def return_try(self, door_id: str, scope: str) -> None:
        """Take one counted try back."""
        with self._lock:
            tries, window_ends = self._tries.get((door_id, scope), (0, 0.0))
            self._tries[door_id, scope] = (max(0, tries - 1), window_ends)
