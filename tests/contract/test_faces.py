"""Faces, in memory and with Rekognition's operations: whose face is whose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
import cv2
import numpy as np
import pytest
from botocore.stub import Stubber

from smart_door.adapters.faces_rekognition import RekognitionFaces
from smart_door.domain.errors import ServiceRefusedError, ServiceUnavailableError
from smart_door.domain.picture_errors import (
    NoFaceError,
    PhotoFormatError,
    PhotoTooLargeError,
    PoorFaceError,
)
from smart_door.domain.ports import Faces
from tests.contract.conftest import Aws
from tests.contract.portraits import eileen, grace, jpeg
from tests.fakes import FakeFaces


@dataclass
class Gallery:
    """A fulfilment of the port, and pictures: two of Ann, one of Bea, of both, of nobody, a poor one."""

    faces: Faces
    ann: bytes
    ann_again: bytes
    bea: bytes
    nobody: bytes
    both: bytes
    poor: bytes


@pytest.fixture(scope="module")
def collection_id(aws: Aws) -> str:
    """A collection of its own."""
    name = f"faces-{uuid4().hex[:8]}"
    aws.client("rekognition").create_collection(CollectionId=name)
    return name


@pytest.fixture(scope="module")
def rekognition(aws: Aws, collection_id: str) -> Gallery:
    """The adapter and real pictures: the second of Ann is smaller, brighter and turned a little."""
    ann = grace()
    height, width = ann.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 4, 0.8)
    ann_again = cv2.convertScaleAbs(cv2.warpAffine(ann, turn, (width, height)), alpha=1.0, beta=12)
    return Gallery(
        RekognitionFaces(aws.client("rekognition", read_timeout=30), collection_id),
        jpeg(ann),
        jpeg(ann_again),
        jpeg(eileen()),
        jpeg(np.full((240, 240, 3), 128, np.uint8)),
        jpeg(np.hstack([cv2.resize(ann, (384, 448)), cv2.resize(eileen(), (448, 448))])),
        jpeg(cv2.convertScaleAbs(ann, alpha=0.08)),
    )


@pytest.fixture(params=["fake", "rekognition"])
def gallery(request: pytest.FixtureRequest) -> Gallery:
    """The port's two fulfilments."""
    if request.param == "fake":
        return Gallery(FakeFaces(), b"Ann", b"Ann", b"Bea", b"", b"Ann+Bea", b"blurred")
    rekognition: Gallery = request.getfixturevalue("rekognition")
    return rekognition


def test_the_same_person_compares_as_the_same(gallery: Gallery) -> None:
    """Given two pictures of one person, when they are compared, then they are alike enough to act on."""
    assert 99 <= gallery.faces.compare(gallery.ann, gallery.ann_again) <= 100


def test_different_people_compare_as_nothing_alike(gallery: Gallery) -> None:
    """Given pictures of two people, when they are compared, then they are not alike at all."""
    assert gallery.faces.compare(gallery.ann, gallery.bea) == 0


@pytest.mark.parametrize("nobody_is", ["source", "target"])
def test_a_picture_of_nobody_does_not_compare(gallery: Gallery, nobody_is: str) -> None:
    """Given a picture without a face, when it is compared, then that is said."""
    pair = (gallery.nobody, gallery.ann) if nobody_is == "source" else (gallery.ann, gallery.nobody)
    with pytest.raises(NoFaceError):
        gallery.faces.compare(*pair)


def test_an_indexed_face_has_an_id_and_can_be_deleted_twice(gallery: Gallery) -> None:
    """Given an indexed face, when it is deleted, then once more is no error, and nor is none."""
    face_id = gallery.faces.index(gallery.ann, str(uuid4()))
    assert face_id
    gallery.faces.delete([face_id])
    gallery.faces.delete([face_id, str(uuid4())])
    gallery.faces.delete([])


def test_a_picture_of_nobody_is_not_indexed(gallery: Gallery) -> None:
    """Given a picture without a face, when it is indexed, then that is said."""
    with pytest.raises(NoFaceError):
        gallery.faces.index(gallery.nobody, str(uuid4()))


def test_the_faces_of_a_photo_are_counted(gallery: Gallery) -> None:
    """Given photos of one, of two and of nobody, when they are looked at, then that is what is seen."""
    found = [gallery.faces.detect(photo) for photo in (gallery.ann, gallery.both, gallery.nobody)]
    assert [len(faces) for faces in found] == [1, 2, 0]
    assert found[0][0].bounding_box.height > 0.1


def test_a_poor_face_is_called_poor(gallery: Gallery) -> None:
    """Given a photo where a face can hardly be made out, when it is indexed, then the reason is said."""
    with pytest.raises(PoorFaceError) as raised:
        gallery.faces.index(gallery.poor, str(uuid4()))
    assert raised.value.reasons


def test_a_photo_that_does_not_decode_or_is_tiny_is_refused(rekognition: Gallery) -> None:
    """Given what cannot be a photo of somebody, when it is looked at, then it is the photo that is wrong."""
    for photo in (b"\xff\xd8\xff no picture", jpeg(np.zeros((40, 40, 3), np.uint8))):
        with pytest.raises(PhotoFormatError):
            rekognition.faces.detect(photo)


