"""Serves deployed stages: a request goes through throttling, authorizer and validation to its integration."""

from __future__ import annotations

import asyncio
import fnmatch
import json
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import aiohttp
from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError

from emulator import clients
from emulator.api_gateway import mock, proxy
from emulator.api_gateway.authorizer import CognitoAuthorizer
from emulator.api_gateway.gateway_responses import (
    CONFIGURATION,
    INTEGRATION_FAILURE,
    INTEGRATION_TIMEOUT,
    MISSING_TOKEN,
    TOO_LARGE,
    GatewayError,
)
from emulator.api_gateway.models import RestApis
from emulator.api_gateway.openapi import Match, Specification
from emulator.api_gateway.proxy import Incoming
from emulator.api_gateway.throttling import Throttles
from emulator.api_gateway.validation import check_body, check_parameters
from emulator.service import Settings

SERVED_PATH = re.compile(r"/restapis/(?P<api>[a-z0-9]+)/(?P<stage>[\w-]+)/_user_request_(?P<path>/.*)?")
MAX_BODY_BYTES = 10 * 1024**2
TIMEOUT_SECONDS = 29.0
_PERMISSION_SECONDS = 1.0


class Server:
    """Answers requests to deployed APIs."""

    def __init__(self, apis: RestApis, settings: Settings, session: aiohttp.ClientSession) -> None:
        self._apis = apis
        self._settings = settings
        self._authorizer = CognitoAuthorizer(settings.endpoint_url, session)
        self._throttles = Throttles()
        self._policies: dict[str, tuple[float, list[Any]]] = {}

    async def serve(self, request: web.Request, api_id: str, stage_name: str, path: str) -> web.Response:
        """Answer one request to a stage; `path` is decoded and without the stage."""
        request_id = str(uuid.uuid4())
        found = self._apis.find_served(api_id, stage_name)
        if found is None:
            # AWS answers so for a stage or an API that does not exist.
            answer = web.json_response({"message": "Forbidden"}, status=403)
            answer.headers["x-amzn-ErrorType"] = "ForbiddenException"
        else:
            stage, specification = found
            incoming = Incoming(
                api_id=api_id,
                account_id=self._settings.account_id,
                request_id=request_id,
                stage=stage,
                method=request.method,
                path=path.rstrip("/") or "/",
                query=request.query,
                headers=request.headers,
                body=b"",
                source_ip=request.headers.get("X-Forwarded-For", request.remote or "").split(",")[0].strip(),
            )
            try:
                answer = await self._answer(request, incoming, specification)
            except GatewayError as err:
                answer = err.respond(specification.gateway_responses, incoming.context())
        answer.headers["x-amzn-RequestId"] = request_id
        answer.headers["x-amz-apigw-id"] = request_id.replace("-", "")[:16]
        return answer

    async def _answer(
        self, request: web.Request, incoming: Incoming, specification: Specification
    ) -> web.Response:
        match = specification.find(incoming.method, incoming.path)
        if match is None:
            raise GatewayError(MISSING_TOKEN)
        operation, stage = match.operation, incoming.stage
        self._throttles.take(incoming.api_id, stage.name, stage.settings, incoming.method, operation.path)
        claims = None
        if operation.authorizer:
            claims = await self._authorizer.claims(operation.authorizer, incoming.headers)
        if request.content_length and request.content_length > MAX_BODY_BYTES:
            raise GatewayError(TOO_LARGE)
        body = await request.read()
        if len(body) > MAX_BODY_BYTES:
            raise GatewayError(TOO_LARGE)
        check_parameters(operation, match.path_parameters, incoming.query, incoming.headers)
        check_body(operation, incoming.headers.get("Content-Type", ""), body)
        if operation.integration["type"] == "mock":
            return mock.respond(operation, incoming.context(match))
        whole = replace(incoming, body=body)
        event = proxy.event(whole, match, claims, specification.binary_types)
        answer = await self._invoke(whole, match, event)
        return proxy.response(answer, specification.binary_types)

    async def _invoke(self, incoming: Incoming, match: Match, event: Mapping[str, Any]) -> Any:
        """The function's answer. Raises GatewayError if it fails, takes too long or may not be called."""
        arn = match.operation.function_arn
        if not await self._may_invoke(arn, incoming, match):
            raise GatewayError(CONFIGURATION)
        payload = json.dumps(event).encode()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                failed, answer = await asyncio.to_thread(_call_function, arn, payload)
        except TimeoutError as err:
            raise GatewayError(INTEGRATION_TIMEOUT) from err
        except (ClientError, BotoCoreError) as err:
            raise GatewayError(CONFIGURATION) from err
        try:
            result = json.loads(answer)
        except ValueError as err:
            raise GatewayError(INTEGRATION_FAILURE) from err
        if failed:
            raise GatewayError(INTEGRATION_FAILURE)
        return result

    async def _may_invoke(self, arn: str, incoming: Incoming, match: Match) -> bool:
        """Whether the function's policy lets API Gateway call it for this method, as AWS asks."""
        expires_at, statements = self._policies.get(arn, (0.0, []))
        if expires_at < time.monotonic():
            statements = await asyncio.to_thread(_policy_statements, arn)
            self._policies[arn] = (time.monotonic() + _PERMISSION_SECONDS, statements)
        settings = self._settings
        source = (
            f"arn:aws:execute-api:{settings.region}:{settings.account_id}:{incoming.api_id}"
            f"/{incoming.stage.name}/{incoming.method}{match.operation.path}"
        )
        return any(_allows(statement, source) for statement in statements)


def _call_function(arn: str, payload: bytes) -> tuple[bool, bytes]:
    answer = clients.client("lambda").invoke(FunctionName=arn, Payload=payload)
    return "FunctionError" in answer, answer["Payload"].read()


def _policy_statements(arn: str) -> list[Any]:
    try:
        policy = json.loads(clients.client("lambda").get_policy(FunctionName=arn)["Policy"])
    except ClientError:
        return []  # no policy, or no such function: nobody may call it
    statements: list[Any] = policy["Statement"]
    return statements


def _allows(statement: Mapping[str, Any], source: str) -> bool:
    """Whether a statement lets apigateway.amazonaws.com invoke for this source ARN."""
    principal = statement.get("Principal")
    services = principal.get("Service", []) if isinstance(principal, Mapping) else principal
    if "apigateway.amazonaws.com" not in (services if isinstance(services, list) else [services]):
        return False
    patterns = [
        pattern
        for operator in ("ArnLike", "ArnEquals", "StringEquals", "StringLike")
        for key, pattern in statement.get("Condition", {}).get(operator, {}).items()
        if key.lower() == "aws:sourcearn"
    ]
    # A literal ? or [ of fnmatch does not occur in these ARNs; path parameters appear as {name} or *.
    return all(fnmatch.fnmatchcase(source, str(pattern)) for pattern in patterns)
