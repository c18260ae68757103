"""The household in a Cognito user pool: a user for each person, a group for each role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from smart_door.adapters.aws_errors import aws_call, error_code
from smart_door.domain.errors import InvitationNotSentError
from smart_door.domain.household import Member, Role, role_of
from smart_door.domain.refusals import MemberExistsError, MemberNotFoundError

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_INVITED = "FORCE_CHANGE_PASSWORD"

_NOT_SENT = frozenset(
    {
        "CodeDeliveryFailureException",
        "InvalidLambdaResponseException",
        "UnexpectedLambdaException",
        "UserLambdaValidationException",
    }
)
"""The invitation was not written (by invite_message) or not sent. Cognito has made the user by then."""


class CognitoHousehold:
    """`household.Household`. A role counts from a person's next token on: within the hour that one lasts.

    `inviter` is a client that waits for long and repeats nothing; without one, `client` invites too.
    """

    def __init__(
        self,
        client: CognitoIdentityProviderClient,
        user_pool_id: str,
        inviter: CognitoIdentityProviderClient | None = None,
    ) -> None:
        self._client = client
        self._pool = user_pool_id
        self._inviter = inviter or client

    def all(self) -> Sequence[Member]:
        """Everyone: the groups are few, so each is read once rather than each person's groups."""
        groups: dict[str, list[str]] = {}
        for role in Role:
            pages = self._client.get_paginator("list_users_in_group").paginate(
                UserPoolId=self._pool, GroupName=role.value
            )
            with aws_call("cognito-idp", "ListUsersInGroup"):
                for page in pages:
                    for user in page["Users"]:
                        groups.setdefault(user["Username"], []).append(role.value)
        everyone = self._client.get_paginator("list_users").paginate(UserPoolId=self._pool)
        with aws_call("cognito-idp", "ListUsers"):
            return [
                _member(user, role_of(groups.get(user["Username"], ())))
                for page in everyone
                for user in page["Users"]
            ]

    def invite(self, email: str, role: Role) -> Member:
        """Cognito sends the invitation by e-mail. Raises MemberExistsError and InvitationNotSentError."""
        with aws_call("cognito-idp", "AdminCreateUser"):
            try:
                user = self._inviter.admin_create_user(
                    UserPoolId=self._pool,
                    Username=email,
                    UserAttributes=[
                        {"Name": "email", "Value": email},
                        {"Name": "email_verified", "Value": "true"},
                    ],
                    DesiredDeliveryMediums=["EMAIL"],
                )["User"]
            except ClientError as err:
                code = error_code(err)
                if code in {"UsernameExistsException", "AliasExistsException"}:
                    raise MemberExistsError from err
                if code in _NOT_SENT:
                    self._take_back(email)
                    raise InvitationNotSentError(code) from err
                raise
        self._join(user["Username"], role)
        return _member(user, role)

    def change_role(self, member_id: str, role: Role) -> None:
        """Join the new group, then leave the others: who is in two of them has the higher role."""
        self._join(member_id, role)
        for other in Role:
            if other is not role:
                with self._named(member_id, "AdminRemoveUserFromGroup"):
                    self._client.admin_remove_user_from_group(
                        UserPoolId=self._pool, Username=member_id, GroupName=other.value
                    )

    def remove(self, member_id: str) -> None:
        """Delete the user: no token is renewed any more. Raises MemberNotFoundError."""
        with self._named(member_id, "AdminDeleteUser"):
            self._client.admin_delete_user(UserPoolId=self._pool, Username=member_id)

    def _take_back(self, email: str) -> None:
        """Or a second try would find somebody there, who never got a password."""
        with suppress(MemberNotFoundError):
            self.remove(email)

    def _join(self, member_id: str, role: Role) -> None:
        with self._named(member_id, "AdminAddUserToGroup"):
            self._client.admin_add_user_to_group(
                UserPoolId=self._pool, Username=member_id, GroupName=role.value
            )

    @contextmanager
    def _named(self, member_id: str, operation: str) -> Iterator[None]:
        with aws_call("cognito-idp", operation):
            try:
                yield
            except ClientError as err:
                if error_code(err) == "UserNotFoundException":
                    raise MemberNotFoundError(member_id) from err
                raise


def _member(user: Mapping[str, Any], role: Role) -> Member:
    attributes = {one["Name"]: one.get("Value", "") for one in user.get("Attributes", ())}
    return Member(
        member_id=user["Username"],
        email=attributes.get("email", user["Username"]),
        role=role,
        is_invited=user.get("UserStatus") == _INVITED,
    )
