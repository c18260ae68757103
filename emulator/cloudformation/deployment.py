"""Brings a stack to what its template says, and back if that fails.

Resources are made one after the other in the order of their dependencies. An update touches only what
changed; a resource whose key properties change is made anew first and the old one deleted at the end. The
reason of a failure is in the stack's events, where AWS shows it.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from emulator.cloudformation.errors import CloudFormationError, ResourceFailedError
from emulator.cloudformation.graph import creation_order
from emulator.cloudformation.intrinsics import Provisioned, Scope
from emulator.cloudformation.models import Resource, Stack
from emulator.cloudformation.provisioning import Provisioner, Tools
from emulator.cloudformation.template import Template


class Deployment:
    """One operation on one stack. Its methods block; they run in a thread."""

    def __init__(self, stack: Stack, tools: Tools) -> None:
        self._stack = stack
        self._tools = tools
        self._resources = Provisioner(stack, tools)

    def create(self, template: Template, scope: Scope) -> None:
        """Make every resource; on a failure do what OnFailure says."""
        try:
            self._converge(template, scope)
        except CloudFormationError as err:
            self._undo_create(str(err))
        else:
            self._finish("CREATE_COMPLETE")

    def update(self, template: Template, scope: Scope, previous: Stack) -> None:
        """Change what differs from `previous` (a copy of the stack before); on a failure change it back."""
        try:
            self._converge(template, scope)
        except CloudFormationError as err:
            self._undo_update(str(err), previous)
            return
        self._stack.set_status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        self._save()
        for step in reversed(self._resources.steps):
            if (
                step.kind in ("replaced", "renamed")
                and step.before
                and step.before.replace_policy != "Retain"
            ):
                self._resources.remove(step.before)
        wanted = active_resources(template, scope)
        for resource in self._deletion_order():
            if resource.logical_id not in wanted:
                self._resources.remove(resource)
                self._stack.resources.pop(resource.logical_id, None)
        self._finish("UPDATE_COMPLETE")

    def delete(self, retain: frozenset[str] = frozenset()) -> None:
        """Delete the resources, those that need others first."""
        failed = []
        for resource in self._deletion_order():
            if resource.logical_id in retain:
                self._resources.mark(resource, "DELETE_SKIPPED")
            elif not self._resources.remove(resource):
                failed.append(resource.logical_id)
        if not failed:
            self._stack.outputs = []
        self._finish_removal("DELETE", failed)

    def _converge(self, template: Template, scope: Scope) -> None:
        wanted = active_resources(template, scope)
        known = (
            frozenset(scope.parameters)
            | frozenset(scope.pseudo)
            | {"AWS::NoValue"}
            | template["Resources"].keys()
        )
        for logical_id in creation_order(wanted, known):
            try:
                resource = self._resources.make(logical_id, wanted[logical_id], scope)
            except ResourceFailedError as err:
                raise ResourceFailedError(f"The following resource(s) failed: [{logical_id}]. {err}") from err
            scope.resources[logical_id] = Provisioned(resource.ref, resource.attributes)
        self._stack.outputs = _outputs(template, scope)
        self._stack.imports = sorted(scope.imported)

    def _undo_create(self, reason: str) -> None:
        stack = self._stack
        if stack.disable_rollback or stack.on_failure == "DO_NOTHING":
            self._finish("CREATE_FAILED", reason)
            return
        stack.set_status("ROLLBACK_IN_PROGRESS", f"{reason} . Rollback requested by user.")
        self._save()
        made = [replace(step.after, deletion_policy="Delete") for step in reversed(self._resources.steps)]
        stack.outputs = []
        operation = "DELETE" if stack.on_failure == "DELETE" else "ROLLBACK"
        self._finish_removal(
            operation, [item.logical_id for item in made if not self._resources.remove(item)]
        )

    def _undo_update(self, reason: str, previous: Stack) -> None:
        stack = self._stack
        stack.set_status("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        self._save()
        failed = [
            step.after.logical_id
            for step in reversed(self._resources.steps)
            if not self._resources.undo(step)
        ]
        for name in ("template_text", "template", "parameters", "hidden_parameters", "tags", "outputs"):
            setattr(stack, name, copy.deepcopy(getattr(previous, name)))
        if failed:
            self._finish(
                "UPDATE_ROLLBACK_FAILED",
                f"The following resource(s) failed to update: [{', '.join(failed)}].",
            )
            return
        # A resource that failed before it existed leaves no trace.
        stack.resources = {name: item for name, item in stack.resources.items() if name in previous.resources}
        self._finish("UPDATE_ROLLBACK_COMPLETE")

    def _deletion_order(self) -> list[Resource]:
        """Resources with those first that need others."""
        living = {
            name: {"DependsOn": [need for need in item.needs if need in self._stack.resources]}
            for name, item in self._stack.resources.items()
            if item.status not in ("DELETE_COMPLETE", "DELETE_SKIPPED")
        }
        order = creation_order(living, frozenset(self._stack.resources))
        return [self._stack.resources[name] for name in reversed(order)]

    def _finish_removal(self, operation: str, failed: list[str]) -> None:
        if failed:
            reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
            self._finish(f"{operation}_FAILED", reason)
        else:
            self._finish(f"{operation}_COMPLETE")

    def _finish(self, status: str, reason: str = "") -> None:
        self._stack.set_status(status, reason)
        self._save()

    def _save(self) -> None:
        self._tools.save(self._stack)


def active_resources(template: Template, scope: Scope) -> dict[str, dict[str, Any]]:
    """The resources whose condition holds."""
    return {
        name: resource
        for name, resource in template["Resources"].items()
        if "Condition" not in resource or scope.holds(resource["Condition"])
    }


def _outputs(template: Template, scope: Scope) -> list[dict[str, str]]:
    outputs = []
    for name, declared in (template.get("Outputs") or {}).items():
        if "Condition" in declared and not scope.holds(declared["Condition"]):
            continue
        value = scope.resolve(declared.get("Value"))
        if value is None or isinstance(value, (dict, list)):
            raise ResourceFailedError(
                f"Template format error: Output {name} is malformed: it must be a string"
            )
        text = str(value).lower() if isinstance(value, bool) else str(value)
        output = {"OutputKey": name, "OutputValue": text}
        if "Description" in declared:
            output["Description"] = str(declared["Description"])
        if "Export" in declared:
            export = str(scope.resolve(declared["Export"]["Name"]))
            if export in scope.exports:
                raise ResourceFailedError(f"Export with name {export} is already exported by another stack")
            output["ExportName"] = export
        outputs.append(output)
    return outputs
