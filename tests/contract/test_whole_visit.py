"""A whole visit through use cases and adapters as bootstrap wires them, on real video and real faces."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import cv2
import numpy as np
import pytest

from smart_door import bootstrap
from smart_door.bootstrap import owner
from smart_door.domain.errors import RetryableError
from smart_door.domain.events import VisitorAdmitted
from smart_door.domain.refusals import PasscodeUsedError, VisitAlreadyDecidedError
from smart_door.domain.visits import Visit, VisitStatus
from smart_door.services.decide_visit import NewVisitor
from tests.contract import video
from tests.contract.conftest import Aws, Race, Tables
from tests.contract.portraits import eileen, grace, jpeg
from tests.contract.put_media import put_media
from tests.wiring import forget_wiring


@dataclass
class Home:
    """A home with one door, its people before the camera, and what can be seen from outside."""

    aws: Aws
    stream_arn: str
    collection_id: str
    owner_phone: str
    queue_url: str
    fragments: dict[str, str]
    boxes: dict[str, dict[str, float]]

    def record(self, who: str, seen_at: float, matches: Sequence[dict[str, Any]] = ()) -> bytes:
        """What face search writes when somebody is seen."""
        return json.dumps(
            {
                "InputInformation": {
                    "KinesisVideo": {
                        "StreamArn": self.stream_arn,
                        "FragmentNumber": self.fragments[who],
                        "ServerTimestamp": seen_at,
                        "ProducerTimestamp": seen_at - 0.4,
                        "FrameOffsetInSeconds": 0.4,
                    }
                },
                "StreamProcessorInformation": {"Status": "RUNNING"},
                "FaceSearchResponse": [
                    {
                        "DetectedFace": {
                            "BoundingBox": self.boxes[who],
                            "Confidence": 99.9,
                            "Pose": {"Pitch": 0.0, "Roll": 0.0, "Yaw": 0.0},
                            "Quality": {"Brightness": 60.0, "Sharpness": 90.0},
                        },
                        "MatchedFaces": list(matches),
                    }
                ],
            }
        ).encode()

    def see(self, who: str, seen_at: float, matches: Sequence[dict[str, Any]] = ()) -> None:
        """Somebody is seen, in an invocation of its own."""
        record = bootstrap.records().parse(self.record(who, seen_at, matches))
        bootstrap.receive_visitors().begin().receive(record)

    def texts_to(self, phone: str) -> list[str]:
        """The messages on a phone."""
        with urllib.request.urlopen(f"{self.aws.web_url}/phone/messages") as answer:  # noqa: S310  # the emulator
            return [message["text"] for message in json.load(answer) if message["to"] == phone]

    def visits(self) -> list[Visit]:
        """The visits of the last hour, newest first."""
        return list(owner.decide_visit().visits.recent_at("front", time.time() - 3600).visits)

    def photo(self, key: str | None) -> Any:
        """A stored photo's pixels."""
        assert key is not None
        pixels = cv2.imdecode(
            np.frombuffer(bootstrap.enroll_face().photos.get(key), np.uint8), cv2.IMREAD_COLOR
        )
        assert pixels is not None
        return pixels

    def admissions(self) -> list[VisitorAdmitted]:
        """The events on the bus, as a listener gets them."""
        sqs = self.aws.client("sqs")
        answer = sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
        details = [json.loads(message["Body"])["detail"] for message in answer.get("Messages", ())]
        return [VisitorAdmitted(**{**detail, "admitted_at": 0.0}) for detail in details]

    def search(self, who: str) -> list[dict[str, Any]]:
        """Who of the collection it is, as face search puts it into a record."""
        found = self.aws.client("rekognition").search_faces_by_image(
            CollectionId=self.collection_id, Image={"Bytes": jpeg(PEOPLE[who])}, FaceMatchThreshold=80
        )
        return [
            {"Similarity": match["Similarity"], "Face": {**match["Face"], "Confidence": 99.9}}
            for match in found["FaceMatches"]
        ]


def framed(pixels: Any) -> Any:
    """A portrait as the camera's frame."""
    return cv2.resize(pixels, (384, 448))


PEOPLE = {"grace": framed(grace()), "eileen": framed(eileen())}


