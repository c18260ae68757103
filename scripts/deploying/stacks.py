"""A stack as it stands, and watching an operation on it until it is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef, StackTypeDef

OnEvent = Callable[["StackEventTypeDef"], None]

# An answer comes at once on one machine; AWS is asked less and less often while nothing happens.
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 3.0


@dataclass(frozen=True)
class Deployment:
    """A stack that is up: its name and its outputs."""

    stack_name: str
    outputs: Mapping[str, str]


def find_stack(cloudformation: CloudFormationClient, name: str) -> StackTypeDef | None:
    """The stack of that name (or id, also of a deleted one); None where there is none."""
    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as err:
        # The code that AWS answers for a well-formed name that no stack has.
        if err.response["Error"]["Code"] == "ValidationError":
            return None
        raise


def outputs_of(stack: StackTypeDef) -> dict[str, str]:
    """The stack's outputs by name."""
    return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}


def parameters_of(stack: StackTypeDef) -> dict[str, str]:
    """The values that the stack was deployed with, by parameter."""
    return {item["ParameterKey"]: item["ParameterValue"] for item in stack.get("Parameters", [])}


def wait_until_idle(
    cloudformation: CloudFormationClient, stack: StackTypeDef, on_event: OnEvent
) -> StackTypeDef:
    """The stack when no operation is under way any more; at once where none is."""
    status = stack["StackStatus"]
    if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":  # that one waits for somebody
        return stack
    stack_id = stack.get("StackId", stack["StackName"])
    return follow(cloudformation, stack_id, newest_event(cloudformation, stack_id), on_event)


def newest_event(cloudformation: CloudFormationClient, stack: str) -> str:
    """The id of the last thing that happened to a stack; "" for a new one."""
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    return events[0]["EventId"] if events else ""


def follow(
    cloudformation: CloudFormationClient, stack_id: str, after: str, on_event: OnEvent
) -> StackTypeDef:
    """Wait until no operation is under way; the stack as it is then.

    `on_event` gets every event that comes after the one with the id `after`, in order.
    """
    pauses = _pauses()
    while True:
        stack = cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]
        news = _events_after(cloudformation, stack_id, after)
        for event in news:
            on_event(event)
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return stack
        if news:
            after = news[-1]["EventId"]
            pauses = _pauses()
        time.sleep(next(pauses))


def _events_after(cloudformation: CloudFormationClient, stack_id: str, after: str) -> list[StackEventTypeDef]:
    """The oldest first; pages of older ones are not read."""
    news: list[StackEventTypeDef] = []
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id):
        for event in page["StackEvents"]:
            if event["EventId"] == after:
                return news[::-1]
            news.append(event)
    return news[::-1]


def _pauses() -> Iterator[float]:
    pause = _FIRST_PAUSE_SECONDS
    while True:
        yield pause
        pause = min(1.5 * pause, _LONGEST_PAUSE_SECONDS)
