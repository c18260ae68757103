"""Whether a function's resource policy lets a service invoke it.

Without AWS::Lambda::Permission nothing happens on AWS, so nothing happens here either.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from emulator.clients import client


def may_invoke(function_arn: str, principal: str, source_arn: str) -> bool:
    """Whether `principal` ("sns.amazonaws.com") may invoke for `source_arn` (blocking).

    A function that does not exist, or has no policy, lets nobody.
    """
    lambda_client = client("lambda")
    try:
        policy = json.loads(lambda_client.get_policy(FunctionName=function_arn)["Policy"])
    except lambda_client.exceptions.ResourceNotFoundException:
        return False
    return any(allows(statement, principal, source_arn) for statement in policy["Statement"])


def allows(statement: Mapping[str, Any], principal: str, source_arn: str) -> bool:
    """Whether one statement of a policy allows it."""
    named = statement["Principal"]
    if named != "*" and named.get("Service") != principal:
        return False
    if statement["Effect"] != "Allow" or statement["Action"] not in (
        "lambda:InvokeFunction",
        "lambda:*",
        "*",
    ):
        return False
    condition = statement.get("Condition", {})
    pattern = condition.get("ArnLike", {}).get("AWS:SourceArn", "*")
    account = condition.get("StringEquals", {}).get("AWS:SourceAccount")
    return fnmatchcase(source_arn, pattern) and account in (None, source_arn.split(":")[4])
