"""The three tables in memory, with the conditions of the real ones under one lock each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from threading import Lock

from smart_door.domain.errors import (
    DoorChangedError,
    PasscodeTakenError,
    VisitChangedError,
    VisitorChangedError,
)
from smart_door.domain.ids import first_visit_id
from smart_door.domain.passcodes import REDEMPTION_SECONDS, Passcode
from smart_door.domain.passes import Pass
from smart_door.domain.ports import RecentVisits
from smart_door.domain.refusals import (
    PasscodeExpiredError,
    PasscodeUsedError,
    PasscodeWrongError,
    PassNotFoundError,
    TooManyTriesError,
    VisitNotFoundError,
    VisitorNotFoundError,
)
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

    def remove(self, visit: Visit) -> None:
        """Remove a visit, if there and still as it was read."""
        with self._lock:
            stored = self._visits.get((visit.door_id, visit.visit_id))
            if stored is not None and stored.version != visit.version:
                raise VisitChangedError(visit.door_id, visit.visit_id)
            self._visits.pop((visit.door_id, visit.visit_id), None)

    def page(self, door_id: str, before: str | None, limit: int) -> Sequence[Visit]:
        """Up to `limit` visits, newest first."""
        with self._lock:
            visits = [visit for visit in self.everything if visit.door_id == door_id]
            return [visit for visit in visits if before is None or visit.visit_id < before][:limit]


class InMemoryVisitors:
    """`ports.Visitors`."""

    def __init__(self) -> None:
        self._visitors: dict[str, Visitor] = {}
        self._merged_into: dict[str, str] = {}
        self._lock = Lock()

    def get(self, visitor_id: str) -> Visitor:
        """One visitor, also by an id that was merged into theirs."""
        with self._lock:
            kept_id = self._merged_into.get(visitor_id, visitor_id)
            if kept_id not in self._visitors:
                raise VisitorNotFoundError(visitor_id)
            return self._visitors[kept_id]

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

    def merge(self, kept: Visitor, given_up: Visitor) -> Visitor:
        """Make two records one if both are still as they were read."""
        with self._lock:
            for one in (kept, given_up):
                stored = self._visitors.get(one.visitor_id)
                if stored is None or stored.version != one.version:
                    raise VisitorChangedError(kept.visitor_id)
            changed = replace(kept, version=kept.version + 1)
            self._visitors[kept.visitor_id] = changed
            del self._visitors[given_up.visitor_id]
            self._merged_into |= dict.fromkeys([given_up.visitor_id, *given_up.alias_ids], kept.visitor_id)
            return changed

    def remove(self, visitor: Visitor) -> None:
        """Remove a visitor, if there and still as it was read."""
        with self._lock:
            for alias_id in visitor.alias_ids:
                self._merged_into.pop(alias_id, None)
            stored = self._visitors.get(visitor.visitor_id)
            if stored is not None and stored.version != visitor.version:
                raise VisitorChangedError(visitor.visitor_id)
            self._visitors.pop(visitor.visitor_id, None)

    def all(self) -> Sequence[Visitor]:
        """Everyone."""
        with self._lock:
            return list(self._visitors.values())


class InMemoryPasscodes:
    """`ports.Passcodes`. `stored` and `passes` are what somebody who steals the table would see."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], Passcode] = {}
        self.passes: dict[tuple[str, str], Pass] = {}
        self._tries: dict[tuple[str, str], tuple[int, float]] = {}
        self._lock = Lock()

    def add(self, passcode: Passcode, now: float) -> None:
        """Store a new passcode, unless the digest is in use at the door."""
        with self._lock:
            self.make_room(passcode, now)
            self.stored[passcode.door_id, passcode.digest] = passcode

    def make_room(self, new: Passcode | Pass, now: float) -> None:
        """There is one item for a digest: passcode or pass, and a valid one stays."""
        key = (new.door_id, new.digest)
        taken = self.stored.get(key) or self.passes.get(key)
        if taken is not None and taken.expires_at > now:
            raise PasscodeTakenError(new.door_id)
        self.stored.pop(key, None)
        self.passes.pop(key, None)

    def redeem(self, door_id: str, digest: str, now: float, visit_id: str | None) -> Passcode | Pass:
        """Use the passcode up, or find the pass."""
        with self._lock:
            if visit_id is None and (door_id, digest) in self.passes:
                return self.passes[door_id, digest]
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

    def of_door(self, door_id: str) -> Sequence[Passcode]:
        """The door's passcodes."""
        with self._lock:
            return [one for one in self.stored.values() if one.door_id == door_id]

    def remove(self, passcode: Passcode) -> None:
        """Remove a passcode, if there."""
        with self._lock:
            self.stored.pop((passcode.door_id, passcode.digest), None)

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


class InMemoryPasses:
    """`ports.Passes`, in the table of the passcodes."""

    def __init__(self, passcodes: InMemoryPasscodes) -> None:
        self._table = passcodes
        self._lock = Lock()

    def add(self, new: Pass, now: float) -> None:
        """Store a new pass, unless the digest is in use at the door."""
        with self._lock:
            self._table.make_room(new, now)
            self._table.passes[new.door_id, new.digest] = new

    def of_door(self, door_id: str) -> Sequence[Pass]:
        """The door's passes."""
        with self._lock:
            return [one for one in self._table.passes.values() if one.door_id == door_id]

    def use(self, found: Pass, window: str, visit_id: str, now: float) -> Pass:
        """Use a pass for a window."""
        with self._lock:
            stored = self._stored(found)
            if stored is None or stored.revoked_at is not None:
                raise PasscodeWrongError(found.door_id)
            if stored.expires_at <= now:
                raise PasscodeExpiredError(found.door_id)
            lapsed = stored.used_at is not None and stored.used_at <= now - REDEMPTION_SECONDS
            if stored.used_window == window and (stored.done_window == window or not lapsed):
                raise PasscodeUsedError(found.door_id)
            return self._keep(replace(stored, used_at=now, used_window=window, visit_id=visit_id))

    def finish(self, used: Pass) -> None:
        """The admission is complete."""
        with self._lock:
            stored = self._stored(used)
            if stored is not None and stored.used_window == used.used_window:
                self._keep(replace(stored, done_window=used.used_window))

    def claim(self, found: Pass, now: float, until: float) -> Pass | None:
        """Claim the pass's message, if it is free."""
        with self._lock:
            stored = self._stored(found)
            is_free = stored and stored.told_at is None and (stored.claimed_until or 0.0) <= now
            return self._keep(replace(stored, claimed_until=until)) if stored and is_free else None

    def told(self, found: Pass, now: float) -> Pass:
        """The message went."""
        with self._lock:
            stored = self._stored(found)
            if stored is None:
                raise PassNotFoundError(found.door_id, found.pass_id)
            return self._keep(replace(stored, told_at=now))

    def revoke(self, found: Pass, now: float) -> Pass:
        """Let the pass never open again."""
        with self._lock:
            stored = self._stored(found)
            if stored is None:
                raise PassNotFoundError(found.door_id, found.pass_id)
            return self._keep(replace(stored, revoked_at=stored.revoked_at or now))

    def remove(self, found: Pass) -> None:
        """Remove a pass, if there."""
        with self._lock:
            self._table.passes.pop((found.door_id, found.digest), None)

    def _stored(self, found: Pass) -> Pass | None:
        stored = self._table.passes.get((found.door_id, found.digest))
        return stored if stored is not None and stored.pass_id == found.pass_id else None

    def _keep(self, changed: Pass) -> Pass:
        self._table.passes[changed.door_id, changed.digest] = changed
        return changed
