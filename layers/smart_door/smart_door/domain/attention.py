"""Which frames are worth a look, and which faces a search: every call of Rekognition is paid for.

A look is one DetectFaces. Before it the function glances at each frame by itself, which costs nothing: it
sees most faces that are turned to the camera, misses others, and now and then takes a coat for one. So a
glance never decides whether somebody is there, only how soon to look. A glimpse of a face is looked at at
once; what moves without one is looked at, too, but later, and ever more seldom.

Whoever comes is searched until it is clear who it is, or that nobody knows them. Once the table says that
their visit is settled (a code sent, the owner asked), looks come only so often that the visit goes on, and
at once where a glance shows somebody new.

An `Attention` is what one function instance remembers of one door. It only saves money: a new instance
remembers nothing and looks again, and nothing here may make a visit be missed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from smart_door.domain.faces import BoundingBox, frame_score
from smart_door.domain.fragment_search import SearchedFace
from smart_door.domain.rules import CLEARLY_BETTER
from smart_door.domain.visits import NEAR_SECONDS, UNDECIDED, Visit
from smart_door.domain.watched_faces import SETTLED_SECONDS, Thrift, WatchedFace

FIRST_SECONDS = 2.0
"""What moves without a glimpse of a face is looked at after so long; mostly it shows a face before that."""

PAUSED_SECONDS = 60.0
"""Motion that pauses for less, and was not looked at, goes on."""

EMPTY_SHARE, EMPTY_LEAST, EMPTY_MOST = 1.0, 3.0, 8.0
"""Where no face shows, this share of the time since, within these bounds in seconds, is between looks."""

LEFT_LEAST = 4.0
"""The same bound where somebody whose visit is settled has just left: mostly it is their coat that moves."""

WAITING_SECONDS = 3.0
"""Between looks at people who are clear to us, until the table says that their visit is settled."""

SETTLED_SHARE, SETTLED_MOST = 0.5, 60.0
"""Between looks at people whose visit is settled: this share of the time that it lasts, but so long at most.

It takes glimpses to be so sure that they are there. Without, and where a visit ends when nobody is seen for
the visit's gap, it is looked at twice within that."""

NEWS_SECONDS = 2.0
"""Between looks at a settled visit where a glance shows a face that is not one of its people's."""

BROKEN_SECONDS = 4.5
"""A face not glimpsed for so long may be another person's next time. A fragment comes every three seconds
while somebody stands still."""

AGAIN_SECONDS = 30.0
"""After so long in sight somebody is searched again: somebody else may stand there by now."""

BEHIND_FROM, BEHIND_SHARE, BEHIND_MOST = 4.0, 0.25, 5.0
"""Who is later than that leaves this share of the delay between looks, up to so many seconds: a visitor is
worth more now than every frame of them a minute from now."""

FORGOTTEN_SECONDS = 10.0
"""After so long without a look the next one begins afresh: something new moves."""

_REACH = 1.5  # sizes of the face that one may move between two looks and still be the same
_SAME_PLACE = 0.5  # overlap from which a glimpse is the one that a look did not bear out


