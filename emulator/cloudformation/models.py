"""Stacks, their resources and events, and how they are kept on disk: a JSON file for each stack."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from emulator.cloudformation.errors import StackNotFoundError

STACK_TYPE = "AWS::CloudFormation::Stack"


def now() -> str:
    """The time in UTC as ISO 8601 with milliseconds, as it is kept in stacks and events."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Event:
    """One line of a stack's history."""

    event_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str
    timestamp: str


@dataclass
class Resource:
    """A resource as it was last made: `properties` are resolved, `needs` the logical ids it depends on."""

    logical_id: str
    type: str
    physical_id: str = ""
    ref: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"
    status: str = ""
    reason: str = ""
    timestamp: str = ""


@dataclass
class ChangeSet:
    """What an update would do. `description` is a request as UpdateStack takes it."""

    change_set_id: str
    name: str
    kind: str
    request: dict[str, Any]
    status: str
    reason: str
    execution_status: str
    changes: list[dict[str, Any]]
    created_at: str


@dataclass
class Stack:
    """A stack with everything that a restart must not lose."""

    name: str
    stack_id: str
    status: str
    created_at: str
    template_text: str = ""
    template: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    hidden_parameters: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    capabilities: list[str] = field(default_factory=list)
    disable_rollback: bool = False
    on_failure: str = "ROLLBACK"
    reason: str = ""
    updated_at: str = ""
    deleted_at: str = ""
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[dict[str, str]] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    change_sets: list[ChangeSet] = field(default_factory=list)

    @property
    def is_busy(self) -> bool:
        """Whether an operation is under way."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    @property
    def is_deleted(self) -> bool:
        """Whether it only remains as history."""
        return self.status == "DELETE_COMPLETE"

    def set_status(self, status: str, reason: str = "") -> None:
        """Move the stack itself on, and say so in its events."""
        self.status, self.reason = status, reason
        if status.startswith("UPDATE"):
            self.updated_at = now()
        if status == "DELETE_COMPLETE":
            self.deleted_at = now()
        self.add_event(Resource(self.name, STACK_TYPE, self.stack_id, status=status, reason=reason))

    def set_resource(self, resource: Resource, status: str, reason: str = "") -> None:
        """Move one resource on, and say so in the events."""
        resource.status, resource.reason, resource.timestamp = status, reason, now()
        self.add_event(resource)

    def add_event(self, resource: Resource) -> None:
        """Write `resource`'s status into the history."""
        self.events.append(
            Event(
                str(uuid.uuid4()),
                resource.logical_id,
                resource.physical_id,
                resource.type,
                resource.status,
                resource.reason,
                now(),
            )
        )


class Stacks:
    """All stacks, kept as JSON files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stacks: dict[str, Stack] = {}

    def load(self) -> None:
        """Read what an earlier run left. An operation that it did not finish has failed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(self._folder.glob("*.json")):
            stack = _stack_of(json.loads(file.read_text(encoding="utf-8")))
            if stack.is_busy:
                interrupted = (
                    stack.status.removesuffix("_IN_PROGRESS")
                    .removesuffix("_CLEANUP")
                    .removesuffix("_COMPLETE")
                )
                stack.set_status(f"{interrupted}_FAILED", "The emulator was stopped during this operation")
            self._stacks[stack.stack_id] = stack

    def save(self, stack: Stack) -> None:
        """Write one stack, whole or not at all; readable by its owner only (parameters may be secret)."""
        self._stacks[stack.stack_id] = stack
        file = self._folder / f"{stack.stack_id.rsplit('/', 1)[1]}.json"
        temporary = file.with_suffix(".tmp")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as sink:
            json.dump(asdict(stack), sink)
        temporary.replace(file)

    def get(self, name_or_id: str) -> Stack:
        """The stack of that id, or the living stack of that name. Raises StackNotFoundError."""
        if name_or_id in self._stacks:
            return self._stacks[name_or_id]
        for stack in self._stacks.values():
            if stack.name == name_or_id and not stack.is_deleted:
                return stack
        raise StackNotFoundError(name_or_id)

    def find(self, name: str) -> Stack | None:
        """The living stack of that name or id, if there is one."""
        try:
            stack = self.get(name)
        except StackNotFoundError:
            return None
        return None if stack.is_deleted else stack

    def __iter__(self) -> Iterator[Stack]:
        return iter(sorted(self._stacks.values(), key=lambda stack: stack.created_at, reverse=True))

    def exports(self) -> dict[str, str]:
        """The exported outputs of all living stacks."""
        return {
            output["ExportName"]: output["OutputValue"]
            for stack in self
            if not stack.is_deleted
            for output in stack.outputs
            if "ExportName" in output
        }


def _stack_of(stored: dict[str, Any]) -> Stack:
    stack = Stack(**stored)
    stack.resources = {name: Resource(**item) for name, item in stored["resources"].items()}
    stack.events = [Event(**item) for item in stored["events"]]
    stack.change_sets = [ChangeSet(**item) for item in stored["change_sets"]]
    return stack
