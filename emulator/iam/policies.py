"""Is a request allowed by these policies? IAM's rules, as far as identity policies of one account need them.

A request names an action and the resources it touches. It is allowed if, for each resource, some statement
allows it and none denies it. Source: "Policy evaluation logic" and "IAM JSON policy elements" in the IAM user
guide. What is not here (policy variables, permission boundaries, operators nobody uses) is an error that
names it, never a silent yes or no.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any


class PolicyError(Exception):
    """A policy says something that is not understood here; the message names it."""


class Decision(Enum):
    """What the policies say, in IAM's words."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"


@dataclass(frozen=True)
class AccessRequest:
    """One thing that somebody wants to do.

    `action` is like "dynamodb:GetItem"; `resources` are ARNs, or "*" for an action that takes none;
    `context` holds condition keys such as "iam:PassedToService".
    """

    action: str
    resources: tuple[str, ...]
    context: Mapping[str, str]


@dataclass(frozen=True)
class Statement:
    """One statement of a policy; `source` names where it stands, for error messages and reports."""

    effect: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]]
    source: str

    @classmethod
    def parse(cls, document: Mapping[str, Any], source: str) -> Statement:
        """Read a statement of a policy document. Raises PolicyError."""
        unknown = document.keys() - _ELEMENTS
        if unknown:
            raise PolicyError(f"{source}: element {sorted(unknown)[0]} is not understood")
        if document.get("Effect") not in ("Allow", "Deny"):
            raise PolicyError(f"{source}: Effect is {document.get('Effect')!r}, not Allow or Deny")
        statement = cls(
            effect=document["Effect"],
            actions=_strings(document.get("Action")),
            not_actions=_strings(document.get("NotAction")),
            resources=_strings(document.get("Resource")),
            not_resources=_strings(document.get("NotResource")),
            conditions={
                operator: {key: _strings(value) for key, value in tests.items()}
                for operator, tests in document.get("Condition", {}).items()
            },
            source=source,
        )
        if bool(statement.actions) == bool(statement.not_actions):
            raise PolicyError(f"{source}: exactly one of Action and NotAction is needed")
        if bool(statement.resources) == bool(statement.not_resources):
            raise PolicyError(f"{source}: exactly one of Resource and NotResource is needed")
        for operator in statement.conditions:
            _operator(operator, source)
        return statement

    def applies_to(self, action: str, resource: str, context: Mapping[str, str]) -> bool:
        """Whether the statement speaks of this action on this resource in this context."""
        return (
            self._names_action(action)
            and self._names_resource(resource)
            and all(
                _operator(operator, self.source)(context.get(key), values)
                for operator, tests in self.conditions.items()
                for key, values in tests.items()
            )
        )

    def _names_action(self, action: str) -> bool:
        if self.actions:
            return any(_like(pattern.lower(), action.lower()) for pattern in self.actions)
        return not any(_like(pattern.lower(), action.lower()) for pattern in self.not_actions)

    def _names_resource(self, resource: str) -> bool:
        if self.resources:
            return any(_arn_like(pattern, resource) for pattern in self.resources)
        return not any(_arn_like(pattern, resource) for pattern in self.not_resources)


_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


def parse_policy(document: Mapping[str, Any], source: str) -> list[Statement]:
    """The statements of a policy document; `source` names the policy. Raises PolicyError."""
    statements = document.get("Statement", [])
    if isinstance(statements, Mapping):
        statements = [statements]
    return [
        Statement.parse(statement, f"{source}[{statement.get('Sid', index)}]")
        for index, statement in enumerate(statements)
    ]


def evaluate(statements: Iterable[Statement], request: AccessRequest) -> Decision:
    """What the statements say to the request; one refused resource refuses it."""
    statements = list(statements)
    decisions = [_evaluate_one(statements, request, resource) for resource in request.resources]
    for worst in (Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY):
        if worst in decisions:
            return worst
    return Decision.ALLOWED if decisions else Decision.IMPLICIT_DENY


def _evaluate_one(statements: Sequence[Statement], request: AccessRequest, resource: str) -> Decision:
    effects = {
        statement.effect
        for statement in statements
        if statement.applies_to(request.action, resource, request.context)
    }
    if "Deny" in effects:
        return Decision.EXPLICIT_DENY
    return Decision.ALLOWED if "Allow" in effects else Decision.IMPLICIT_DENY


# --- matching ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _pattern(wildcards: str) -> re.Pattern[str]:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in wildcards)
    return re.compile("".join(parts), re.DOTALL)


def _like(wildcards: str, text: str) -> bool:
    return _pattern(wildcards).fullmatch(text) is not None


def _arn_like(pattern: str, arn: str) -> bool:
    """Wildcards of an ARN's first five parts stay within their part; those of the last may cross colons."""
    if pattern == "*":
        return True
    patterns, parts = pattern.split(":", 5), arn.split(":", 5)
    if len(parts) != 6:
        return _like(pattern, arn)
    if len(patterns) != 6:
        return False
    return all(_like(a, b) for a, b in zip(patterns, parts, strict=True))


# --- conditions -------------------------------------------------------------------------------------------


class _Operator:
    """One condition operator; `if_exists` lets a missing key pass."""

    def __init__(self, name: str, source: str) -> None:
        self._if_exists = name.endswith("IfExists")
        base = name.removesuffix("IfExists")
        if base == "Null":
            self._test = None
        elif base in _TESTS:
            self._test = _TESTS[base]
        else:
            raise PolicyError(f"{source}: condition operator {name} is not understood")
        self._negated = "Not" in base

    def __call__(self, value: str | None, wanted: tuple[str, ...]) -> bool:
        if self._test is None:
            return (value is None) == (wanted == ("true",))
        if value is None:
            return self._if_exists or self._negated
        if self._negated:
            return all(self._test(value, one) for one in wanted)
        return any(self._test(value, one) for one in wanted)


_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringNotEquals": lambda value, wanted: value != wanted,
    "StringLike": lambda value, wanted: _like(wanted, value),
    "StringNotLike": lambda value, wanted: not _like(wanted, value),
    "ArnEquals": lambda value, wanted: _arn_like(wanted, value),
    "ArnLike": lambda value, wanted: _arn_like(wanted, value),
    "ArnNotLike": lambda value, wanted: not _arn_like(wanted, value),
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
}


@lru_cache(maxsize=256)
def _operator(name: str, source: str) -> _Operator:
    return _Operator(name, source)


def _strings(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    values = [value] if not isinstance(value, list) else value
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in values)
