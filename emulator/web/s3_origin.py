"""An S3 bucket as an origin behind origin access control: only what its policy lets the distribution read."""

from __future__ import annotations

import asyncio
import fnmatch
import json
import re
import time
from collections.abc import Mapping
from datetime import UTC
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from botocore.exceptions import ClientError

from emulator import clients
from emulator.web.distributions import Distribution

S3_HOST = re.compile(r"(?P<bucket>[a-z0-9.-]+)\.s3(\.[a-z0-9-]+)?\.amazonaws\.com")
_POLICY_SECONDS = 1.0
_PASSED_ON = {
    "CacheControl": "Cache-Control",
    "ContentDisposition": "Content-Disposition",
    "ContentEncoding": "Content-Encoding",
    "ContentLanguage": "Content-Language",
    "ContentRange": "Content-Range",
    "ContentType": "Content-Type",
    "ETag": "ETag",
}


class S3Origin:
    """Reads objects for distributions."""

    def __init__(self) -> None:
        self._policies: dict[str, tuple[float, list[Mapping[str, Any]]]] = {}

    async def fetch(
        self, distribution: Distribution, origin: Mapping[str, Any], path: str, headers: Mapping[str, str]
    ) -> web.Response:
        """The object at a path (still percent-encoded), or S3's error: 403 also for one that is not there."""
        match = S3_HOST.fullmatch(origin["DomainName"])
        if match is None:
            return web.Response(status=502, text="The origin's domain name is not a bucket's.")
        bucket, key = match["bucket"], unquote(f"{origin.get('OriginPath', '')}{path}").lstrip("/")
        if not await self._may_read(distribution, bucket, key):
            return _denied()
        try:
            found = await asyncio.to_thread(_get_object, bucket, key, headers.get("Range"))
        except ClientError as err:
            status = err.response["ResponseMetadata"]["HTTPStatusCode"]
            # Without s3:ListBucket, S3 does not say that an object is not there.
            return _denied() if status in (403, 404) else web.Response(status=status)
        return _response(found, headers)

    async def _may_read(self, distribution: Distribution, bucket: str, key: str) -> bool:
        expires_at, statements = self._policies.get(bucket, (0.0, []))
        if expires_at < time.monotonic():
            statements = await asyncio.to_thread(_policy_statements, bucket)
            self._policies[bucket] = (time.monotonic() + _POLICY_SECONDS, statements)
        return any(
            _allows(statement, distribution.arn, f"arn:aws:s3:::{bucket}/{key}") for statement in statements
        )


def _get_object(bucket: str, key: str, byte_range: str | None) -> dict[str, Any]:
    more = {"Range": byte_range} if byte_range else {}
    found: dict[str, Any] = clients.client("s3").get_object(Bucket=bucket, Key=key, **more)
    found["Content"] = found["Body"].read()
    return found


def _response(found: Mapping[str, Any], headers: Mapping[str, str]) -> web.Response:
    fresh = _is_fresh(found, headers)
    partial = "ContentRange" in found
    response = web.Response(
        status=304 if fresh else 206 if partial else 200, body=None if fresh else found["Content"]
    )
    for name, header in _PASSED_ON.items():
        if found.get(name) and not (fresh and name == "ContentType"):
            response.headers[header] = str(found[name])
    if not partial:
        response.headers["Last-Modified"] = _http_date(found)
        response.headers["Accept-Ranges"] = "bytes"
    return response


def _is_fresh(found: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
    """Whether the viewer's copy is still good."""
    if "If-None-Match" in headers:
        given = {tag.strip().removeprefix("W/") for tag in headers["If-None-Match"].split(",")}
        return bool(given & {"*", found["ETag"]})
    return bool(headers.get("If-Modified-Since") == _http_date(found))


def _http_date(found: Mapping[str, Any]) -> str:
    return format_datetime(found["LastModified"].astimezone(UTC), usegmt=True)


def _denied() -> web.Response:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    )
    return web.Response(status=403, text=body, content_type="application/xml")


def _policy_statements(bucket: str) -> list[Mapping[str, Any]]:
    try:
        policy = json.loads(clients.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError:
        return []  # no policy, or no such bucket: nobody may read
    statements = policy["Statement"]
    return statements if isinstance(statements, list) else [statements]


def _allows(statement: Mapping[str, Any], distribution_arn: str, object_arn: str) -> bool:
    """Whether a statement lets CloudFront read the object for this distribution."""
    principal = statement.get("Principal")
    services = _as_list(principal.get("Service") if isinstance(principal, Mapping) else principal)
    sources = [
        pattern
        for conditions in statement.get("Condition", {}).values()
        for key, value in conditions.items()
        if key.lower() == "aws:sourcearn"
        for pattern in _as_list(value)
    ]
    return (
        statement.get("Effect") == "Allow"
        and ("cloudfront.amazonaws.com" in services or "*" in services)
        and any(_fits("s3:GetObject", action) for action in _as_list(statement.get("Action")))
        and any(_fits(object_arn, resource) for resource in _as_list(statement.get("Resource")))
        and (not sources or any(_fits(distribution_arn, source) for source in sources))
    )


def _fits(value: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


def _as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [] if value is None else [value]
