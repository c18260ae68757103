"""One fragment out of a video stream's archive: exactly the one that a record names.

GetMediaForFragmentList and no other call: GetMedia with FRAGMENT_NUMBER begins with the fragment after.
A record may name a fragment shortly before it can be read back, so a missing one is asked for again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from smart_door.adapters.aws_errors import aws_call
from smart_door.adapters.matroska_tags import read_tags
from smart_door.domain.errors import (
    FragmentGoneError,
    FragmentNotReadyError,
    ServiceRefusedError,
    ServiceUnavailableError,
)
from smart_door.domain.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_kinesis_video_archived_media import KinesisVideoArchivedMediaClient
    from mypy_boto3_kinesisvideo import KinesisVideoClient

ArchivedMedia = Callable[[str], "KinesisVideoArchivedMediaClient"]
"""Makes a client of "kinesis-video-archived-media" for a data endpoint's URL."""

DataApi = Literal["GET_MEDIA_FOR_FRAGMENT_LIST", "LIST_FRAGMENTS"]

WAITS = (0.1, 0.2, 0.4, 0.8, 1.0)
"""Seconds between the attempts to read a fragment that is not there yet; 2.5 s in all."""

RECENT = timedelta(minutes=10)
"""How far back the archive is listed to see whether it went past a missing fragment."""

# The integer codes of a fragment's failure, from the developer guide's table of GetMedia's error ids.
_NOT_FOUND = "4000"
_KMS_CODES = frozenset(str(code) for code in range(4500, 4507))


class KinesisVideoFragments:
    """`ports.Fragments` over Kinesis Video's archived media.

    Data endpoints are looked up once a stream and kept; after a failure they are looked up again.
    """

    def __init__(
        self,
        client: KinesisVideoClient,
        archived_media: ArchivedMedia,
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self._client = client
        self._archived_media = archived_media
        self._clock = clock
        self._sleep = sleep
        self._endpoints: dict[tuple[str, DataApi], KinesisVideoArchivedMediaClient] = {}

    def get(self, stream_arn: str, fragment_number: str) -> bytes:
        """One fragment as a Matroska file.

        Raises FragmentNotReadyError after 2.5 s without it; FragmentGoneError where the stream does not
        exist, or the archive holds later fragments (numbers rise in the order of ingestion) but not this one.
        """
        try:
            for wait in (0.0, *WAITS):
                if wait:
                    self._sleep(wait)
                fragment = self._read(stream_arn, fragment_number)
                if fragment is not None:
                    return fragment
            gone = self._went_past(stream_arn, fragment_number)
        except (ServiceUnavailableError, ServiceRefusedError) as err:
            self._endpoints.clear()
            if err.code == "ResourceNotFoundException":  # the stream itself is gone
                raise FragmentGoneError(stream_arn, fragment_number) from err
            raise
        if gone:
            raise FragmentGoneError(stream_arn, fragment_number)
        raise FragmentNotReadyError(stream_arn, fragment_number)

    def _read(self, stream_arn: str, fragment_number: str) -> bytes | None:
        """The fragment's bytes, or None where the archive does not have it (any more, or yet)."""
        endpoint = self._endpoint(stream_arn, "GET_MEDIA_FOR_FRAGMENT_LIST")
        with aws_call("kinesisvideo", "GetMediaForFragmentList"):
            answer = endpoint.get_media_for_fragment_list(StreamARN=stream_arn, Fragments=[fragment_number])
            return _checked(answer["Payload"].read(), fragment_number)

    def _went_past(self, stream_arn: str, fragment_number: str) -> bool:
        """Whether the archive lists a recent fragment that was ingested after this one, but not this one."""
        endpoint = self._endpoint(stream_arn, "LIST_FRAGMENTS")
        now = datetime.fromtimestamp(self._clock(), UTC)
        pages = endpoint.get_paginator("list_fragments").paginate(
            StreamARN=stream_arn,
            FragmentSelector={
                "FragmentSelectorType": "SERVER_TIMESTAMP",
                "TimestampRange": {"StartTimestamp": now - RECENT, "EndTimestamp": now},
            },
            PaginationConfig={"PageSize": 1000},  # the most there may be, and all of ten minutes
        )
        with aws_call("kinesisvideo", "ListFragments"):
            numbers = {int(listed["FragmentNumber"]) for page in pages for listed in page["Fragments"]}
        number = int(fragment_number)
        return number not in numbers and max(numbers, default=number) > number

    def _endpoint(self, stream_arn: str, api: DataApi) -> KinesisVideoArchivedMediaClient:
        known = self._endpoints.get((stream_arn, api))
        if known is None:
            with aws_call("kinesisvideo", "GetDataEndpoint"):
                answer = self._client.get_data_endpoint(StreamARN=stream_arn, APIName=api)
            known = self._archived_media(answer["DataEndpoint"])
            self._endpoints[stream_arn, api] = known
        return known


def _checked(fragment: bytes, fragment_number: str) -> bytes | None:
    """The fragment if the answer is one and it is the one asked for, None if the archive does not have it.

    Raises what the answer's exception tags say: their HTTP status was sent before the trouble showed.
    """
    operation = "GetMediaForFragmentList"
    tags = read_tags(fragment)
    code = tags.get("AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE")
    if code in _KMS_CODES:
        raise ServiceRefusedError("kinesisvideo", operation, code)
    if code is not None and code != _NOT_FOUND:
        raise ServiceUnavailableError("kinesisvideo", operation, code)
    if code is not None or tags.get("AWS_KINESISVIDEO_FRAGMENT_NUMBER") != fragment_number:
        return None
    return fragment
