"""Faces that are seen, one record at a time: what each permission of process_face_matches is needed for.

Each step begins from a state of the tables that the whole visit left, so it can be repeated, and answers ""
or what went wrong.
"""

from __future__ import annotations

import base64
import copy
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.permissions.home import OWNER_PHONE, VISITOR_PHONE, Home, Items, eventually

RACES = 10
"""How often a step that needs a coincidence is tried."""


@dataclass
class SeenFaces:
    """A record of face search, and the tables while the visit waited and after it was approved."""

    home: Home
    record: dict[str, Any]
    waiting: Items
    approved: Items
    visitor_id: str

    def stranger_comes(self) -> str:
        """A stranger is seen: a visit with a photo, and the owner is asked."""
        self.home.restore({})
        before = len(self.home.texts(OWNER_PHONE))
        failed = self._see(self.record)
        visits = self.home.visits()
        if not visits:
            return "a stranger comes and no visit is opened" if failed else "the record is lost"
        if "best_photo_key" not in visits[0]:
            return "a stranger's visit has no photo"
        if len(self.home.texts(OWNER_PHONE)) != before + 1:
            return "the owner is not asked about a stranger"
        return "the record comes again and again" if failed else ""

    def visitor_comes(self) -> str:
        """Somebody known is seen: they get a code."""
        self.home.restore({"VisitorsTable": self.approved["VisitorsTable"]})
        before = len(self.home.texts(VISITOR_PHONE))
        self._see(self._changed(matches=[self._match()]))
        sent = len(self.home.texts(VISITOR_PHONE)) == before + 1
        return "" if sent else "a visitor who is known gets no passcode"

    def stranger_comes_back(self) -> str:
        """The same stranger after a gap: still the same visit, for their faces are compared."""
        self.home.restore(self.waiting)
        self._see(self._changed(later=20.0))
        return "" if len(self.home.visits()) == 1 else "a stranger who comes back is taken for another one"

    def fragment_not_there_yet(self) -> str:
        """A fragment that cannot be read yet: the record has to come again."""
        self.home.restore({})
        number = str(2 * int(self._video()["FragmentNumber"]))
        failed = self._see(self._changed(FragmentNumber=number))
        return "" if failed else "a fragment that is late is given up, and the visit has no photo"

    def somebody_else_writes(self) -> str:
        """The visit changes while its message is sent: that is found out, and the message counts as sent."""
        for _ in range(RACES):
            self.home.restore({})
            with self._meanwhile(self._change_claimed_visit) as done:
                self._see(self.record)
            if not any("sent_at" in visit["owner_message"]["M"] for visit in self.home.visits()):
                return "a message that went is not marked as sent, and goes again"
            if done.is_set():
                return ""
        return "nobody wrote at the right moment"

    def record_fails(self) -> str:
        """A record of another home's stream ends in the queue of failed records."""
        self.home.queued("FailedRecordsQueueUrl")
        mark = self.home.mark()
        stranger = copy.deepcopy(self.record)
        self._video(stranger)["StreamArn"] = self._video()["StreamArn"].replace("stream/", "stream/other-")
        with self._polling():
            self.home.client("kinesis").put_record(
                StreamName=self.home.outputs["FaceSearchResultsName"],
                Data=json.dumps(stranger).encode(),
                PartitionKey="door",
            )
            eventually(lambda: self._is_queued("FailedRecordsQueueUrl") or self.home.refused(mark), 15.0)
        return "" if self.home.queued("FailedRecordsQueueUrl") else "a record that fails is lost"

    def _is_queued(self, output: str) -> bool:
        sqs = self.home.client("sqs")
        attributes = sqs.get_queue_attributes(
            QueueUrl=self.home.outputs[output], AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"]) > 0

    @contextmanager
    def _polling(self) -> Iterator[None]:
        """Let Lambda poll the data stream for a while, giving up at the first failure."""
        (mapping,) = self.home.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        update = self.home.client("lambda").update_event_source_mapping
        update(UUID=mapping["UUID"], Enabled=True, MaximumRetryAttempts=0)
        try:
            yield
        finally:
            update(UUID=mapping["UUID"], Enabled=False)

    def _see(self, *records: Mapping[str, Any]) -> bool:
        """Invoke process_face_matches with these records; whether some failed."""
        event = {
            "Records": [
                {
                    "eventSource": "aws:kinesis",
                    "kinesis": {
                        "sequenceNumber": str(number),
                        "partitionKey": "door",
                        "data": base64.b64encode(json.dumps(record).encode()).decode(),
                        "approximateArrivalTimestamp": time.time(),
                    },
                }
                for number, record in enumerate(records)
            ]
        }
        answer, error = self.home.invoke("ProcessFaceMatchesFunction", event)
        return bool(error or answer["batchItemFailures"])

    def _video(self, record: dict[str, Any] | None = None) -> dict[str, Any]:
        found: dict[str, Any] = (record or self.record)["InputInformation"]["KinesisVideo"]
        return found

    def _changed(
        self, *, later: float = 0.0, matches: list[dict[str, Any]] | None = None, **fields: str
    ) -> dict[str, Any]:
        changed = copy.deepcopy(self.record)
        found = self._video(changed)
        found.update(fields)
        found["ProducerTimestamp"] += later
        found["ServerTimestamp"] += later
        changed["FaceSearchResponse"][0]["MatchedFaces"] = matches or []
        return changed

    def _match(self) -> dict[str, Any]:
        box = self.record["FaceSearchResponse"][0]["DetectedFace"]["BoundingBox"]
        one = "11111111-1111-4111-8111-111111111111"
        face = {"BoundingBox": box, "FaceId": one, "ImageId": one, "Confidence": 99.9}
        return {"Similarity": 99.9, "Face": {**face, "ExternalImageId": self.visitor_id}}

    def _change_claimed_visit(self) -> bool:
        """Write a visit whose message is just being sent; whether there was one."""
        for visit in self.home.visits():
            message = visit["owner_message"]["M"]
            if "claimed_until" in message and "sent_at" not in message:
                key = {name: visit[name] for name in ("door_id", "visit_id")}
                self.home.client("dynamodb").update_item(
                    TableName=self.home.id("VisitsTable"),
                    Key=key,
                    UpdateExpression="ADD version :one",
                    ExpressionAttributeValues={":one": {"N": "1"}},
                )
                return True
        return False

    @contextmanager
    def _meanwhile(self, work: Callable[[], bool]) -> Iterator[threading.Event]:
        """Do `work` again and again in a thread, until it says that it is done: then the event is set."""
        over, done = threading.Event(), threading.Event()

        def run() -> None:
            while not over.is_set() and not done.is_set():
                if work():
                    done.set()

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield done
        finally:
            over.set()
            thread.join()
