"""Which frames are worth a look, and which faces a search: every call of Rekognition is paid for.

A look is one DetectFaces. Whoever comes is looked at twice a second, and searched until it is clear who it
is, or that nobody knows them. While their visit is on its way into the table they are looked at less often,
and once it is there (a code sent, the owner asked) only so often that the visit goes on and a companion is
noticed. Where something moves that has no face (a tree in the wind), looks get rarer the longer that lasts.

An `Attention` is what one function instance remembers of one door. It only saves money: a new instance
remembers nothing and looks again, and nothing here may make a visit be missed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from smart_door.domain.faces import BoundingBox, frame_score
from smart_door.domain.fragment_search import CollectionMatch, SearchedFace
from smart_door.domain.rules import CLEARLY_BETTER, GOOD_SCORE
from smart_door.domain.visits import NEAR_SECONDS, UNDECIDED, Visit

EMPTY_SHARE, EMPTY_LEAST, EMPTY_MOST = 0.1, 1.0, 5.0
"""Where no face shows, this share of the time since, within these bounds in seconds, is between looks."""

LEFT_LEAST = 2.5
"""The same bound where somebody whose visit is settled has just left: mostly it is their coat that moves."""

WAITING_SECONDS = 2.0
"""Between looks at people who are clear to us, until the table says that their visit is settled."""

SETTLED_SECONDS = 8.0
"""Between looks at people whose visit is settled, if that is not more than half a visit's gap."""

AGAIN_SECONDS = 15.0
"""After so long a stranger is searched again: somebody else may stand there by now."""

BEHIND_FROM, BEHIND_SHARE, BEHIND_MOST = 4.0, 0.25, 5.0
"""Who is later than that leaves this share of the delay between looks, up to so many seconds: a visitor is
worth more now than every frame of them a minute from now."""

FORGOTTEN_SECONDS = 10.0
"""After so long without a look the next one begins afresh: something new moves."""

SEARCHES, SEARCHES_OF_A_LIKENESS, MOST_SEARCHES = 2, 4, 6
"""So many searches say that nobody is known: with a good picture that resembles nobody, with one that
resembles somebody, and with any picture."""

_REACH = 1.5  # sizes of the face that one may move between two looks and still be the same


@dataclass(frozen=True, slots=True)
class Thrift:
    """The home's numbers: from `threshold` on a similarity recognises; seconds between looks and of a gap."""

    threshold: float = 99.0
    frame_seconds: float = 0.5
    gap_seconds: float = 15.0

    @property
    def settled_seconds(self) -> float:
        """Between looks at settled visits: two within a gap, so that thrift never ends a visit."""
        return min(SETTLED_SECONDS, self.gap_seconds / 2)


@dataclass(frozen=True, slots=True)
class WatchedFace:
    """A face that was looked at: where, when, and what searching it showed.

    `searches` counts the calls, `score` (0..1) is that of the best picture that was searched.
    """

    bounding_box: BoundingBox
    seen_at: float
    searched_at: float
    searches: int
    score: float
    matches: tuple[CollectionMatch, ...]

    def is_recognised(self, thrift: Thrift) -> bool:
        """Whether a search said who it is."""
        return any(match.similarity >= thrift.threshold for match in self.matches)

    def is_clear(self, thrift: Thrift) -> bool:
        """Whether more searches would say nothing more."""
        if self.is_recognised(thrift) or self.searches >= MOST_SEARCHES:
            return True
        enough = SEARCHES_OF_A_LIKENESS if self.matches else SEARCHES
        return self.searches >= enough and self.score >= GOOD_SCORE


