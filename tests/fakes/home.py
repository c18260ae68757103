"""A whole home over the fakes: a door, a clock, and people who walk up to the camera."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from zoneinfo import ZoneInfo

from smart_door.domain.faces import BoundingBox, DetectedFace, FaceMatch, FaceSearchRecord
from smart_door.domain.footage import CameraSends
from smart_door.domain.rules import Rules
from smart_door.domain.visitors import Visitor, VisitorStatus
from smart_door.domain.visits import Visit
from smart_door.services.admit_by_pass import AdmitByPass
from smart_door.services.admit_visitor import AdmitVisitor
from smart_door.services.correct_visit import CorrectVisit
from smart_door.services.decide_visit import DecideVisit
from smart_door.services.delete_visit import DeleteVisit
from smart_door.services.enroll_face import EnrollFace
from smart_door.services.export_visits import ExportVisits
from smart_door.services.forget_visitor import ForgetVisitor
from smart_door.services.manage_household import ManageHousehold
from smart_door.services.manage_passes import ManagePasses
from smart_door.services.manage_visitors import ManageVisitors
from smart_door.services.pictures import Pictures
from smart_door.services.receive_visitors import ReceiveVisitors, Reception
from smart_door.services.resend_code import ResendCode
from smart_door.services.send_code import SendCode
from smart_door.services.show_home import ShowHome
from smart_door.services.show_passes import ShowPasses
from smart_door.services.show_video import ShowVideo
from smart_door.services.tell_people import TellPeople
from tests.fakes.household import InMemoryHousehold, InMemorySettings
from tests.fakes.tables import InMemoryPasscodes, InMemoryPasses, InMemoryVisitors, InMemoryVisits
from tests.fakes.world import (
    FakeEvents,
    FakeFaces,
    FakeFootage,
    FakeFragments,
    FakeFrames,
    FakeMessages,
    FakePhotos,
)

NOW = 1_795_221_531.0
STREAM_ARN = "arn:aws:kinesisvideo:us-east-1:123456789012:stream/smart-door-front/1795000000000"
MIDDLE = BoundingBox(0.45, 0.3, 0.12, 0.2)
LEFT = BoundingBox(0.1, 0.3, 0.12, 0.2)
RIGHT = BoundingBox(0.8, 0.3, 0.12, 0.2)
KEY = b"the key of the hashes"
DOOR_NAMES = {"front": "Front door", "garage": "Garage"}
SITE = "https://door.example"
OWNER_PHONE = "+15555550100"


@dataclass(frozen=True)
class Person:
    """Somebody in front of the camera, as the face search sees them."""

    name: str
    box: BoundingBox = MIDDLE
    visitor_id: str | None = None
    similarity: float = 99.8
    sharpness: float = 80.0
    matches: tuple[FaceMatch, ...] = ()

    def detected(self) -> DetectedFace:
        """The face in a record."""
        matches = self.matches
        if self.visitor_id is not None:
            matches = (FaceMatch(self.visitor_id, f"face-{self.visitor_id}", self.similarity), *matches)
        return DetectedFace(self.box, 99.9, self.sharpness, 60.0, matches=matches)


@dataclass
class Home:
    """The use cases over fakes. `now` is the clock; `log` is what was narrated."""

    rules: Rules = field(default_factory=Rules)
    now: float = NOW
    visits: InMemoryVisits = field(default_factory=InMemoryVisits)
    visitors: InMemoryVisitors = field(default_factory=InMemoryVisitors)
    passcodes: InMemoryPasscodes = field(default_factory=InMemoryPasscodes)
    fragments: FakeFragments = field(default_factory=FakeFragments)
    frames: FakeFrames = field(default_factory=FakeFrames)
    photos: FakePhotos = field(default_factory=FakePhotos)
    footage: FakeFootage = field(default_factory=FakeFootage)
    camera_sends: CameraSends = CameraSends.ALWAYS
    faces: FakeFaces = field(default_factory=FakeFaces)
    settings: InMemorySettings = field(default_factory=InMemorySettings)
    household: InMemoryHousehold = field(default_factory=InMemoryHousehold)
    messages: FakeMessages = field(default_factory=FakeMessages)
    events: FakeEvents = field(default_factory=FakeEvents)
    log: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    zone: ZoneInfo = field(default_factory=partial(ZoneInfo, "Europe/Berlin"))
    chance: random.Random = field(default_factory=partial(random.Random, 7))

    def clock(self) -> float:
        """Now."""
        return self.now

    def narrate(self, event: str, **details: object) -> None:
        """Keep what is told."""
        self.log.append((event, details))

    def told(self, event: str) -> int:
        """How often an event was narrated."""
        return [told for told, _ in self.log].count(event)

    @property
    def send_code(self) -> SendCode:
        """The sender of passcodes."""
        return SendCode(
            self.passcodes,
            self.messages,
            KEY,
            SITE,
            DOOR_NAMES,
            self.rules.passcode_seconds,
            self.chance.randrange,
        )

    @property
    def receive_visitors(self) -> ReceiveVisitors:
        """process_face_matches' use case."""
        return ReceiveVisitors(
            visits=self.visits,
            visitors=self.visitors,
            faces=self.faces,
            new_pictures=lambda: Pictures(self.fragments, self.frames, self.photos),
            tell_people=TellPeople(
                self.visits,
                self.messages,
                self.send_code,
                SITE,
                DOOR_NAMES,
                self.narrate,
                self.clock,
                self.settings.get,
                self.zone,
            ),
            rules=self.rules,
            door_ids=frozenset(DOOR_NAMES),
            clock=self.clock,
            random_bytes=self.chance.randbytes,
            narrate=self.narrate,
        )

    @property
    def decide_visit(self) -> DecideVisit:
        """The owner's decision."""
        return DecideVisit(
            self.visits,
            self.visitors,
            self.send_code,
            self.clock,
            lambda: f"visitor-{len(self.visitors.all()) + 1}",
            self.narrate,
        )

    @property
    def resend_code(self) -> ResendCode:
        """The code once more."""
        return ResendCode(self.visits, self.visitors, self.send_code, self.clock, self.narrate)

    @property
    def admit_visitor(self) -> AdmitVisitor:
        """The door's keypad."""
        by_pass = AdmitByPass(
            self.visits,
            self.visitors,
            self.passes,
            self.events,
            self.zone,
            self.rules.keep_seconds,
            self.chance.randbytes,
            self.narrate,
        )
        doors = frozenset(DOOR_NAMES)
        return AdmitVisitor(
            self.visits, self.passcodes, self.events, KEY, doors, self.clock, self.narrate, by_pass
        )

    @property
    def passes(self) -> InMemoryPasses:
        """The passes, in the passcodes' table."""
        return InMemoryPasses(self.passcodes)

    @property
    def manage_passes(self) -> ManagePasses:
        """Invitations."""
        return ManagePasses(
            self.passes,
            self.visitors,
            self.messages,
            KEY,
            SITE,
            DOOR_NAMES,
            self.zone,
            self.clock,
            self.narrate,
        )

    @property
    def manage_household(self) -> ManageHousehold:
        """Who may log in."""
        return ManageHousehold(self.household, self.settings, self.messages, OWNER_PHONE, self.narrate)

    @property
    def show_passes(self) -> ShowPasses:
        """Invitations as the owner page reads them."""
        return ShowPasses(self.visitors, DOOR_NAMES, self.zone, self.clock)

    @property
    def enroll_face(self) -> EnrollFace:
        """What follows an admission."""
        return EnrollFace(
            self.visits, self.visitors, self.photos, self.faces, self.narrate, self.settings.get
        )

    @property
    def manage_visitors(self) -> ManageVisitors:
        """Changes to who is on file."""
        return ManageVisitors(
            self.visits,
            self.visitors,
            self.photos,
            self.faces,
            frozenset(DOOR_NAMES),
            self.clock,
            self.narrate,
        )

    @property
    def forget_visitor(self) -> ForgetVisitor:
        """The deletion of a person."""
        return ForgetVisitor(
            self.visits,
            self.visitors,
            self.passcodes,
            self.passes,
            self.photos,
            self.faces,
            DOOR_NAMES,
            self.clock,
            self.narrate,
        )

    @property
    def delete_visit(self) -> DeleteVisit:
        """The deletion of a visit."""
        return DeleteVisit(self.visits, self.passcodes, self.photos, self.clock, self.narrate)

    @property
    def export_visits(self) -> ExportVisits:
        """The spreadsheet of visits."""
        return ExportVisits(self.visits, self.visitors, DOOR_NAMES, self.clock)

    @property
    def correct_visit(self) -> CorrectVisit:
        """Not this person."""
        return CorrectVisit(self.visits, self.visitors, self.photos, self.faces, self.clock, self.narrate)

    @property
    def show_video(self) -> ShowVideo:
        """Live, stills and clips; the video is kept for a day."""
        return ShowVideo(
            self.visits,
            self.footage,
            self.photos,
            frozenset(DOOR_NAMES),
            self.camera_sends,
            86400.0,
            self.zone,
            self.clock,
        )

    @property
    def show_home(self) -> ShowHome:
        """The owner page's reads."""
        gap_seconds = self.rules.gap_seconds
        return ShowHome(
            self.visits,
            self.visitors,
            self.photos,
            DOOR_NAMES,
            self.clock,
            gap_seconds,
            searches_fragments=True,
        )

    def knows(
        self, visitor_id: str, name: str = "Grace", *, blocked: bool = False, door: str = "front"
    ) -> None:
        """Put a visitor on file."""
        status = VisitorStatus.BLOCKED if blocked else VisitorStatus.APPROVED
        phone = f"+1555555{sum(visitor_id.encode()):04}"
        self.visitors.add(Visitor(visitor_id, name, phone, status, frozenset({door}), NOW))

    def record(self, at: float, *people: Person, fps: int = 2, door_id: str = "front") -> FaceSearchRecord:
        """The record of a frame `at` seconds after NOW: fragments are of one second each."""
        fragment, offset = f"{int(at):020}", round(at % 1, 3)
        self.frames.people[fragment, offset] = {person.box: person.name for person in people}
        return FaceSearchRecord(
            door_id, STREAM_ARN, fragment, offset, NOW + at, tuple(person.detected() for person in people)
        )

    def sees(self, *records: FaceSearchRecord, reception: Reception | None = None) -> None:
        """One invocation with these records, at the moment of the last."""
        self.now = max(self.now, max(record.seen_at for record in records))
        reception = reception or self.receive_visitors.begin()
        for record in records:
            reception.receive(record)

    def watches(self, since: float, until: float, *people: Person, fps: int = 2) -> None:
        """People stand there from `since` to `until`; one invocation a second."""
        count = round((until - since) * fps)
        times = [since + number / fps for number in range(count + 1)]
        for second in sorted({int(at) for at in times}):
            self.sees(*(self.record(at, *people) for at in times if int(at) == second))

    @property
    def visit(self) -> Visit:
        """The only visit there is."""
        (visit,) = self.visits.everything
        return visit

    def code(self, number: int = -1) -> str:
        """The digits of a message that went to a visitor."""
        return code_in(self.messages.to_visitors[number][1])

    def people(self, names: Sequence[str]) -> list[Person]:
        """Strangers side by side."""
        return [
            Person(name, BoundingBox(0.05 + 0.3 * place, 0.3, 0.12, 0.2)) for place, name in enumerate(names)
        ]


def code_in(text: str) -> str:
    """The seven digits in a text message."""
    words = [word.strip(".") for word in text.split()]
    (digits,) = [word for word in words if word.isdigit() and len(word) == 7]
    return digits
