"""An API Gateway stage as an origin: the request goes on to the emulator's own endpoint."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from emulator.web.distributions import Behavior
from emulator.web.forwarding import forwarded_headers, forwarded_query

API_HOST = re.compile(r"(?P<api>[a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com")
_HOP_BY_HOP = frozenset(
    {"connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"}
)


class ApiOrigin:
    """Passes requests on to deployed stages."""

    def __init__(self, endpoint_url: str, session: aiohttp.ClientSession) -> None:
        self._endpoint_url = endpoint_url
        self._session = session

    async def fetch(self, request: web.Request, behavior: Behavior, path: str) -> web.Response:
        """The origin's answer; 502 where it cannot be reached."""
        match = API_HOST.fullmatch(behavior.origin["DomainName"])
        if match is None:
            return _bad_gateway(f"the emulator cannot reach the origin {behavior.origin['DomainName']}")
        policies = (behavior.cache_policy, behavior.origin_request_policy)
        headers = forwarded_headers(request.headers.items(), request.method, policies)
        headers["X-Forwarded-For"] = ", ".join(
            [*request.headers.getall("X-Forwarded-For", []), request.remote or ""]
        )
        headers["Via"] = "1.1 cloudfront (CloudFront)"
        headers["X-Amz-Cf-Id"] = uuid.uuid4().hex
        headers.setdefault("User-Agent", "Amazon CloudFront")
        for extra in _custom_headers(behavior.origin):
            headers[extra["HeaderName"]] = extra["HeaderValue"]
        stage = behavior.origin.get("OriginPath", "")
        url = URL(f"{self._endpoint_url}/restapis/{match['api']}{stage}/_user_request_{path}", encoded=True)
        query = forwarded_query(request.query, policies)
        try:
            async with self._session.request(
                request.method,
                url.with_query(query) if query else url,
                headers=headers,
                data=await request.read() or None,
                allow_redirects=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type"),
            ) as answer:
                response = web.Response(status=answer.status, body=await answer.read())
                for name, value in answer.headers.items():
                    if name.lower() not in _HOP_BY_HOP:
                        response.headers.add(name, value)
                return response
        except aiohttp.ClientError as err:
            return _bad_gateway(str(err))


def _custom_headers(origin: Mapping[str, Any]) -> list[Mapping[str, str]]:
    items: list[Mapping[str, str]] = origin.get("CustomHeaders", {}).get("Items", [])
    return items


def _bad_gateway(reason: str) -> web.Response:
    return web.Response(status=502, text=f"502 ERROR: {reason}\n")
