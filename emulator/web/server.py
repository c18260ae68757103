"""The web port's requests: the emulator's own pages first, everything else as the distribution says."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import aiohttp
from aiohttp import web

from emulator.cognito_login import HostedLogin
from emulator.service import Settings
from emulator.web import response_headers
from emulator.web.api_origin import ApiOrigin
from emulator.web.compression import compress
from emulator.web.distributions import Behavior, Distribution, Distributions
from emulator.web.health import Health
from emulator.web.s3_origin import S3_HOST, S3Origin

_LOG = logging.getLogger(__name__)
MAX_BODY_BYTES = 20 * 1024**2
PHONE_PAGE = Path(__file__).parent.parent / "phone_page"
_PHONE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_NOTHING_DEPLOYED = "Nothing is deployed here yet: there is no CloudFront distribution.\n"


class Web:
    """Serves `settings.web_url`. `routes` are further pages of the emulator (the phone's messages)."""

    def __init__(self, routes: Iterable[web.RouteDef] = ()) -> None:
        self._routes = tuple(routes)
        self._distributions = Distributions()
        self._health = Health()
        self._bucket = S3Origin()

    async def start(self, settings: Settings) -> None:
        """Get ready; the port is the caller's, who serves `application()`."""
        self._session = aiohttp.ClientSession(auto_decompress=False)
        self._api = ApiOrigin(settings.endpoint_url, self._session)
        self._login = HostedLogin(settings.web_url)

    async def close(self) -> None:
        """Let go of connections."""
        await self._session.close()

    def application(self) -> web.Application:
        """The aiohttp application; `start` must have run."""
        application = web.Application(client_max_size=MAX_BODY_BYTES)
        application.add_routes(self._routes)
        application.add_routes(self._login.routes())
        application.router.add_get("/healthz", self._healthz)
        application.router.add_get("/phone", _to_phone)
        application.router.add_get("/phone/{file:.*}", _phone_page)
        application.router.add_route("*", "/{path:.*}", self._handle)
        return application

    async def _healthz(self, _: web.Request) -> web.Response:
        state = await self._health.check()
        headers = {"Cache-Control": "no-store"}
        return web.json_response(state, status=200 if state["status"] == "ok" else 503, headers=headers)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        distribution = await self._distributions.find(request.host.partition(":")[0])
        if distribution is None:
            return web.Response(status=503, text=_NOTHING_DEPLOYED, headers={"Retry-After": "2"})
        path = request.raw_path.partition("?")[0]
        if path == "/" and distribution.root_object:
            path = f"/{distribution.root_object}"
        behavior = distribution.behavior(path)
        response = await self._fetch(request, distribution, behavior, path)
        error = distribution.error_responses.get(response.status)
        if error and error.get("ResponsePagePath"):
            page = error["ResponsePagePath"]
            shown = await self._fetch(request, distribution, distribution.behavior(page), page)
            if shown.status == 200:
                shown.set_status(int(error.get("ResponseCode") or response.status))
                response = shown
        response_headers.apply(behavior.response_headers_policy, response, request.headers.get("Origin"))
        compress(response, request.headers.get("Accept-Encoding", ""), behavior.codings)
        return response

    async def _fetch(
        self, request: web.Request, distribution: Distribution, behavior: Behavior, path: str
    ) -> web.Response:
        if request.method not in behavior.methods:
            reason = "This distribution is not configured to allow the HTTP request method of this request.\n"
            return web.Response(status=403, text=reason)
        if S3_HOST.fullmatch(behavior.origin["DomainName"]):
            return await self._bucket.fetch(distribution, behavior.origin, path, request.headers)
        return await self._api.fetch(request, behavior, path)


async def _to_phone(_: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/phone/"})


async def _phone_page(request: web.Request) -> web.StreamResponse:
    """A file of the phone's page; the folder holds nothing else, and nothing outside it is served."""
    name = request.match_info["file"] or "index.html"
    file = (PHONE_PAGE / name).resolve()
    if not file.is_relative_to(PHONE_PAGE.resolve()) or not file.is_file():
        return web.Response(status=404, text="Not found\n")
    return web.FileResponse(file, headers=_PHONE_HEADERS)
