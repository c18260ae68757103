"""Visitors: people the owner knows by name, wherever in the home they may come in."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from smart_door.domain.refusals import InvalidRequestError, PhoneNumberError

# E.164: a plus, a country code that does not begin with 0, 15 digits at most; 7 is the shortest in use.
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_PUNCTUATION = re.compile(r"[ ().\-\u00a0/]")
NAME_LENGTH = 80

MOST_PHOTOS = 8
"""Photos of one visitor that are indexed: several tell people apart better, more tell nothing new."""


class VisitorStatus(StrEnum):
    """Whether the owner lets the visitor in."""

    APPROVED = "approved"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class FacePhoto:
    """A stored photo and the indexed face made of it; `visit_id` is the visit it comes from, if from one."""

    face_id: str
    key: str
    visit_id: str | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """One person, the same at every door. `visitor_id` is also the external image id of the faces.

    `door_ids` are the doors where an approved visitor gets a passcode. `face_ids` are the faces in the
    collection, `photos` those of them whose photo is kept, and `photo_key` the portrait that pages show (None
    until the first face is enrolled). `alias_ids` are the ids of other records that turned out to be this
    person: faces indexed under them are this visitor's. `created_at` is epoch seconds. `version` counts the
    writes, from 1.
    """

    visitor_id: str
    name: str
    phone: str
    status: VisitorStatus
    door_ids: frozenset[str]
    created_at: float
    face_ids: tuple[str, ...] = ()
    photo_key: str | None = None
    photos: tuple[FacePhoto, ...] = ()
    alias_ids: tuple[str, ...] = ()
    version: int = 1

    @property
    def is_blocked(self) -> bool:
        """Whether the owner blocked this visitor, at every door."""
        return self.status is VisitorStatus.BLOCKED

    def may_enter(self, door_id: str) -> bool:
        """Whether a passcode for the door may be given to this visitor without asking."""
        return self.status is VisitorStatus.APPROVED and door_id in self.door_ids

    @property
    def ids(self) -> frozenset[str]:
        """All ids that mean this person."""
        return frozenset({self.visitor_id, *self.alias_ids})

    @property
    def photo_keys(self) -> tuple[str, ...]:
        """Every stored photo's key, the portrait first."""
        keys = [self.photo_key] if self.photo_key else []
        return tuple(dict.fromkeys([*keys, *(photo.key for photo in self.photos)]))

    def with_photo(self, photo: FacePhoto) -> Visitor:
        """The visitor with a face more, the first one as portrait; the same face again changes nothing."""
        if photo.face_id in self.face_ids:
            return self
        return replace(
            self,
            face_ids=(*self.face_ids, photo.face_id),
            photos=(*self.photos, photo),
            photo_key=self.photo_key or photo.key,
        )

    def without_photos(self, gone: Collection[FacePhoto]) -> Visitor:
        """The visitor without these photos and their faces; another photo becomes the portrait if need be."""
        photos = tuple(photo for photo in self.photos if photo not in gone)
        keys = {photo.key for photo in gone}
        portrait = next((photo.key for photo in photos), None) if self.photo_key in keys else self.photo_key
        faces = {photo.face_id for photo in gone}
        return replace(
            self,
            face_ids=tuple(face_id for face_id in self.face_ids if face_id not in faces),
            photos=photos,
            photo_key=portrait,
        )

    def merged_with(self, other: Visitor) -> Visitor:
        """One person who was on file twice: this name, phone and status, both records' faces and doors."""
        return replace(
            self,
            door_ids=self.door_ids | other.door_ids,
            face_ids=tuple(dict.fromkeys([*self.face_ids, *other.face_ids])),
            photo_key=self.photo_key or other.photo_key,
            photos=tuple(dict.fromkeys([*self.photos, *other.photos])),
            alias_ids=tuple(dict.fromkeys([*self.alias_ids, other.visitor_id, *other.alias_ids])),
        )


def parse_phone(text: str) -> str:
    """The number in E.164 form; spaces and the usual punctuation are dropped. Raises PhoneNumberError."""
    phone = _PUNCTUATION.sub("", text)
    if not _E164.fullmatch(phone):
        raise PhoneNumberError
    return phone


def parse_name(text: str) -> str:
    """The name on one line without surrounding space, 1..80 printable characters.

    Raises InvalidRequestError.
    """
    name = " ".join(text.split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise InvalidRequestError("name", f"Give a name of 1 to {NAME_LENGTH} characters.")
    return name
