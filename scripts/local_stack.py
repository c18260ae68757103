"""Deploys template.yaml to an endpoint that takes code straight from a folder (the emulator)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_LOCAL_FOLDER = re.compile(r"^(?P<key>\s*(?:CodeUri|ContentUri):\s*)(?P<path>[\w./-]+)\s*$", re.MULTILINE)
_LOCAL_INCLUDE = re.compile(r"(?P<key>Location:\s*)(?P<path>[\w./-]+)")
_WORKING = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


class DeploymentError(Exception):
    """The stack did not come up; the message says which resource failed and why."""


@dataclass(frozen=True)
class Deployment:
    """A stack that is up: its name and its outputs."""

    stack_name: str
    outputs: Mapping[str, str]


def package(template: Path) -> str:
    """The template's text with every local folder and file as an address that the emulator reads in place.

    A folder becomes s3://hot-reload//absolute/folder, an included file its absolute path; nothing is copied,
    so that a change of code counts from the next cold start.
    """
    root = template.resolve().parent

    def absolute(match: re.Match[str]) -> str:
        return str((root / match["path"]).resolve())

    text = _LOCAL_FOLDER.sub(lambda m: f"{m['key']}s3://hot-reload/{absolute(m)}", template.read_text())
    return _LOCAL_INCLUDE.sub(lambda m: f"{m['key']}{absolute(m)}", text)


def deploy(
    cloudformation: CloudFormationClient,
    template: Path,
    stack_name: str,
    parameters: Mapping[str, str],
    progress: Callable[[str], None],
) -> Deployment:
    """Create the stack, or update it to what the template says now; returns when it is up.

    `progress` gets a line for each resource that comes up. Raises DeploymentError.
    """
    body = package(template)
    arguments = {
        "StackName": stack_name,
        "TemplateBody": body,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    seen = _event_ids(cloudformation, stack_name)
    try:
        if _exists(cloudformation, stack_name):
            cloudformation.update_stack(**arguments)  # type: ignore[arg-type] # one dict for both calls
        else:
            cloudformation.create_stack(**arguments)  # type: ignore[arg-type] # as above
    except ClientError as err:
        if "No updates are to be performed" not in err.response["Error"]["Message"]:
            raise DeploymentError(err.response["Error"]["Message"]) from err
    return _wait(cloudformation, stack_name, seen, progress)


def _exists(cloudformation: CloudFormationClient, stack_name: str) -> bool:
    """Whether the stack is there; one that never came up is removed first, since it cannot be updated."""
    try:
        status = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]["StackStatus"]
    except ClientError:
        return False
    if status not in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_COMPLETE"):
        return True
    if status != "DELETE_COMPLETE":
        cloudformation.delete_stack(StackName=stack_name)
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=stack_name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )
    return False


def _event_ids(cloudformation: CloudFormationClient, stack_name: str) -> set[str]:
    try:
        events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    except ClientError:
        return set()
    return {event["EventId"] for event in events}


def _wait(
    cloudformation: CloudFormationClient, stack_name: str, seen: set[str], progress: Callable[[str], None]
) -> Deployment:
    failures: list[str] = []
    while True:
        stack = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
        for event in reversed(cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]):
            if event["EventId"] in seen:
                continue
            seen.add(event["EventId"])
            status = event.get("ResourceStatus", "")
            if status in _DONE:
                progress(f"{event.get('LogicalResourceId', '')} ({event.get('ResourceType', '')})")
            elif status.endswith("_FAILED"):
                failures.append(
                    f"{event.get('LogicalResourceId', '')}: {event.get('ResourceStatusReason', status)}"
                )
        if stack["StackStatus"] in _DONE:
            outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
            return Deployment(stack_name, outputs)
        if stack["StackStatus"] not in _WORKING and not stack["StackStatus"].endswith("_IN_PROGRESS"):
            reason = "; ".join(failures) or stack.get("StackStatusReason", "no reason given")
            raise DeploymentError(f"{stack_name} is {stack['StackStatus']}: {reason}")
        time.sleep(0.3)
