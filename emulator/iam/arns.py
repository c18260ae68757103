"""ARNs that cannot be made from a name alone, since they end in a time or in random letters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.iam.authorization import FindArns
from emulator.moto_host import MotoHost
from emulator.service import ACCOUNT_ID, REGION


def known_arns(moto: MotoHost, video_stream_arn: Callable[[str], str | None]) -> FindArns:
    """How to find them, by credential scope and parameter."""

    async def stream_arn(name: str) -> str | None:
        return video_stream_arn(name)

    async def secret_arn(name: str) -> str | None:
        return await moto.ask(lambda: _secret_arn(name))

    return {
        ("kinesisvideo", "StreamName"): stream_arn,
        ("secretsmanager", "SecretId"): secret_arn,
    }


def _secret_arn(name: str) -> str | None:
    from moto.backends import get_backend

    secrets: Any = get_backend("secretsmanager")[ACCOUNT_ID][REGION].secrets
    secret = secrets.get(name)
    return str(secret.arn) if secret is not None else None
