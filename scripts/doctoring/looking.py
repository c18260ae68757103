"""How a check looks: at what, through which clients, and what is said where it may not or cannot look.

Each check is independent: one that is refused says which permission it needs, and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from scripts.doctoring.findings import Finding, Level

DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"}
)
"""What AWS's services call it when a policy does not allow a call."""

_ACTIONS = {"ListObjectsV2": "ListBucket"}  # IAM's names where they are not the operation's

LOOKING_FAILED = (ClientError, BotoCoreError, ResponseParserError)
"""Everything that boto3 raises where a call does not succeed."""

# Throttling passes: it is tried again, with back-off. Nobody waits minutes for a doctor.
_PATIENCE = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=5, read_timeout=20)


class Clients:
    """boto3's clients of one session, each made once."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._made: dict[str, Any] = {}

    def __call__(self, service: str, **options: Any) -> Any:
        """The client of a service by its boto3 name; one with `options` is made anew."""
        if options:
            return self._make(service, **options)
        if service not in self._made:
            self._made[service] = self._make(service)
        return self._made[service]

    def _make(self, service: str, **options: Any) -> Any:
        return self._session.client(service, **{"config": _PATIENCE, **options})  # type: ignore[call-overload]  # any service by name


@dataclass(frozen=True)
class Stack:
    """A stack that CloudFormation knows, with its parameters and outputs by name."""

    status: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether everything in it is there."""
        return self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


@dataclass(frozen=True)
class Subject:
    """What is examined. `stack` is None where there is none; `owner_phone` is "" where nobody said it."""

    clients: Clients
    region: str
    account_id: str
    stack_name: str
    mode: str
    owner_phone: str
    stack: Stack | None

    @property
    def door_id(self) -> str:
        """The door's short name: the stack's, or the template's default."""
        return (self.stack.parameters.get("DoorId") if self.stack else None) or "front"

    def output(self, name: str) -> str:
        """An output of the stack; "" where it has none of that name."""
        return self.stack.outputs.get(name, "") if self.stack else ""


@dataclass(frozen=True)
class Check:
    """One look. `about` names it where nobody could look; `service` is the prefix of its IAM actions."""

    name: str
    about: str
    service: str
    look: Callable[[Subject], Iterable[Finding]]

    def findings(self, subject: Subject) -> list[Finding]:
        """What was found, or why nobody could look."""
        try:
            return list(self.look(subject))
        except LOOKING_FAILED as error:
            return [self.not_looked(error)]

    def not_looked(self, error: Exception) -> Finding:
        """Says why nobody could look."""
        if not isinstance(error, ClientError):
            why = f"could not look. {error}"
        elif code_of(error) in DENIED:
            action = _ACTIONS.get(error.operation_name, error.operation_name)
            why = f"could not look (needs the permission {self.service}:{action})."
        else:
            why = f"could not look. {error.operation_name} answers {code_of(error)}: {message_of(error)}"
        return Finding(self.name, Level.UNKNOWN, f"{self.about}: {why}")


def code_of(error: ClientError) -> str:
    """AWS's code of the error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def message_of(error: ClientError) -> str:
    """AWS's message; "" where it says nothing more than the code."""
    return str(error.response.get("Error", {}).get("Message", ""))
