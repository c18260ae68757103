"""Whether whoever waits at a door is still there, as far as the camera can tell."""

from __future__ import annotations

from dataclasses import replace

from smart_door.domain.attention import longest_pause
from smart_door.domain.visits import UNDECIDED, Visit

MISSED_SECONDS = 5.0
"""A look that shows nobody so long after the last sight means more than a head that was turned away."""

ARRIVAL_SECONDS = 5.0
"""What a camera sees is known here so much later at most, mostly."""


def missed(visit: Visit, looked_at: float, now: float) -> Visit:
    """The visit after a look at its door that showed nobody; the same one where that says nothing new.

    Only who waits is missed, and only the first look counts until they are seen again.
    """
    waits = visit.status_at(now) in UNDECIDED
    if not waits or is_missed(visit) or looked_at < visit.last_seen_at + MISSED_SECONDS:
        return visit
    return replace(visit, missed_at=looked_at)


def is_missed(visit: Visit) -> bool:
    """Whether a look has shown nobody since the visit's last sight."""
    return visit.missed_at is not None and visit.missed_at > visit.last_seen_at


def out_of_sight_from(visit: Visit, gap_seconds: float, *, is_searched: bool) -> float:
    """When the visit's people count as out of sight, unless they are seen again (epoch seconds).

    Once a look has missed them, that is since then. Without one time alone decides: after `gap_seconds`, and
    where frames are chosen by fragment search (`is_searched`), after its longest pause.
    """
    if visit.missed_at is not None and is_missed(visit):
        return visit.missed_at
    pause = max(gap_seconds, longest_pause(visit)) if is_searched else gap_seconds
    return visit.last_seen_at + pause + ARRIVAL_SECONDS
