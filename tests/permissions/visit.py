"""A visit, and its parts one by one: what each permission of the visit's functions is needed for.

Each step begins from a state of the tables that the whole visit left, so it can be repeated, and answers ""
or what went wrong.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2

from tests.contract import video
from tests.contract.portraits import grace
from tests.contract.put_media import put_media
from tests.permissions.home import OWNER_PHONE, VISITOR_PHONE, Home, eventually
from tests.permissions.seen_faces import RACES, SeenFaces

NOTIFY = {"AWS_KINESISVIDEO_NOTIFICATION": ""}
CLAIMS = {"email": "owner@example.com", "sub": "1234", "cognito:groups": "owner"}
VISIT = "/api/owner/visits/{door_id}/{visit_id}"


@dataclass
class Visit(SeenFaces):
    """What the whole visit left behind."""

    code: str
    visit_id: str

    # --- owner_api ----------------------------------------------------------------------------------------

    def owner_lists_visits(self) -> str:
        """The owner page's first request."""
        self.home.restore(self.approved)
        status, body = self._owner("GET", "/api/owner/visits")
        return "" if status == 200 and body["visits"] else f"the owner page lists no visits ({status})"

    def owner_looks_at_visit(self) -> str:
        """One visit, with the visitor's name."""
        self.home.restore(self.approved)
        status, body = self._owner("GET", VISIT)
        shown = status == 200 and body.get("visitor_name")
        return "" if shown else f"the owner page shows no visit ({status})"

    def owner_looks_at_photo(self) -> str:
        """The link that the API gives opens the photo."""
        self.home.restore(self.approved)
        _, body = self._owner("GET", VISIT)
        try:
            with urllib.request.urlopen(body["photo_url"], timeout=20) as answer:  # noqa: S310 - ours
                return "" if answer.read(2) == b"\xff\xd8" else "the photo is none"
        except urllib.error.HTTPError as error:
            return f"the visit's photo cannot be opened ({error.code})"

    def owner_approves(self) -> str:
        """The visitor gets a code."""
        self.home.restore(self.waiting)
        before = len(self.home.texts(VISITOR_PHONE))
        status, _ = self._approve()
        sent = status == 200 and len(self.home.texts(VISITOR_PHONE)) == before + 1
        return "" if sent else f"the owner cannot approve ({status})"

    def owner_approves_in_vain(self) -> str:
        """No text can be sent: the decision is taken back, and the visitor's record too."""
        self.home.restore(self.waiting)
        role = "OwnerApiFunctionRole"
        (publish,) = (one for one in self.home.permissions(role) if one.action == "sns:Publish")
        with self.home.without(publish):
            self._approve()
        return "an approval that failed leaves a visitor" if self.home.items("VisitorsTable") else ""

    def owner_lists_visitors(self) -> str:
        """Everybody with a name."""
        self.home.restore(self.approved)
        status, body = self._owner("GET", "/api/owner/visitors")
        return "" if status == 200 and body["visitors"] else f"the owner page lists no visitors ({status})"

    def _approve(self) -> tuple[int, Any]:
        decision = {"decision": "approve", "name": "Grace", "phone": VISITOR_PHONE}
        return self._owner("POST", f"{VISIT}/decision", decision)

    def _owner(self, method: str, resource: str, body: Any = None) -> tuple[int, Any]:
        return ask_owner_api(self.home, self.visit_id, method, resource, body)

    # --- visitor_api --------------------------------------------------------------------------------------

    def code_is_typed(self) -> str:
        """The code opens."""
        self.home.restore(self.approved)
        status = redeem(self.home, self.code, self.visit_id)
        return "" if status == 200 else f"the right passcode does not open ({status})"

    # --- enroll_face --------------------------------------------------------------------------------------

    def face_is_enrolled(self) -> str:
        """The visitor has a face afterwards."""
        self.home.restore(self.approved)
        _, error = self.home.invoke("EnrollFaceFunction", self._admitted())
        (visitor,) = self.home.items("VisitorsTable")
        done = not error and visitor["face_ids"]["L"] and visitor.get("photo_key")
        return "" if done else f"the face of an admitted visitor is not enrolled ({error})"

    def enrolling_fails(self) -> str:
        """It can be tried again at once, and is."""
        self.home.restore({**self.approved, "VisitsTable": []})
        self.home.invoke("EnrollFaceFunction", self._admitted())
        stays = self.home.items("IdempotencyTable")
        return "an event that failed cannot be tried again" if stays else ""

    def visitor_is_removed_meanwhile(self) -> str:
        """The visitor is removed while the face is indexed: it goes from the collection as well."""
        collection = {"CollectionId": self.home.outputs["CollectionId"]}
        for number in range(RACES):
            self.home.restore(self.approved)
            self._empty_collection()
            with self._meanwhile(partial(self._remove_visitor, 0.05 * 1.3**number)):
                _, error = self.home.invoke("EnrollFaceFunction", self._admitted())
            stays = self.home.client("rekognition").list_faces(**collection)["Faces"]
            if error and stays:  # without an error the visitor was removed too late to matter
                return "the face of a visitor who was removed stays in the collection"
        return ""

    def enrolling_is_given_up(self) -> str:
        """The event ends in the queue."""
        self.home.restore({**self.approved, "VisitsTable": []})
        return given_up(self.home, "EnrollFaceFunction", self._admitted())

    def _remove_visitor(self, after_seconds: float) -> bool:
        """Once the event is being worked on; whether it was."""
        if not self.home.items("IdempotencyTable"):
            return False
        time.sleep(after_seconds)  # by now the visitor was read, and the face engine is at work
        key = {"visitor_id": {"S": self.visitor_id}}
        self.home.client("dynamodb").delete_item(TableName=self.home.id("VisitorsTable"), Key=key)
        return True

    def _empty_collection(self) -> None:
        collection = {"CollectionId": self.home.outputs["CollectionId"]}
        rekognition = self.home.client("rekognition")
        faces = [face["FaceId"] for face in rekognition.list_faces(**collection)["Faces"]]
        if faces:
            rekognition.delete_faces(**collection, FaceIds=faces)

    def _admitted(self) -> dict[str, Any]:
        ids = {"door_id": "front", "visit_id": self.visit_id, "visitor_id": self.visitor_id}
        return {"detail": {**ids, "admitted_at": "2026-11-21T10:00:00Z"}}


