"""A clip played at the door, second by second, through fragment search and what follows it.

The services, the adapters of Rekognition and the frame decoder are the real ones; the tables are in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import cv2
import numpy as np

from smart_door.adapters.face_search_rekognition import RekognitionFaceSearch
from smart_door.adapters.faces_rekognition import RekognitionFaces
from smart_door.adapters.frames_opencv import OpenCvFrames
from smart_door.domain.faces import DetectedFace, FaceMatch, FaceSearchRecord
from smart_door.domain.fragment_search import FragmentNotification, SearchedFace, SearchedFrame
from smart_door.domain.watched_faces import Thrift
from smart_door.services.pictures import Pictures
from smart_door.services.receive_visitors import ReceiveVisitors
from smart_door.services.search_fragment import SearchFragment, Tally
from tests.contract import video
from tests.contract.conftest import Aws
from tests.fakes.home import NOW, STREAM_ARN, Home

EMPTY_SECONDS = 3
TABLE_SECONDS = 1
"""So much later than a fragment its records have become visits."""


@dataclass
class Played:
    """What a clip came to: calls of Rekognition by operation, and how long the owner waited."""

    home: Home
    calls: Counter[str]
    told_after: float | None


@dataclass
class Filmed:
    """The video's store, and the records on their way."""

    fragments: dict[str, bytes] = field(default_factory=dict)
    written: list[SearchedFrame] = field(default_factory=list)

    def get(self, stream_arn: str, fragment_number: str) -> bytes:
        """`ports.Fragments`."""
        return self.fragments[fragment_number]

    def put(self, frame: SearchedFrame) -> None:
        """`fragment_search.FaceSearchResults`."""
        self.written.append(frame)


def play(aws: Aws, clip: Path, seconds: int, *, home: Home | None = None, collection_id: str = "") -> Played:
    """Show nobody, the clip to and fro for so many seconds, and nobody again."""
    home = home or Home()
    client = aws.client("rekognition", read_timeout=60)
    calls: Counter[str] = Counter()
    client.meta.events.register(
        "before-call.rekognition", lambda model, **_: calls.update([model.name]), unique_id="count"
    )
    collection_id = collection_id or new_collection(aws)
    filmed = Filmed({f"{number:020}": one for number, one in enumerate(_fragments(clip, seconds))})
    search = SearchFragment(
        fragments=filmed,
        samples=OpenCvFrames(),
        search=RekognitionFaceSearch(client, collection_id),
        results=filmed,
        visits=home.visits,
        door_ids=frozenset({"front"}),
        thrift=Thrift(),
        clock=home.clock,
    )
    receive = ReceiveVisitors(
        visits=home.visits,
        visitors=home.visitors,
        faces=RekognitionFaces(client, collection_id),
        new_pictures=lambda: Pictures(filmed, OpenCvFrames(), home.photos),
        tell_people=home.receive_visitors.tell_people,
        rules=home.rules,
        door_ids=frozenset({"front"}),
        clock=home.clock,
        random_bytes=home.chance.randbytes,
        narrate=home.narrate,
    )
    told_at = None
    for second, number in enumerate(filmed.fragments):
        home.now = NOW + second + 1 + TABLE_SECONDS
        arrived, filmed.written = filmed.written, []
        reception = receive.begin()
        for frame in arrived:
            reception.receive(_record(frame))
        if told_at is None and home.messages.count:
            told_at = float(second + 1)
        search(FragmentNotification("front", STREAM_ARN, number, NOW + second, NOW + second + 0.2), Tally())
    return Played(home, calls, None if told_at is None else told_at - EMPTY_SECONDS)


def new_collection(aws: Aws) -> str:
    """An empty collection."""
    name = f"filmed-{uuid4().hex[:8]}"
    aws.client("rekognition").create_collection(CollectionId=name)
    return name


def first_face(clip: Path) -> bytes:
    """The clip's first frame, as JPEG."""
    return bytes(cv2.imencode(".jpg", _frames(clip)[0])[1])


@cache
def _frames(clip: Path) -> Sequence[Any]:
    capture = cv2.VideoCapture(str(clip))
    frames: list[Any] = []
    while True:
        read, pixels = capture.read()
        if not read:
            return frames
        frames.append(pixels)


def _fragments(clip: Path, seconds: int) -> list[bytes]:
    """A second each: nobody, the clip to and fro, nobody."""
    frames = list(_frames(clip))
    nobody = [np.full_like(frames[0], 96)] * (EMPTY_SECONDS * video.FPS)
    to_and_fro = islice(cycle([*frames, *frames[::-1]]), seconds * video.FPS)
    return [fragment.to_bytes() for fragment in video.encode([*nobody, *to_and_fro, *nobody])]


def _record(frame: SearchedFrame) -> FaceSearchRecord:
    said = frame.notification
    seen_at = said.producer_time + frame.offset
    faces = tuple(map(_detected, frame.faces))
    return FaceSearchRecord("front", STREAM_ARN, said.fragment_number, frame.offset, seen_at, faces)


def _detected(face: SearchedFace) -> DetectedFace:
    matches = tuple(
        FaceMatch(match.external_image_id or "", match.face_id, match.similarity) for match in face.matches
    )
    return replace(face.found.face, matches=matches)
