"""The numbers a home may set, and those that are ours; all times in seconds, similarities 0..100."""

from __future__ import annotations

from dataclasses import dataclass

SAME_PERSON_SIMILARITY = 90.0
"""From here on two pictures of one door within minutes show the same stranger.

Lower than for opening a door, since clothes and light are the same and a miss only costs a second message;
higher than Rekognition's 80, since a false match would put two people's faces under one name.
"""

COMPARISONS = 5
"""At most so many face comparisons for one newly seen face: each is a paid call."""

USABLE_SCORE = 0.15
"""From this frame score on a photo tells the owner something."""

GOOD_SCORE = 0.4
"""From this frame score on a similarity under the recognition's is a judgement, not a bad picture."""

PHOTO_PATIENCE_SECONDS = 3.0
"""So long a question to the owner waits for a usable photo."""

RESEMBLANCE_PATIENCE_SECONDS = 1.5
"""So long a question waits for a better frame of somebody who resembles a visitor in a bad one."""

CLEARLY_BETTER = 1.25
"""A photo is replaced by one whose score is higher by this factor, so S3 is not written at every record."""

NOTED_AFTER_SECONDS = 1.0
"""A visit that merely goes on is written so often."""

UNDO_SECONDS = 10.0
"""A decision can be undone for so long. The message goes at once, since somebody stands at the door."""

LOOK_BACK_SECONDS = 3600.0
"""Visits that began earlier than this before a record are not considered for it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How this home decides; the environment variables of the same names set them.

    From `recognition_similarity` on a face is known. An undecided visit expires after `visit_seconds`.
    Someone out of sight for longer than `gap_seconds` has left. A code opens for `passcode_seconds`. Records
    of visits are kept for `keep_seconds`.
    """

    recognition_similarity: float = 99.0
    visit_seconds: float = 600.0
    gap_seconds: float = 15.0
    passcode_seconds: float = 300.0
    keep_seconds: float = 90 * 86400.0
