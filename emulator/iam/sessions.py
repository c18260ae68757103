"""Credentials of a role's session: what a function, a stream processor or a poller signs its requests with.

As on AWS they are an access key that begins with ASIA and a session token that says whose they are. Here the
token says it in the clear, so nothing has to be kept and a restart changes nothing. All other credentials
("test", "local", ...) belong to no role of this account and may do everything.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from emulator.clients import CREDENTIALS, client

_MARK = "EmulatedRole."


@dataclass(frozen=True)
class RoleSession:
    """Somebody who has assumed a role; `name` tells sessions of one role apart."""

    account_id: str
    role_name: str
    name: str

    @classmethod
    def of_role(cls, role_arn: str, name: str) -> RoleSession:
        """The session of a role given by its ARN, whose path does not count."""
        _, _, _, _, account_id, resource = role_arn.split(":", 5)
        return cls(account_id, resource.rpartition("/")[2], name)

    @classmethod
    def from_token(cls, token: str) -> RoleSession | None:
        """Whose session token it is; None if it is not one of ours."""
        if not token.startswith(_MARK):
            return None
        try:
            account_id, role_name, name = json.loads(base64.urlsafe_b64decode(token.removeprefix(_MARK)))
        except ValueError:
            return None
        return cls(str(account_id), str(role_name), str(name))

    @property
    def arn(self) -> str:
        """How AWS names the caller."""
        return f"arn:aws:sts::{self.account_id}:assumed-role/{self.role_name}/{self.name}"

    @property
    def credentials(self) -> dict[str, str]:
        """As boto3's clients take them; the same session has the same ones always."""
        claims = json.dumps([self.account_id, self.role_name, self.name]).encode()
        key = base64.b32encode(hashlib.sha256(claims).digest()).decode()[:16]
        return {
            "aws_access_key_id": f"ASIA{key}",
            "aws_secret_access_key": hashlib.sha256(b"secret" + claims).hexdigest()[:40],
            "aws_session_token": _MARK + base64.urlsafe_b64encode(claims).decode(),
        }


async def credentials_of(role_arn: str, session_name: str) -> Mapping[str, str]:
    """Credentials of a session of the role.

    A role that IAM here does not know has no policies that could be enforced: whoever has such a role gets
    credentials that may do everything, so that functions can be tried out without roles.
    """
    return await asyncio.to_thread(_credentials_of, role_arn, session_name)


def _credentials_of(role_arn: str, session_name: str) -> Mapping[str, str]:
    session = RoleSession.of_role(role_arn, session_name)
    iam = client("iam")
    try:
        iam.get_role(RoleName=session.role_name)
    except iam.exceptions.NoSuchEntityException:
        return CREDENTIALS
    return session.credentials