# --- The whole visit --------------------------------------------------------------------------------------


def play_whole_visit(home: Home) -> Visit:
    """From video to the visitor's face in the collection, everything connected as the template says."""
    portrait = cv2.resize(grace(), (384, 448))
    clip = video.encode([portrait] * video.FPS * 2)
    put_media(home.emulator, home.outputs["VideoStreamName"], clip, NOTIFY)
    question = eventually(lambda: home.texts(OWNER_PHONE), 120.0)
    assert len(question) == 1, question
    visit_id = question[0].rpartition("/")[2]
    assert eventually(lambda: "sent_at" in home.visits()[0]["owner_message"]["M"], 60.0)
    stop_deliveries(home)
    waiting = {**home.snapshot(), "IdempotencyTable": []}
    decision = {"decision": "approve", "name": "Grace", "phone": VISITOR_PHONE}
    status, _ = ask_owner_api(home, visit_id, "POST", f"{VISIT}/decision", decision)
    assert status == 200
    (code,) = re.findall(r"(?<!\d)\d{7}(?!\d)", home.texts(VISITOR_PHONE)[0])
    approved = {**home.snapshot(), "IdempotencyTable": []}
    assert redeem(home, code, visit_id) == 200
    collection = {"CollectionId": home.outputs["CollectionId"]}
    assert eventually(lambda: home.client("rekognition").list_faces(**collection)["Faces"], 60.0)
    home.client("events").disable_rule(Name=_rule(home), EventBusName=home.outputs["EventBusName"])
    (visitor,) = approved["VisitorsTable"]
    record = last_record(home)
    return Visit(home, record, waiting, approved, visitor["visitor_id"]["S"], code, visit_id)


def stop_deliveries(home: Home) -> None:
    """From here on functions are invoked one by one: no batch of another step is on its way."""
    client = home.client("lambda")
    (mapping,) = client.list_event_source_mappings()["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def _rule(home: Home) -> str:
    rules = home.client("events").list_rules(EventBusName=home.outputs["EventBusName"])["Rules"]
    return str(rules[0]["Name"])


def last_record(home: Home) -> dict[str, Any]:
    """The last record of the data stream that shows a face."""
    kinesis, stream = home.client("kinesis"), {"StreamName": home.outputs["FaceSearchResultsName"]}
    shard = kinesis.list_shards(**stream)["Shards"][0]["ShardId"]
    start = kinesis.get_shard_iterator(**stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
    found = [json.loads(record["Data"]) for record in reversed(records)]
    return next(record for record in found if record["FaceSearchResponse"])


def ask_owner_api(
    home: Home,
    visit_id: str,
    method: str,
    resource: str,
    body: Any = None,
    path: Mapping[str, str] | None = None,
) -> tuple[int, Any]:
    """Invoke owner_api as API Gateway does for a logged-in owner; status and body."""
    event = {
        "httpMethod": method,
        "resource": resource,
        "pathParameters": {"door_id": "front", "visit_id": visit_id, **(path or {})},
        "queryStringParameters": None,
        "body": None if body is None else json.dumps(body),
        "requestContext": {"authorizer": {"claims": CLAIMS}},
    }
    answer, error = home.invoke("OwnerApiFunction", event)
    return (500, error) if error else (answer["statusCode"], json.loads(answer["body"]))


def redeem(home: Home, code: str, visit_id: str | None) -> int:
    """Type the code on the door page, opened for a visit or by itself; the HTTP status."""
    visit = {} if visit_id is None else {"visit_id": visit_id}
    body = json.dumps({"door_id": "front", "passcode": code, **visit}).encode()
    request = urllib.request.Request(  # noqa: S310 - the emulator
        f"{home.emulator.web_url}/api/door/redeem", body, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def given_up(home: Home, function: str, event: Mapping[str, Any]) -> str:
    """Whether an event that fails ends in the function's queue."""
    client, mark = home.client("lambda"), home.mark()
    name = home.id(function)
    config = client.get_function_event_invoke_config(FunctionName=name)
    destination = config["DestinationConfig"]
    client.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=0, DestinationConfig=destination
    )
    sqs = home.client("sqs")
    queue = destination["OnFailure"]["Destination"].rpartition(":")[2]
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]

    def taken() -> list[Any]:
        """What is in the queue; it is gone then, and cannot be mistaken for what comes next."""
        messages: list[Any] = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return messages

    taken()
    home.invoke_later(function, event)
    refusal = (f"{function}Role", "sqs:SendMessage")
    queued = eventually(lambda: refusal in home.refused(mark) or taken(), 60.0)
    return "" if isinstance(queued, list) and queued else "an event that is given up is lost"
