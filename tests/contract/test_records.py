"""Records of face search: every field is checked, nothing is evaluated, whatever comes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_door.adapters.records_kinesis import KinesisRecords
from smart_door.domain.errors import ForeignStreamError, MalformedRecordError
from smart_door.domain.faces import BoundingBox, DetectedFace, FaceMatch, FaceSearchRecord

ARN = "arn:aws:kinesisvideo:us-east-1:123456789012:stream/smart-door-front/1795220000000"
FACE_ID = "0b683aed-a0f1-48b2-9b5e-139e9cc2a757"
RECORDS = KinesisRecords("smart-door-")


def record() -> dict[str, Any]:
    """A record as Rekognition writes it: one face, one match."""
    return {
        "InputInformation": {
            "KinesisVideo": {
                "StreamArn": ARN,
                "FragmentNumber": "91343852333289682796718532614445757584843717598",
                "ServerTimestamp": 1795221531.4,
                "ProducerTimestamp": 1795221531.25,
                "FrameOffsetInSeconds": 0.5,
            }
        },
        "StreamProcessorInformation": {"Status": "RUNNING"},
        "FaceSearchResponse": [
            {
                "DetectedFace": {
                    "BoundingBox": {"Height": 0.2, "Width": 0.1, "Left": 0.4, "Top": 0.3},
                    "Confidence": 99.9,
                    "Landmarks": [{"Type": "eyeLeft", "X": 0.42, "Y": 0.35}],
                    "Pose": {"Pitch": -2.5, "Roll": 1, "Yaw": 12.25},
                    "Quality": {"Brightness": 61.5, "Sharpness": 88.0},
                },
                "MatchedFaces": [
                    {
                        "Similarity": 99.5,
                        "Face": {
                            "BoundingBox": {"Height": 0.2, "Width": 0.1, "Left": 0.4, "Top": 0.3},
                            "FaceId": FACE_ID,
                            "Confidence": 99.9,
                            "ImageId": FACE_ID,
                            "ExternalImageId": "visitor-1",
                        },
                    }
                ],
            }
        ],
    }


def changed(path: str, value: Any) -> bytes:
    """The record with one field changed; `...` takes it away."""
    whole = record()
    *parents, name = [int(step) if step.isdigit() else step for step in path.split(".")]
    part: Any = whole
    for parent in parents:
        part = part[parent]
    if value is ...:
        del part[name]
    else:
        part[name] = value
    return json.dumps(whole).encode()


def test_a_record_is_read_whole() -> None:
    """Given Rekognition's record, when it is parsed, then all that matters is there, as it was."""
    assert RECORDS.parse(json.dumps(record()).encode()) == FaceSearchRecord(
        door_id="front",
        stream_arn=ARN,
        fragment_number="91343852333289682796718532614445757584843717598",
        frame_offset=0.5,
        seen_at=1795221531.75,
        faces=(
            DetectedFace(
                bounding_box=BoundingBox(left=0.4, top=0.3, width=0.1, height=0.2),
                confidence=99.9,
                sharpness=88.0,
                brightness=61.5,
                yaw=12.25,
                pitch=-2.5,
                roll=1.0,
                matches=(FaceMatch("visitor-1", FACE_ID, 99.5),),
            ),
        ),
    )


def test_every_face_and_every_match_is_read_in_order() -> None:
    """Given several faces with several matches, when they are parsed, then all are there, in order."""
    whole = record()
    face = whole["FaceSearchResponse"][0]
    match = face["MatchedFaces"][0]
    other = {"Similarity": 99.9, "Face": {**match["Face"], "ExternalImageId": "visitor-2"}}
    whole["FaceSearchResponse"] = [{**face, "MatchedFaces": []}, {**face, "MatchedFaces": [match, other]}]
    faces = RECORDS.parse(json.dumps(whole).encode()).faces
    assert [[match.visitor_id for match in face.matches] for face in faces] == [
        [],
        ["visitor-1", "visitor-2"],
    ]


def test_a_record_without_faces_has_none() -> None:
    """Given a frame without a face, when its record is parsed, then it has no faces."""
    assert RECORDS.parse(changed("FaceSearchResponse", [])).faces == ()


def test_matches_that_are_nobodys_are_left_out() -> None:
    """Given a face indexed without an external image id, when it matches, then it is nobody's match."""
    path = "FaceSearchResponse.0.MatchedFaces.0.Face.ExternalImageId"
    assert RECORDS.parse(changed(path, ...)).faces[0].matches == ()


@pytest.mark.parametrize("door_id", ["front", "back-2", "a" * 32])
def test_the_stream_names_the_door(door_id: str) -> None:
    """Given a stream of the prefix, when its record is parsed, then the rest of its name is the door."""
    arn = ARN.replace("front", door_id)
    assert RECORDS.parse(changed("InputInformation.KinesisVideo.StreamArn", arn)).door_id == door_id


