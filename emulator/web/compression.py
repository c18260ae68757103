"""Compresses as CloudFront does, by "Serving compressed files" of its guide, but with gzip only."""

from __future__ import annotations

import gzip
import re

from aiohttp import web

SIZES = range(1_000, 10_000_001)  # bytes; what is smaller or larger goes as it is
_STATUSES = (200, 403, 404)
# Those of CloudFront's list that pages are made of.
_TYPES = frozenset({
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "application/xml",
    "font/ttf",
    "image/svg+xml",
    "text/css",
    "text/csv",
    "text/html",
    "text/javascript",
    "text/plain",
    "text/xml",
})  # fmt: skip
_TAKES_GZIP = re.compile(r"(^|,)\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*(,|$))[^,]*)?\s*(,|$)", re.IGNORECASE)


def compress(response: web.Response, accepted: str) -> None:
    """Compress what is worth it for a viewer whose Accept-Encoding header is `accepted`."""
    body = response.body
    if not isinstance(body, bytes) or len(body) not in SIZES or response.status not in _STATUSES:
        return
    if "Content-Encoding" in response.headers or response.content_type not in _TYPES:
        return
    response.headers["Vary"] = "Accept-Encoding"
    if not _TAKES_GZIP.search(accepted):
        return
    response.body = gzip.compress(body, mtime=0)
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    if tag := response.headers.get("ETag"):
        response.headers["ETag"] = tag if tag.startswith("W/") else f"W/{tag}"
