"""What an account's state refuses before any service is asked: bad credentials, and what nobody there may do.

The emulator's own parts and the functions' roles are asked nothing: they stand for AWS itself, and for
credentials that AWS renews.
"""

from __future__ import annotations

import re

from aiohttp import web

from emulator.account.description import Account
from emulator.clients import CREDENTIALS as OWN_CREDENTIALS
from emulator.errors import error_like, speaks_query
from emulator.iam.authorization import TOKEN, Refusal, refusal_answer
from emulator.iam.reading import read
from emulator.iam.requests import Place, access_requests

_ACCESS_KEY = re.compile(r"Credential=([^/,\s]+)/|AWS ([^:\s]+):")
_IDENTITY = """<?xml version="1.0" encoding="UTF-8"?>
<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{account_id}:root</Arn><UserId>{account_id}</UserId><Account>{account_id}</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
# By state: the code of JSON protocols, of query and S3's XML; each service has its own words for the same.
_BAD = {
    "expired": (
        "ExpiredTokenException",
        "ExpiredToken",
        "The security token included in the request is expired",
    ),
    "invalid": (
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
    ),
}


class AccountGate:
    """Answers in place of the services where the account's description says so."""

    def __init__(self, account: Account, place: Place) -> None:
        self._account = account
        self._place = place

    async def answer(self, request: web.Request, scope: str) -> web.StreamResponse | None:
        """The answer; None if the service may have the request."""
        if not _is_somebody_elses(request):
            return None
        account = self._account.now()
        if account.credentials in _BAD:
            return _bad_credentials(request, scope, account.credentials)
        if account.denied or account.credentials == "root":
            asked = await read(request, scope)
            if account.credentials == "root" and (scope, asked.operation) == ("sts", "GetCallerIdentity"):
                return web.Response(
                    text=_IDENTITY.format(account_id=self._place.account_id), content_type="text/xml"
                )
            for wanted in access_requests(scope, asked.operation, asked.parameters, self._place):
                if wanted.action in account.denied:
                    return self._denied(request, scope, wanted.action)
        return None

    def _denied(self, request: web.Request, scope: str, action: str) -> web.Response:
        caller = f"arn:aws:iam::{self._place.account_id}:user/somebody"
        why = "with an explicit deny in a service control policy"
        refusal = Refusal("AccessDenied", f"User: {caller} is not authorized to perform: {action} {why}")
        return refusal_answer(request, scope, refusal)


def _is_somebody_elses(request: web.Request) -> bool:
    """Whether it is signed by a client from outside, with an access key of its own."""
    found = _ACCESS_KEY.search(request.headers.get("Authorization", ""))
    if found is None or TOKEN in request.headers:
        return False
    return (found[1] or found[2]) != OWN_CREDENTIALS["aws_access_key_id"]


def _bad_credentials(request: web.Request, scope: str, state: str) -> web.Response:
    in_json, in_xml, message = _BAD[state]
    if speaks_query(request, scope) or scope in ("s3", "cloudfront"):
        return error_like(request, in_xml, message, 403, scope)
    return error_like(request, in_json, message, 400, scope)
