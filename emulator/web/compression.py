"""Compresses as CloudFront does, by "Serving compressed files" of its guide: Brotli before gzip."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

import brotli
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
_CODING = re.compile(r"\s*([\w*-]+)\s*(?:;\s*q=([\d.]+)\s*)?", re.IGNORECASE)
_CODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lru_cache(256)(
        brotli.compress
    ),  # at its best, which is slow: pages do not change, and are asked for often
    "gzip": lambda body: gzip.compress(body, mtime=0),
}


def compress(response: web.Response, accepted: str, codings: frozenset[str]) -> None:
    """Compress what is worth it, by the best of `codings` that the header `accepted` takes."""
    body = response.body
    if not isinstance(body, bytes) or len(body) not in SIZES or response.status not in _STATUSES:
        return
    if "Content-Encoding" in response.headers or response.content_type not in _TYPES:
        return
    response.headers["Vary"] = "Accept-Encoding"
    coding = next((coding for coding in _CODERS if coding in codings & _taken(accepted)), None)
    if coding is None:
        return
    response.body = _CODERS[coding](body)
    response.headers["Content-Encoding"] = coding
    response.headers.pop("Accept-Ranges", None)
    if tag := response.headers.get("ETag"):
        response.headers["ETag"] = tag if tag.startswith("W/") else f"W/{tag}"


def _taken(accepted: str) -> frozenset[str]:
    """The codings that an Accept-Encoding header names and does not rule out."""
    named = [match for part in accepted.split(",") if (match := _CODING.fullmatch(part))]
    return frozenset(match[1].lower() for match in named if match[2] is None or match[2].strip("0."))
