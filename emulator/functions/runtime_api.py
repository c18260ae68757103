"""AWS's Lambda Runtime API (version 2018-06-01), which the Runtime Interface Client in a worker talks to.

Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. Each worker gets a loopback port
of its own, so a request's port says whose it is.
"""

from __future__ import annotations

import socket
from typing import Protocol

from aiohttp import web

from emulator.functions.invocation import Invocation, Outcome

VERSION = "/2018-06-01/runtime"
MAX_RESPONSE_BYTES = 6 * 1024**2  # of a synchronous invocation


class RuntimeClient(Protocol):
    """The worker behind a port."""

    async def next_invocation(self) -> Invocation | None:
        """Wait for work; None when the worker is to stop."""

    def report(self, request_id: str, outcome: Outcome) -> bool:
        """Take an outcome; False if that invocation is not the current one."""

    def report_init_error(self, error: bytes) -> None:
        """The function could not be loaded."""


class RuntimeApi:
    """One small server, with one port for each worker."""

    def __init__(self) -> None:
        self._clients: dict[int, RuntimeClient] = {}
        self._sites: dict[int, web.SockSite] = {}
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.1)

    async def start(self) -> None:
        """Get ready; ports are opened by `open_port`."""
        await self._runner.setup()

    async def close(self) -> None:
        """Close all ports."""
        await self._runner.cleanup()

    async def open_port(self, client: RuntimeClient) -> int:
        """Listen for a worker on a free loopback port."""
        listener = socket.create_server(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
        self._clients[port] = client
        self._sites[port] = web.SockSite(self._runner, listener)
        await self._sites[port].start()
        return port

    async def close_port(self, port: int) -> None:
        """Stop listening for a worker."""
        self._clients.pop(port, None)
        site = self._sites.pop(port, None)
        if site is not None:
            await site.stop()

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=MAX_RESPONSE_BYTES * 2)
        application.router.add_get(f"{VERSION}/invocation/next", self._next)
        application.router.add_post(f"{VERSION}/invocation/{{id}}/response", self._response)
        application.router.add_post(f"{VERSION}/invocation/{{id}}/error", self._error)
        application.router.add_post(f"{VERSION}/init/error", self._init_error)
        return application

    def _client(self, request: web.Request) -> RuntimeClient:
        sockname = request.transport.get_extra_info("sockname") if request.transport else None
        client = self._clients.get(sockname[1]) if sockname else None
        if client is None:
            raise web.HTTPGone
        return client

    async def _next(self, request: web.Request) -> web.Response:
        invocation = await self._client(request).next_invocation()
        if invocation is None:
            raise web.HTTPGone
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_header(),
            "Content-Type": "application/json",
        }
        if invocation.client_context:
            headers["Lambda-Runtime-Client-Context"] = invocation.client_context
        return web.Response(body=invocation.payload, headers=headers)

    async def _response(self, request: web.Request) -> web.Response:
        return self._report(request, Outcome(await request.read()))

    async def _error(self, request: web.Request) -> web.Response:
        return self._report(request, Outcome(await request.read(), "Unhandled"))

    def _report(self, request: web.Request, outcome: Outcome) -> web.Response:
        if not self._client(request).report(request.match_info["id"], outcome):
            return web.json_response(
                {"errorType": "InvalidRequestID", "errorMessage": "Invalid request ID"}, status=400
            )
        return web.json_response({"status": "OK"}, status=202)

    async def _init_error(self, request: web.Request) -> web.Response:
        self._client(request).report_init_error(await request.read())
        return web.json_response({"status": "OK"}, status=202)
