"""Cognito: user pools, their clients, login domains, groups and users."""

from __future__ import annotations

from typing import Any

from emulator.cloudformation.resource_types import Made, Request, ResourceType, names

_POOL_CHANGES = (
    "AccountRecoverySetting",
    "AdminCreateUserConfig",
    "AutoVerifiedAttributes",
    "DeletionProtection",
    "DeviceConfiguration",
    "EmailConfiguration",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "LambdaConfig",
    "MfaConfiguration",
    "Policies",
    "SmsAuthenticationMessage",
    "SmsConfiguration",
    "SmsVerificationMessage",
    "UserAttributeUpdateSettings",
    "UserPoolAddOns",
    "UserPoolTags",
    "UserPoolTier",
    "VerificationMessageTemplate",
)
_POOL_FIXED = ("AliasAttributes", "Schema", "UsernameAttributes", "UsernameConfiguration")
_CLIENT_CHANGES = (
    "AccessTokenValidity",
    "AllowedOAuthFlows",
    "AllowedOAuthFlowsUserPoolClient",
    "AllowedOAuthScopes",
    "AnalyticsConfiguration",
    "AuthSessionValidity",
    "CallbackURLs",
    "DefaultRedirectURI",
    "EnablePropagateAdditionalUserContextData",
    "EnableTokenRevocation",
    "ExplicitAuthFlows",
    "IdTokenValidity",
    "LogoutURLs",
    "PreventUserExistenceErrors",
    "ReadAttributes",
    "RefreshTokenRotation",
    "RefreshTokenValidity",
    "SupportedIdentityProviders",
    "TokenValidityUnits",
    "WriteAttributes",
)


def _create_pool(request: Request) -> Made:
    pool = request.call(
        "cognito-idp",
        "CreateUserPool",
        PoolName=request.name("UserPoolName", 128),
        **request.pick(*_POOL_CHANGES, *_POOL_FIXED),
    )["UserPool"]
    identity = pool["Id"]
    provider = f"cognito-idp.{request.stack.region}.amazonaws.com/{identity}"
    return Made(
        identity,
        {
            "Arn": pool["Arn"],
            "ProviderName": provider,
            "ProviderURL": f"https://{provider}",
            "UserPoolId": identity,
        },
    )


def _update_pool(request: Request) -> Made:
    request.call(
        "cognito-idp", "UpdateUserPool", UserPoolId=request.physical_id, **request.pick(*_POOL_CHANGES)
    )
    return Made(request.physical_id, request.attributes)


def _delete_pool(request: Request) -> None:
    request.call("cognito-idp", "DeleteUserPool", UserPoolId=request.physical_id)


def _create_client(request: Request) -> Made:
    client = request.call(
        "cognito-idp",
        "CreateUserPoolClient",
        ClientName=request.name("ClientName", 128),
        **request.pick("UserPoolId", "GenerateSecret", *_CLIENT_CHANGES),
    )["UserPoolClient"]
    attributes = {"ClientId": client["ClientId"], "Name": client["ClientName"]}
    if client.get("ClientSecret"):
        attributes["ClientSecret"] = client["ClientSecret"]
    return Made(client["ClientId"], attributes)


def _update_client(request: Request) -> Made:
    request.call(
        "cognito-idp",
        "UpdateUserPoolClient",
        ClientId=request.physical_id,
        ClientName=request.attributes["Name"],
        **request.pick("UserPoolId", *_CLIENT_CHANGES),
    )
    return Made(request.physical_id, request.attributes)


def _delete_client(request: Request) -> None:
    request.call(
        "cognito-idp", "DeleteUserPoolClient", ClientId=request.physical_id, **request.pick("UserPoolId")
    )


def _create_domain(request: Request) -> Made:
    request.call(
        "cognito-idp", "CreateUserPoolDomain", **request.pick("UserPoolId", "Domain", "ManagedLoginVersion")
    )
    return Made(request.properties["Domain"])


def _delete_domain(request: Request) -> None:
    request.call(
        "cognito-idp", "DeleteUserPoolDomain", Domain=request.physical_id, **request.pick("UserPoolId")
    )


def _create_group(request: Request) -> Made:
    name = request.name("GroupName", 128)
    request.call(
        "cognito-idp",
        "CreateGroup",
        GroupName=name,
        **request.pick("UserPoolId", "Description", "Precedence", "RoleArn"),
    )
    return Made(name)


def _update_group(request: Request) -> Made:
    request.call(
        "cognito-idp",
        "UpdateGroup",
        GroupName=request.physical_id,
        **request.pick("UserPoolId", "Description", "Precedence", "RoleArn"),
    )
    return Made(request.physical_id)


def _delete_group(request: Request) -> None:
    request.call("cognito-idp", "DeleteGroup", GroupName=request.physical_id, **request.pick("UserPoolId"))


def _create_user(request: Request) -> Made:
    user: dict[str, Any] = request.call(
        "cognito-idp",
        "AdminCreateUser",
        **request.pick(
            "UserPoolId",
            "Username",
            "UserAttributes",
            "DesiredDeliveryMediums",
            "MessageAction",
            "ForceAliasCreation",
            "ValidationData",
            "ClientMetadata",
        ),
    )["User"]
    return Made(user["Username"])


def _delete_user(request: Request) -> None:
    request.call("cognito-idp", "AdminDeleteUser", Username=request.physical_id, **request.pick("UserPoolId"))


def _join_group(request: Request) -> Made:
    request.call("cognito-idp", "AdminAddUserToGroup", **request.pick("UserPoolId", "Username", "GroupName"))
    return Made(f"{request.properties['GroupName']}-{request.properties['Username']}")


def _leave_group(request: Request) -> None:
    request.call(
        "cognito-idp", "AdminRemoveUserFromGroup", **request.pick("UserPoolId", "Username", "GroupName")
    )


TYPES = (
    ResourceType(
        "AWS::Cognito::UserPool",
        names("UserPoolName") | frozenset(_POOL_CHANGES + _POOL_FIXED),
        _create_pool,
        _delete_pool,
        _update_pool,
        replacing=names("UserPoolName") | frozenset(_POOL_FIXED),
    ),
    ResourceType(
        "AWS::Cognito::UserPoolClient",
        names("ClientName UserPoolId GenerateSecret") | frozenset(_CLIENT_CHANGES),
        _create_client,
        _delete_client,
        _update_client,
        replacing=names("ClientName UserPoolId GenerateSecret"),
        required=names("UserPoolId"),
    ),
    ResourceType(
        "AWS::Cognito::UserPoolDomain",
        names("UserPoolId Domain ManagedLoginVersion"),
        _create_domain,
        _delete_domain,
        required=names("UserPoolId Domain"),
    ),
    ResourceType(
        "AWS::Cognito::UserPoolGroup",
        names("UserPoolId GroupName Description Precedence RoleArn"),
        _create_group,
        _delete_group,
        _update_group,
        replacing=names("UserPoolId GroupName"),
        required=names("UserPoolId"),
    ),
    ResourceType(
        "AWS::Cognito::UserPoolUser",
        names(
            "UserPoolId Username UserAttributes DesiredDeliveryMediums MessageAction ForceAliasCreation"
            " ValidationData ClientMetadata"
        ),
        _create_user,
        _delete_user,
        required=names("UserPoolId"),
    ),
    ResourceType(
        "AWS::Cognito::UserPoolUserToGroupAttachment",
        names("UserPoolId Username GroupName"),
        _join_group,
        _leave_group,
        required=names("UserPoolId Username GroupName"),
    ),
)
