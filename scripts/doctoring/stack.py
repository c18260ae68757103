"""The stack: is it there, does its name do, and is anything of an earlier one in its way?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from scripts.doctoring.findings import Finding, Level
from scripts.doctoring.looking import Clients, Stack, Subject, code_of

# The name begins the hosted login's and the code bucket's, with account and region behind; both have 63
# characters at most.
_NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")
_RESERVED = ("aws", "amazon", "cognito")
_NEVER_CAME_UP = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
_REASON_CHARACTERS = 300


def find_stack(clients: Clients, stack_name: str) -> Stack | None:
    """The stack of that name, None where there is none. Raises ClientError."""
    try:
        found = clients("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        if code_of(error) == "ValidationError":  # AWS's answer to a name that it does not know
            return None
        raise
    return Stack(
        found["StackStatus"],
        {one["ParameterKey"]: one.get("ParameterValue", "") for one in found.get("Parameters", [])},
        {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])},
    )


def look_at_name(subject: Subject) -> Iterator[Finding]:
    """The stack's name becomes part of other names, which are stricter than CloudFormation."""
    name = subject.stack_name
    if not _NAME.fullmatch(name):
        summary = f"{name!r} does not do as the stack's name: it becomes part of the login's address."
        advice = "Choose up to 30 lower-case letters, digits and dashes, a letter first: --stack smart-door."
    elif found := [word for word in _RESERVED if word in name]:
        summary = (
            f"{name!r} does not do as the stack's name: the login's address may not contain {found[0]!r}."
        )
        advice = "Choose another one, such as --stack smart-door."
    else:
        return
    yield Finding("stack name", Level.PROBLEM, summary, advice, blocks_deployment=True)


def look_at_stack(subject: Subject) -> Iterator[Finding]:
    """Whether the stack can be deployed, or what keeps it from that."""
    stack, name = subject.stack, subject.stack_name
    if stack is None:
        yield Finding("stack", Level.OK, f"The stack {name} is not there yet: a deployment makes it.")
    elif stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        yield Finding("stack", Level.OK, f"The stack {name} is there ({stack.status}).")
    elif stack.status == "UPDATE_ROLLBACK_COMPLETE":
        yield Finding(
            "stack",
            Level.WARNING,
            f"The last update of the stack {name} failed and was taken back.{_first_failure(subject)}",
            "What was there before still works. Put the reason right and deploy again.",
        )
    elif stack.status == "REVIEW_IN_PROGRESS":
        yield Finding(
            "stack", Level.OK, f"The stack {name} was prepared but never made: a deployment goes on."
        )
    elif stack.status in _NEVER_CAME_UP:
        yield Finding(
            "stack",
            Level.PROBLEM,
            f"The stack {name} never came up ({stack.status}).{_first_failure(subject)}",
            "Put the reason right and deploy again: scripts/deploy removes what is left of it first.",
        )
    elif stack.status == "DELETE_FAILED":
        yield _blocking(
            f"The stack {name} could not be removed completely.{_first_failure(subject)}",
            "Put the reason right and remove the rest:",
            f"scripts/destroy --stack {name} --region {subject.region}",
        )
    elif stack.status == "UPDATE_ROLLBACK_FAILED":
        yield _blocking(
            f"The last update of the stack {name} could not be taken back.{_first_failure(subject)}",
            "Put the reason right, and have it taken back:",
            f"aws cloudformation continue-update-rollback --stack-name {name} --region {subject.region}",
        )
    else:
        yield Finding(
            "stack",
            Level.WARNING,
            f"The stack {name} is being worked on ({stack.status}).",
            "scripts/deploy waits for that. Look again when it is done.",
        )


