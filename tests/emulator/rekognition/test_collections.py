"""Collections: indexing, searching, listing and deleting faces, as a boto3 client sees them."""

from __future__ import annotations

import json
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.conftest import Emulator, start_emulator


def error_code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    """What AWS clients branch on."""
    return str(caught.value.response["Error"]["Code"])


def side_by_side(*images: bytes) -> bytes:
    """The pictures in one JPEG."""
    decoded = [
        np.asarray(cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR))[:512] for image in images
    ]
    return bytes(cv2.imencode(".jpg", np.hstack(decoded))[1])


def index(rekognition: Any, collection: str, image: bytes, person: str, **options: Any) -> dict[str, Any]:
    """Index the faces of an image."""
    answer: dict[str, Any] = rekognition.index_faces(
        CollectionId=collection, Image={"Bytes": image}, ExternalImageId=person, **options
    )
    return answer


def test_an_indexed_face_is_found_again(
    rekognition: Any, collection: str, grace_hopper: bytes, astronaut: bytes
) -> None:
    """Given two persons indexed, when searched by another picture of one, then only that one is found."""
    index(rekognition, collection, grace_hopper, "grace")
    index(rekognition, collection, astronaut, "eileen")
    mirrored = cv2.flip(cv2.imdecode(np.frombuffer(grace_hopper, np.uint8), cv2.IMREAD_COLOR), 1)
    answer = rekognition.search_faces_by_image(
        CollectionId=collection, Image={"Bytes": bytes(cv2.imencode(".jpg", mirrored)[1])}
    )
    [match] = answer["FaceMatches"]
    assert match["Face"]["ExternalImageId"] == "grace"
    assert match["Similarity"] > 99
    assert answer["SearchedFaceConfidence"] > 95


def test_only_the_largest_face_is_searched(
    rekognition: Any, collection: str, grace_hopper: bytes, astronaut: bytes
) -> None:
    """Given the smaller face of a picture is indexed, when searched by the picture, then it is not found."""
    index(rekognition, collection, astronaut, "eileen")
    picture = side_by_side(grace_hopper, astronaut)
    answer = rekognition.search_faces_by_image(CollectionId=collection, Image={"Bytes": picture})
    assert answer["FaceMatches"] == []
    assert answer["SearchedFaceBoundingBox"]["Left"] < 0.5


def test_searching_without_a_face_is_refused(rekognition: Any, collection: str) -> None:
    """Given a picture of nothing, when searched, then InvalidParameterException."""
    blank = bytes(cv2.imencode(".png", np.zeros((100, 100, 3), np.uint8))[1])
    with pytest.raises(ClientError) as caught:
        rekognition.search_faces_by_image(CollectionId=collection, Image={"Bytes": blank})
    assert error_code(caught) == "InvalidParameterException"


def test_max_faces_indexes_the_largest(
    rekognition: Any, collection: str, grace_hopper: bytes, astronaut: bytes
) -> None:
    """Given two faces, when at most one is indexed, then it is the larger and the other one says why not."""
    answer = index(rekognition, collection, side_by_side(grace_hopper, astronaut), "x", MaxFaces=1)
    [record], [left_out] = answer["FaceRecords"], answer["UnindexedFaces"]
    assert record["Face"]["BoundingBox"]["Left"] < left_out["FaceDetail"]["BoundingBox"]["Left"]
    assert left_out["Reasons"] == ["EXCEEDS_MAX_FACES"]
    assert rekognition.describe_collection(CollectionId=collection)["FaceCount"] == 1


def test_a_poor_face_is_not_indexed_unless_asked_for(
    rekognition: Any, collection: str, grace_hopper: bytes
) -> None:
    """Given a blurred dark face, when indexed at HIGH, then reasons; at NONE it is indexed."""
    pixels = cv2.imdecode(np.frombuffer(grace_hopper, np.uint8), cv2.IMREAD_COLOR)
    poor = bytes(cv2.imencode(".jpg", (cv2.GaussianBlur(pixels, (0, 0), 6) * 0.25).astype(np.uint8))[1])
    [left_out] = index(rekognition, collection, poor, "x", QualityFilter="HIGH")["UnindexedFaces"]
    assert {"LOW_SHARPNESS", "LOW_BRIGHTNESS"} <= set(left_out["Reasons"])
    assert len(index(rekognition, collection, poor, "x", QualityFilter="NONE")["FaceRecords"]) == 1


