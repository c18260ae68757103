"""What a request asks for: the operation and those of its parameters that IAM looks at.

Bodies are read only where a name is in them: PutMedia's and PutObject's streams are left alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

from aiohttp import web

from emulator.operations import operation_of, service_model

# Services whose operation is in method and path, by credential scope, with botocore's names of them.
_REST_MODELS = {
    "apigateway": ("apigateway",),
    "cloudfront": ("cloudfront",),
    "kinesisvideo": ("kinesisvideo", "kinesis-video-media", "kinesis-video-archived-media"),
    "lambda": ("lambda",),
}
_PUT_MEDIA_PATH = "/putMedia"
_INVOKE = "/invocations"


@dataclass(frozen=True)
class Asked:
    """An operation by its AWS name ("" if the request names none), with parameters named as in its API."""

    operation: str
    parameters: Mapping[str, Any]


async def read(request: web.Request, scope: str) -> Asked:
    """Read a request that is for the service of this credential scope."""
    if scope == "s3":
        return await _s3(request)
    if scope in _REST_MODELS:
        return await _rest(request, scope)
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = await request.read()
    operation = operation_of(scope, request.method, request.raw_path, headers, body)
    if "x-amz-target" in headers:
        return Asked(operation, _document(body))
    return Asked(operation, {**request.query, **dict(parse_qsl(body.decode("utf-8", "replace")))})


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}  # the service will say so
    return document if isinstance(document, dict) else {}


# --- S3 ---------------------------------------------------------------------------------------------------


async def _s3(request: web.Request) -> Asked:
    headers = {name.lower(): value for name, value in request.headers.items()}
    operation = operation_of("s3", request.method, request.raw_path, headers, b"")
    bucket, _, key = unquote(request.raw_path.partition("?")[0]).lstrip("/").partition("/")
    parameters: dict[str, Any] = {}
    if bucket:
        parameters["Bucket"] = bucket
    if key:
        parameters["Key"] = key
    if "versionId" in request.query:
        parameters["VersionId"] = request.query["versionId"]
    if "x-amz-copy-source" in headers:
        parameters["CopySource"] = unquote(headers["x-amz-copy-source"]).lstrip("/").partition("?")[0]
    if operation == "DeleteObjects":
        parameters["Keys"] = _keys(await request.read())
    return Asked(operation, parameters)


def _keys(body: bytes) -> list[str]:
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - the caller is a function of this emulator
    except ElementTree.ParseError:
        return []
    return [element.text or "" for element in root.iter() if element.tag.rpartition("}")[2] == "Key"]


# --- REST services of our own -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Route:
    operation: str
    method: str
    path: re.Pattern[str]
    names: Mapping[str, str]  # a parameter's name by its name in the path


async def _rest(request: web.Request, scope: str) -> Asked:
    if scope == "kinesisvideo" and request.path == _PUT_MEDIA_PATH:
        named = {"StreamName": "x-amzn-stream-name", "StreamARN": "x-amzn-stream-arn"}
        headers = request.headers
        return Asked("PutMedia", {name: headers[key] for name, key in named.items() if key in headers})
    for route in _routes(scope):
        match = route.path.fullmatch(request.path) if route.method == request.method else None
        if match:
            in_path = {route.names[name]: unquote(value) for name, value in match.groupdict().items()}
            in_body = {} if request.path.endswith(_INVOKE) else _document(await request.read())
            return Asked(route.operation, {**in_body, **in_path})
    return Asked("", {})


@cache
def _routes(scope: str) -> tuple[_Route, ...]:
    """The most specific first."""
    routes = [
        _route(operation)
        for model in map(service_model, _REST_MODELS[scope])
        for operation in map(model.operation_model, model.operation_names)
    ]
    return tuple(sorted(routes, key=lambda route: route.path.pattern.count("(?P")))


def _route(operation: Any) -> _Route:
    members = operation.input_shape.members if operation.input_shape else {}
    names = {
        member.serialization["name"]: name
        for name, member in members.items()
        if member.serialization.get("location") == "uri"
    }
    path = operation.http["requestUri"].partition("?")[0].rstrip("/")
    pattern = re.sub(
        r"\{([\w-]+)(\+?)\}",
        lambda hit: f"(?P<{hit[1].replace('-', '_')}>{'.+' if hit[2] else '[^/]+'})",
        path,
    )
    by_group = {name.replace("-", "_"): parameter for name, parameter in names.items()}
    return _Route(operation.name, operation.http["method"], re.compile(f"{pattern}/?"), by_group)
