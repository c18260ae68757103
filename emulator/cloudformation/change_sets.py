"""Change sets: what an update would do, said before it is done."""

from __future__ import annotations

import uuid
from typing import Any

from emulator.aws_protocol import AwsError, Fields
from emulator.cloudformation.deployment import active_resources
from emulator.cloudformation.models import ChangeSet, Stack, Stacks, now
from emulator.cloudformation.preparation import Prepared

_NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
_KEPT = ("TemplateBody", "Parameters", "Tags", "Capabilities", "Description", "OnStackFailure")


def make(stack: Stack, fields: Fields, kind: str, prepared: Prepared) -> ChangeSet:
    """A change set for `stack`; failed if there is nothing to change, as AWS has it."""
    name = fields["ChangeSetName"]
    if any(existing.name == name for existing in stack.change_sets):
        raise AwsError(
            "AlreadyExistsException", f"ChangeSet {name} cannot be created due to a mismatch with existing"
        )
    where = stack.stack_id.split(":stack/")[0]
    empty = kind != "CREATE" and not prepared.changes(stack)
    return ChangeSet(
        change_set_id=f"{where}:changeSet/{name}/{uuid.uuid4()}",
        name=name,
        kind=kind,
        request={**{key: fields[key] for key in _KEPT if key in fields}, "StackName": stack.name},
        status="FAILED" if empty else "CREATE_COMPLETE",
        reason=_NO_CHANGES if empty else "",
        execution_status="UNAVAILABLE" if empty else "AVAILABLE",
        changes=_changes(stack, prepared),
        created_at=now(),
    )


def find(stacks: Stacks, fields: Fields) -> tuple[Stack, ChangeSet]:
    """The change set of a request, by id or by stack and name."""
    wanted = fields["ChangeSetName"]
    candidates = [stacks.get(fields["StackName"])] if "StackName" in fields else list(stacks)
    for stack in candidates:
        for change_set in stack.change_sets:
            if wanted in (change_set.name, change_set.change_set_id):
                return stack, change_set
    raise AwsError("ChangeSetNotFound", f"ChangeSet [{wanted}] does not exist", 404)


def summary(stack: Stack, source: ChangeSet) -> dict[str, Any]:
    """A change set as ListChangeSets shows it."""
    return {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "ChangeSetId": source.change_set_id,
        "ChangeSetName": source.name,
        "ExecutionStatus": source.execution_status,
        "Status": source.status,
        "StatusReason": source.reason or None,
        "CreationTime": source.created_at,
        "Description": source.request.get("Description"),
    }


def describe(stack: Stack, source: ChangeSet) -> dict[str, Any]:
    """A change set as DescribeChangeSet shows it."""
    return {
        **summary(stack, source),
        "Parameters": source.request.get("Parameters", []),
        "Tags": source.request.get("Tags", []),
        "Capabilities": source.request.get("Capabilities", []),
        "Changes": [{"Type": "Resource", "ResourceChange": change} for change in source.changes],
    }


def _changes(stack: Stack, prepared: Prepared) -> list[dict[str, Any]]:
    """Which resources differ between the two templates; what shows only on the way is not in it."""
    wanted = active_resources(prepared.template, prepared.scope)
    changes = []
    for name, declared in wanted.items():
        present = stack.resources.get(name)
        if present is None:
            changes.append(_change("Add", name, declared["Type"], ""))
        elif declared != stack.template.get("Resources", {}).get(name):
            changes.append(_change("Modify", name, present.type, present.physical_id))
    changes += [
        _change("Remove", name, present.type, present.physical_id)
        for name, present in stack.resources.items()
        if name not in wanted
    ]
    return changes


def _change(action: str, logical_id: str, kind: str, physical_id: str) -> dict[str, Any]:
    change = {
        "Action": action,
        "LogicalResourceId": logical_id,
        "ResourceType": kind,
        "Scope": [],
        "Details": [],
    }
    if physical_id:
        change["PhysicalResourceId"] = physical_id
    if action == "Modify":
        change["Replacement"] = "Conditional"
    return change
