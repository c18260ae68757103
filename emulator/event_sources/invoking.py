"""How event sources invoke a function: through the Lambda API, as any client would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.clients import client

CLIENT_ERRORS = (BotoCoreError, ClientError)
CredentialsOf = Callable[[str], Awaitable[Mapping[str, str]]]
"""The credentials of the role of a function, given by its ARN."""


@dataclass(frozen=True)
class Invoked:
    """What came of an invocation: `error` is None for success, else a word for what failed."""

    answer: bytes
    error: str | None = None
    request_id: str = ""
    status: int = 200


async def invoke(function_arn: str, event: Mapping[str, Any]) -> Invoked:
    """Invoke and wait. Throttling, or a function that is gone, is an error like the function's own."""
    return await asyncio.to_thread(_invoke, function_arn, json.dumps(event).encode())


def _invoke(function_arn: str, payload: bytes) -> Invoked:
    try:
        answer = client("lambda").invoke(FunctionName=function_arn, Payload=payload)
    except ClientError as err:
        metadata = err.response["ResponseMetadata"]
        return Invoked(
            b"", err.response["Error"]["Code"], metadata.get("RequestId", ""), metadata["HTTPStatusCode"]
        )
    except BotoCoreError as err:
        return Invoked(b"", type(err).__name__, "", 500)
    return Invoked(
        answer["Payload"].read(), answer.get("FunctionError"), answer["ResponseMetadata"]["RequestId"], 200
    )
