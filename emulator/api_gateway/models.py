"""REST APIs with their deployments and stages, kept in one JSON file."""

from __future__ import annotations

import secrets
import string
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator import state_file
from emulator.api_gateway.openapi import Specification
from emulator.aws_protocol import AwsError
from emulator.service import ACCOUNT_ID


def new_id(length: int = 10) -> str:
    """An id as API Gateway makes them: lower-case letters and digits."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(length))


def now() -> str:
    """The time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass
class Deployment:
    """What the API was when it was deployed: `document` is OpenAPI."""

    deployment_id: str
    document: dict[str, Any]
    description: str
    created_at: str


@dataclass
class Stage:
    """A name under which a deployment is served; `settings` are UpdateStage's paths and values."""

    name: str
    deployment_id: str
    description: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    tracing: bool = False
    created_at: str = ""


@dataclass
class RestApi:
    """One REST API. Its document counts from the next deployment on."""

    api_id: str
    root_resource_id: str
    document: dict[str, Any]
    created_at: str
    deployments: dict[str, Deployment] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The document's title."""
        return str(self.document.get("info", {}).get("title", ""))


class RestApis:
    """All APIs, and their specifications ready to be served."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._apis: dict[str, RestApi] = {}
        self._compiled: dict[tuple[str, str], Specification] = {}

    def load(self) -> None:
        """Read what an earlier run left."""
        for stored in state_file.load(self._file, []):
            api = RestApi(**stored)
            api.deployments = {key: Deployment(**item) for key, item in stored["deployments"].items()}
            api.stages = {key: Stage(**item) for key, item in stored["stages"].items()}
            self._apis[api.api_id] = api

    def save(self) -> None:
        """Write everything."""
        state_file.save(self._file, [asdict(api) for api in self._apis.values()])

    def add(self, api: RestApi) -> None:
        """Keep a new API."""
        self._apis[api.api_id] = api
        self.save()

    def remove(self, api_id: str) -> None:
        """Forget an API with all it has. Raises NotFoundException."""
        self.get(api_id)
        del self._apis[api_id]
        self.save()

    def all(self) -> list[RestApi]:
        """All APIs, the oldest first."""
        return list(self._apis.values())

    def get(self, api_id: str) -> RestApi:
        """An API. Raises NotFoundException."""
        if api_id not in self._apis:
            raise AwsError(
                "NotFoundException", f"Invalid API identifier specified {ACCOUNT_ID}:{api_id}", 404
            )
        return self._apis[api_id]

    def stage(self, api_id: str, name: str) -> Stage:
        """A stage of an API. Raises NotFoundException."""
        stages = self.get(api_id).stages
        if name not in stages:
            raise AwsError("NotFoundException", "Invalid stage identifier specified", 404)
        return stages[name]

    def find_served(self, api_id: str, stage_name: str) -> tuple[Stage, Specification] | None:
        """What is served under an API and stage, if anything."""
        api = self._apis.get(api_id)
        stage = api.stages.get(stage_name) if api else None
        if api is None or stage is None or stage.deployment_id not in api.deployments:
            return None
        key = (api_id, stage.deployment_id)
        if key not in self._compiled:
            self._compiled[key] = Specification(api.deployments[stage.deployment_id].document)
        return stage, self._compiled[key]
