"""Change sets: what a deployment would do, to be looked at before it is done."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from scripts.deploying.errors import DeploymentError, UsageError
from scripts.deploying.stacks import (
    Deployment,
    OnEvent,
    find_stack,
    follow,
    newest_event,
    outputs_of,
    wait_until_idle,
)

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import (
        DescribeChangeSetOutputTypeDef,
        ParameterTypeDef,
        ResourceChangeTypeDef,
        StackEventTypeDef,
    )

_CAPABILITIES: Sequence[str] = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
_NEVER_CAME_UP = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
_UP = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
# A change set without changes has the status FAILED, and only these words tell it from one that went wrong.
_NOTHING_TO_CHANGE = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True)
class Change:
    """What happens to one resource.

    `replacement` is "True", "False", "Conditional", or "" where it is not a modification. `what` names the
    properties or attributes that change; `policy` is CloudFormation's PolicyAction.
    """

    action: str
    logical_id: str
    type: str
    replacement: str = ""
    what: tuple[str, ...] = ()
    policy: str = ""


@dataclass(frozen=True)
class ChangeSet:
    """A change set that can be executed. `creates`: the stack does not exist yet."""

    change_set_id: str
    stack_id: str
    stack_name: str
    creates: bool
    changes: tuple[Change, ...]


def make_way(cloudformation: CloudFormationClient, stack_name: str) -> bool:
    """Make ready for a change set; whether the stack is to be created by it.

    Removes a stack that never came up, since CloudFormation cannot update that. Waits for an operation that
    is still under way. Raises DeploymentError for a stack that cannot be updated.
    """
    stack = find_stack(cloudformation, stack_name)
    if stack:
        stack = wait_until_idle(cloudformation, stack, _ignore)
    if stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS":
        return True
    stack_id = stack.get("StackId", stack_name)
    status: str = stack["StackStatus"]
    if status in _NEVER_CAME_UP:
        cloudformation.delete_stack(StackName=stack_id)
        stack = follow(cloudformation, stack_id, newest_event(cloudformation, stack_id), _ignore)
        status = stack["StackStatus"]
    if status == "DELETE_COMPLETE":
        return True
    if status not in _UP:
        raise DeploymentError(
            f"{stack_name} is {status} and cannot be updated. {_advice(status, stack_name)}"
        )
    return False


def propose(
    cloudformation: CloudFormationClient,
    stack_name: str,
    template: Mapping[str, str],
    parameters: Sequence[ParameterTypeDef],
    *,
    creates: bool,
) -> ChangeSet | None:
    """A change set for the stack, new or as it is; None where nothing would change.

    `template` is {"TemplateBody": text} or {"TemplateURL": address}, `creates` what make_way says. Raises
    UsageError for what CloudFormation finds wrong with template or parameters, and DeploymentError.
    """
    try:
        made = cloudformation.create_change_set(
            StackName=stack_name,
            ChangeSetName=f"deploy-{uuid.uuid4()}",
            ChangeSetType="CREATE" if creates else "UPDATE",
            Parameters=parameters,
            Capabilities=_CAPABILITIES,  # type: ignore[arg-type] # a list of literals, which these are
            **template,  # type: ignore[arg-type] # one of the two keys above
        )
    except ClientError as err:
        if err.response["Error"]["Code"] == "ValidationError":
            raise UsageError(f"CloudFormation refuses this: {err.response['Error']['Message']}") from err
        raise
    described = _wait_until_made(cloudformation, made["Id"])
    change_set = ChangeSet(
        made["Id"], made["StackId"], stack_name, creates, tuple(_changes(cloudformation, made["Id"]))
    )
    if described["Status"] != "FAILED":
        return change_set
    discard(cloudformation, change_set)
    reason = described.get("StatusReason", "")
    if any(words in reason for words in _NOTHING_TO_CHANGE):
        return None
    raise DeploymentError(f"CloudFormation cannot prepare the deployment: {reason or 'it gave no reason'}")


def discard(cloudformation: CloudFormationClient, change_set: ChangeSet) -> None:
    """Leave everything as it is: without the change set, and without the empty stack that came with it."""
    cloudformation.delete_change_set(ChangeSetName=change_set.change_set_id)
    if change_set.creates:
        cloudformation.delete_stack(StackName=change_set.stack_id)


def execute(cloudformation: CloudFormationClient, change_set: ChangeSet, on_event: OnEvent) -> Deployment:
    """Do what the change set says; returns when the stack is up. `on_event` gets every event on the way.

    Raises DeploymentError, naming the resource that failed and why.
    """
    failures: list[str] = []

    def notice(event: StackEventTypeDef) -> None:
        reason = event.get("ResourceStatusReason", "")
        if event.get("ResourceStatus", "").endswith("_FAILED") and "cancelled" not in reason:
            failures.append(
                f"{event.get('LogicalResourceId', '')} ({event.get('ResourceType', '')}): {reason}"
            )
        on_event(event)

    after = newest_event(cloudformation, change_set.stack_id)
    cloudformation.execute_change_set(ChangeSetName=change_set.change_set_id)
    stack = follow(cloudformation, change_set.stack_id, after, notice)
    if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        # What fails later fails because of the first.
        reason = failures[0] if failures else stack.get("StackStatusReason", "no reason given")
        raise DeploymentError(f"{change_set.stack_name} is {stack['StackStatus']}: {reason}")
    return Deployment(change_set.stack_name, outputs_of(stack))


def _advice(status: str, stack_name: str) -> str:
    if status == "UPDATE_ROLLBACK_FAILED":
        return f"Type: aws cloudformation continue-update-rollback --stack-name {stack_name}"
    return f"Type: scripts/destroy --stack {stack_name}"


def _ignore(_: StackEventTypeDef) -> None:
    """For a wait that nobody reports."""


def _wait_until_made(
    cloudformation: CloudFormationClient, change_set_id: str
) -> DescribeChangeSetOutputTypeDef:
    while True:
        described = cloudformation.describe_change_set(ChangeSetName=change_set_id)
        if described["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            return described
        time.sleep(1)


def _changes(cloudformation: CloudFormationClient, change_set_id: str) -> Iterable[Change]:
    paginator = cloudformation.get_paginator("describe_change_set")
    for page in paginator.paginate(ChangeSetName=change_set_id):
        for item in page["Changes"]:
            yield _change(item.get("ResourceChange", {}))


def _change(given: ResourceChangeTypeDef) -> Change:
    targets = [detail.get("Target", {}) for detail in given.get("Details", [])]
    what = [target.get("Name") or target.get("Attribute", "") for target in targets]
    return Change(
        action=given.get("Action", ""),
        logical_id=given.get("LogicalResourceId", ""),
        type=given.get("ResourceType", ""),
        replacement=given.get("Replacement", ""),
        what=tuple(dict.fromkeys(what)),
        policy=given.get("PolicyAction", ""),
    )
