"""What a bucket's policy says to a caller of this account. moto takes no notice of its conditions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from emulator.iam.policies import AccessRequest, Decision, Statement, evaluate

# The loopback connection stands for AWS's encrypted one.
_CONTEXT = {"aws:SecureTransport": "true"}


def bucket_policy_decision(policy: bytes, action: str, resource: str) -> Decision:
    """What the policy's statements for everybody or this account say; services' statements are theirs."""
    document = json.loads(policy)
    statements = [
        Statement.parse(_without_principal(statement), f"bucket policy[{index}]")
        for index, statement in enumerate(document["Statement"])
        if _is_for_callers(statement.get("Principal"))
    ]
    return evaluate(statements, AccessRequest(action, (resource,), _CONTEXT))


def _is_for_callers(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, Mapping) and "AWS" in principal)


def _without_principal(statement: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if name != "Principal"}
