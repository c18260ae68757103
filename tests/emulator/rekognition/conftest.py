"""Pictures, clips and a camera for the tests of the face operations and stream processors."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from matroska import Fragment, FragmentReader, SegmentWriter
from tests.conftest import ROOT, Emulator

ENCODE = (
    "x264enc tune=zerolatency speed-preset=veryfast key-int-max=15 bitrate=3000 option-string=scenecut=0 "
    "! h264parse ! video/x-h264,stream-format=avc,alignment=au ! matroskamux streamable=true "
    "min-cluster-duration=0 ! fdsink"
)


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations)))


GRACE_HOPPER = _package("matplotlib") / "mpl-data" / "sample_data" / "grace_hopper.jpg"
ASTRONAUT = _package("skimage") / "data" / "astronaut.png"


@pytest.fixture(scope="session")
def grace_hopper() -> bytes:
    """A JPEG with one face, 512 x 600."""
    return GRACE_HOPPER.read_bytes()


@pytest.fixture(scope="session")
def astronaut() -> bytes:
    """A PNG with one face, another one, 512 x 512."""
    return ASTRONAUT.read_bytes()


@pytest.fixture(scope="session")
def media_dir() -> Path:
    """The folder with the clips of real people."""
    folder = Path(os.environ.get("SMART_DOOR_MEDIA", ROOT.parent / "shared" / "media"))
    if not folder.is_dir():
        pytest.fail(
            f"The clips of real people are not in {folder}: set SMART_DOOR_MEDIA, or leave out -m media"
        )
    return folder


def fragments_of(*pipeline: str) -> list[Fragment]:
    """Encode a video as a camera would and return its fragments of one second."""
    command = ["gst-launch-1.0", "-q", *" ! ".join([*pipeline, ENCODE]).split()]
    reader = FragmentReader()
    encoded = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    return [*reader.feed(encoded), *reader.close()]


@pytest.fixture(scope="session")
def portrait() -> list[Fragment]:
    """Four seconds of a portrait that stands still, 1280 x 720."""
    return fragments_of(
        f"filesrc location={GRACE_HOPPER}",
        "jpegdec",
        "imagefreeze num-buffers=60",
        "videoscale add-borders=true",
        "videoconvert",
        "video/x-raw,format=I420,width=1280,height=720,framerate=15/1,pixel-aspect-ratio=1/1",
    )


@pytest.fixture(scope="session")
def clip(media_dir: Path) -> Callable[[str], list[Fragment]]:
    """A clip of real people by its name, as fragments."""

    def load(name: str) -> list[Fragment]:
        return fragments_of(f"filesrc location={media_dir / name}.mp4", "qtdemux", "h264parse", "avdec_h264")

    return load


class Camera:
    """Sends fragments in real time, again and again, until it is stopped."""

    def __init__(self, emulator: Emulator, stream_name: str, fragments: list[Fragment]) -> None:
        self._fragments = fragments
        self._url = f"{emulator.endpoint_url}/putMedia"
        self._stream_name = stream_name
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send)

    def __enter__(self) -> Camera:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _send(self) -> None:
        headers = {
            "x-amzn-stream-name": self._stream_name,
            "x-amzn-fragment-timecode-type": "ABSOLUTE",
            "x-amzn-producer-start-timestamp": f"{time.time():.3f}",
        }
        request = AWSRequest("POST", self._url, headers)
        SigV4Auth(Credentials("test", "test"), "kinesisvideo", "us-east-1").add_auth(request)
        parts = urlsplit(self._url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        signed = {**dict(request.headers.items()), "Transfer-Encoding": "chunked"}
        connection.request("POST", parts.path, body=self._segment(), headers=signed, encode_chunked=True)
        connection.getresponse().read()
        connection.close()

    def _segment(self) -> Iterator[bytes]:
        writer = SegmentWriter()
        at = time.time()
        while True:
            for fragment in self._fragments:
                if self._over.wait(max(at + fragment.duration_ms / 1000 - time.time(), 0)):
                    return
                yield writer.fragment(fragment, timecode_ms=round(at * 1000), end=True)
                at += fragment.duration_ms / 1000


class Door:
    """A video stream, a data stream, a collection, and a stream processor that joins them."""

    def __init__(self, emulator: Emulator) -> None:
        self._open(emulator, f"door-{uuid.uuid4().hex[:8]}")
        self.rekognition.create_collection(CollectionId=self.name)
        self.kinesis.create_stream(StreamName=self.name, ShardCount=1)
        video = emulator.client("kinesisvideo")
        video.create_stream(StreamName=self.name, DataRetentionInHours=1)
        self.video_stream_arn = video.describe_stream(StreamName=self.name)["StreamInfo"]["StreamARN"]
        summary = self.kinesis.describe_stream_summary(StreamName=self.name)["StreamDescriptionSummary"]
        self.data_stream_arn = summary["StreamARN"]

    @classmethod
    def again(cls, emulator: Emulator, name: str) -> Door:
        """A door that an emulator has kept, with camera and records only."""
        door = cls.__new__(cls)
        door._open(emulator, name)
        return door

    def _open(self, emulator: Emulator, name: str) -> None:
        self.emulator = emulator
        self.name = name
        self.rekognition = emulator.client("rekognition")
        self.kinesis = emulator.client("kinesis")

    def create_processor(self, threshold: float = 80) -> None:
        """Create the stream processor, STOPPED."""
        self.rekognition.create_stream_processor(
            Name=self.name,
            Input={"KinesisVideoStream": {"Arn": self.video_stream_arn}},
            Output={"KinesisDataStream": {"Arn": self.data_stream_arn}},
            RoleArn="arn:aws:iam::123456789012:role/rekognition",
            Settings={"FaceSearch": {"CollectionId": self.name, "FaceMatchThreshold": threshold}},
        )

    def start_processor(self) -> None:
        """Create, start, and wait until it is RUNNING."""
        self.create_processor()
        self.rekognition.start_stream_processor(Name=self.name)
        self.wait_for_status("RUNNING")

    def status(self) -> str:
        """The processor's status."""
        return str(self.rekognition.describe_stream_processor(Name=self.name)["Status"])

    def wait_for_status(self, wanted: str, seconds: float = 120) -> None:
        """Wait until the processor has that status."""
        wait_until(lambda: self.status() == wanted, f"the processor is not {wanted}", seconds)

    def records(self) -> list[dict[str, Any]]:
        """All records written so far."""
        iterator = self.kinesis.get_shard_iterator(
            StreamName=self.name, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        answer = self.kinesis.get_records(ShardIterator=iterator)
        assert all(record["PartitionKey"] == self.name for record in answer["Records"])
        return [json.loads(record["Data"]) for record in answer["Records"]]

    def filmed(self) -> int:
        """How many fragments the video stream has."""
        archive = self.emulator.client("kinesis-video-archived-media")
        return len(archive.list_fragments(StreamName=self.name)["Fragments"])

    def wait_for_records(self, count: int, seconds: float = 120) -> list[dict[str, Any]]:
        """Wait until there are so many records."""
        wait_until(lambda: len(self.records()) >= count, f"there are not {count} records", seconds)
        return self.records()

    def index(self, image: bytes, person: str) -> None:
        """Enrol a person."""
        self.rekognition.index_faces(CollectionId=self.name, Image={"Bytes": image}, ExternalImageId=person)

    def camera(self, fragments: list[Fragment]) -> Camera:
        """A camera at this door; it sends inside a with block."""
        return Camera(self.emulator, self.name, fragments)


def wait_until(condition: Callable[[], bool], otherwise: str, seconds: float) -> None:
    """Poll a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{otherwise} after {seconds} s"
        time.sleep(0.1)


@pytest.fixture
def rekognition(emulator: Emulator) -> Any:
    """A boto3 client."""
    return emulator.client("rekognition")


@pytest.fixture
def collection(rekognition: Any) -> Iterator[str]:
    """An empty collection of its own."""
    collection_id = f"collection-{uuid.uuid4().hex[:8]}"
    rekognition.create_collection(CollectionId=collection_id)
    yield collection_id
    rekognition.delete_collection(CollectionId=collection_id)


@pytest.fixture
def door(emulator: Emulator) -> Iterator[Door]:
    """A door of its own, whose processor is stopped in the end."""
    door = Door(emulator)
    yield door
    for processor in door.rekognition.list_stream_processors()["StreamProcessors"]:
        if processor == {"Name": door.name, "Status": "RUNNING"}:
            door.rekognition.stop_stream_processor(Name=door.name)
            door.wait_for_status("STOPPED")


@pytest.fixture(scope="session")
def enrolled_a(media_dir: Path) -> bytes:
    """A JPEG of person A, who faces the camera, from another recording than two-visitors."""
    command = ["gst-launch-1.0", "-q", "filesrc", f"location={media_dir / 'visitor-a.mp4'}", "!"]
    command += ["decodebin", "!", "videoconvert", "!", "video/x-raw,format=BGR", "!", "fdsink"]
    frames = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    frame = np.frombuffer(frames, np.uint8).reshape(-1, 720, 1280, 3)[24]
    return bytes(cv2.imencode(".jpg", frame)[1])