def test_a_photo_that_is_too_large_is_refused() -> None:
    """Given Rekognition that finds a picture too large, then that is what is said."""
    client, stubber = stubbed()
    stubber.add_client_error("detect_faces", "ImageTooLargeException", http_status_code=400)
    with pytest.raises(PhotoTooLargeError):
        RekognitionFaces(client, "home").detect(b"picture")
    stubber.add_client_error("detect_faces", "ThrottlingException", http_status_code=400)
    with pytest.raises(ServiceUnavailableError):
        RekognitionFaces(client, "home").detect(b"picture")


def test_the_visitor_is_the_external_image_id(aws: Aws, rekognition: Gallery, collection_id: str) -> None:
    """Given an indexed face, when the same person is searched for, then the match names the visitor."""
    visitor_id = str(uuid4())
    face_id = rekognition.faces.index(rekognition.bea, visitor_id)
    found = aws.client("rekognition").search_faces_by_image(
        CollectionId=collection_id, Image={"Bytes": rekognition.bea}, FaceMatchThreshold=99
    )["FaceMatches"]
    assert [(match["Face"]["FaceId"], match["Face"]["ExternalImageId"]) for match in found] == [
        (face_id, visitor_id)
    ]
    rekognition.faces.delete([face_id])


def test_of_two_in_the_picture_the_larger_is_compared(rekognition: Gallery) -> None:
    """Given a crop with somebody small beside the person it is about, then only that person counts."""
    small = cv2.resize(eileen(), None, fx=0.45, fy=0.45)
    picture = grace()
    picture[: small.shape[0], : small.shape[1]] = small
    assert rekognition.faces.compare(rekognition.bea, jpeg(picture)) == 0
    assert rekognition.faces.compare(rekognition.ann, jpeg(picture)) >= 99


def test_a_picture_that_is_none_is_refused(rekognition: Gallery) -> None:
    """Given bytes that are no picture, when they are indexed, then that is refused for good."""
    with pytest.raises(ServiceRefusedError) as raised:
        rekognition.faces.index(b"no picture", str(uuid4()))
    assert raised.value.code == "InvalidImageFormatException"


def test_a_collection_that_is_not_there_is_refused(aws: Aws, rekognition: Gallery) -> None:
    """Given no such collection, when a face is indexed, then that is refused for good."""
    with pytest.raises(ServiceRefusedError) as raised:
        RekognitionFaces(aws.client("rekognition"), "no-such").index(rekognition.ann, str(uuid4()))
    assert raised.value.code == "ResourceNotFoundException"


def test_only_one_face_of_good_quality_is_indexed() -> None:
    """Given any picture, when it is indexed, then Rekognition is told to take one face, and no poor one."""
    client, stubber = stubbed()
    stubber.add_response(
        "index_faces",
        {"FaceRecords": [{"Face": {"FaceId": "0b683aed-a0f1-48b2-9b5e-139e9cc2a757"}}]},
        {
            "CollectionId": "home",
            "Image": {"Bytes": b"picture"},
            "ExternalImageId": "visitor-1",
            "MaxFaces": 1,
            "QualityFilter": "AUTO",
        },
    )
    assert (
        RekognitionFaces(client, "home").index(b"picture", "visitor-1")
        == "0b683aed-a0f1-48b2-9b5e-139e9cc2a757"
    )


def test_throttled_comparisons_may_be_tried_later() -> None:
    """Given Rekognition that throttles, when faces are compared, then that passes."""
    client, stubber = stubbed()
    stubber.add_client_error("compare_faces", "ProvisionedThroughputExceededException", http_status_code=400)
    with pytest.raises(ServiceUnavailableError):
        RekognitionFaces(client, "home").compare(b"a", b"b")


def test_a_face_in_use_elsewhere_is_not_silently_kept() -> None:
    """Given a face that Rekognition does not delete, when it is deleted, then the reason is said."""
    client, stubber = stubbed()
    face_id = str(uuid4())
    failure = {"FaceId": face_id, "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]}
    stubber.add_response("delete_faces", {"UnsuccessfulFaceDeletions": [failure]})
    with pytest.raises(ServiceRefusedError, match="ASSOCIATED_TO_AN_EXISTING_USER"):
        RekognitionFaces(client, "home").delete([face_id])


def test_many_faces_are_deleted_in_calls_of_the_size_allowed() -> None:
    """Given more faces than DeleteFaces takes, when they are deleted, then it takes two calls."""
    client, stubber = stubbed()
    face_ids = [str(uuid4()) for _ in range(4097)]
    for part in (face_ids[:4096], face_ids[4096:]):
        stubber.add_response(
            "delete_faces", {"DeletedFaces": part}, {"CollectionId": "home", "FaceIds": part}
        )
    RekognitionFaces(client, "home").delete(face_ids)
    stubber.assert_no_pending_responses()


def stubbed() -> tuple[Any, Stubber]:
    """A Rekognition that answers from a list."""
    client = boto3.client(
        "rekognition", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    stubber = Stubber(client)
    stubber.activate()
    return client, stubber
