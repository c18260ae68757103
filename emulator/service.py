"""What every service of the emulator looks like to the gateway.

The gateway reads the credential scope of a request's signature (its fourth part, such as "rekognition"),
finds the service that carries that name and hands the request over. Services of our own implement `Service`;
everything else goes to moto.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from aiohttp import web

from emulator.account.description import Account

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"


@dataclass(frozen=True)
class Settings:
    """Where the emulator listens and keeps its state.

    `endpoint_url` is what AWS clients use (AWS_ENDPOINT_URL), `web_url` stands where CloudFront does.
    `data_dir` is the one folder that holds all state; each service owns a sub-folder of its own name.
    `account` is the AWS account that is played.
    """

    endpoint_url: str
    web_url: str
    data_dir: Path
    region: str = REGION
    account_id: str = ACCOUNT_ID
    account: Account = field(default_factory=Account)


class Service(Protocol):
    """One AWS service, served by the gateway on the emulator's event loop.

    Both properties are plain class attributes of the services. `scopes` are the credential scope names it
    answers to ("kinesisvideo", "rekognition", ...). `operations` maps each operation it has to one line that
    says what is special about it (often empty); the coverage table in the documentation is generated from it.
    """

    @property
    def scopes(self) -> tuple[str, ...]:
        """Signing names of the requests that are for this service."""

    @property
    def operations(self) -> Mapping[str, str]:
        """Operations with their remarks."""

    async def start(self, settings: Settings) -> None:
        """Load state from `settings.data_dir` and begin background work. The gateway already listens."""

    async def close(self) -> None:
        """Stop background work and flush state."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one AWS request. AWS errors are answers too: none may escape as an exception."""
