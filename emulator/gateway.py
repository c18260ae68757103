"""The one door for AWS clients: finds the service a request is meant for and hands it over, if it may.

Own services get the request as it comes (Kinesis Video streams bodies in both directions); for moto the
body is read whole. Whatever nobody has is answered with an AWS error that names it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Protocol

from aiohttp import web

from emulator.account.gate import AccountGate
from emulator.credential_scope import credential_scope, has_expired
from emulator.errors import error_like, missing, s3_error
from emulator.iam.authorization import Authorization
from emulator.iam.reading import read
from emulator.moto_host import MotoHost
from emulator.moto_services import MOTO_SERVICES, Answer, Call, OperationMissingError
from emulator.service import Service

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 5 * 1024**3  # S3's own limit of a single put
# What AWS serves without a signature, by path.
UNSIGNED_PATHS = {
    "/hls/": "kinesisvideo",
    "/restapis/": "execute-api",
    "/custom-resources/": "cloudformation",
}
_HOP_BY_HOP = frozenset({"content-length", "transfer-encoding", "connection", "server", "date"})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PartOfService(Protocol):
    """Some operations of a service of moto's."""

    @property
    def scopes(self) -> tuple[str, ...]:
        """The service's signing names."""

    @property
    def operations(self) -> Mapping[str, str]:
        """Operations with their remarks."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request for one of the operations."""


class Gateway:
    """Dispatches by credential scope."""

    def __init__(self, moto: MotoHost, authorization: Authorization, account: AccountGate) -> None:
        self._moto = moto
        self._account = account
        self._beside: dict[str, PartOfService] = {}
        self._authorization = authorization
        self._handlers: dict[str, Handler] = {}

    def add(self, service: Service) -> None:
        """Let an own service answer its scopes."""
        for scope in service.scopes:
            self.route(scope, service.handle)

    def route(self, scope: str, handler: Handler) -> None:
        """Let `handler` answer all requests of a scope."""
        self._handlers[scope] = handler

    def add_beside_moto(self, part: PartOfService) -> None:
        """Let `part` answer its operations of a service that is moto's otherwise."""
        self._beside.update(dict.fromkeys(part.scopes, part))

    def application(self) -> web.Application:
        """The aiohttp application: one handler for everything."""
        application = web.Application(client_max_size=MAX_BODY_BYTES)
        application.router.add_route("*", "/{path:.*}", self.handle)
        return application

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request of an AWS client."""
        scope = credential_scope(request) or _unsigned_scope(request.path)
        if scope is None:
            return _unsigned(request)
        if has_expired(request):
            return s3_error("AccessDenied", "Request has expired", 403)
        try:
            refusal = await self._account.answer(request, scope)
            refusal = refusal or await self._authorization.refusal(request, scope)
            if refusal is not None:
                return refusal
            if scope in self._handlers:
                return await self._handlers[scope](request)
            beside = self._beside.get(scope)
            if beside is not None and (await read(request, scope)).operation in beside.operations:
                return await beside.handle(request)
            if scope in MOTO_SERVICES:
                answer = await self._ask_moto(request, MOTO_SERVICES[scope])
                return await self._authorization.instead(request, scope, answer)
        except OperationMissingError as err:
            return missing(request, f"{err}.", scope)
        except (ConnectionError, web.HTTPException):
            raise  # the client has gone, or aiohttp has an answer of its own (a body that is too large)
        except Exception:  # a bug in a service must not look like a broken connection to the client
            logger.exception("%s %s of %s failed", request.method, request.path, scope)
            return error_like(
                request, "InternalFailure", f"The emulator failed in {scope}; see its log.", 500, scope
            )
        return missing(request, f"The emulator has no service {scope}.", scope)

    async def _ask_moto(self, request: web.Request, service: str) -> web.Response:
        call = Call(
            service=service,
            method=request.method,
            target=request.raw_path,
            headers=_joined(request.headers.items()),
            body=await request.read(),
        )
        return _response(request.method, await self._moto.answer(call))


def _joined(items: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    headers: dict[str, str] = {}
    for name, value in items:
        lower = name.lower()
        headers[lower] = f"{headers[lower]},{value}" if lower in headers else value
    return headers


def _response(method: str, answer: Answer) -> web.Response:
    response = web.Response(status=answer.status)
    for name, value in answer.headers:
        if name.lower() == "content-length" and method == "HEAD":
            response.headers[name] = value
        elif name.lower() not in _HOP_BY_HOP:
            response.headers.add(name, value)
    if method != "HEAD" and answer.status not in (204, 304):
        response.body = answer.body
    return response


def _unsigned_scope(path: str) -> str | None:
    return next((scope for prefix, scope in UNSIGNED_PATHS.items() if path.startswith(prefix)), None)


def _unsigned(request: web.Request) -> web.Response:
    if "X-Amz-Target" not in request.headers and request.method in ("GET", "HEAD") and request.path != "/":
        return s3_error("AccessDenied", "Access Denied", 403)  # that is an S3 object's address
    return error_like(
        request, "MissingAuthenticationToken", "Request is missing Authentication Token", 403, ""
    )
