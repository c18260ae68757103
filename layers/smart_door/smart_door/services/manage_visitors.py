"""Who is on file: names, phones, doors, photos, and two records that are one person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from smart_door.domain.errors import VisitorChangedError
from smart_door.domain.photos import check_one_face, decode_photo, extension_of
from smart_door.domain.picture_errors import PhotoNotFoundError, PhotosFullError
from smart_door.domain.ports import Clock, Faces, Photos, Visitors, Visits
from smart_door.domain.refusals import (
    DoorNotFoundError,
    InvalidRequestError,
    VisitorBlockedError,
    VisitorNotFoundError,
)
from smart_door.domain.visitors import (
    MOST_PHOTOS,
    FacePhoto,
    Visitor,
    VisitorStatus,
    parse_name,
    parse_phone,
)
from smart_door.domain.visits import Visit, VisitStatus
from smart_door.services.changing import ATTEMPTS, change_visit, change_visitor
from smart_door.services.narration import Narrate

CODE_LOOK_BACK_SECONDS = 7200.0
"""A visit whose code still opens began no longer ago than this."""


@dataclass(frozen=True, slots=True)
class VisitorChanges:
    """What is to be different about a visitor; None leaves it as it is."""

    name: str | None = None
    phone: str | None = None
    status: VisitorStatus | None = None
    door_ids: Collection[str] | None = None

    def applied(self, visitor: Visitor) -> Visitor:
        """The visitor, changed. Raises InvalidRequestError and PhoneNumberError."""
        return replace(
            visitor,
            name=visitor.name if self.name is None else parse_name(self.name),
            phone=visitor.phone if self.phone is None else parse_phone(self.phone),
            status=visitor.status if self.status is None else self.status,
            door_ids=visitor.door_ids if self.door_ids is None else frozenset(self.door_ids),
        )


@dataclass(frozen=True)
class ManageVisitors:
    """Changes visitors' records. Each method raises VisitorNotFoundError where there is no such visitor."""

    visits: Visits
    visitors: Visitors
    photos: Photos
    faces: Faces
    door_ids: frozenset[str]
    clock: Clock
    narrate: Narrate

    def change(self, visitor_id: str, changes: VisitorChanges, by: str) -> Visitor:
        """Rename, change the phone, block, unblock, say at which doors.

        A code that is on its way to somebody who is blocked, or has lost the door, opens nothing any more.
        Raises InvalidRequestError, PhoneNumberError, DoorNotFoundError.
        """
        for door_id in sorted(changes.door_ids or ()):
            if door_id not in self.door_ids:
                raise DoorNotFoundError(door_id)
        before = self.visitors.get(visitor_id)
        visitor = change_visitor(self.visitors, before, changes.applied)
        for door_id in self.door_ids:
            if before.may_enter(door_id) and not visitor.may_enter(door_id):
                self._deny_codes(visitor, door_id, by)
        self.narrate("visitor changed", visitor_id=visitor.visitor_id, status=visitor.status.value)
        return visitor

    def add_photo(self, visitor_id: str, photo_base64: str) -> Visitor:
        """Index the face of a photo (JPEG or PNG in base64) and keep the photo.

        The same photo again changes nothing. Raises PhotoTooLargeError, PhotoFormatError, NoFaceError,
        PoorFaceError, SeveralFacesError, PhotosFullError.
        """
        photo = decode_photo(photo_base64)
        visitor = self.visitors.get(visitor_id)
        if len(visitor.face_ids) >= MOST_PHOTOS:
            raise PhotosFullError(visitor.visitor_id, MOST_PHOTOS)
        check_one_face(self.faces.detect(photo))
        face_id = self.faces.index(photo, visitor.visitor_id)
        key = f"visitors/{visitor.visitor_id}/{face_id}.{extension_of(photo)}"
        visitor = keep_face(self.visitors, self.faces, visitor, FacePhoto(face_id, key))
        self.photos.put(key, photo)
        self.narrate("photo added", visitor_id=visitor.visitor_id, faces=len(visitor.face_ids))
        return visitor

    def remove_photo(self, visitor_id: str, face_id: str) -> Visitor:
        """Remove one photo and its face. Raises PhotoNotFoundError."""
        visitor = self.visitors.get(visitor_id)
        gone = [photo for photo in visitor.photos if photo.face_id == face_id]
        if not gone:
            raise PhotoNotFoundError(face_id)
        return remove_photos(self.visitors, self.faces, self.photos, visitor, gone)

    def merge(self, visitor_id: str, other_id: str) -> Visitor:
        """Make two records one person: the first keeps name and phone and gets the other's faces and doors.

        The other's id goes on leading to the person, since Rekognition cannot change a face's external image
        id. Raises InvalidRequestError for one and the same, and VisitorBlockedError where a blocked person
        would become one who comes in.
        """
        for _ in range(ATTEMPTS):
            kept, given_up = self.visitors.get(visitor_id), self.visitors.get(other_id)
            if kept.visitor_id == given_up.visitor_id:
                raise InvalidRequestError("visitor_id", "Choose two people: this is one already.")
            if given_up.is_blocked and not kept.is_blocked:
                raise VisitorBlockedError(given_up.visitor_id)
            try:
                merged = self.visitors.merge(kept.merged_with(given_up), given_up)
            except VisitorChangedError:
                continue
            self.narrate("visitors merged", visitor_id=merged.visitor_id, other_id=given_up.visitor_id)
            return merged
        raise VisitorChangedError(visitor_id)

    def _deny_codes(self, visitor: Visitor, door_id: str, by: str) -> None:
        now = self.clock()

        def denied(visit: Visit) -> Visit:
            return visit.denied(by=by, now=now) if visit.status is VisitStatus.CODE_SENT else visit

        for visit in self.visits.recent_at(door_id, now - CODE_LOOK_BACK_SECONDS).visits:
            if visit.visitor_id in visitor.ids and visit.status is VisitStatus.CODE_SENT:
                change_visit(self.visits, visit, denied)


def keep_face(visitors: Visitors, faces: Faces, visitor: Visitor, photo: FacePhoto) -> Visitor:
    """Write down a face that was indexed just now; whose visitor is gone, goes from the collection too."""
    try:
        return change_visitor(visitors, visitor, lambda visitor: visitor.with_photo(photo))
    except VisitorNotFoundError:
        faces.delete([photo.face_id])
        raise


def remove_photos(
    visitors: Visitors, faces: Faces, photos: Photos, visitor: Visitor, gone: Collection[FacePhoto]
) -> Visitor:
    """Remove photos and their faces. First the faces: what breaks off in between recognises nobody."""
    faces.delete([photo.face_id for photo in gone])
    photos.delete([photo.key for photo in gone])
    return change_visitor(visitors, visitor, lambda visitor: visitor.without_photos(gone))