def test_indexing_again_adds_nothing(rekognition: Any, collection: str, grace_hopper: bytes) -> None:
    """Given an indexed picture, when indexed again for the same person, then the face id is the same."""
    first, again, other = (
        index(rekognition, collection, grace_hopper, person)["FaceRecords"][0]["Face"]
        for person in ("grace", "grace", "someone-else")
    )
    assert first["FaceId"] == again["FaceId"] != other["FaceId"]
    assert first["ImageId"] == other["ImageId"]
    assert rekognition.describe_collection(CollectionId=collection)["FaceCount"] == 2


def test_searching_by_face_id_leaves_that_face_out(
    rekognition: Any, collection: str, grace_hopper: bytes, astronaut: bytes
) -> None:
    """Given the same person twice and another one, when searched by face id, then only the second picture."""
    ids = [
        index(rekognition, collection, image, person)["FaceRecords"][0]["Face"]["FaceId"]
        for image, person in ((grace_hopper, "one"), (grace_hopper, "two"), (astronaut, "three"))
    ]
    answer = rekognition.search_faces(CollectionId=collection, FaceId=ids[0])
    assert answer["SearchedFaceId"] == ids[0]
    assert [match["Face"]["FaceId"] for match in answer["FaceMatches"]] == [ids[1]]
    everyone = rekognition.search_faces(CollectionId=collection, FaceId=ids[0], FaceMatchThreshold=0)
    assert [match["Face"]["FaceId"] for match in everyone["FaceMatches"]] == [ids[1], ids[2]]
    best = rekognition.search_faces(CollectionId=collection, FaceId=ids[0], FaceMatchThreshold=0, MaxFaces=1)
    assert [match["Face"]["FaceId"] for match in best["FaceMatches"]] == [ids[1]]


def test_faces_are_listed_in_pages(rekognition: Any, collection: str, grace_hopper: bytes) -> None:
    """Given three faces, when listed two a page, then each comes once, even if the first page is deleted."""
    for person in ("a", "b", "c"):
        index(rekognition, collection, grace_hopper, person)
    first = rekognition.list_faces(CollectionId=collection, MaxResults=2)
    assert [face["ExternalImageId"] for face in first["Faces"]] == ["a", "b"]
    rekognition.delete_faces(CollectionId=collection, FaceIds=[face["FaceId"] for face in first["Faces"]])
    second = rekognition.list_faces(CollectionId=collection, MaxResults=2, NextToken=first["NextToken"])
    assert [face["ExternalImageId"] for face in second["Faces"]] == ["c"]
    assert "NextToken" not in second


def test_deleted_faces_are_not_found_any_more(rekognition: Any, collection: str, grace_hopper: bytes) -> None:
    """Given an indexed face, when it is deleted with an unknown one, then both are reported rightly."""
    face_id = index(rekognition, collection, grace_hopper, "grace")["FaceRecords"][0]["Face"]["FaceId"]
    unknown = str(uuid.uuid4())
    answer = rekognition.delete_faces(CollectionId=collection, FaceIds=[face_id, unknown])
    assert answer["DeletedFaces"] == [face_id]
    assert [failed["FaceId"] for failed in answer["UnsuccessfulFaceDeletions"]] == [unknown]
    found = rekognition.search_faces_by_image(CollectionId=collection, Image={"Bytes": grace_hopper})
    assert found["FaceMatches"] == []


def test_collections_are_listed_and_described(rekognition: Any, collection: str) -> None:
    """Given a collection, when listed and described, then it is there, empty, with its ARN."""
    assert collection in rekognition.list_collections()["CollectionIds"]
    described = rekognition.describe_collection(CollectionId=collection)
    assert described["FaceCount"] == 0
    assert described["CollectionARN"].endswith(f":collection/{collection}")
    assert described["CreationTimestamp"].year > 2000


def test_tags_can_be_added_and_removed(rekognition: Any, collection: str) -> None:
    """Given a collection, when tagged and untagged, then the tags say so."""
    arn = rekognition.describe_collection(CollectionId=collection)["CollectionARN"]
    rekognition.tag_resource(ResourceArn=arn, Tags={"a": "1", "b": "2"})
    rekognition.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}


