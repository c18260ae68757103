"""The operations on single images, as a boto3 client sees them."""

from __future__ import annotations

import uuid
from typing import Any

import cv2
import numpy as np
import pytest
from botocore.exceptions import ClientError

from tests.conftest import Emulator


def jpeg(pixels: Any) -> bytes:
    """Encode blue, green, red rows as JPEG."""
    return bytes(cv2.imencode(".jpg", pixels)[1])


def pixels_of(image: bytes) -> Any:
    """Decode to blue, green, red rows."""
    return cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR)


@pytest.fixture(scope="module")
def blank() -> bytes:
    """A JPEG without a face."""
    return jpeg(np.full((200, 300, 3), 127, np.uint8))


@pytest.fixture(scope="module")
def both(grace_hopper: bytes, astronaut: bytes) -> bytes:
    """Both portraits beside each other: Grace Hopper, whose face is larger, on the left."""
    left, right = pixels_of(grace_hopper)[:512], pixels_of(astronaut)
    return jpeg(np.hstack([left, right]))


def error_code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    """What AWS clients branch on."""
    return str(caught.value.response["Error"]["Code"])


def test_detect_faces_puts_the_box_around_the_face(rekognition: Any, grace_hopper: bytes) -> None:
    """Given a portrait, when faces are detected, then the box holds eyes and nose where they are."""
    [face] = rekognition.detect_faces(Image={"Bytes": grace_hopper})["FaceDetails"]
    box = face["BoundingBox"]
    points = {point["Type"]: point for point in face["Landmarks"]}
    assert box["Left"] < points["eyeLeft"]["X"] < points["nose"]["X"] < points["eyeRight"]["X"]
    assert points["eyeRight"]["X"] < box["Left"] + box["Width"]
    assert box["Top"] < points["eyeLeft"]["Y"] < points["nose"]["Y"] < box["Top"] + box["Height"]
    assert face["Confidence"] > 95
    assert abs(face["Pose"]["Yaw"]) < 15
    assert abs(face["Pose"]["Pitch"]) < 20


def test_detect_faces_invents_nothing(rekognition: Any, grace_hopper: bytes) -> None:
    """Given ALL attributes are asked for, when the engine cannot see age or mood, then they are left out."""
    answer = rekognition.detect_faces(Image={"Bytes": grace_hopper}, Attributes=["ALL"])
    assert answer["FaceDetails"][0].keys() == {"BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"}
    kinds = {point["Type"] for point in answer["FaceDetails"][0]["Landmarks"]}
    assert not {kind for kind in kinds if "mouth" in kind.lower()}


@pytest.mark.parametrize("degrees", [-20, -10, 10, 20])
def test_roll_follows_the_picture(rekognition: Any, grace_hopper: bytes, degrees: int) -> None:
    """Given a portrait turned clockwise by some degrees, when detected, then roll grows by as many."""
    pixels = pixels_of(grace_hopper)
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    turned = jpeg(cv2.warpAffine(pixels, turn, (width, height), borderMode=cv2.BORDER_REPLICATE))
    rolls = [
        rekognition.detect_faces(Image={"Bytes": image})["FaceDetails"][0]["Pose"]["Roll"]
        for image in (grace_hopper, turned)
    ]
    assert rolls[1] - rolls[0] == pytest.approx(degrees, abs=4)


def test_sharpness_falls_when_the_picture_is_blurred(rekognition: Any, grace_hopper: bytes) -> None:
    """Given a sharp and a blurred portrait, when detected, then sharpness tells them apart."""
    blurred = jpeg(cv2.GaussianBlur(pixels_of(grace_hopper), (0, 0), 8))
    sharp, soft = (
        rekognition.detect_faces(Image={"Bytes": image})["FaceDetails"][0]["Quality"]["Sharpness"]
        for image in (grace_hopper, blurred)
    )
    assert sharp > soft + 30


def test_brightness_falls_when_the_picture_is_darker(rekognition: Any, grace_hopper: bytes) -> None:
    """Given a bright and a dark portrait, when detected, then brightness tells them apart."""
    dark = jpeg((pixels_of(grace_hopper) * 0.4).astype(np.uint8))
    bright, dim = (
        rekognition.detect_faces(Image={"Bytes": image})["FaceDetails"][0]["Quality"]["Brightness"]
        for image in (grace_hopper, dark)
    )
    assert dim == pytest.approx(0.4 * bright, rel=0.1)


def test_no_face_is_an_empty_list(rekognition: Any, blank: bytes) -> None:
    """Given a picture of nothing, when faces are detected, then there are none."""
    assert rekognition.detect_faces(Image={"Bytes": blank})["FaceDetails"] == []


def test_faces_come_largest_first(rekognition: Any, both: bytes) -> None:
    """Given two faces, when detected, then the larger comes first."""
    first, second = rekognition.detect_faces(Image={"Bytes": both})["FaceDetails"]
    assert first["BoundingBox"]["Width"] > second["BoundingBox"]["Width"]
    assert first["BoundingBox"]["Left"] < second["BoundingBox"]["Left"]


