"""The faces that fragment search keeps an eye on, and what the home says about how thriftily it does."""

from __future__ import annotations

from dataclasses import dataclass

from smart_door.domain.faces import BoundingBox
from smart_door.domain.fragment_search import CollectionMatch
from smart_door.domain.rules import GOOD_SCORE

SETTLED_SECONDS = 20.0
"""At least so long lies between looks at people who are glimpsed and whose visit is settled."""

SEARCHES, SEARCHES_OF_A_LIKENESS, MOST_SEARCHES = 2, 4, 6
"""So many searches say that nobody is known: with a good picture that resembles nobody, with one that
resembles somebody, and with any picture."""


@dataclass(frozen=True, slots=True)
class Thrift:
    """The home's numbers: from `threshold` on a similarity recognises; seconds between looks and of a gap."""

    threshold: float = 99.0
    frame_seconds: float = 0.5
    gap_seconds: float = 15.0

    @property
    def settled_seconds(self) -> float:
        """Between looks at visits that a gap ends: two within it, so that thrift never ends a visit."""
        return min(SETTLED_SECONDS, self.gap_seconds / 2)


@dataclass(frozen=True, slots=True)
class WatchedFace:
    """A face that was looked at: where, when last (a glimpse counts), and what searching it showed.

    `searches` counts the calls, `score` (0..1) is that of the best picture that was searched. `doubtful`
    says that a face was glimpsed at its place after it had been out of sight.
    """

    bounding_box: BoundingBox
    seen_at: float
    searched_at: float
    searches: int
    score: float
    matches: tuple[CollectionMatch, ...]
    doubtful: bool = False

    def is_recognised(self, thrift: Thrift) -> bool:
        """Whether a search said who it is."""
        return any(match.similarity >= thrift.threshold for match in self.matches)

    def is_clear(self, thrift: Thrift) -> bool:
        """Whether more searches would say nothing more."""
        if self.is_recognised(thrift) or self.searches >= MOST_SEARCHES:
            return True
        enough = SEARCHES_OF_A_LIKENESS if self.matches else SEARCHES
        return self.searches >= enough and self.score >= GOOD_SCORE