@pytest.mark.parametrize("name", ["other", "smart-door-", "smart-door-Front", "smart-door-" + "a" * 33])
def test_another_stream_is_foreign(name: str) -> None:
    """Given a stream that is no door's, when its record is parsed, then the error names the stream."""
    arn = ARN.replace("smart-door-front", name)
    with pytest.raises(ForeignStreamError) as raised:
        RECORDS.parse(changed("InputInformation.KinesisVideo.StreamArn", arn))
    assert raised.value.stream_arn == arn


VIDEO = "InputInformation.KinesisVideo"
FACE = "FaceSearchResponse.0.DetectedFace"
MATCH = "FaceSearchResponse.0.MatchedFaces.0"


@pytest.mark.parametrize(
    "path",
    [
        "InputInformation",
        VIDEO,
        f"{VIDEO}.StreamArn",
        f"{VIDEO}.FragmentNumber",
        f"{VIDEO}.ProducerTimestamp",
        f"{VIDEO}.FrameOffsetInSeconds",
        "FaceSearchResponse",
        FACE,
        f"{FACE}.BoundingBox",
        f"{FACE}.BoundingBox.Left",
        f"{FACE}.Confidence",
        f"{FACE}.Quality",
        f"{FACE}.Quality.Sharpness",
        "FaceSearchResponse.0.MatchedFaces",
        f"{MATCH}.Similarity",
        f"{MATCH}.Face",
        f"{MATCH}.Face.FaceId",
    ],
)
@pytest.mark.parametrize("value", [..., None, True, "text", [1], 1e12])
def test_a_field_that_is_missing_or_wrong_is_named(path: str, value: Any) -> None:
    """Given a record with one field missing or of a wrong kind, when it is parsed, then that one is named."""
    with pytest.raises(MalformedRecordError) as raised:
        RECORDS.parse(changed(path, value))
    assert path.rsplit(".", 1)[-1] in raised.value.reason


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{FACE}.BoundingBox.Width", -0.1),
        (f"{FACE}.BoundingBox.Top", 2.5),
        (f"{FACE}.Quality.Brightness", 100.5),
        (f"{FACE}.Pose.Yaw", 181),
        (f"{MATCH}.Similarity", 101),
        (f"{MATCH}.Face.ExternalImageId", "no spaces there"),
        (f"{VIDEO}.FrameOffsetInSeconds", -0.5),
        (f"{VIDEO}.FragmentNumber", "12a"),
        (f"{VIDEO}.ProducerTimestamp", 12.0),  # a camera whose clock was never set
        (f"{VIDEO}.ProducerTimestamp", 1795221531250),  # milliseconds
        (f"{VIDEO}.StreamArn", "arn:aws:s3:::smart-door-front"),
    ],
)
def test_a_field_out_of_its_range_is_refused(path: str, value: Any) -> None:
    """Given a record with one field beyond what it can be, when it is parsed, then it is malformed."""
    with pytest.raises(MalformedRecordError):
        RECORDS.parse(changed(path, value))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'"text"',
        str(record()).encode(),  # a Python literal, which eval would take
        b"__import__('os').abort()",
        json.dumps(record()).replace("0.5", "NaN").encode(),
        json.dumps(record()).replace("0.5", "-Infinity").encode(),
        json.dumps(record()).replace("0.5", "1e999").encode(),
        json.dumps(record()).replace("0.5", "9" * 5000).encode(),
        b"[" * 100_000,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_what_is_no_record_is_malformed(data: bytes) -> None:
    """Given data of any other kind, when they are parsed, then they are malformed, and nothing runs."""
    with pytest.raises(MalformedRecordError):
        RECORDS.parse(data)


def test_the_reason_holds_no_content() -> None:
    """Given a malformed record with somebody's name in it, when it is refused, then the name is in no log."""
    with pytest.raises(MalformedRecordError) as raised:
        RECORDS.parse(changed(f"{MATCH}.Face.ExternalImageId", "Grace Hopper"))
    assert "Grace" not in str(raised.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    path=st.sampled_from([VIDEO, f"{VIDEO}.FragmentNumber", f"{VIDEO}.ProducerTimestamp", FACE, MATCH])
    | st.sampled_from([f"{FACE}.Pose", f"{FACE}.Pose.Yaw", f"{FACE}.BoundingBox", f"{MATCH}.Face"]),
    value=JSON,
)
def test_no_value_of_any_field_raises_anything_else(path: str, value: Any) -> None:
    """Given any JSON in any place, when the record is parsed, then it is a record or malformed."""
    try:
        parsed = RECORDS.parse(changed(path, value))
    except MalformedRecordError:
        return
    assert isinstance(parsed, FaceSearchRecord)


@given(data=st.binary(max_size=60))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    """Given any bytes, when they are parsed, then they are malformed (no record is that short)."""
    with pytest.raises(MalformedRecordError):
        RECORDS.parse(data)
