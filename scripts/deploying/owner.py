"""Whether the owner can log in."""

from __future__ import annotations

import boto3


def login_of(session: boto3.Session, user_pool_id: str, email: str) -> str:
    """How the owner logs in, or what to do so that somebody can, in one sentence."""
    if not email:
        return "Nobody can log in yet. Type: scripts/deploy --owner-email you@example.com"
    cognito = session.client("cognito-idp")
    try:
        user = cognito.admin_get_user(UserPoolId=user_pool_id, Username=email)
    except cognito.exceptions.UserNotFoundException:
        return f"{email} is no login any more: somebody removed it."
    if user.get("UserStatus") == "FORCE_CHANGE_PASSWORD":
        return f"{email} has an e-mail with a first password, which is good for 7 days."
    return f"{email} logs in."
