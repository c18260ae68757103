"""The calls that AWS's own producer makes before it sends media, each on a connection of its own."""

from __future__ import annotations

import http.client
import json
import uuid
from typing import Any
from urllib.parse import urlsplit

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/kinesisvideo/aws4_request, "
    "SignedHeaders=host;user-agent;x-amz-date, Signature=" + "0" * 64
)


def _call(endpoint_url: str, path: str, fields: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    parts = urlsplit(endpoint_url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    headers = {"Authorization": AUTHORIZATION, "content-type": "application/json", "Host": parts.hostname}
    connection.request("POST", path, json.dumps(fields, indent="\t"), headers)
    answer = connection.getresponse()
    status, body = answer.status, json.loads(answer.read())
    connection.close()
    return status, body


def test_a_producer_makes_its_stream_and_finds_where_to_send(emulator: Any, connect: Any, wire: Any) -> None:
    """Given no stream, when AWS's producer starts, then its calls lead to a connection that takes media."""
    name = f"door-{uuid.uuid4().hex[:12]}"
    url = emulator.endpoint_url

    status, body = _call(url, "/describeStream", {"StreamName": name})
    assert (status, body["__type"]) == (404, "ResourceNotFoundException")

    made = {
        "DeviceName": "Kinesis_Video_Device",
        "StreamName": name,
        "MediaType": "video/h264",
        "DataRetentionInHours": 2,
    }
    status, body = _call(url, "/createStream", made)
    arn = body["StreamARN"]
    assert status == 200

    status, body = _call(url, "/tagStream", {"StreamARN": arn, "Tags": {"piid": "1"}})
    assert (status, body) == (200, {})

    _, body = _call(url, "/describeStream", {"StreamName": name})
    assert body["StreamInfo"]["Status"] == "ACTIVE"

    _, body = _call(url, "/getDataEndpoint", {"StreamName": name, "APIName": "PUT_MEDIA"})
    assert body == {"DataEndpoint": url}

    producer = connect(name, emulator)
    producer.send(wire.header + wire.cluster(wire.start_ms))
    producer.finish()
    assert producer.acknowledgements()[-1]["EventType"] == "PERSISTED"


def test_a_path_that_kinesis_video_does_not_have(emulator: Any) -> None:
    """Given a path of no operation, when called, then it is an error that names the path."""
    status, body = _call(emulator.endpoint_url, "/paintStream", {})
    assert (status, body["__type"]) == (404, "UnknownOperationException")
    assert "/paintStream" in body["message"]


def test_a_body_that_is_not_json(emulator: Any) -> None:
    """Given a body that is a list, when called, then it is refused."""
    status, body = _call(emulator.endpoint_url, "/describeStream", [])  # type: ignore[arg-type]  # wrong on purpose
    assert (status, body["__type"]) == (400, "InvalidArgumentException")