@dataclass(frozen=True, slots=True)
class Attention:
    """What is remembered of one door. `empty_since` is when looks began to show no face."""

    faces: tuple[WatchedFace, ...] = ()
    looked_at: float | None = None
    empty_since: float | None = None

    def wants(self, at: float, visits: Collection[Visit], thrift: Thrift, behind: float = 0.0) -> bool:
        """Whether a frame of the time `at` is worth a look.

        `visits` are the door's recent ones, `behind` says how many seconds ago the frame came.
        """
        last = [] if self.looked_at is None else [self.looked_at]
        settled = self._settled(at, visits, thrift)
        if settled and not self._have_left(settled):
            pause = thrift.settled_seconds
            last += [visit.last_seen_at for visit in settled]
        else:
            pause = self._pause(at, thrift, behind, LEFT_LEAST if settled else EMPTY_LEAST)
        # Half a frame's time less, since frames come when they come.
        return all(abs(at - moment) >= pause - thrift.frame_seconds / 2 for moment in last)

    def known(self, box: BoundingBox, score: float, at: float, thrift: Thrift) -> WatchedFace | None:
        """The face seen at this place before, if it needs no search now; None asks for one."""
        watched = self._continued(box, at)
        if watched is None or not watched.is_clear(thrift):
            return None
        if watched.is_recognised(thrift):
            return watched if abs(at - watched.searched_at) <= NEAR_SECONDS else None
        clearly_better = score >= watched.score * CLEARLY_BETTER
        return None if clearly_better or abs(at - watched.searched_at) >= AGAIN_SECONDS else watched

    def looked(self, at: float, faces: Sequence[tuple[SearchedFace, bool]], thrift: Thrift) -> Attention:
        """The memory after a look: the frame's faces, each with whether it was searched just now."""
        seen = tuple(self._after(face, at, searched, thrift) for face, searched in faces)
        others = tuple(
            watched
            for watched in self.faces
            if abs(at - watched.seen_at) <= NEAR_SECONDS
            and all(now.bounding_box.distance(watched.bounding_box) > _REACH for now in seen)
        )
        empty_since = at if self.empty_since is None or self._is_forgotten(at) else self.empty_since
        return Attention(
            faces=(*seen, *others),
            looked_at=at if self.looked_at is None else max(at, self.looked_at),
            empty_since=None if seen else empty_since,
        )

    def _after(self, face: SearchedFace, at: float, searched: bool, thrift: Thrift) -> WatchedFace:
        box, score = face.found.face.bounding_box, frame_score(face.found.face)
        before = self._continued(box, at)
        now = WatchedFace(box, at, at, 1, score, face.matches)
        if before is None:
            return now
        if not searched:
            return replace(before, bounding_box=box, seen_at=at)
        if before.is_recognised(thrift) and not now.is_recognised(thrift):
            return now  # somebody else, perhaps
        return replace(now, searches=before.searches + 1, score=max(score, before.score))

    def _continued(self, box: BoundingBox, at: float) -> WatchedFace | None:
        """The face that was nearest to this place before."""
        near = [
            (distance, number)
            for number, watched in enumerate(self.faces)
            if abs(at - watched.seen_at) <= FORGOTTEN_SECONDS
            and (distance := box.distance(watched.bounding_box)) <= _REACH
        ]
        return self.faces[min(near)[1]] if near else None

    def _pause(self, at: float, thrift: Thrift, behind: float, empty_least: float) -> float:
        """Seconds that should lie between looks, while no visit is settled."""
        if self.looked_at is None or self._is_forgotten(at):
            return 0.0
        if self.empty_since is not None:
            pause = min(max((at - self.empty_since) * EMPTY_SHARE, empty_least), EMPTY_MOST)
        elif (in_sight := self._in_sight(at)) and all(face.is_clear(thrift) for face in in_sight):
            pause = WAITING_SECONDS
        else:
            pause = thrift.frame_seconds
        hurry = min(behind * BEHIND_SHARE, BEHIND_MOST) if behind > BEHIND_FROM else 0.0
        return max(pause, hurry)

    def _settled(self, at: float, visits: Collection[Visit], thrift: Thrift) -> list[Visit]:
        """The visits of those who are or were just there, if all of them need nothing more; else none."""
        there = [visit for visit in visits if visit.was_in_sight(at, thrift.gap_seconds)]
        if not all(map(is_settled, there)) or not all(face.is_clear(thrift) for face in self._in_sight(at)):
            return []
        return there

    def _have_left(self, visits: Collection[Visit]) -> bool:
        """Whether a look since the visits' last sight showed nobody."""
        return self.empty_since is not None and all(
            visit.last_seen_at <= self.empty_since for visit in visits
        )

    def _in_sight(self, at: float) -> list[WatchedFace]:
        return [face for face in self.faces if abs(at - face.seen_at) <= NEAR_SECONDS]

    def _is_forgotten(self, at: float) -> bool:
        return self.looked_at is not None and abs(at - self.looked_at) > FORGOTTEN_SECONDS


def is_settled(visit: Visit) -> bool:
    """Whether the visit waits for nothing from the camera: it is decided, or the owner was asked."""
    return visit.status not in UNDECIDED or visit.owner_message.sent_at is not None