@pytest.fixture
def home(aws: Aws, tables: Tables) -> Iterator[Home]:
    """A new home: what template.yaml makes, a stream with both people, and bootstrap's environment."""
    name = f"home-{uuid4().hex[:8]}"
    sns, sqs, events = aws.client("sns"), aws.client("sqs"), aws.client("events")
    rekognition, kinesis_video = aws.client("rekognition", read_timeout=30), aws.client("kinesisvideo")
    owner_phone = f"+1555{uuid4().int % 10**7:07d}"
    topic_arn = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sms", Endpoint=owner_phone)
    aws.client("s3").create_bucket(Bucket=name)
    rekognition.create_collection(CollectionId=name)
    secret_arn = aws.client("secretsmanager").create_secret(Name=name, SecretString="key")["ARN"]
    aws.client("ssm").put_parameter(Name=name, Value="https://home.example", Type="String")
    queue_url = listening_queue(events, sqs, name)
    stream_arn = kinesis_video.create_stream(StreamName=f"{name}-front", DataRetentionInHours=24)["StreamARN"]
    frames = [pixels for pixels in PEOPLE.values() for _ in range(video.FPS)]
    numbers = put_media(aws, f"{name}-front", video.encode(frames))
    boxes = {
        who: rekognition.detect_faces(Image={"Bytes": jpeg(pixels)})["FaceDetails"][0]["BoundingBox"]
        for who, pixels in PEOPLE.items()
    }
    environment = {
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_METRICS_NAMESPACE": "SmartDoor",
        "POWERTOOLS_SERVICE_NAME": "contract",
        "STREAM_NAME_PREFIX": f"{name}-",
        "DOOR_IDS": "front",
        "DOOR_NAMES": "Front door",
        "VISITS_TABLE": table(aws, name, "visits", "door_id", "visit_id"),
        "VISITORS_TABLE": tables.visitors,
        "PASSCODES_TABLE": table(aws, name, "passcodes", "door_id", "passcode_key"),
        "IDEMPOTENCY_TABLE": tables.visitors,
        "PHOTOS_BUCKET": name,
        "COLLECTION_ID": name,
        "OWNER_TOPIC_ARN": topic_arn,
        "EVENT_BUS_NAME": name,
        "PASSCODE_KEY_SECRET_ARN": secret_arn,
        "SITE_URL_PARAMETER": name,
        "FAILED_RECORDS_QUEUE_URL": queue_url,
        "RECOGNITION_SIMILARITY": "99",
        "VISIT_MINUTES": "10",
        "VISIT_GAP_SECONDS": "15",
        "PASSCODE_MINUTES": "5",
        "PHOTO_LINK_SECONDS": "300",
        "VISIT_DAYS": "90",
        "PHOTO_DAYS": "30",
        "CAMERA_SENDS": "always",
        "VIDEO_HOURS": "24",
        "FACE_SEARCH_MODE": "fragments",
        "TIME_ZONE": "Europe/Berlin",
        "USER_POOL_ID": "us-east-1_home",
        "OWNER_PHONE": "+15555550100",
    }
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in environment.items():
            patch.setenv(variable, value)
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        forget_wiring()
        yield Home(
            aws, stream_arn, name, owner_phone, queue_url, dict(zip(PEOPLE, numbers, strict=True)), boxes
        )
    forget_wiring()


def table(aws: Aws, home: str, name: str, *keys: str) -> str:
    """A table of the home's own."""
    aws.client("dynamodb").create_table(
        TableName=f"{home}-{name}",
        KeySchema=[
            {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=True)
        ],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    return f"{home}-{name}"


def listening_queue(events: Any, sqs: Any, name: str) -> str:
    """A bus, and a queue that gets its admissions."""
    events.create_event_bus(Name=name)
    queue_url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]
    pattern = {"source": ["smart-door"], "detail-type": ["VisitorAdmitted"]}
    events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "queue", "Arn": attributes["QueueArn"]}])
    return queue_url


