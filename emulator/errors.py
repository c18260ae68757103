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


def _xml(body: str, status: int, request_id: str) -> web.Response:
    return web.Response(
        status=status,
        body=f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode(),
        headers={"Content-Type": "text/xml", "x-amzn-RequestId": request_id, "x-amz-request-id": request_id},
    )
