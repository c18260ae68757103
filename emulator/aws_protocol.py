"""Speaks an AWS service's protocol from botocore's own model of that service.

CloudFormation (query), API Gateway (REST JSON) and CloudFront (REST XML) are described in botocore down to
the last field, so their services here consist of methods alone: `ModelledService` finds the operation,
parses its input, calls the method of that name and writes the answer. Parsing and writing are moto's, which
reads the same models in the server's direction.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aiohttp import web
from botocore import xform_name
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import SERIALIZERS
from moto.core.utils import get_service_model
from werkzeug.datastructures import MultiDict

from emulator.errors import UNKNOWN_OPERATION, json_error, xml_error

Fields = dict[str, Any]
Method = Callable[[Fields], Awaitable[Fields | None]]

_PLACEHOLDER = re.compile(r"\{(\w+)(\+?)\}")


class AwsError(Exception):
    """An error as AWS answers it: `code` is what botocore shows as Error.Code."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True)
class _Route:
    operation: str
    method: str
    path: re.Pattern[str]
    query: Mapping[str, str]


class ModelledService:
    """A service whose operations are methods: CreateStack is `create_stack(fields)`.

    A method takes the operation's input as botocore's parameter names and returns its output likewise.
    Operations that are not in `operations` are refused by name.
    """

    service_name: str
    operations: Mapping[str, str]

    @cached_property
    def _model(self) -> Any:
        return get_service_model(self.service_name)

    @cached_property
    def _routes(self) -> list[_Route]:
        """REST routes, the most specific first."""
        routes = []
        for name in self._model.operation_names:
            http = self._model.operation_model(name).http
            path, _, query = http["requestUri"].partition("?")
            required = dict(part.partition("=")[::2] for part in query.split("&") if part)
            pattern = _PLACEHOLDER.sub(lambda hit: f"(?P<{hit[1]}>{'.+' if hit[2] else '[^/]+'})", path)
            routes.append(_Route(name, http["method"], re.compile(pattern), required))
        return sorted(routes, key=lambda route: (-len(route.query), route.path.pattern.count("(?P")))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request in the service's protocol; every failure is an AWS error answer."""
        try:
            body = await request.read()
            form = (
                MultiDict((await request.post()).items())
                if self._is_query
                else MultiDict(request.query.items())
            )
            operation, uri_fields = self._operation(request, form)
            model = self._model.operation_model(operation)
            parser = PROTOCOL_PARSERS[self._protocol](model)
            fields = parser.parse(
                {
                    "method": request.method,
                    "values": form,
                    "headers": request.headers,
                    "body": body,
                    "url_path": request.path,
                    "url_params": uri_fields,
                }
            )
            answer = await self._method(operation)(fields)
        except AwsError as err:
            return self._error(err)
        written = SERIALIZERS[self._protocol](model).serialize(answer or {})
        text = written["body"]
        return web.Response(
            status=written["status_code"],
            headers={**written["headers"], "x-amzn-RequestId": str(uuid.uuid4())},
            body=text.encode() if isinstance(text, str) else text,
        )

    def _method(self, operation: str) -> Method:
        """The method that implements an operation."""
        method: Method = getattr(self, xform_name(operation))
        return method

    @property
    def _protocol(self) -> str:
        return str(self._model.protocol)

    @property
    def _is_query(self) -> bool:
        return self._protocol == "query"

    def _operation(self, request: web.Request, form: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        uri_fields: dict[str, str] = {}
        if self._is_query:
            name = str(form.get("Action", ""))
        else:
            name, uri_fields = self._route(request)
        if name not in self.operations:
            message = f"The emulator's {self.service_name} has no operation {name or request.path}"
            if self._is_query:
                raise AwsError("InvalidAction", message)
            raise AwsError(UNKNOWN_OPERATION, message, 404)
        return name, uri_fields

    def _route(self, request: web.Request) -> tuple[str, dict[str, str]]:
        for route in self._routes:
            match = route.path.fullmatch(request.path) if route.method == request.method else None
            if match and all(request.query.get(key) == value for key, value in route.query.items()):
                return route.operation, match.groupdict()
        return "", {}

    def _error(self, err: AwsError) -> web.Response:
        if self._protocol == "rest-json":
            return json_error(err.code, err.message, err.status)
        return xml_error(err.code, err.message, err.status)