@dataclass(frozen=True, slots=True)
class Attention:
    """What is remembered of one door.

    `empty_since` is when looks began to show no face, `began_at` when something began to move, `watched_at`
    when the last frame was. `refuted` are glimpses of the last look that were no faces.
    """

    faces: tuple[WatchedFace, ...] = ()
    looked_at: float | None = None
    empty_since: float | None = None
    began_at: float | None = None
    watched_at: float | None = None
    refuted: tuple[BoundingBox, ...] = ()

    def wants(
        self,
        at: float,
        glimpses: Sequence[BoundingBox],
        visits: Collection[Visit],
        thrift: Thrift,
        behind: float = 0.0,
    ) -> bool:
        """Whether a frame of the time `at`, in which a glance showed these faces, is worth a look.

        `visits` are the door's recent ones, `behind` says how many seconds ago the frame came.
        """
        fresh = self._fresh(glimpses)
        last = [] if self.looked_at is None else [self.looked_at]
        settled = self._settled(at, visits, thrift)
        if settled and not self._have_left(settled):
            pause = self._settled_pause(at, fresh, settled, thrift)
            last += [visit.last_seen_at for visit in settled]
        elif self._is_new(at):
            if fresh:
                return True
            pause, last = FIRST_SECONDS, [self._began(at)]
        else:
            pause = self._pause(at, fresh, thrift, behind, LEFT_LEAST if settled else EMPTY_LEAST)
        # Half a frame's time less, since frames come when they come.
        return all(abs(at - moment) >= pause - thrift.frame_seconds / 2 for moment in last)

    def known(self, box: BoundingBox, score: float, at: float, thrift: Thrift) -> WatchedFace | None:
        """The face seen at this place before, if it needs no search now; None asks for one."""
        watched = self._continued(box, at)
        if watched is None or not watched.is_clear(thrift):
            return None
        if abs(at - watched.searched_at) >= AGAIN_SECONDS:
            return None
        if watched.doubtful or (watched.is_recognised(thrift) and abs(at - watched.seen_at) > BROKEN_SECONDS):
            return None
        return (
            None if not watched.is_recognised(thrift) and score >= watched.score * CLEARLY_BETTER else watched
        )

    def glanced(self, at: float, glimpses: Sequence[BoundingBox]) -> Attention:
        """The memory after a glance: who is glimpsed where they were a moment ago is still there."""
        faces = list(self.faces)
        for glimpse in glimpses:
            near = [
                (distance, number)
                for number, watched in enumerate(faces)
                if (distance := glimpse.distance(watched.bounding_box)) <= _REACH
            ]
            if not near:
                continue
            number = min(near)[1]
            watched = faces[number]
            if abs(at - watched.seen_at) > BROKEN_SECONDS:
                faces[number] = replace(watched, doubtful=True)
            else:
                faces[number] = replace(watched, bounding_box=glimpse, seen_at=max(at, watched.seen_at))
        return replace(
            self,
            faces=tuple(faces),
            began_at=self._began(at),
            watched_at=at if self.watched_at is None else max(at, self.watched_at),
        )

    def looked(
        self,
        at: float,
        glimpses: Sequence[BoundingBox],
        faces: Sequence[tuple[SearchedFace, bool]],
        thrift: Thrift,
    ) -> Attention:
        """The memory after a look: the frame's faces, each with whether it was searched just now."""
        seen = tuple(self._after(face, at, searched, thrift) for face, searched in faces)
        others = tuple(
            watched
            for watched in self.faces
            if abs(at - watched.seen_at) <= NEAR_SECONDS
            and all(now.bounding_box.distance(watched.bounding_box) > _REACH for now in seen)
        )
        no_faces = tuple(
            glimpse for glimpse in glimpses if all(now.bounding_box.distance(glimpse) > 1.0 for now in seen)
        )
        empty_since = at if self.empty_since is None or self._is_forgotten(at) else self.empty_since
        return replace(
            self,
            faces=(*seen, *others),
            looked_at=at if self.looked_at is None else max(at, self.looked_at),
            empty_since=None if seen else empty_since,
            refuted=no_faces,
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

    def _pause(
        self, at: float, fresh: Sequence[BoundingBox], thrift: Thrift, behind: float, empty_least: float
    ) -> float:
        """Seconds that should lie between looks, while no visit is settled."""
        in_sight = self._in_sight(at)
        if self._is_news(at, fresh):
            pause = thrift.frame_seconds
        elif self.empty_since is not None:
            pause = min(max((at - self.empty_since) * EMPTY_SHARE, empty_least), EMPTY_MOST)
        elif in_sight and all(face.is_clear(thrift) for face in in_sight):
            pause = WAITING_SECONDS
        else:
            pause = thrift.frame_seconds
        hurry = min(behind * BEHIND_SHARE, BEHIND_MOST) if behind > BEHIND_FROM else 0.0
        return max(pause, hurry)

    def _settled_pause(
        self, at: float, fresh: Sequence[BoundingBox], settled: Sequence[Visit], thrift: Thrift
    ) -> float:
        """Seconds that should lie between looks at settled visits."""
        if self.looked_at is None or self._is_broken(at):
            return thrift.settled_seconds  # who stands there now was not watched coming
        if self._is_news(at, fresh):
            return NEWS_SECONDS
        glimpsed = any(abs(at - face.seen_at) <= BROKEN_SECONDS for face in self.faces)
        if not glimpsed or not all(_lasts(visit, at) for visit in settled):
            return thrift.settled_seconds
        lasting = at - min(visit.opened_at for visit in settled)
        return min(max(lasting * SETTLED_SHARE, SETTLED_SECONDS), SETTLED_MOST)

    def _settled(self, at: float, visits: Collection[Visit], thrift: Thrift) -> list[Visit]:
        """The visits of those who are or were just there, if all of them need nothing more; else none."""
        watched = self.looked_at is not None and not self._is_broken(at)
        there = [
            visit
            for visit in visits
            if visit.was_in_sight(at, thrift.gap_seconds)
            or (watched and _lasts(visit, at) and visit.was_in_sight(at, SETTLED_MOST + thrift.gap_seconds))
        ]
        if not all(map(is_settled, there)) or not all(face.is_clear(thrift) for face in self._in_sight(at)):
            return []
        return there

    def _have_left(self, visits: Collection[Visit]) -> bool:
        """Whether a look since the visits' last sight showed nobody."""
        return self.empty_since is not None and all(
            visit.last_seen_at <= self.empty_since for visit in visits
        )

    def _fresh(self, glimpses: Sequence[BoundingBox]) -> list[BoundingBox]:
        """The glimpses that no look has shown to be none."""
        return [
            one for one in glimpses if all(one.overlap(no_face) < _SAME_PLACE for no_face in self.refuted)
        ]

    def _is_news(self, at: float, fresh: Sequence[BoundingBox]) -> bool:
        """Whether a glimpse is of nobody who was there a moment ago."""
        return any(
            all(
                glimpse.distance(face.bounding_box) > _REACH or abs(at - face.seen_at) > BROKEN_SECONDS
                for face in self.faces
            )
            for glimpse in fresh
        )

    def _in_sight(self, at: float) -> list[WatchedFace]:
        return [face for face in self.faces if abs(at - face.seen_at) <= NEAR_SECONDS]

    def _is_forgotten(self, at: float) -> bool:
        return self.looked_at is not None and abs(at - self.looked_at) > FORGOTTEN_SECONDS

    def _is_new(self, at: float) -> bool:
        """Whether no look was of what moves now."""
        return self.looked_at is None or self._is_forgotten(at)

    def _began(self, at: float) -> float:
        """When what moves at `at` began to: before pauses, too, as long as nobody has looked since."""
        if self.began_at is None or self.watched_at is None or abs(at - self.watched_at) > PAUSED_SECONDS:
            return at
        looked_since = self.looked_at is not None and self.looked_at >= self.began_at
        return at if self._is_broken(at) and looked_since else min(at, self.began_at)

    def _is_broken(self, at: float) -> bool:
        """Whether there were no frames for so long that something else may move now."""
        return self.watched_at is None or abs(at - self.watched_at) > BROKEN_SECONDS


def longest_pause(visit: Visit) -> float:
    """So many seconds may lie between looks at a settled visit that lasts, while its people stand there."""
    lasting = visit.last_seen_at - visit.opened_at
    return min(max(lasting * SETTLED_SHARE / (1 - SETTLED_SHARE), SETTLED_SECONDS), SETTLED_MOST)


def is_settled(visit: Visit) -> bool:
    """Whether the visit waits for nothing from the camera: it is decided, or the owner was asked."""
    return visit.status not in UNDECIDED or visit.owner_message.sent_at is not None


def _lasts(visit: Visit, at: float) -> bool:
    """Whether the visit goes on at `at` even if nobody is in sight."""
    return not visit.is_over(at, at, 0.0)
