"""Photos, in memory and in S3: private, and reachable through links that end."""

from __future__ import annotations

import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import boto3
import pytest
from botocore.stub import Stubber

from smart_door.adapters.photos_s3 import S3Photos
from smart_door.domain.errors import ServiceRefusedError, ServiceUnavailableError
from smart_door.domain.picture_errors import PhotoNotFoundError
from smart_door.domain.ports import Photos
from tests.contract.conftest import Aws
from tests.contract.records import NOW
from tests.fakes import FakePhotos

JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


@pytest.fixture(scope="module")
def bucket(aws: Aws) -> str:
    """A bucket of its own."""
    name = f"photos-{uuid4().hex[:8]}"
    aws.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def s3_photos(aws: Aws, bucket: str) -> S3Photos:
    """The adapter, as bootstrap makes it, with a clock that stands still."""
    return S3Photos(aws.client("s3", signature_version="s3v4"), bucket, 300, lambda: NOW)


@pytest.fixture(params=["fake", "s3"])
def photos(request: pytest.FixtureRequest) -> Photos:
    """The port's two fulfilments."""
    if request.param == "fake":
        return FakePhotos()
    s3_photos: S3Photos = request.getfixturevalue("s3_photos")
    return s3_photos


@pytest.fixture
def key(door_id: str) -> str:
    """A key that no other test knows, of the application's form."""
    return f"photos/{door_id}/01K9ZZZZZZZZZZZZZZZZZZZZZZ/best.jpg"


def test_a_photo_comes_back_as_it_went(photos: Photos, key: str) -> None:
    """Given a stored photo, when it is read, then it has the same bytes."""
    photos.put(key, JPEG)
    assert photos.get(key) == JPEG


def test_a_better_photo_replaces_the_one_before(photos: Photos, key: str) -> None:
    """Given a stored photo, when another is put under its key, then that one is read."""
    photos.put(key, b"first")
    photos.put(key, JPEG)
    assert photos.get(key) == JPEG


def test_a_photo_that_is_not_there_is_not_found(photos: Photos, key: str) -> None:
    """Given no photo (it expired), when it is read, then the error names its key."""
    with pytest.raises(PhotoNotFoundError) as raised:
        photos.get(key)
    assert raised.value.key == key


def test_deleted_photos_are_gone_and_others_stay(photos: Photos, key: str) -> None:
    """Given three photos, when two and one that never was are deleted, then the third is left."""
    keys = [f"{key}/{number}" for number in range(3)]
    for one in keys:
        photos.put(one, JPEG)
    photos.delete([*keys[:2], f"{key}/never"])
    photos.delete([])

    assert photos.get(keys[2]) == JPEG
    for one in keys[:2]:
        with pytest.raises(PhotoNotFoundError):
            photos.get(one)


def test_more_photos_than_one_call_takes_are_deleted(s3_photos: S3Photos, key: str) -> None:
    """Given a photo and more than a thousand keys, when they are deleted, then the last goes too."""
    s3_photos.put(f"{key}/z", JPEG)
    s3_photos.delete([*(f"{key}/{number}" for number in range(1001)), f"{key}/z"])
    with pytest.raises(PhotoNotFoundError):
        s3_photos.get(f"{key}/z")


@pytest.mark.parametrize(
    ("code", "error"), [("InternalError", ServiceUnavailableError), ("AccessDenied", ServiceRefusedError)]
)
def test_a_photo_that_is_not_deleted_is_said(code: str, error: type[Exception]) -> None:
    """Given an answer of 200 that names a key which stays, then that is no success."""
    client = boto3.client("s3", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        stubber.add_response("delete_objects", {"Errors": [{"Key": "a", "Code": code}]})
        with pytest.raises(error):
            S3Photos(client, "photos", 300, lambda: NOW).delete(["a"])


def test_a_png_opens_as_one(s3_photos: S3Photos, key: str) -> None:
    """Given a PNG under a key that says so, when its link is opened, then it comes as a PNG."""
    s3_photos.put(f"{key}.png", b"png")
    with urllib.request.urlopen(s3_photos.link(f"{key}.png").url) as answer:  # noqa: S310  # the emulator
        assert answer.headers["Content-Type"] == "image/png"


def test_a_link_is_made_whether_or_not_the_photo_exists(photos: Photos, key: str) -> None:
    """Given no photo, when a link is asked for, then there is one and the time of its end."""
    link = photos.link(key)
    assert key in link.url
    assert link.expires_at > NOW


def test_a_bucket_that_is_not_there_is_no_missing_photo(aws: Aws, key: str) -> None:
    """Given a bucket that does not exist, when a photo is read, then the refusal says what is wrong."""
    with pytest.raises(ServiceRefusedError) as raised:
        S3Photos(aws.client("s3"), "no-such-bucket-here", 300, lambda: NOW).get(key)
    assert raised.value.code == "NoSuchBucket"


def test_the_link_opens_the_photo_as_a_picture(s3_photos: S3Photos, key: str) -> None:
    """Given a stored photo, when its link is opened without credentials, then the picture comes, uncached."""
    s3_photos.put(key, JPEG)
    link = s3_photos.link(key)
    with urllib.request.urlopen(link.url) as answer:  # noqa: S310  # an http address of the emulator
        assert answer.read() == JPEG
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert "no-store" in answer.headers["Cache-Control"]


def test_the_link_ends_when_it_says(s3_photos: S3Photos, key: str) -> None:
    """Given links of 300 s, when one is made, then the signature carries that and the answer its end."""
    link = s3_photos.link(key)
    assert link.expires_at == NOW + 300
    assert parse_qs(urlsplit(link.url).query)["X-Amz-Expires"] == ["300"]


def test_the_photo_is_private(s3_photos: S3Photos, key: str) -> None:
    """Given a stored photo, when its bare address is opened, then it is refused."""
    s3_photos.put(key, JPEG)
    bare = s3_photos.link(key).url.split("?")[0]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(bare)  # noqa: S310  # an http address of the emulator
    with refused.value:
        assert refused.value.code in {400, 403}


def test_what_is_stored_is_known(photos: Photos, key: str) -> None:
    """Given nothing, then something, under a key, then it is told without reading it."""
    assert not photos.has(key)
    photos.put(key, JPEG)
    assert photos.has(key)


@pytest.mark.parametrize(("status", "error"), [(403, ServiceRefusedError), (500, ServiceUnavailableError)])
def test_a_bucket_that_does_not_tell_is_no_missing_photo(status: int, error: type[Exception]) -> None:
    """Given no permission to list, or a fault of S3's, then nobody knows what is stored."""
    client = boto3.client("s3", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        stubber.add_client_error("head_object", str(status), http_status_code=status)
        with pytest.raises(error):
            S3Photos(client, "photos", 300, lambda: NOW).has("a")


def test_a_clip_is_saved_under_its_name(s3_photos: S3Photos, key: str) -> None:
    """Given an MP4 and a link with a name, when it is opened, then it comes as a file of that name."""
    s3_photos.put(f"{key}.mp4", b"mp4")
    link = s3_photos.link(f"{key}.mp4", "front-2026-11-21.mp4")
    with urllib.request.urlopen(link.url) as answer:  # noqa: S310  # the emulator
        assert answer.headers["Content-Type"] == "video/mp4"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="front-2026-11-21.mp4"'
