"""The two ways of face search, and what sets them up: what each permission there is needed for."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import cv2

from tests.contract import video
from tests.contract.portraits import grace
from tests.contract.put_media import put_media
from tests.permissions.home import Home, eventually
from tests.permissions.visit import given_up

STACK_REQUEST = {"StackId": "stack", "RequestId": "request", "LogicalResourceId": "resource"}


class FragmentSearch:
    """analyze_fragment, and what turns notifications on. `fragment` is one with a face."""

    def __init__(self, home: Home, fragment: dict[str, Any]) -> None:
        self.home = home
        self._fragment = fragment
        self._seconds = 0.0

    def fragment_is_searched(self) -> str:
        """A tagged fragment becomes records."""
        self.home.restore({})
        before = self._records()
        _, error = self.home.invoke("AnalyzeFragmentFunction", self._event())
        if error or self._records() == before:
            return f"a tagged fragment is not searched ({error})"
        return ""

    def fragment_not_there_yet(self) -> str:
        """It is searched again later."""
        self.home.restore({})
        number = str(2 * int(self._fragment["FragmentNumber"]))
        _, error = self.home.invoke("AnalyzeFragmentFunction", self._event(FragmentNumber=number))
        return "" if error == "FragmentNotReadyError" else f"a fragment that is late is given up ({error})"

    def search_fails(self) -> str:
        """It can be tried again at once, and is."""
        self.home.restore({})
        self.home.invoke("AnalyzeFragmentFunction", self._event(FragmentNumber="1"))
        stays = self.home.items("IdempotencyTable")
        return "a fragment that failed cannot be tried again" if stays else ""

    def search_is_given_up(self) -> str:
        """The notification ends in the queue."""
        stream = self._fragment["StreamArn"].replace("stream/", "stream/other-")
        return given_up(self.home, "AnalyzeFragmentFunction", self._event(StreamArn=stream))

    def notifications_are_turned_on(self) -> str:
        """CloudFormation's request succeeds."""
        notifications = self.home.client("kinesisvideo").describe_notification_configuration(
            StreamARN=self._fragment["StreamArn"]
        )["NotificationConfiguration"]
        properties = {
            "VideoStreamArn": self._fragment["StreamArn"],
            "TopicArn": notifications["DestinationConfig"]["Uri"],
        }
        answer = custom_resource(self.home, "ManageVideoNotificationsFunction", "Create", properties)
        return "" if answer == "SUCCESS" else "the stack does not come up: no notifications"

    def _event(self, **fields: str) -> dict[str, Any]:
        self._seconds += 60.0  # the function looks at one scene only so often
        at = int(self._fragment["ProducerTimestamp"] * 1000 + self._seconds * 1000)
        message = {
            "StreamArn": self._fragment["StreamArn"],
            "FragmentNumber": self._fragment["FragmentNumber"],
            "FragmentStartProducerTimestamp": at,
            "FragmentStartServerTimestamp": at,
            "NotificationType": "PERSISTED",
            "NotificationPayload": {},
            **fields,
        }
        return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(message)}}]}

    def _records(self) -> int:
        return len(records(self.home))


