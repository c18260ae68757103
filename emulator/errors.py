"""AWS error answers, in the shapes that the SDKs parse.

JSON protocols (json-1.0, json-1.1, rest-json) carry the code in `__type` and in the header
x-amzn-ErrorType; query and rest-xml carry it in `<Error><Code>`. Every answer has a request id.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from xml.sax.saxutils import escape

from aiohttp import web

JSON_CONTENT_TYPE = "application/x-amz-json-1.1"
SMITHY_CBOR = "rpc-v2-cbor"
UNKNOWN_OPERATION = "UnknownOperationException"
_REST_XML = frozenset({"cloudfront", "route53"})
_REST_JSON = frozenset({"apigateway", "kinesisvideo", "lambda", "execute-api"})


def json_error(
    code: str, message: str, status: int = 400, fields: Mapping[str, object] | None = None
) -> web.Response:
    """An error of a JSON protocol. `fields` are further members of the modelled exception."""
    body = {"__type": code, "message": message, **(fields or {})}
    return web.Response(
        status=status,
        body=json.dumps(body).encode(),
        headers={
            "Content-Type": JSON_CONTENT_TYPE,
            "x-amzn-ErrorType": code,
            "x-amzn-RequestId": str(uuid.uuid4()),
        },
    )


def xml_error(code: str, message: str, status: int = 400) -> web.Response:
    """An error of the query protocol (SNS, IAM, STS, CloudFormation)."""
    request_id = str(uuid.uuid4())
    kind = "Sender" if status < 500 else "Receiver"
    body = (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{escape(code)}</Code>"
        f"<Message>{escape(message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return _xml(body, status, request_id)


def s3_error(code: str, message: str, status: int = 400) -> web.Response:
    """An error of S3, whose XML has `Error` as its root."""
    request_id = str(uuid.uuid4())
    body = (
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        f"<RequestId>{request_id}</RequestId></Error>"
    )
    return _xml(body, status, request_id)


def cbor_error(code: str, message: str, status: int = 400) -> web.Response:
    """An error of the Smithy RPC protocol with CBOR bodies (CloudWatch)."""
    body = b"\xa2" + b"".join(map(_cbor_text, ("__type", code, "message", message)))
    headers = {"Content-Type": "application/cbor", "smithy-protocol": SMITHY_CBOR}
    return web.Response(status=status, body=body, headers={**headers, "x-amzn-RequestId": str(uuid.uuid4())})


def _cbor_text(text: str) -> bytes:
    """A text of less than 64 KB. RFC 8949, major type 3 with a length of two bytes."""
    encoded = text.encode()[:0xFFFF]
    return b"\x79" + len(encoded).to_bytes(2, "big") + encoded


def error_like(request: web.Request, code: str, message: str, status: int, scope: str) -> web.Response:
    """The error in the protocol that the request speaks; `scope` is the service's credential scope."""
    if scope == "s3":
        return s3_error(code, message, status)
    if request.headers.get("smithy-protocol") == SMITHY_CBOR:
        return cbor_error(code, message, status)
    if speaks_query(request, scope) or scope in _REST_XML:
        return xml_error(code, message, status)
    return json_error(code, message, status)


def missing(request: web.Request, message: str, scope: str) -> web.Response:
    """AWS's answer to an operation that a service does not know; the message says that the emulator lacks it.

    S3 has a code of its own for that, and the query protocol has.
    """
    if scope == "s3":
        return s3_error("NotImplemented", message, 501)
    if speaks_query(request, scope):
        return xml_error("InvalidAction", message)
    is_rest = scope in _REST_JSON or scope in _REST_XML
    return error_like(request, UNKNOWN_OPERATION, message, 404 if is_rest else 400, scope)


def speaks_query(request: web.Request, scope: str) -> bool:
    """Whether the request is a form, as those of the query protocol are; curl calls every body one."""
    return request.content_type == "application/x-www-form-urlencoded" and scope not in _REST_JSON


def _xml(body: str, status: int, request_id: str) -> web.Response:
    return web.Response(
        status=status,
        body=f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode(),
        headers={"Content-Type": "text/xml", "x-amzn-RequestId": request_id, "x-amz-request-id": request_id},
    )
