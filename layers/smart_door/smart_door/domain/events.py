"""What Smart Door tells the world: locks and lights listen to these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VisitorAdmitted:
    """A visitor's passcode opened the door at `admitted_at` (epoch seconds).

    Delivered at least once; `visit_id` is what a listener recognises a repetition by.
    """

    door_id: str
    visit_id: str
    visitor_id: str
    admitted_at: float