class StreamProcessor:
    """The stream processor with its role, and the custom resource that runs it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._rekognition = home.client("rekognition")
        described = self._rekognition.describe_stream_processor(Name=self._name)
        self._properties = {
            "Name": self._name,
            "VideoStreamArn": described["Input"]["KinesisVideoStream"]["Arn"],
            "DataStreamArn": described["Output"]["KinesisDataStream"]["Arn"],
            "CollectionId": described["Settings"]["FaceSearch"]["CollectionId"],
            "FaceMatchThreshold": "80",
            "RoleArn": described["RoleArn"],
        }
        pixels = cv2.resize(grace(), (384, 448))
        # Of the first fragment two frames are analysed, of the second, shorter one a single frame.
        self._clip = video.encode([pixels] * (video.FPS + video.FPS // 3))

    @property
    def _name(self) -> str:
        return str(self.home.outputs["StreamProcessorName"])

    def video_becomes_records(self) -> str:
        """Started, it reads the video and writes what it sees."""
        self._stop()
        self._create()
        self._rekognition.start_stream_processor(Name=self._name)
        eventually(lambda: self._status() in ("RUNNING", "FAILED"))
        before = len(records(self.home))
        give_up_at = time.monotonic() + 60.0
        while self._status() == "RUNNING" and time.monotonic() < give_up_at:
            put_media(self.home.emulator, self.home.outputs["VideoStreamName"], self._clip)
            if eventually(lambda: len(records(self.home)) >= before + 3 or self._status() == "FAILED", 3.0):
                break
        if len(records(self.home)) >= before + 3 and self._status() == "RUNNING":
            return ""
        return f"the stream processor is {self._status()}"

    def created(self) -> str:
        """CloudFormation's Create."""
        self._remove()
        answer = custom_resource(self.home, "ManageStreamProcessorFunction", "Create", self._properties)
        return "" if answer == "SUCCESS" else "the stack does not come up: no stream processor runs"

    def stopped(self) -> str:
        """CloudFormation's Delete, while it runs."""
        self._remove()
        self._create()
        self._rekognition.start_stream_processor(Name=self._name)
        eventually(lambda: self._status() == "RUNNING")
        return self._deleted()

    def deleted(self) -> str:
        """CloudFormation's Delete, while it does not run."""
        self._remove()
        self._create()
        return self._deleted()

    def _deleted(self) -> str:
        answer = custom_resource(self.home, "ManageStreamProcessorFunction", "Delete", self._properties)
        if answer != "SUCCESS":
            return "the stack cannot be deleted: the stream processor stays"
        return ""

    def watched(self) -> str:
        """The schedule's call."""
        self._create()
        event = {"RequestType": "Watch", "Name": self._name}
        _, error = self.home.invoke("ManageStreamProcessorFunction", event)
        return f"the stream processor is not watched ({error})" if error else ""

    def _create(self) -> None:
        """Create it unless it is there."""
        given = self._properties
        if self._status():
            return
        self._rekognition.create_stream_processor(
            Name=given["Name"],
            Input={"KinesisVideoStream": {"Arn": given["VideoStreamArn"]}},
            Output={"KinesisDataStream": {"Arn": given["DataStreamArn"]}},
            Settings={"FaceSearch": {"CollectionId": given["CollectionId"], "FaceMatchThreshold": 80.0}},
            RoleArn=given["RoleArn"],
        )

    def _remove(self) -> None:
        self._stop()
        if self._status():
            self._rekognition.delete_stream_processor(Name=self._name)

    def _stop(self) -> None:
        if self._status() in ("STARTING", "RUNNING"):
            self._rekognition.stop_stream_processor(Name=self._name)
            eventually(lambda: self._status() not in ("STARTING", "RUNNING", "STOPPING"))

    def _status(self) -> str:
        found = self._rekognition.list_stream_processors()["StreamProcessors"]
        return next((str(one["Status"]) for one in found if one["Name"] == self._name), "")


def records(home: Home) -> list[Any]:
    """What is in the data stream."""
    kinesis, stream = home.client("kinesis"), {"StreamName": home.outputs["FaceSearchResultsName"]}
    shard = kinesis.list_shards(**stream)["Shards"][0]["ShardId"]
    start = kinesis.get_shard_iterator(**stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    found: list[Any] = kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
    return found


def custom_resource(home: Home, function: str, kind: str, properties: dict[str, str]) -> str:
    """Invoke a custom resource's function as CloudFormation does; the status that it answers."""
    with _answers() as (url, answers):
        event = {**STACK_REQUEST, "RequestType": kind, "ResourceProperties": properties, "ResponseURL": url}
        if kind != "Create":
            event["PhysicalResourceId"] = properties.get("Name") or properties["VideoStreamArn"]
        home.invoke(function, event)
    return str(answers[0]["Status"]) if answers else "no answer"


@contextmanager
def _answers() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address that custom resources answer to, and what they answered."""
    answers: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", answers
        finally:
            server.shutdown()
            thread.join()