def test_a_stranger_becomes_a_visitor_who_is_known_next_time(home: Home) -> None:
    """Given a stranger, when approved, admitted and enrolled, then the next visit needs nobody's approval."""
    began = time.time() - 300
    phone = f"+1556{uuid4().int % 10**7:07d}"

    for moment in range(5):
        home.see("grace", began + moment / 2)
    (visit,) = home.visits()
    assert visit.status is VisitStatus.AWAITING_OWNER
    assert home.texts_to(home.owner_phone) == [
        f"Someone you don't know is at the front door: https://home.example/owner/#/visits/front/{visit.visit_id}"
    ]
    assert np.abs(home.photo(visit.best_photo_key).astype(int) - PEOPLE["grace"]).mean() < 10

    decide = owner.decide_visit()
    decide.approve("front", visit.visit_id, NewVisitor("Grace", phone), None, "owner@home.example")
    with pytest.raises(VisitAlreadyDecidedError):
        decide.deny("front", visit.visit_id, "owner@home.example")
    (text,) = home.texts_to(phone)
    (digits,) = re.findall(r"(?<!\d)\d{7}(?!\d)", text)

    admit = bootstrap.admit_visitor()
    admit("front", digits, visit.visit_id)
    with pytest.raises(PasscodeUsedError):
        admit("front", digits, visit.visit_id)
    (admission,) = home.admissions()
    assert bootstrap.enroll_face()(admission) is not None

    home.see("grace", began + 120, home.search("grace"))
    again, before = home.visits()
    assert before.status is VisitStatus.ADMITTED
    assert (again.status, again.visitor_id) == (VisitStatus.CODE_SENT, admission.visitor_id)
    assert len(home.texts_to(phone)) == 2
    assert len(home.texts_to(home.owner_phone)) == 1

    home.see("eileen", began + 240, home.search("eileen"))
    assert len(home.visits()) == 3
    assert len(home.texts_to(home.owner_phone)) == 2


def test_records_that_arrive_at_once_make_one_visit_and_one_message(
    home: Home, race: Callable[[Sequence[Callable[[], object]]], Race]
) -> None:
    """Given one stranger in eight invocations at once, when all is done, then one message went."""
    began = time.time() - 60
    bootstrap.receive_visitors()
    bootstrap.records()
    moments = [began + number / 10 for number in range(8)]
    result = race([partial(home.see, "eileen", moment) for moment in moments])
    assert all(isinstance(error, RetryableError) for error in result.raised)
    for moment in moments:
        home.see("eileen", moment)
    (visit,) = home.visits()
    assert len(visit.faces) == 1
    assert len(home.texts_to(home.owner_phone)) == 1


def test_a_code_typed_by_many_at_once_opens_once(
    home: Home, race: Callable[[Sequence[Callable[[], object]]], Race]
) -> None:
    """Given a code, when five type it at the same moment, then one is let in and one event says so."""
    phone = f"+1557{uuid4().int % 10**7:07d}"
    home.see("eileen", time.time() - 60)
    (visit,) = home.visits()
    owner.decide_visit().approve(
        "front", visit.visit_id, NewVisitor("Eileen", phone), None, "owner@home.example"
    )
    (digits,) = re.findall(r"(?<!\d)\d{7}(?!\d)", home.texts_to(phone)[0])
    admit = bootstrap.admit_visitor()
    result = race([lambda: admit("front", digits, visit.visit_id)] * 5)
    assert len(result.returned) == 1
    assert [type(error) for error in result.raised] == [PasscodeUsedError] * 4
    assert len(home.admissions()) == 1


def test_what_the_camera_filmed_is_to_be_seen(home: Home, tmp_path: Path) -> None:
    """Given a visit, then its clip shows who came, as does the still of the door, and live is HLS."""
    home.see("eileen", time.time())
    (visit,) = home.visits()
    show = owner.show_video()

    early = show.clip("front", visit.visit_id)
    whole = replace(show, clock=lambda: time.time() + 60).clip("front", visit.visit_id)

    assert (early["is_whole"], whole["is_whole"]) == (False, True)
    film = tmp_path / "clip.mp4"
    with urllib.request.urlopen(whole["url"]) as answer:  # noqa: S310  # the emulator
        film.write_bytes(answer.read())
    capture = cv2.VideoCapture(str(film))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 2 * video.FPS
    read, first = capture.read()
    assert read
    assert np.abs(first.astype(int) - PEOPLE["grace"]).mean() < 10
    with urllib.request.urlopen(show.live("front")["url"]) as answer:  # noqa: S310  # the emulator
        assert b"#EXTM3U" in answer.read()
