"""IAM's rules of evaluation, on examples from its user guide's own logic."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.iam.policies import AccessRequest, Decision, PolicyError, evaluate, parse_policy

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/Visits"


def decide(
    *statements: dict[str, Any], action: str = "dynamodb:GetItem", resource: str = TABLE, **context: str
) -> Decision:
    """What a policy of these statements says to one action on one resource."""
    policy = parse_policy({"Statement": list(statements)}, "test")
    keys = {key.replace("__", ":"): value for key, value in context.items()}
    return evaluate(policy, AccessRequest(action, (resource,), keys))


def allow(action: Any = "dynamodb:GetItem", resource: Any = TABLE, **more: Any) -> dict[str, Any]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def test_nothing_said_is_refused() -> None:
    """The default is an implicit deny."""
    assert decide() is Decision.IMPLICIT_DENY


def test_an_allow_of_the_action_on_the_resource_allows() -> None:
    """Exactly named."""
    assert decide(allow()) is Decision.ALLOWED


def test_a_deny_beats_every_allow() -> None:
    """Whatever the order."""
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    assert decide(deny, allow()) is Decision.EXPLICIT_DENY
    assert decide(allow(), deny) is Decision.EXPLICIT_DENY


@pytest.mark.parametrize(
    "pattern", ["dynamodb:*", "DynamoDB:getitem", "dynamodb:Get*", "dynamodb:Ge?Item", "*"]
)
def test_actions_match_by_wildcard_and_in_any_case(pattern: str) -> None:
    """As IAM does."""
    assert decide(allow(action=pattern)) is Decision.ALLOWED


def test_a_wildcard_does_not_leave_its_part_of_an_arn() -> None:
    """`*` for the region does not stand for region and account."""
    assert decide(allow(resource="arn:aws:dynamodb:*:table/Visits")) is Decision.IMPLICIT_DENY
    assert decide(allow(resource="arn:aws:dynamodb:*:*:table/*")) is Decision.ALLOWED


def test_another_table_is_refused() -> None:
    """The resource is compared, not only the action: moto's own enforcement compares with `*`."""
    assert decide(allow(), resource=TABLE + "2") is Decision.IMPLICIT_DENY
    assert decide(allow(), resource="*") is Decision.IMPLICIT_DENY


def test_every_resource_of_a_request_must_be_allowed() -> None:
    """A batch over two tables needs both."""
    policy = parse_policy({"Statement": allow()}, "test")
    both = AccessRequest("dynamodb:GetItem", (TABLE, TABLE + "2"), {})
    assert evaluate(policy, both) is Decision.IMPLICIT_DENY


def test_not_resource_leaves_out() -> None:
    """Text messages to phones, but to no topic."""
    statement = {"Effect": "Allow", "Action": "sns:Publish", "NotResource": "arn:aws:sns:*:*:*"}
    assert decide(statement, action="sns:Publish", resource="*") is Decision.ALLOWED
    topic = "arn:aws:sns:us-east-1:123456789012:owner"
    assert decide(statement, action="sns:Publish", resource=topic) is Decision.IMPLICIT_DENY


def test_not_action_leaves_out() -> None:
    """Everything but the named."""
    statement = {"Effect": "Allow", "NotAction": "dynamodb:Delete*", "Resource": "*"}
    assert decide(statement) is Decision.ALLOWED
    assert decide(statement, action="dynamodb:DeleteItem") is Decision.IMPLICIT_DENY


def test_conditions_narrow() -> None:
    """A role may be passed to one service only; a missing key does not pass."""
    statement = allow(
        "iam:PassRole", "*", Condition={"StringEquals": {"iam:PassedToService": "a.amazonaws.com"}}
    )
    assert (
        decide(statement, action="iam:PassRole", iam__PassedToService="a.amazonaws.com") is Decision.ALLOWED
    )
    assert decide(statement, action="iam:PassRole", iam__PassedToService="b") is Decision.IMPLICIT_DENY
    assert decide(statement, action="iam:PassRole") is Decision.IMPLICIT_DENY


@pytest.mark.parametrize(
    ("condition", "value", "allowed"),
    [
        ({"StringNotEquals": {"k": ["a", "b"]}}, "c", True),
        ({"StringNotEquals": {"k": ["a", "b"]}}, "b", False),
        ({"StringLike": {"k": "door-*"}}, "door-front", True),
        ({"ArnLike": {"k": "arn:aws:events:*:*:rule/bus/*"}}, "arn:aws:events:r:1:rule/bus/x", True),
        ({"Bool": {"k": False}}, "false", True),
        ({"Null": {"k": "true"}}, "x", False),
        ({"StringEqualsIfExists": {"other": "x"}}, "y", True),
    ],
)
def test_condition_operators(condition: dict[str, Any], value: str, allowed: bool) -> None:
    """Several values of one key are alternatives; of a negated operator none may match."""
    decision = decide(allow(Condition=condition), k=value)
    assert (decision is Decision.ALLOWED) == allowed


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (allow(Condition={"DateGreaterThan": {"k": "2026"}}), "DateGreaterThan"),
        (allow(Principal="*"), "Principal"),
        ({"Effect": "Maybe", "Action": "*", "Resource": "*"}, "Maybe"),
        ({"Effect": "Allow", "Resource": "*"}, "Action"),
        ({"Effect": "Allow", "Action": "*"}, "Resource"),
    ],
)
def test_what_is_not_understood_is_named(statement: dict[str, Any], named: str) -> None:
    """Never a silent yes or no."""
    with pytest.raises(PolicyError, match=named):
        parse_policy({"Statement": statement}, "test")


@given(st.text(alphabet="ab*?:/", max_size=12), st.text(alphabet="ab:/", max_size=12))
def test_a_deny_of_the_same_pattern_always_wins(pattern: str, resource: str) -> None:
    """No resource is ever allowed where the same words deny it."""
    if not pattern:
        return
    deny = {"Effect": "Deny", "Action": "*", "Resource": pattern}
    assert decide(allow("*", pattern), deny, resource=resource) is not Decision.ALLOWED
