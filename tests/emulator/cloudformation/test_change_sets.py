"""Change sets, which `aws cloudformation deploy` and `sam deploy` work with."""

from __future__ import annotations

import json
from typing import Any

from tests.emulator.asking import code_of
from tests.emulator.cloudformation.conftest import OneStack

QUEUE = {"Type": "AWS::SQS::Queue"}


def _make(
    stack: OneStack, resources: dict[str, Any], kind: str = "UPDATE", name: str = "set"
) -> dict[str, Any]:
    stack.client.create_change_set(
        StackName=stack.name,
        ChangeSetName=name,
        ChangeSetType=kind,
        TemplateBody=json.dumps({"Resources": resources}),
    )
    described: dict[str, Any] = stack.client.describe_change_set(StackName=stack.name, ChangeSetName=name)
    return described


def test_a_change_set_creates_a_stack_when_it_is_executed(stack: OneStack) -> None:
    """Until then the stack is under review and has nothing."""
    described = _make(stack, {"Queue": QUEUE}, kind="CREATE")

    assert described["Status"] == "CREATE_COMPLETE"
    assert described["Changes"][0]["ResourceChange"]["Action"] == "Add"
    assert stack.describe()["StackStatus"] == "REVIEW_IN_PROGRESS"

    stack.client.execute_change_set(StackName=stack.name, ChangeSetName="set")
    assert stack.wait() == "CREATE_COMPLETE"


def test_a_change_set_says_what_an_update_does(stack: OneStack) -> None:
    """Added, modified, removed; then it does it."""
    stack.create({"Modified": QUEUE, "Removed": QUEUE})

    modified = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 9}}
    described = _make(stack, {"Modified": modified, "Added": QUEUE})

    actions = {
        change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"]["Action"]
        for change in described["Changes"]
    }
    assert actions == {"Modified": "Modify", "Added": "Add", "Removed": "Remove"}
    stack.client.execute_change_set(StackName=stack.name, ChangeSetName=described["ChangeSetId"])
    assert stack.wait() == "UPDATE_COMPLETE"


def test_a_change_set_without_changes_fails(stack: OneStack) -> None:
    """With the words that tools look for, and it cannot be executed."""
    stack.create({"Queue": QUEUE})

    described = _make(stack, {"Queue": QUEUE})

    assert described["Status"] == "FAILED"
    assert "didn't contain changes" in described["StatusReason"]
    execute = {"StackName": stack.name, "ChangeSetName": "set"}
    assert code_of(lambda: stack.client.execute_change_set(**execute)) == "InvalidChangeSetStatus"


def test_a_change_set_can_be_deleted(stack: OneStack) -> None:
    """Then nobody finds it."""
    stack.create({"Queue": QUEUE})
    _make(stack, {"Queue": QUEUE, "More": QUEUE})

    stack.client.delete_change_set(StackName=stack.name, ChangeSetName="set")

    missing = {"StackName": stack.name, "ChangeSetName": "set"}
    assert code_of(lambda: stack.client.describe_change_set(**missing)) == "ChangeSetNotFound"
    assert stack.client.list_change_sets(StackName=stack.name)["Summaries"] == []
