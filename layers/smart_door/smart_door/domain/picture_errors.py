"""What is wrong with a photo, or with the video: not there, not of one face, not to be shown.

PermanentError
├── (InvalidRequestError)
│   └── PhotoFormatError        neither JPEG nor PNG, or not to be decoded
├── PhotoNotFoundError
├── NoVideoError                nothing was filmed then, or nothing comes now
├── VideoExpiredError           past the time for which video is kept
├── VideoUnplayableError        the camera's video is none that can be shown
├── NoFaceError                 the image shows no face
│   └── PoorFaceError           the image shows one that is too poor to tell people apart
├── SeveralFacesError           the image shows several people
├── PhotoTooLargeError
└── PhotosFullError             the visitor has as many photos as there may be
"""

from __future__ import annotations

from collections.abc import Sequence

from smart_door.domain.errors import PermanentError
from smart_door.domain.refusals import InvalidRequestError


class PhotoFormatError(InvalidRequestError):
    """The picture is neither a JPEG nor a PNG, or does not decode."""

    def __init__(self, problem: str = "Choose a photo that is a JPEG or a PNG.") -> None:
        super().__init__("photo", problem)


class PhotoNotFoundError(PermanentError):
    """No photo under that key (perhaps it expired)."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class NoVideoError(PermanentError):
    """The door's camera sends nothing now, or sent nothing then; `camera_sends` is "always" or "motion"."""

    def __init__(self, door_id: str, camera_sends: str) -> None:
        super().__init__()
        self.door_id = door_id
        self.camera_sends = camera_sends


class VideoExpiredError(PermanentError):
    """The visit's video is not kept any more."""

    def __init__(self, door_id: str, visit_id: str) -> None:
        super().__init__()
        self.door_id = door_id
        self.visit_id = visit_id


class VideoUnplayableError(PermanentError):
    """The camera's video is no H.264, or not as players need it; `code` is the video service's."""

    def __init__(self, door_id: str, code: str) -> None:
        super().__init__()
        self.door_id = door_id
        self.code = code


class NoFaceError(PermanentError):
    """The image shows no face that can be used."""


class PoorFaceError(NoFaceError):
    """The image shows a face that is too poor; `reasons` are Rekognition's, such as LOW_SHARPNESS."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__()
        self.reasons = tuple(reasons)


class SeveralFacesError(PermanentError):
    """The image shows so many people (2 or more) that nobody can say whose face is meant."""

    def __init__(self, faces: int) -> None:
        super().__init__()
        self.faces = faces


class PhotoTooLargeError(PermanentError):
    """The picture has more bytes than `most`."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


class PhotosFullError(PermanentError):
    """The visitor has `most` photos, and there may be no more."""

    def __init__(self, visitor_id: str, most: int) -> None:
        super().__init__()
        self.visitor_id = visitor_id
        self.most = most