def test_a_collection_can_be_created_once(rekognition: Any, collection: str) -> None:
    """Given a collection, when created again, then ResourceAlreadyExistsException."""
    with pytest.raises(ClientError) as caught:
        rekognition.create_collection(CollectionId=collection)
    assert error_code(caught) == "ResourceAlreadyExistsException"


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        ("describe_collection", {}),
        ("delete_collection", {}),
        ("list_faces", {}),
        ("delete_faces", {"FaceIds": [str(uuid.uuid4())]}),
        ("search_faces", {"FaceId": str(uuid.uuid4())}),
        ("index_faces", {"Image": {"Bytes": b"x"}}),
        ("search_faces_by_image", {"Image": {"Bytes": b"x"}}),
    ],
)
def test_an_unknown_collection_is_not_found(rekognition: Any, operation: str, fields: dict[str, Any]) -> None:
    """Given no such collection, when an operation names it, then ResourceNotFoundException."""
    with pytest.raises(ClientError) as caught:
        getattr(rekognition, operation)(CollectionId="nobody-made-this", **fields)
    assert error_code(caught) == "ResourceNotFoundException"


def test_an_unknown_face_is_not_found(rekognition: Any, collection: str) -> None:
    """Given an empty collection, when searched by a face id, then ResourceNotFoundException."""
    with pytest.raises(ClientError) as caught:
        rekognition.search_faces(CollectionId=collection, FaceId=str(uuid.uuid4()))
    assert error_code(caught) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        ("create_collection", {"CollectionId": "no spaces"}),
        ("create_collection", {"CollectionId": "x" * 256}),
        ("index_faces", {"CollectionId": "c", "Image": {"Bytes": b"x"}, "ExternalImageId": "a b"}),
        ("index_faces", {"CollectionId": "c", "Image": {"Bytes": b"x"}, "QualityFilter": "BEST"}),
        ("search_faces", {"CollectionId": "c", "FaceId": "no-uuid"}),
        ("search_faces", {"CollectionId": "c", "FaceId": str(uuid.uuid4()), "FaceMatchThreshold": 101}),
    ],
)
def test_values_outside_the_model_are_refused(
    rekognition: Any, operation: str, fields: dict[str, Any]
) -> None:
    """Given a value that breaks a constraint, when sent, then ValidationException names the member."""
    with pytest.raises(ClientError) as caught:
        getattr(rekognition, operation)(**fields)
    assert error_code(caught) == "ValidationException"
    assert "failed to satisfy constraint" in caught.value.response["Error"]["Message"]


def test_a_token_of_another_list_is_refused(rekognition: Any, collection: str) -> None:
    """Given a token that was never given out, when used, then InvalidPaginationTokenException."""
    for token in ("nonsense", "ImEi"):
        with pytest.raises(ClientError) as caught:
            rekognition.list_faces(CollectionId=collection, NextToken=token)
        assert error_code(caught) == "InvalidPaginationTokenException"


def test_what_the_emulator_does_not_have_says_so(rekognition: Any, collection: str) -> None:
    """Given an operation of Rekognition that is missing here, when called, then the error names it."""
    with pytest.raises(ClientError) as caught:
        rekognition.list_users(CollectionId=collection)
    assert error_code(caught) == "UnknownOperationException"
    assert "ListUsers" in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "SerializationException"),
        (b'{"CollectionId": 7}', "SerializationException"),
        (b"[]", "SerializationException"),
        (b"{}", "ValidationException"),
    ],
)
def test_a_malformed_body_is_refused(emulator: Emulator, body: bytes, code: str) -> None:
    """Given a body that no SDK would send, when sent, then AWS's error comes back."""
    headers = {
        "X-Amz-Target": "RekognitionService.DescribeCollection",
        "Content-Type": "application/x-amz-json-1.1",
    }
    request = AWSRequest("POST", emulator.endpoint_url, headers, body)
    SigV4Auth(Credentials("test", "test"), "rekognition", "us-east-1").add_auth(request)
    sent = urllib.request.Request(emulator.endpoint_url, body, dict(request.headers.items()))  # noqa: S310  # loopback
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(sent)  # noqa: S310  # loopback
    with caught.value as answer:
        assert json.loads(answer.read())["__type"] == code


def test_faces_are_kept_over_a_restart(tmp_path: Path, grace_hopper: bytes) -> None:
    """Given an indexed face, when the emulator is started again, then it is still found."""
    running = start_emulator(tmp_path / "data")
    running.client("rekognition").create_collection(CollectionId="kept")
    index(running.client("rekognition"), "kept", grace_hopper, "grace")
    assert running.stop() == 0
    running = start_emulator(tmp_path / "data")
    answer = running.client("rekognition").search_faces_by_image(
        CollectionId="kept", Image={"Bytes": grace_hopper}
    )
    assert [match["Face"]["ExternalImageId"] for match in answer["FaceMatches"]] == ["grace"]
    assert running.stop() == 0
