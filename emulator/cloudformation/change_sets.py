"""Change sets: what an update would do, said before it is done."""

from __future__ import annotations

import uuid
from typing import Any

from emulator.aws_protocol import AwsError, Fields
from emulator.cloudformation.models import ChangeSet, Stack, Stacks, now
from emulator.cloudformation.planned_changes import FindType, planned_changes
from emulator.cloudformation.preparation import Prepared

_NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
_KEPT = ("TemplateBody", "Parameters", "Tags", "Capabilities", "Description", "OnStackFailure")


def make(stack: Stack, fields: Fields, kind: str, prepared: Prepared, find_type: FindType) -> ChangeSet:
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
        changes=planned_changes(stack, prepared, find_type),
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
