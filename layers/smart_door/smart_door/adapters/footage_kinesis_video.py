"""What the doors' cameras send and sent, out of their video streams, to be looked at by people.

Frames are repackaged by Kinesis Video, never decoded here. A door's stream is named after the door.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from smart_door.adapters.aws_errors import aws_call, error_code
from smart_door.domain.errors import ServiceRefusedError, ServiceUnavailableError
from smart_door.domain.footage import Still
from smart_door.domain.picture_errors import VideoUnplayableError
from smart_door.domain.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_kinesis_video_archived_media import KinesisVideoArchivedMediaClient
    from mypy_boto3_kinesisvideo import KinesisVideoClient

ArchivedMedia = Callable[[str], "KinesisVideoArchivedMediaClient"]
"""Makes a client of "kinesis-video-archived-media" for a data endpoint's URL."""

FootageApi = Literal["GET_HLS_STREAMING_SESSION_URL", "GET_IMAGES", "GET_CLIP"]

NOTHING_THERE = frozenset({"ResourceNotFoundException", "NoDataRetentionException"})
"""Codes for "nothing was filmed then", or is kept."""

UNPLAYABLE = frozenset(
    {
        "UnsupportedStreamMediaTypeException",
        "MissingCodecPrivateDataException",
        "InvalidCodecPrivateDataException",
        "InvalidMediaFrameException",
    }
)
"""Codes for video that is no H.264, or not as players need it: the camera must send something else."""

LOOKS = ((6.0, 1.0, 2500), (30.0, 6.0, 3000))
"""Where the newest picture is looked for: from and to so many seconds ago, a picture every so many ms."""

STILL_HEIGHT = 720
STILL_QUALITY = "75"


class KinesisVideoFootage:
    """`ports.Footage` over Kinesis Video's archived media; a door's stream is `stream_name_prefix` + door id.

    Data endpoints are looked up once a stream and kept; after a failure they are looked up again.
    """

    def __init__(
        self, client: KinesisVideoClient, archived_media: ArchivedMedia, stream_name_prefix: str, clock: Clock
    ) -> None:
        self._client = client
        self._archived_media = archived_media
        self._prefix = stream_name_prefix
        self._clock = clock
        self._endpoints: dict[tuple[str, FootageApi], KinesisVideoArchivedMediaClient] = {}

    def live(self, door_id: str, seconds: int) -> str | None:
        """An HLS address that works for so many seconds; None if nothing came in the last half minute."""
        with self._asked(door_id, "GetHLSStreamingSessionURL", "GET_HLS_STREAMING_SESSION_URL") as endpoint:
            answer = endpoint.get_hls_streaming_session_url(
                StreamName=self._stream(door_id),
                PlaybackMode="LIVE",
                HLSFragmentSelector={"FragmentSelectorType": "PRODUCER_TIMESTAMP"},
                ContainerFormat="FRAGMENTED_MP4",
                DiscontinuityMode="ON_DISCONTINUITY",
                Expires=seconds,
            )
            return answer["HLSStreamingSessionURL"]
        return None

    def still(self, door_id: str) -> Still | None:
        """The newest picture; None if nothing came in the last half minute."""
        now = self._clock()
        for since, until, interval in LOOKS:
            with self._asked(door_id, "GetImages", "GET_IMAGES") as endpoint:
                answer = endpoint.get_images(
                    StreamName=self._stream(door_id),
                    ImageSelectorType="SERVER_TIMESTAMP",
                    StartTimestamp=_time(now - since),
                    EndTimestamp=_time(now - until),
                    SamplingInterval=interval,
                    Format="JPEG",
                    FormatConfig={"JPEGQuality": STILL_QUALITY},
                    HeightPixels=STILL_HEIGHT,
                )
                taken = [image for image in answer["Images"] if image.get("ImageContent")]
                if taken:
                    newest = max(taken, key=lambda image: image["TimeStamp"])
                    return Still(newest["TimeStamp"].timestamp(), base64.b64decode(newest["ImageContent"]))
        return None

    def clip(self, door_id: str, begins_at: float, ends_at: float) -> bytes | None:
        """What was filmed between two times of the camera's clock, as MP4; None if nothing was."""
        with self._asked(door_id, "GetClip", "GET_CLIP") as endpoint:
            answer = endpoint.get_clip(
                StreamName=self._stream(door_id),
                ClipFragmentSelector={
                    "FragmentSelectorType": "PRODUCER_TIMESTAMP",
                    "TimestampRange": {"StartTimestamp": _time(begins_at), "EndTimestamp": _time(ends_at)},
                },
            )
            return answer["Payload"].read()
        return None

    def _stream(self, door_id: str) -> str:
        return f"{self._prefix}{door_id}"

    @contextmanager
    def _asked(
        self, door_id: str, operation: str, api: FootageApi
    ) -> Iterator[KinesisVideoArchivedMediaClient]:
        """The client to ask; what says that nothing is there ends the block, everything else is raised."""
        try:
            endpoint = self._endpoint(self._stream(door_id), api)
            with aws_call("kinesisvideo", operation):
                try:
                    yield endpoint
                except ClientError as err:
                    if error_code(err) in UNPLAYABLE:
                        raise VideoUnplayableError(door_id, error_code(err)) from err
                    if error_code(err) not in NOTHING_THERE:
                        raise
        except (ServiceUnavailableError, ServiceRefusedError):
            self._endpoints.clear()
            raise

    def _endpoint(self, stream: str, api: FootageApi) -> KinesisVideoArchivedMediaClient:
        known = self._endpoints.get((stream, api))
        if known is None:
            with aws_call("kinesisvideo", "GetDataEndpoint"):
                answer = self._client.get_data_endpoint(StreamName=stream, APIName=api)
            known = self._archived_media(answer["DataEndpoint"])
            self._endpoints[stream, api] = known
        return known


def _time(at: float) -> Any:
    return datetime.fromtimestamp(at, UTC)
