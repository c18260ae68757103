"""May a role's session do what it asks for? The gateway asks this before it hands a request over.

Only identity policies decide here. Whoever signs with credentials that are no role's may do everything.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from emulator.errors import error_like, speaks_query
from emulator.iam.policies import AccessRequest, Decision, PolicyError, Statement, evaluate
from emulator.iam.reading import Asked, read
from emulator.iam.requests import Place, access_requests
from emulator.iam.sessions import RoleSession

logger = logging.getLogger(__name__)

TOKEN = "X-Amz-Security-Token"  # noqa: S105 - the name of a header
_WHY = {
    Decision.IMPLICIT_DENY: "because no identity-based policy allows the {action} action",
    Decision.EXPLICIT_DENY: "with an explicit deny in an identity-based policy",
}
PoliciesOf = Callable[[str], Awaitable[tuple[Statement, ...] | None]]
FindArn = Callable[[str], Awaitable[str | None]]
FindArns = Mapping[tuple[str, str], FindArn]


@dataclass(frozen=True)
class Refusal:
    """What is refused to whom, in AWS's words."""

    code: str
    message: str


@dataclass
class Authorization:
    """Decides by the policies of the caller's role.

    `policies_of` returns a role's statements, None for a role that is gone. `arns` finds the ARN of what a
    request names by name alone, by credential scope and parameter, where the name does not make the ARN.
    """

    policies_of: PoliciesOf
    place: Place
    arns: FindArns = field(default_factory=dict)

    async def refusal(self, request: web.Request, scope: str) -> web.StreamResponse | None:
        """The answer to a request that is not allowed; None if the service may have it."""
        session = _session(request)
        if session is None:
            return None
        asked = await read(request, scope)
        refused = await self._refused(session, scope, asked)
        return refusal_answer(request, scope, refused) if refused else None

    async def instead(
        self, request: web.Request, scope: str, answer: web.StreamResponse
    ) -> web.StreamResponse:
        """The answer as this caller may see it: S3 tells nobody who may not list that a key is missing."""
        if scope != "s3" or answer.status != 404 or request.method not in ("GET", "HEAD"):
            return answer
        session = _session(request)
        if session is None:
            return answer
        asked = await read(request, scope)
        if "Key" not in asked.parameters:
            return answer
        listing = Asked("ListObjectsV2", {"Bucket": asked.parameters["Bucket"]})
        refused = await self._refused(session, scope, listing)
        return refusal_answer(request, scope, refused) if refused else answer

    async def _refused(self, session: RoleSession, scope: str, asked: Asked) -> Refusal | None:
        try:
            statements = await self.policies_of(session.role_name)
        except PolicyError as err:
            return Refusal("InternalFailure", f"The policies of {session.role_name} cannot be judged: {err}")
        if statements is None:
            return Refusal(
                "UnrecognizedClientException", "The security token included in the request is invalid."
            )
        parameters = await self._with_arns(scope, asked.parameters)
        for wanted in access_requests(scope, asked.operation, parameters, self.place):
            for resource in wanted.resources:
                one = AccessRequest(wanted.action, (resource,), wanted.context)
                decision = evaluate(statements, one)
                if decision is not Decision.ALLOWED:
                    return Refusal("AccessDenied", _message(session, one, decision, scope))
        return None

    async def _with_arns(self, scope: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        found = {}
        for (of_scope, name), find in self.arns.items():
            value = parameters.get(name)
            if of_scope == scope and isinstance(value, str) and not value.startswith("arn:"):
                found[name] = await find(value) or value
        return {**parameters, **found}


def _session(request: web.Request) -> RoleSession | None:
    query = request.query
    token = request.headers.get(TOKEN) or query.get(TOKEN) or query.get(TOKEN.lower())  # of version 4, of 2
    return RoleSession.from_token(token) if token else None


def _message(session: RoleSession, refused: AccessRequest, decision: Decision, scope: str) -> str:
    action, (resource,) = refused.action, refused.resources
    quoted = f'"{resource}"' if scope == "s3" else resource
    on = "" if resource == "*" else f" on resource: {quoted}"
    why = _WHY[decision].format(action=action)
    return f"User: {session.arn} is not authorized to perform: {action}{on} {why}"


# How the services call it. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_CODES = {"sns": "AuthorizationError"}
_REST = frozenset({"lambda", "kinesisvideo", "apigateway"})


def refusal_answer(request: web.Request, scope: str, refused: Refusal) -> web.Response:
    """A refusal in the code, status and protocol of its service."""
    logger.warning("%s", refused.message)
    if refused.code != "AccessDenied":
        return error_like(request, refused.code, refused.message, 403, scope)
    if scope == "sqs":
        answer = error_like(request, "AccessDeniedException", refused.message, 403, scope)
        answer.headers["x-amzn-query-error"] = "AccessDenied;Sender"
        return answer
    is_xml = speaks_query(request, scope) or scope in ("s3", "cloudfront")
    code = _CODES.get(scope, "AccessDenied" if is_xml else "AccessDeniedException")
    return error_like(request, code, refused.message, 403 if is_xml or scope in _REST else 400, scope)