def look_at_collection(subject: Subject) -> Iterator[Finding]:
    """The stack's collection of faces; one of an earlier installation would be in the way of a new stack."""
    collection_id = f"{subject.stack_name}-visitors"
    faces = _faces(subject, collection_id)
    if subject.stack is not None and subject.stack.is_complete:
        yield _told_collection(subject, collection_id, faces)
    elif subject.stack is None and faces is None:
        yield Finding("collection", Level.OK, "There is no face collection yet: a deployment makes it.")
    elif subject.stack is None:
        yield Finding(
            "collection",
            Level.PROBLEM,
            f"A collection {collection_id} with {_counted(faces or 0)} is left of an earlier installation.",
            "Choose another --stack, or delete it with its faces:",
            f"aws rekognition delete-collection --collection-id {collection_id} --region {subject.region}",
            blocks_deployment=True,
        )


def look_at_video_stream_name(subject: Subject) -> Iterator[Finding]:
    """A video stream of an earlier installation would be in the way, too."""
    if subject.stack is not None:
        return
    name = f"{subject.stack_name}-{subject.door_id}"
    video = subject.clients("kinesisvideo")
    try:
        arn = video.describe_stream(StreamName=name)["StreamInfo"]["StreamARN"]
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return
        raise
    yield Finding(
        "video stream",
        Level.PROBLEM,
        f"A video stream {name} is left of an earlier installation, or belongs to something else.",
        "Choose another --stack, or delete it with its video:",
        f"aws kinesisvideo delete-stream --stream-arn {arn} --region {subject.region}",
        blocks_deployment=True,
    )


def look_at_login_address(subject: Subject) -> Iterator[Finding]:
    """The hosted login's address is unique in a region: is it free, or the stack's own?"""
    prefix = f"{subject.stack_name}-{subject.account_id}"
    answer = subject.clients("cognito-idp").describe_user_pool_domain(Domain=prefix)
    pool = answer.get("DomainDescription", {}).get("UserPoolId", "")
    if not pool:
        if subject.stack is None:
            yield Finding("login", Level.OK, f"The login's address {prefix} is free.")
        return
    if subject.stack is None or pool != subject.output("UserPoolId"):
        yield Finding(
            "login",
            Level.PROBLEM,
            f"The login's address {prefix} belongs to another user pool ({pool}).",
            "Choose another --stack, or free it:",
            f"aws cognito-idp delete-user-pool-domain --domain {prefix} --user-pool-id {pool}"
            f" --region {subject.region}",
            blocks_deployment=subject.stack is None,
        )


def _faces(subject: Subject, collection_id: str) -> int | None:
    try:
        found = subject.clients("rekognition").describe_collection(CollectionId=collection_id)
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise
    return int(found["FaceCount"])


def _told_collection(subject: Subject, collection_id: str, faces: int | None) -> Finding:
    if faces is None:
        return Finding(
            "collection",
            Level.PROBLEM,
            f"The face collection {collection_id} is gone: nobody can be recognised.",
            "Make it again; people are known again after their next visit:",
            f"aws rekognition create-collection --collection-id {collection_id} --region {subject.region}",
        )
    return Finding("collection", Level.OK, f"The face collection {collection_id} holds {_counted(faces)}.")


def _counted(faces: int) -> str:
    return f"{faces} face{'' if faces == 1 else 's'}"


def _first_failure(subject: Subject) -> str:
    """The reason of the last attempt's first failure, as a sentence; "" where there is none to be had."""
    try:
        events = subject.clients("cloudformation").describe_stack_events(StackName=subject.stack_name)
    except ClientError:
        return ""  # the state itself is what matters
    event = _oldest_failure_of_the_last_attempt(events["StackEvents"])
    if event is None:
        return ""
    reason = str(event.get("ResourceStatusReason", ""))[:_REASON_CHARACTERS].strip().rstrip(".")
    return f" It began with {event['LogicalResourceId']}: {reason}."


def _oldest_failure_of_the_last_attempt(newest_first: list[dict[str, Any]]) -> dict[str, Any] | None:
    found = None
    for event in newest_first:
        if event["ResourceStatus"] in ("CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"):
            found = event
        is_start = event["ResourceStatus"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
        if is_start and event["PhysicalResourceId"] == event["StackId"]:
            break
    return found


def _blocking(summary: str, advice: str, command: str = "") -> Finding:
    return Finding("stack", Level.PROBLEM, summary, advice, command, blocks_deployment=True)
