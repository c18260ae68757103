"""IAM roles and policies."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from botocore.exceptions import ClientError
from samtranslator.internal.managed_policies import get_bundled_managed_policy_map

from emulator.cloudformation.resource_types import Made, Properties, Request, ResourceType, names

_HOLDERS = (("Roles", "Role", "RoleName"), ("Users", "User", "UserName"), ("Groups", "Group", "GroupName"))


def _create_role(request: Request) -> Made:
    name = request.name("RoleName", 64)
    role = request.call(
        "iam",
        "CreateRole",
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps(request.properties["AssumeRolePolicyDocument"]),
        **request.pick("Path", "Description", "MaxSessionDuration", "PermissionsBoundary", "Tags"),
    )["Role"]
    request.claim(name)
    _set_policies(request, name)
    return Made(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})


def _update_role(request: Request) -> Made:
    name = request.physical_id
    if request.changed("AssumeRolePolicyDocument"):
        document = json.dumps(request.properties["AssumeRolePolicyDocument"])
        request.call("iam", "UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=document)
    if request.changed("Description") or request.changed("MaxSessionDuration"):
        request.call("iam", "UpdateRole", RoleName=name, **request.pick("Description", "MaxSessionDuration"))
    _set_policies(request, name)
    return Made(name, request.attributes)


def _delete_role(request: Request) -> None:
    name = request.physical_id
    for arn in request.properties.get("ManagedPolicyArns", []):
        _detach(request, name, arn)
    for policy in request.properties.get("Policies", []):
        request.call("iam", "DeleteRolePolicy", RoleName=name, PolicyName=policy["PolicyName"])
    request.call("iam", "DeleteRole", RoleName=name)


def _set_policies(request: Request, role: str) -> None:
    wanted, had = _by_name(request.properties.get("Policies", [])), _by_name(request.old.get("Policies", []))
    for name in had.keys() - wanted.keys():
        request.call("iam", "DeleteRolePolicy", RoleName=role, PolicyName=name)
    for name, document in wanted.items():
        if had.get(name) != document:
            request.call(
                "iam", "PutRolePolicy", RoleName=role, PolicyName=name, PolicyDocument=_policy_text(document)
            )
    attached, before = (
        set(source.get("ManagedPolicyArns", [])) for source in (request.properties, request.old)
    )
    for arn in sorted(before - attached):
        _detach(request, role, arn)
    for arn in sorted(attached - before):
        _attach(request, role, arn)


def _policy_text(document: Properties) -> str:
    """The document as text. SAM leaves out the version, which moto insists on and IAM does not."""
    return json.dumps({"Version": "2012-10-17", **document})


def _by_name(policies: Iterable[Any]) -> dict[str, Any]:
    return {policy["PolicyName"]: policy["PolicyDocument"] for policy in policies}


def _attach(request: Request, role: str, arn: str) -> None:
    try:
        request.call("iam", "AttachRolePolicy", RoleName=role, PolicyArn=arn)
    except ClientError as err:
        # AWS's own policies are known by name here, without their text: only that is checked.
        if err.response["Error"]["Code"] != "NoSuchEntity" or arn not in _aws_policies():
            raise


@cache
def _aws_policies() -> frozenset[str]:
    return frozenset((get_bundled_managed_policy_map("aws") or {}).values())


def _detach(request: Request, role: str, arn: str) -> None:
    try:
        request.call("iam", "DetachRolePolicy", RoleName=role, PolicyArn=arn)
    except ClientError as err:
        if err.response["Error"]["Code"] != "NoSuchEntity":
            raise


def _put_inline(request: Request) -> Made:
    name = request.properties["PolicyName"]
    document = _policy_text(request.properties["PolicyDocument"])
    for holders, kind, parameter in _HOLDERS:
        wanted = request.properties.get(holders, [])
        for holder in request.old.get(holders, []):
            if holder not in wanted:
                request.call("iam", f"Delete{kind}Policy", PolicyName=name, **{parameter: holder})
        for holder in wanted:
            request.call(
                "iam", f"Put{kind}Policy", PolicyName=name, PolicyDocument=document, **{parameter: holder}
            )
    return Made(
        request.physical_id or f"{request.stack.name[:4]}-{request.logical_id[:4]}-{name}"[:64], ref=name
    )


def _delete_inline(request: Request) -> None:
    for holders, kind, parameter in _HOLDERS:
        for holder in request.properties.get(holders, []):
            request.call(
                "iam",
                f"Delete{kind}Policy",
                PolicyName=request.properties["PolicyName"],
                **{parameter: holder},
            )


def _create_managed(request: Request) -> Made:
    arn = request.call(
        "iam",
        "CreatePolicy",
        PolicyName=request.name("ManagedPolicyName", 128),
        PolicyDocument=_policy_text(request.properties["PolicyDocument"]),
        **request.pick("Path", "Description"),
    )["Policy"]["Arn"]
    request.claim(arn)
    for holders, kind, parameter in _HOLDERS:
        for holder in request.properties.get(holders, []):
            request.call("iam", f"Attach{kind}Policy", PolicyArn=arn, **{parameter: holder})
    return Made(arn, {"PolicyArn": arn})


def _delete_managed(request: Request) -> None:
    for holders, kind, parameter in _HOLDERS:
        for holder in request.properties.get(holders, []):
            request.call("iam", f"Detach{kind}Policy", PolicyArn=request.physical_id, **{parameter: holder})
    request.call("iam", "DeletePolicy", PolicyArn=request.physical_id)


TYPES = (
    ResourceType(
        "AWS::IAM::Role",
        names(
            "AssumeRolePolicyDocument RoleName Path Description MaxSessionDuration PermissionsBoundary"
            " ManagedPolicyArns Policies Tags"
        ),
        _create_role,
        _delete_role,
        _update_role,
        replacing=names("RoleName Path PermissionsBoundary Tags"),
        required=names("AssumeRolePolicyDocument"),
    ),
    ResourceType(
        "AWS::IAM::Policy",
        names("PolicyName PolicyDocument Roles Users Groups"),
        _put_inline,
        _delete_inline,
        _put_inline,
        replacing=names("PolicyName"),
        required=names("PolicyName PolicyDocument"),
    ),
    ResourceType(
        "AWS::IAM::ManagedPolicy",
        names("ManagedPolicyName PolicyDocument Path Description Roles Users Groups"),
        _create_managed,
        _delete_managed,
        required=names("PolicyDocument"),
    ),
)
