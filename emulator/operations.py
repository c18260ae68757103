"""Which operation a request is, and whether it changes anything.

The names come from botocore's service models, so they are AWS's: JSON services say theirs in
X-Amz-Target, query services in `Action`, S3 by method, path and query string.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qs, parse_qsl, urlsplit

import botocore.loaders
import botocore.model

READ_PREFIXES = (
    "AdminGet",
    "AdminList",
    "BatchGet",
    "Check",
    "Describe",
    "Estimate",
    "Filter",
    "Get",
    "Head",
    "List",
    "Lookup",
    "Query",
    "Scan",
    "Search",
    "Select",
    "Simulate",
    "Test",
    "TransactGet",
    "Validate",
)


@cache
def service_model(service_name: str) -> botocore.model.ServiceModel:
    """botocore's model of a service."""
    loader = botocore.loaders.Loader()
    return botocore.model.ServiceModel(loader.load_service_model(service_name, "service-2"), service_name)


def is_read_only(operation: str) -> bool:
    """Whether the operation leaves everything as it was."""
    return operation.startswith(READ_PREFIXES)


def operation_of(service_name: str, method: str, target: str, headers: Mapping[str, str], body: bytes) -> str:
    """The operation's name; "" where the request names none.

    `target` is path and query as sent, `headers` has lower-case names.
    """
    if "x-amz-target" in headers:
        return headers["x-amz-target"].rpartition(".")[2]
    if service_name == "s3":
        return _s3_operation(method, target, headers)
    parts = urlsplit(target)
    if "/operation/" in parts.path:  # Smithy RPC: /service/NAME/operation/OPERATION
        return parts.path.rpartition("/operation/")[2]
    if parts.path.endswith("/.well-known/jwks.json"):
        return "GetJsonWebKeySet"
    if parts.path.endswith("/.well-known/openid-configuration"):
        return "GetOpenIdConfiguration"
    actions = parse_qs(parts.query).get("Action") or _form_action(headers, body)
    return actions[0] if actions else ""


def _form_action(headers: Mapping[str, str], body: bytes) -> list[str]:
    if not headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return []
    return [value for name, value in parse_qsl(body.decode("utf-8", "replace")) if name == "Action"]


@dataclass(frozen=True)
class _S3Shape:
    """How an S3 operation is recognised: method, path depth, and what must be in query and headers."""

    name: str
    method: str
    depth: int
    query: frozenset[tuple[str, str]]  # an empty value matches any
    headers: frozenset[str]

    def matches(self, method: str, depth: int, query: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        return (
            (method, depth) == (self.method, self.depth)
            and all(name in query and value in ("", query[name]) for name, value in self.query)
            and all(name in headers for name in self.headers)
        )


_SUPERSEDED = frozenset(
    {"PutBucketLifecycle", "GetBucketLifecycle", "PutBucketNotification", "GetBucketNotification"}
)


@cache
def _s3_shapes() -> tuple[_S3Shape, ...]:
    model = service_model("s3")
    shapes = [
        _s3_shape(model.operation_model(name)) for name in model.operation_names if name not in _SUPERSEDED
    ]
    # The most specific first; of equals (HeadBucket/HeadObject differ by depth) the model's order decides.
    return tuple(sorted(shapes, key=lambda shape: -len(shape.query) - len(shape.headers)))


def _s3_shape(operation: botocore.model.OperationModel) -> _S3Shape:
    path, _, static_query = operation.http["requestUri"].partition("?")
    query = set(parse_qsl(static_query, keep_blank_values=True)) - {("x-id", operation.name)}
    headers = set()
    shape = operation.input_shape
    for member_name in shape.required_members if shape else []:
        member = shape.members[member_name]  # type: ignore[union-attr]  # there are no members without a shape
        if member.serialization.get("location") == "querystring":
            query.add((member.serialization["name"], ""))
        elif member.serialization.get("location") == "header":
            headers.add(member.serialization["name"].lower())
    depth = sum(1 for part in path.split("/") if part)
    return _S3Shape(operation.name, operation.http["method"], depth, frozenset(query), frozenset(headers))


def _s3_operation(method: str, target: str, headers: Mapping[str, str]) -> str:
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    bucket, _, key = parts.path.lstrip("/").partition("/")
    depth = (1 if bucket else 0) + (1 if key else 0)
    for shape in _s3_shapes():
        if shape.matches(method, depth, query, headers):
            return shape.name
    return ""
