"""What the household may set about its home, at any time and for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time, tzinfo
from typing import Protocol

from smart_door.domain.home_time import local
from smart_door.domain.household import About, Contact
from smart_door.domain.refusals import InvalidRequestError


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` until `ends`, as clocks at home show it; over midnight where it ends earlier."""

    begins: time
    ends: time

    def check(self) -> None:
        """Raise InvalidRequestError where it is no time."""
        if self.begins == self.ends:
            raise InvalidRequestError("quiet_hours", "Quiet hours must begin and end at different times.")

    def cover(self, at: float, zone: tzinfo) -> bool:
        """Whether it is quiet at `at` (epoch seconds)."""
        clock = local(at, zone).time()
        if self.begins < self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds unless it is changed is what is here. `version` counts the writes.

    The phone rings for strangers where `ask_about_strangers` says so and it is not `quiet`; it rings for
    blocked people at any hour, where `warn_about_blocked` says so. Visits are on the page in any case.
    Without `enrol_faces` no face is indexed after an admission, only from photos that somebody adds.
    Whenever the phone rings, it is also that of each member whose contact says so.
    """

    ask_about_strangers: bool = True
    warn_about_blocked: bool = True
    quiet: QuietHours | None = None
    enrol_faces: bool = True
    contacts: tuple[Contact, ...] = ()
    version: int = 0

    def asks(self, at: float, zone: tzinfo) -> bool:
        """Whether the phone rings for a stranger at `at`."""
        return self.ask_about_strangers and not (self.quiet and self.quiet.cover(at, zone))

    def phones(self, about: About) -> Sequence[str]:
        """The members' numbers that such a message goes to, each once."""
        return sorted({contact.phone for contact in self.contacts if about in contact.told_about})

    def contact_of(self, member_id: str) -> Contact | None:
        """Where and about what a member is told; None without a number."""
        return next((contact for contact in self.contacts if contact.member_id == member_id), None)

    def with_contact(self, member_id: str, contact: Contact | None) -> Settings:
        """The settings with the member's contact changed, or removed."""
        others = [one for one in self.contacts if one.member_id != member_id]
        return replace(self, contacts=(*others, contact) if contact else tuple(others))


@dataclass(frozen=True, slots=True)
class SetUp:
    """What whoever deployed the home chose: the template's parameters of these names."""

    recognition_similarity: float
    visit_minutes: float
    visit_gap_seconds: float
    passcode_minutes: float
    video_hours: float
    photo_days: float
    visit_days: float


class HomeSettings(Protocol):
    """Where the settings are kept."""

    def get(self) -> Settings:
        """The settings (consistent read); the defaults where nobody changed any."""

    def replace(self, settings: Settings) -> Settings:
        """Store changed settings if the stored version is still theirs; returns them with version + 1.

        Raises SettingsChangedError.
        """
