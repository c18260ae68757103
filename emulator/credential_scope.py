"""Which service a request is meant for: the credential scope of its signature.

Signatures are not checked (any credentials are welcome here), but a presigned address that has expired
is refused as AWS refuses it.
"""

from __future__ import annotations

import re
import time
from calendar import timegm

from aiohttp import web

_SIGV4 = re.compile(r"Credential=[^,\s]*?/(\d{8})/([a-z0-9-]+)/([A-Za-z0-9.-]+)/aws4_request")
_COGNITO_TARGET = "AWSCognitoIdentityProviderService."
_COGNITO_WELL_KNOWN = ("/.well-known/jwks.json", "/.well-known/openid-configuration")


def credential_scope(request: web.Request) -> str | None:
    """The service's signing name, or None for a request without a signature.

    Cognito's public operations (sign-in, key set) are unsigned on AWS too and need none here.
    """
    authorization = request.headers.get("Authorization", "")
    if found := _SIGV4.search(authorization):
        return found.group(3).lower()
    if authorization.startswith("AWS "):  # signature version 2 lives on in S3 only
        return "s3"
    query = request.query
    if "X-Amz-Credential" in query:
        parts = query["X-Amz-Credential"].split("/")
        return parts[3].lower() if len(parts) == 5 else None
    if "AWSAccessKeyId" in query and "Signature" in query:
        return "s3"
    if request.headers.get("X-Amz-Target", "").startswith(_COGNITO_TARGET):
        return "cognito-idp"
    if request.path.endswith(_COGNITO_WELL_KNOWN):
        return "cognito-idp"
    return None


def has_expired(request: web.Request, now: float | None = None) -> bool:
    """Whether the request is a presigned address whose time is over (`now` in epoch seconds)."""
    now = time.time() if now is None else now
    query = request.query
    try:
        if "X-Amz-Date" in query and "X-Amz-Expires" in query:
            signed_at = timegm(time.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ"))
            return now > signed_at + int(query["X-Amz-Expires"])
        if "AWSAccessKeyId" in query and "Expires" in query:
            return now > int(query["Expires"])
    except ValueError:
        return True  # a date that is none was never valid
    return False
