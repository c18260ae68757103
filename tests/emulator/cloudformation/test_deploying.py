"""What scripts/deploy and scripts/destroy build on, with stacks in every state that they may find."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.deploying.change_sets import discard, execute, make_way, propose
from scripts.deploying.errors import DeploymentError, UsageError
from scripts.deploying.stacks import Deployment, find_stack
from tests.emulator.asking import code_of
from tests.emulator.cloudformation.conftest import OneStack

PARAMETERS = {"Seconds": {"Type": "Number", "Default": 20, "MaxValue": 60}}
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": {"Ref": "Seconds"}}}
BROKEN = {"Type": "AWS::S3::Bucket", "DependsOn": "Queue", "Properties": {"BucketName": "x"}}


def _deploy(
    stack: OneStack, resources: dict[str, Any], seconds: str = "20", said: list[str] | None = None
) -> Deployment | None:
    """All that scripts/deploy asks of CloudFormation; None where nothing changes."""
    creates = make_way(stack.client, stack.name)
    template = {"TemplateBody": json.dumps({"Parameters": PARAMETERS, "Resources": resources})}
    values: Any = [{"ParameterKey": "Seconds", "ParameterValue": seconds}]
    change_set = propose(stack.client, stack.name, template, values, creates=creates)
    if change_set is None:
        return None
    heard = [] if said is None else said
    return execute(stack.client, change_set, lambda event: heard.append(event.get("ResourceStatus", "")))


def test_a_stack_is_made_and_brought_up_to_date(stack: OneStack) -> None:
    """Every event is heard once, in order; the second time nothing changes."""
    said: list[str] = []

    made = _deploy(stack, {"Queue": QUEUE}, said=said)

    assert made == Deployment(stack.name, {})
    assert said[0] == "CREATE_IN_PROGRESS"
    assert said.count("CREATE_COMPLETE") == 2  # the queue, the stack
    assert _deploy(stack, {"Queue": QUEUE}) is None
    assert stack.client.list_change_sets(StackName=stack.name)["Summaries"] == []
    assert _deploy(stack, {"Queue": QUEUE}, "30")


def test_a_first_deployment_that_failed_does_not_stand_in_the_way(stack: OneStack) -> None:
    """It names the resource and the reason; what is left of it goes before the next one."""
    with pytest.raises(DeploymentError, match=r"ROLLBACK_COMPLETE: Broken \(AWS::S3::Bucket\): .*not valid"):
        _deploy(stack, {"Queue": QUEUE, "Broken": BROKEN})

    assert _deploy(stack, {"Queue": QUEUE})
    assert stack.describe()["StackStatus"] == "CREATE_COMPLETE"


def test_an_update_that_failed_leaves_the_stack_as_it_was(stack: OneStack) -> None:
    """And it can be deployed again."""
    _deploy(stack, {"Queue": QUEUE})

    with pytest.raises(DeploymentError, match="UPDATE_ROLLBACK_COMPLETE: Broken"):
        _deploy(stack, {"Queue": QUEUE, "Broken": BROKEN})

    assert _deploy(stack, {"Queue": QUEUE}) is None


def test_what_is_declined_leaves_nothing(stack: OneStack) -> None:
    """Neither the change set nor the empty stack that came with it."""
    template = {"TemplateBody": json.dumps({"Parameters": PARAMETERS, "Resources": {"Queue": QUEUE}})}
    change_set = propose(stack.client, stack.name, template, [], creates=True)
    assert change_set

    discard(stack.client, change_set)

    assert stack.wait(change_set.stack_id) == "DELETE_COMPLETE"
    assert find_stack(stack.client, stack.name) is None


def test_cloudformation_s_own_refusal_is_told(stack: OneStack) -> None:
    """A parameter that nobody checked before."""
    with pytest.raises(UsageError, match=r"CloudFormation refuses this: .*Seconds"):
        _deploy(stack, {"Queue": QUEUE}, "61")


def test_a_deployment_waits_for_what_is_under_way(stack: OneStack) -> None:
    """Another one that somebody else began."""
    body = json.dumps({"Parameters": PARAMETERS, "Resources": {f"Queue{n}": QUEUE for n in range(5)}})
    stack.client.create_stack(StackName=stack.name, TemplateBody=body)

    assert make_way(stack.client, stack.name) is False
    assert stack.describe()["StackStatus"] == "CREATE_COMPLETE"


def test_a_stack_that_could_not_be_deleted_is_told_with_what_to_do(stack: OneStack, name: str) -> None:
    """A bucket that is not empty is not deleted, so its stack is neither there nor away."""
    _deploy(stack, {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"{name}-bucket"}}})
    s3 = stack.emulator.client("s3")
    s3.put_object(Bucket=f"{name}-bucket", Key="photo", Body=b"")

    assert stack.delete() == "DELETE_FAILED"

    assert any("BucketNotEmpty" in reason for _, reason in stack.history("Bucket"))
    with pytest.raises(DeploymentError, match=f"Type: scripts/destroy --stack {stack.name}"):
        make_way(stack.client, stack.name)
    s3.delete_object(Bucket=f"{name}-bucket", Key="photo")
    assert stack.delete() == "DELETE_COMPLETE"
    assert code_of(lambda: s3.head_bucket(Bucket=f"{name}-bucket")) == "404"
