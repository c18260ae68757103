"""Makes, changes, replaces and removes single resources, and undoes that again.

Every step is written to the stack's events and to disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.cloudformation.errors import CloudFormationError, OperationStoppedError, ResourceFailedError
from emulator.cloudformation.graph import references
from emulator.cloudformation.intrinsics import Scope
from emulator.cloudformation.models import Resource, Stack
from emulator.cloudformation.resource_types import Made, Request, ResourceType, StackFacts

_LOG = logging.getLogger(__name__)
_GONE = ("notfound", "nosuch", "nonexistent", "doesnotexist")
_RESOURCE_ATTRIBUTES = frozenset(
    {
        "Condition",
        "DeletionPolicy",
        "DependsOn",
        "Metadata",
        "Properties",
        "Type",
        "UpdatePolicy",
        "UpdateReplacePolicy",
    }
)


@dataclass(frozen=True)
class Tools:
    """What a deployment works with."""

    client: Callable[[str], Any]
    resource_type: Callable[[str], ResourceType]
    save: Callable[[Stack], None]
    facts: StackFacts
    is_stopping: Callable[[], bool]


@dataclass(frozen=True)
class Step:
    """Something done, to be undone on rollback: `before` is None where the resource was not there.

    `kind` is "created", "updated", "replaced", or "renamed": an update that gave another physical id, as
    only custom resources do. Of the last two, what was there before is deleted when all else is done.
    """

    kind: str
    before: Resource | None
    after: Resource


class Provisioner:
    """The resources of one stack. `steps` are what was done, in order. Its methods block."""

    def __init__(self, stack: Stack, tools: Tools) -> None:
        self._stack = stack
        self._tools = tools
        self.steps: list[Step] = []

    def make(self, logical_id: str, declared: dict[str, Any], scope: Scope) -> Resource:
        """Create, change, replace or leave one resource. Its failure is in the events when this raises."""
        existing = self._stack.resources.get(logical_id)
        wanted = Resource(logical_id, declared["Type"], status="CREATE_IN_PROGRESS")
        try:
            self._describe(wanted, declared, scope)
            kind = self._tools.resource_type(wanted.type)
            kind.check(wanted.properties)
        except CloudFormationError as err:
            self.mark(existing or wanted, "UPDATE_FAILED" if existing else "CREATE_FAILED", str(err))
            raise ResourceFailedError(str(err)) from err
        if existing is None:
            return self._create("created", kind, wanted, None)
        if existing.type == wanted.type and existing.properties == wanted.properties:
            existing.deletion_policy, existing.replace_policy = wanted.deletion_policy, wanted.replace_policy
            existing.needs = wanted.needs
            return existing
        if existing.type != wanted.type or kind.replaces(existing.properties, wanted.properties):
            self.mark(
                replace(existing),
                "UPDATE_IN_PROGRESS",
                "Requested update requires the creation of a new physical resource",
            )
            return self._create("replaced", kind, wanted, existing)
        return self._change(kind, wanted, existing)

    def _describe(self, resource: Resource, declared: dict[str, Any], scope: Scope) -> None:
        unknown = sorted(declared.keys() - _RESOURCE_ATTRIBUTES)
        if unknown:
            raise ResourceFailedError(
                f"{resource.type}: the emulator does not have the resource attribute {unknown[0]}"
            )
        needs = set(references(declared.get("Properties", {})))
        explicit = declared.get("DependsOn", [])
        needs |= {explicit} if isinstance(explicit, str) else set(explicit)
        resource.needs = sorted(needs)
        resource.deletion_policy = declared.get("DeletionPolicy", "Delete")
        resource.replace_policy = declared.get("UpdateReplacePolicy", "Delete")
        resource.properties = scope.resolve(declared.get("Properties") or {})

    def _create(self, step: str, kind: ResourceType, resource: Resource, before: Resource | None) -> Resource:
        verb = "UPDATE" if before else "CREATE"
        self._stack.resources[resource.logical_id] = resource
        self.mark(resource, f"{verb}_IN_PROGRESS")

        def claim(physical_id: str) -> None:
            if not resource.physical_id:
                resource.physical_id = physical_id
                self.steps.append(Step(step, before, resource))
                self.mark(resource, f"{verb}_IN_PROGRESS", "Resource creation Initiated")

        try:
            made = self._attempt(lambda: kind.create(self._request(resource, claim)))
        except ResourceFailedError as err:
            self.mark(resource, f"{verb}_FAILED", str(err))
            if before and not resource.physical_id:
                self._stack.resources[resource.logical_id] = before
            raise
        claim(made.physical_id)
        self._adopt(resource, made)
        self.mark(resource, f"{verb}_COMPLETE")
        return resource

    def _change(self, kind: ResourceType, wanted: Resource, existing: Resource) -> Resource:
        changed = replace(
            wanted, physical_id=existing.physical_id, ref=existing.ref, attributes=dict(existing.attributes)
        )
        self._stack.resources[changed.logical_id] = changed
        self.steps.append(Step("updated", existing, changed))
        self.mark(changed, "UPDATE_IN_PROGRESS")
        try:
            self._apply_update(kind, changed, existing)
        except ResourceFailedError as err:
            self.mark(changed, "UPDATE_FAILED", str(err))
            raise
        if changed.physical_id != existing.physical_id:
            self.steps[-1] = Step("renamed", existing, changed)
        self.mark(changed, "UPDATE_COMPLETE")
        return changed

    def _apply_update(self, kind: ResourceType, to: Resource, since: Resource) -> None:
        update = kind.update
        if update is None:
            raise ResourceFailedError(f"{kind.name}: cannot be updated in place")
        request = replace(self._request(to), old=since.properties)
        made = self._attempt(lambda: update(request))
        self._adopt(to, made)

    def remove(self, resource: Resource) -> bool:
        """Delete one resource, unless it is to be kept. False (with an event) if that fails."""
        if resource.deletion_policy in ("Retain", "Snapshot"):
            self.mark(resource, "DELETE_SKIPPED")
            return True
        if not resource.physical_id:
            self.mark(resource, "DELETE_COMPLETE")
            return True
        self.mark(resource, "DELETE_IN_PROGRESS")
        try:
            kind = self._tools.resource_type(resource.type)
            self._attempt(lambda: kind.delete(self._request(resource)), gone_is_fine=True)
        except ResourceFailedError as err:
            self.mark(resource, "DELETE_FAILED", str(err))
            return False
        self.mark(resource, "DELETE_COMPLETE")
        return True

    def undo(self, step: Step) -> bool:
        """Take one step back. False (with an event) if that fails."""
        if step.kind in ("created", "replaced") or step.before is None:
            removed = self.remove(replace(step.after, deletion_policy="Delete"))
            if step.before:
                self._stack.resources[step.before.logical_id] = step.before
                self.mark(step.before, "UPDATE_COMPLETE")
            else:
                self._stack.resources.pop(step.after.logical_id, None)
            return removed
        restored = replace(step.before, physical_id=step.after.physical_id)
        self._stack.resources[restored.logical_id] = restored
        self.mark(restored, "UPDATE_IN_PROGRESS")
        try:
            self._apply_update(self._tools.resource_type(restored.type), restored, step.after)
        except ResourceFailedError as err:
            self.mark(restored, "UPDATE_FAILED", str(err))
            return False
        self.mark(restored, "UPDATE_COMPLETE")
        return restored.physical_id == step.after.physical_id or self.remove(replace(step.after))

    def _attempt(self, action: Callable[[], Any], *, gone_is_fine: bool = False) -> Any:
        """Run a handler; whatever goes wrong in it becomes a ResourceFailedError."""
        if self._tools.is_stopping():
            raise OperationStoppedError
        try:
            return action()
        except CloudFormationError as err:
            raise ResourceFailedError(str(err)) from err
        except ClientError as err:
            error = err.response["Error"]
            if gone_is_fine and any(word in error["Code"].lower() for word in _GONE):
                return None
            raise ResourceFailedError(
                f"{error.get('Message')} ({err.operation_name}: {error['Code']})"
            ) from err
        except BotoCoreError as err:
            raise ResourceFailedError(str(err)) from err
        except Exception as err:
            # A malformed property or a mistake in a handler must end in a stack that says so, too.
            _LOG.exception("A resource handler failed")
            raise ResourceFailedError(f"Internal failure: {type(err).__name__}: {err}") from err

    def _request(self, resource: Resource, claim: Callable[[str], None] = lambda _: None) -> Request:
        return Request(
            resource.type,
            resource.logical_id,
            resource.properties,
            self._tools.facts,
            self._tools.client,
            claim,
            physical_id=resource.physical_id,
            attributes=resource.attributes,
        )

    @staticmethod
    def _adopt(resource: Resource, made: Made) -> None:
        resource.physical_id = made.physical_id
        resource.attributes = dict(made.attributes)
        resource.ref = made.physical_id if made.ref is None else made.ref

    def mark(self, resource: Resource, status: str, reason: str = "") -> None:
        """Move a resource on, in events and on disk."""
        self._stack.set_resource(resource, status, reason)
        self._save()

    def _save(self) -> None:
        self._tools.save(self._stack)
