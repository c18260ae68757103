"""Deploys template.yaml to an endpoint that takes code straight from a folder (the emulator)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.deploying import packaging
from scripts.deploying.change_sets import execute, make_way, propose
from scripts.deploying.errors import CommandError, DeploymentError
from scripts.deploying.stacks import Deployment, find_stack, outputs_of

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

__all__ = ["CommandError", "Deployment", "DeploymentError", "deploy", "package"]

_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def package(template: Path) -> str:
    """The template's text with every local folder and file as an address that the emulator reads in place.

    A folder becomes s3://hot-reload//absolute/folder, an included file its absolute path; nothing is copied,
    so that a change of code counts from the next cold start.
    """
    return packaging.package(template, lambda path: f"s3://hot-reload/{path}" if path.is_dir() else str(path))


def deploy(
    cloudformation: CloudFormationClient,
    template: Path,
    stack_name: str,
    parameters: Mapping[str, str],
    progress: Callable[[str], None],
) -> Deployment:
    """Create the stack, or update it to what the template says now; returns when it is up.

    `progress` gets a line for each resource that comes up. Raises CommandError.
    """

    def tell(event: StackEventTypeDef) -> None:
        if event.get("ResourceStatus") in _DONE:
            progress(f"{event.get('LogicalResourceId', '')} ({event.get('ResourceType', '')})")

    creates = make_way(cloudformation, stack_name)
    change_set = propose(
        cloudformation,
        stack_name,
        {"TemplateBody": package(template)},
        [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        creates=creates,
    )
    if change_set:
        return execute(cloudformation, change_set, tell)
    stack = find_stack(cloudformation, stack_name)
    return Deployment(stack_name, outputs_of(stack) if stack else {})
