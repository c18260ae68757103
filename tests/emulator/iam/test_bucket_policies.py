"""Bucket policies as S3 understands them."""

from __future__ import annotations

import json
from typing import Any

from emulator.iam.bucket_policies import bucket_policy_decision
from emulator.iam.policies import Decision

OBJECT = "arn:aws:s3:::photos/a.jpg"


def decide(*statements: dict[str, Any]) -> Decision:
    """What a policy says to a GetObject of this account."""
    return bucket_policy_decision(json.dumps({"Statement": statements}).encode(), "s3:GetObject", OBJECT)


def deny(**more: Any) -> dict[str, Any]:
    """A Deny of everything to everybody."""
    return {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", **more}


def test_a_deny_under_a_condition_that_is_not_met_denies_nothing() -> None:
    """Plain HTTP is refused on AWS; the loopback connection counts as encrypted."""
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    assert decide(deny(Condition=condition)) is Decision.IMPLICIT_DENY


def test_a_deny_denies() -> None:
    """Without a condition, everybody."""
    assert decide(deny()) is Decision.EXPLICIT_DENY


def test_a_service_s_statement_is_not_the_caller_s() -> None:
    """CloudFront's permission is nobody else's."""
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:*",
        "Resource": "*",
    }
    assert decide(allow) is Decision.IMPLICIT_DENY
