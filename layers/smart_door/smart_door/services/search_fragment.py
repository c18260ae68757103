"""A notification of a tagged fragment becomes records of face search.

What a stream processor does, with the image operations: fetch exactly that fragment, sample it, find the
faces on the whole frame, search each one on a crop of its own. `domain.attention` says what is worth it.

Doing a fragment again writes its records again, which is harmless (see `services.receive_visitors`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from smart_door.domain.attention import Attention
from smart_door.domain.faces import frame_score
from smart_door.domain.fragment_search import (
    CollectionMatch,
    FaceSearch,
    FaceSearchResults,
    FoundFace,
    FragmentNotification,
    FrameSamples,
    SampledFrame,
    SearchedFace,
    SearchedFrame,
    crop_margins,
    crop_of,
    is_of,
    within_frame,
)
from smart_door.domain.picture_errors import NoFaceError
from smart_door.domain.ports import Clock, Fragments, Frame, RecentVisits
from smart_door.domain.refusals import DoorNotFoundError
from smart_door.domain.rules import LOOK_BACK_SECONDS
from smart_door.domain.watched_faces import Thrift

JPEG_QUALITY = 90


@dataclass
class Tally:
    """What one fragment cost and gave; it counts as the work goes, so that a failure's calls count too."""

    frames: int = 0
    looks: int = 0
    searches: int = 0
    faces: int = 0


class VisitsOfDoor(Protocol):
    """What fragment search reads of the Visits table."""

    def recent_at(self, door_id: str, since: float) -> RecentVisits:
        """See `ports.Visits`."""


@dataclass
class SearchFragment:
    """The use case. Its `memory` of each door, between fragments, is there to spend less."""

    fragments: Fragments
    samples: FrameSamples
    search: FaceSearch
    results: FaceSearchResults
    visits: VisitsOfDoor
    door_ids: frozenset[str]
    thrift: Thrift
    clock: Clock
    memory: dict[str, Attention] = field(default_factory=dict)

    def __call__(self, notification: FragmentNotification, tally: Tally) -> None:
        """Search one fragment and write a record of each frame that was looked at.

        Raises DoorNotFoundError for a door this home does not have, FragmentGoneError and FrameDecodeError
        for a fragment that nothing can be done with, and RetryableError where it must come again.
        """
        door_id = notification.door_id
        if door_id not in self.door_ids:
            raise DoorNotFoundError(door_id)
        fragment = self.fragments.get(notification.stream_arn, notification.fragment_number)
        sampled = self.samples.sample(fragment, self.thrift.frame_seconds)
        visits = self.visits.recent_at(door_id, notification.producer_time - LOOK_BACK_SECONDS).visits
        tally.frames += len(sampled)
        for one in sampled:
            at = notification.producer_time + one.offset
            behind = self.clock() - notification.server_time - one.offset
            glimpses = one.frame.glimpses()
            attention = self._attention_to(door_id)
            wanted = attention.wants(at, glimpses, visits, self.thrift, behind)
            self.memory[door_id] = attention.glanced(at, glimpses)
            if wanted:
                self._look(notification, one, at, tally)

    def _look(
        self, notification: FragmentNotification, sampled: SampledFrame, at: float, tally: Tally
    ) -> None:
        attention = self._attention_to(notification.door_id)
        tally.looks += 1
        found = self.search.detect(sampled.frame.jpeg(JPEG_QUALITY))
        tally.faces += len(found)
        faces: list[tuple[SearchedFace, bool]] = []
        for one in found:
            known = attention.known(one.face.bounding_box, frame_score(one.face), at, self.thrift)
            matches = known.matches if known else self._matches(sampled.frame, one, found, tally)
            faces.append((SearchedFace(one, matches), known is None))
        self.results.put(SearchedFrame(notification, sampled.offset, tuple(face for face, _ in faces)))
        glimpses = sampled.frame.glimpses()
        self.memory[notification.door_id] = attention.looked(at, glimpses, faces, self.thrift)

    def _matches(
        self, frame: Frame, one: FoundFace, found: Sequence[FoundFace], tally: Tally
    ) -> tuple[CollectionMatch, ...]:
        """Whom the face resembles; nobody where no crop of it can be searched.

        A search takes the largest face of its picture: where that was somebody else, a tighter crop is taken.
        """
        box = one.face.bounding_box
        others = [other.face.bounding_box for other in found if other is not one]
        for margin in crop_margins(box, others):
            tally.searches += 1
            try:
                answer = self.search.search(frame.crop(box, margin))
            except NoFaceError:
                return ()
            if is_of(within_frame(answer.searched_box, crop_of(box, margin)), box, others):
                return answer.matches
        return ()

    def _attention_to(self, door_id: str) -> Attention:
        return self.memory.get(door_id, Attention())