def test_a_small_face_is_found(rekognition: Any, astronaut: bytes) -> None:
    """Given a face of about 45 pixels, when detected, then it is found: AWS needs 40 at 1080p."""
    pixels = pixels_of(astronaut)
    small = jpeg(cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    [face] = rekognition.detect_faces(Image={"Bytes": small})["FaceDetails"]
    assert face["BoundingBox"]["Width"] * pixels.shape[1] / 2 < 50


def test_an_image_may_be_in_s3(emulator: Emulator, rekognition: Any, grace_hopper: bytes) -> None:
    """Given a portrait in a bucket, when the object is named, then it is as if its bytes were sent."""
    bucket, s3 = f"pictures-{uuid.uuid4().hex[:8]}", emulator.client("s3", s3={"addressing_style": "path"})
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a portrait.jpg", Body=grace_hopper)
    image = {"S3Object": {"Bucket": bucket, "Name": "a portrait.jpg"}}
    found = rekognition.detect_faces(Image=image)["FaceDetails"]
    assert found == rekognition.detect_faces(Image={"Bytes": grace_hopper})["FaceDetails"]


def test_an_object_that_is_not_there_is_refused(rekognition: Any) -> None:
    """Given no such bucket, when it is named, then InvalidS3ObjectException."""
    with pytest.raises(ClientError) as caught:
        rekognition.detect_faces(Image={"S3Object": {"Bucket": "no-such-bucket", "Name": "a.jpg"}})
    assert error_code(caught) == "InvalidS3ObjectException"


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (b"GIF89a" + bytes(100), "InvalidImageFormatException"),
        (b"\x89PNG\r\n\x1a\n", "InvalidImageFormatException"),
        (b"\xff\xd8\xff", "InvalidImageFormatException"),
        (jpeg(np.zeros((100, 100, 3), np.uint8))[:200], "InvalidImageFormatException"),
        (jpeg(np.zeros((79, 200, 3), np.uint8)), "InvalidParameterException"),
        (jpeg(np.zeros((80, 10_001, 3), np.uint8)), "ImageTooLargeException"),
        (bytes(5 * 1024 * 1024 + 1), "ValidationException"),
    ],
    ids=["gif", "png head", "jpeg head", "cut off", "too small", "too wide", "over 5 MiB"],
)
def test_what_is_no_usable_image_is_refused(rekognition: Any, image: bytes, code: str) -> None:
    """Given bytes that AWS would not take, when they are sent, then its error comes back."""
    with pytest.raises(ClientError) as caught:
        rekognition.detect_faces(Image={"Bytes": image})
    assert error_code(caught) == code


def test_bytes_and_object_together_are_refused(rekognition: Any, grace_hopper: bytes) -> None:
    """Given both kinds of image, or none, when sent, then InvalidParameterException."""
    both_kinds = {"Bytes": grace_hopper, "S3Object": {"Bucket": "abc", "Name": "d"}}
    for image in (both_kinds, {}):
        with pytest.raises(ClientError) as caught:
            rekognition.detect_faces(Image=image)
        assert error_code(caught) == "InvalidParameterException"


def test_comparing_tells_the_same_person_from_another(
    rekognition: Any, grace_hopper: bytes, both: bytes
) -> None:
    """Given two faces in the target, when compared, then the right one matches and the other does not."""
    answer = rekognition.compare_faces(SourceImage={"Bytes": grace_hopper}, TargetImage={"Bytes": both})
    [match], [other] = answer["FaceMatches"], answer["UnmatchedFaces"]
    assert match["Similarity"] > 99
    assert match["Face"]["BoundingBox"]["Left"] < other["BoundingBox"]["Left"]
    assert answer["SourceImageFace"]["Confidence"] > 95


def test_comparing_needs_a_face_on_both_sides(rekognition: Any, grace_hopper: bytes, blank: bytes) -> None:
    """Given no face in source or target, when compared, then InvalidParameterException."""
    for source, target in ((grace_hopper, blank), (blank, grace_hopper)):
        with pytest.raises(ClientError) as caught:
            rekognition.compare_faces(SourceImage={"Bytes": source}, TargetImage={"Bytes": target})
        assert error_code(caught) == "InvalidParameterException"


def test_similarities_below_the_threshold_are_not_matches(
    rekognition: Any, grace_hopper: bytes, astronaut: bytes
) -> None:
    """Given two persons, when compared at 80 and at 0, then they match only at 0, with a low similarity."""
    images = {"SourceImage": {"Bytes": grace_hopper}, "TargetImage": {"Bytes": astronaut}}
    assert rekognition.compare_faces(**images)["FaceMatches"] == []
    [match] = rekognition.compare_faces(**images, SimilarityThreshold=0)["FaceMatches"]
    assert match["Similarity"] < 50
