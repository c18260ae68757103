"""boto3 clients through which the emulator's services talk to each other.

They use AWS's own protocols at the emulator's endpoint and nothing else, so a service never depends on
another one's code. The clients block: call them from a thread (`asyncio.to_thread`), never on the event
loop that has to answer them.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

from emulator.service import REGION, Settings

CREDENTIALS = {"aws_access_key_id": "emulator", "aws_secret_access_key": "emulator"}

_lock = threading.Lock()
_clients: dict[tuple[str, str, str], Any] = {}
_bound: dict[str, Settings] = {}


def bind(settings: Settings) -> None:
    """Say once, at the start of the process, which endpoint `client` talks to."""
    _bound["settings"] = settings


def client(
    service_name: str, endpoint_url: str | None = None, credentials: Mapping[str, str] = CREDENTIALS
) -> Any:
    """A boto3 client of this emulator, cached; clients may be shared by threads.

    `endpoint_url` is only needed in a process of its own (where `bind` was not called). `credentials` are
    those of a role (see emulator.iam.sessions) where AWS acts as that role.
    """
    settings = _bound.get("settings")
    url = endpoint_url or (settings.endpoint_url if settings else None)
    if url is None:
        raise RuntimeError("emulator.clients.bind(settings) must run before client()")
    region = settings.region if settings else REGION
    with _lock:  # making a client is not thread safe in boto3
        key = service_name, url, credentials["aws_access_key_id"]
        if key not in _clients:
            made = boto3.session.Session().client(  # type: ignore[call-overload]  # any service by name
                service_name,
                endpoint_url=url,
                region_name=region,
                config=Config(
                    max_pool_connections=32,
                    connect_timeout=5,
                    read_timeout=960,  # a function may run for 15 minutes
                    retries={"mode": "standard", "max_attempts": 3},
                    s3={"addressing_style": "path"},
                ),
                **credentials,
            )
            made.meta.events.register("before-call", _refuse_on_event_loop)
            _clients[key] = made
        return _clients[key]


def _refuse_on_event_loop(model: Any, **_: object) -> None:
    """A blocking call there would wait for an answer that only the blocked loop can give."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError(f"{model.name} was called on the event loop: use asyncio.to_thread")
