"""A small producer: fragments into a Kinesis Video stream, as PutMedia takes them."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from matroska import Fragment, SegmentWriter
from tests.contract.conftest import Aws


def put_media(
    aws: Aws, stream_name: str, fragments: Sequence[Fragment], tags: Mapping[str, str] | None = None
) -> list[str]:
    """Send fragments of one second as a producer does, all with these tags; their numbers, once stored."""
    endpoint = aws.client("kinesisvideo").get_data_endpoint(StreamName=stream_name, APIName="PUT_MEDIA")
    host = urlsplit(endpoint["DataEndpoint"]).netloc
    start_ms = round(time.time() * 1000)
    writer = SegmentWriter()
    body = [
        writer.fragment(fragment, timecode_ms=start_ms + 1000 * number, tags=tags or {}, end=True)
        for number, fragment in enumerate(fragments)
    ]
    connection = http.client.HTTPConnection(host, timeout=120)
    connection.request(
        "POST",
        "/putMedia",
        body,
        {
            "Authorization": "AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/kinesisvideo/aws4_request, "
            "SignedHeaders=host, Signature=0",
            "x-amzn-stream-name": stream_name,
            "x-amzn-fragment-timecode-type": "ABSOLUTE",
            "x-amzn-producer-start-timestamp": f"{start_ms / 1000:.3f}",
            "Transfer-Encoding": "chunked",
        },
        encode_chunked=True,
    )
    answer = connection.getresponse().read().decode()
    connection.close()
    return [event["FragmentNumber"] for event in _objects(answer) if event["EventType"] == "PERSISTED"]


def _objects(text: str) -> Iterator[dict[str, str]]:
    """JSON objects one after the other, with or without space between them."""
    while text := text.strip():
        event, end = json.JSONDecoder().raw_decode(text)
        text = text[end:]
        yield event
