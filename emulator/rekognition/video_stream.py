"""Reads a Kinesis video stream as it comes: GetMedia, signed, without blocking the event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import aiohttp
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from emulator.clients import client
from matroska import Fragment, FragmentReader, MatroskaError

_TAG = "AWS_KINESISVIDEO_"
ACCESS_DENIED = "AccessDeniedException"


class VideoStreamGoneError(Exception):
    """The stream does not exist (any more)."""


class AccessDeniedError(Exception):
    """The stream processor's role does not allow it; the message is AWS's."""


class VideoStreamBrokenError(Exception):
    """The connection failed, was refused, or carried what is no fragment: try again."""


@dataclass(frozen=True)
class ReadFragment:
    """A fragment as GetMedia gave it; times are seconds, those of day since the epoch."""

    number: str
    producer_time: float
    server_time: float
    duration: float
    data: bytes = field(repr=False)

    @classmethod
    def of(cls, fragment: Fragment) -> ReadFragment:
        """Read the tags that GetMedia inserts. Raises VideoStreamBrokenError if they are missing."""
        tags: Mapping[str, str] = fragment.tags
        try:
            return cls(
                number=tags[_TAG + "FRAGMENT_NUMBER"],
                producer_time=float(tags[_TAG + "PRODUCER_TIMESTAMP"]),
                server_time=float(tags[_TAG + "SERVER_TIMESTAMP"]),
                duration=fragment.duration_ms / 1000,
                data=fragment.to_bytes({}),
            )
        except (KeyError, ValueError) as err:
            raise VideoStreamBrokenError(f"A fragment without a proper tag: {err}") from err


async def media_endpoint(stream_arn: str, credentials: Mapping[str, str]) -> str:
    """Return where GetMedia of a stream is. Raises VideoStreamGoneError, AccessDeniedError."""
    control = client("kinesisvideo", credentials=credentials)
    try:
        answer = await asyncio.to_thread(control.get_data_endpoint, StreamARN=stream_arn, APIName="GET_MEDIA")
    except control.exceptions.ResourceNotFoundException as err:
        raise VideoStreamGoneError(stream_arn) from err
    except ClientError as err:
        if err.response["Error"]["Code"] == ACCESS_DENIED:
            raise AccessDeniedError(err.response["Error"]["Message"]) from err
        raise
    return str(answer["DataEndpoint"])


async def fragments_from_now(
    stream_arn: str, endpoint: str, region: str, credentials: Mapping[str, str]
) -> AsyncIterator[ReadFragment]:
    """Yield the fragments that are completed from now on, until the connection ends.

    Raises VideoStreamGoneError, AccessDeniedError, VideoStreamBrokenError.
    """
    body = json.dumps({"StreamARN": stream_arn, "StartSelector": {"StartSelectorType": "NOW"}}).encode()
    url = f"{endpoint}/getMedia"
    request = AWSRequest("POST", url, {"Content-Type": "application/json"}, body)
    signer = Credentials(
        credentials["aws_access_key_id"],
        credentials["aws_secret_access_key"],
        credentials.get("aws_session_token"),
    )
    SigV4Auth(signer, "kinesisvideo", region).add_auth(request)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=5)  # nothing comes while nobody sends
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=body, headers=dict(request.headers.items())) as response,
        ):
            await _check(response, stream_arn)
            reader = FragmentReader()
            async for piece in response.content.iter_any():
                for fragment in reader.feed(piece):
                    yield ReadFragment.of(fragment)
    except (aiohttp.ClientError, TimeoutError, MatroskaError) as err:
        raise VideoStreamBrokenError(f"GetMedia broke off: {err}") from err


async def _check(response: aiohttp.ClientResponse, stream_arn: str) -> None:
    if response.status == 200:
        return
    code = response.headers.get("x-amzn-ErrorType", "").partition(":")[0]
    if code == "ResourceNotFoundException":
        raise VideoStreamGoneError(stream_arn)
    if code == ACCESS_DENIED:
        raise AccessDeniedError(json.loads(await response.read())["message"])
    raise VideoStreamBrokenError(f"GetMedia answered {response.status} {code}")
