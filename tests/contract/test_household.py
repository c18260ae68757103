"""The household, in memory and in Cognito: who may log in, and in which role."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from smart_door.adapters.household_cognito import CognitoHousehold
from smart_door.domain.errors import InvitationNotSentError, RetryableError
from smart_door.domain.household import Household, Role
from smart_door.domain.refusals import MemberExistsError, MemberNotFoundError
from tests.contract.conftest import Aws
from tests.fakes import InMemoryHousehold


@pytest.fixture(params=["fake", "cognito"])
def household(request: pytest.FixtureRequest) -> Household:
    """The port's two fulfilments; Cognito's with a pool of its own, as template.yaml makes it."""
    if request.param == "fake":
        return InMemoryHousehold()
    aws: Aws = request.getfixturevalue("aws")
    client = aws.client("cognito-idp")
    pool = client.create_user_pool(PoolName="home", UsernameAttributes=["email"])["UserPool"]["Id"]
    for role in Role:
        client.create_group(UserPoolId=pool, GroupName=role.value)
    return CognitoHousehold(client, pool)


@pytest.fixture(params=["fake", "cognito"])
def mute(request: pytest.FixtureRequest) -> tuple[Household, Callable[[], object]]:
    """A household whose invitations cannot be worded, and what puts that right."""
    if request.param == "fake":
        fake = InMemoryHousehold(sends_nothing=True)
        return fake, lambda: setattr(fake, "sends_nothing", False)
    client = request.getfixturevalue("aws").client("cognito-idp")
    nowhere = "arn:aws:lambda:us-east-1:123456789012:function:nowhere"
    pool = client.create_user_pool(
        PoolName="mute", UsernameAttributes=["email"], LambdaConfig={"CustomMessage": nowhere}
    )["UserPool"]["Id"]
    for role in Role:
        client.create_group(UserPoolId=pool, GroupName=role.value)
    repair = partial(client.update_user_pool, UserPoolId=pool, LambdaConfig={})
    return CognitoHousehold(client, pool), repair


def roles(household: Household) -> dict[str, Role]:
    """Everyone's role by e-mail address."""
    return {member.email: member.role for member in household.all()}


def test_members_are_invited_with_their_roles(household: Household) -> None:
    """Given an empty household, when people are invited, then they are listed as such."""
    invited = [household.invite(f"{role}@example.com", role) for role in Role]

    assert sorted(household.all(), key=lambda one: one.email) == sorted(invited, key=lambda one: one.email)
    assert all(member.is_invited for member in invited)


def test_an_address_is_invited_once(household: Household) -> None:
    """Given a member, when the same address is invited again, then their role stays."""
    household.invite("ann@example.com", Role.MEMBER)
    with pytest.raises(MemberExistsError):
        household.invite("ann@example.com", Role.OWNER)
    assert roles(household) == {"ann@example.com": Role.MEMBER}


def test_who_got_no_invitation_is_not_there(mute: tuple[Household, Callable[[], object]]) -> None:
    """Given an invitation that could not be sent, when it is tried again later, then it goes out."""
    household, repair = mute
    for _ in range(2):
        with pytest.raises(InvitationNotSentError) as error:
            household.invite("ann@example.com", Role.MEMBER)
        assert isinstance(error.value, RetryableError)
        assert error.value.code == "UnexpectedLambdaException"
        assert list(household.all()) == []
    repair()
    household.invite("ann@example.com", Role.MEMBER)
    assert roles(household) == {"ann@example.com": Role.MEMBER}


def test_a_role_replaces_the_one_before(household: Household) -> None:
    """Given an owner, when they become a guest and then a member, then that is all they are."""
    ann = household.invite("ann@example.com", Role.OWNER)
    for role in (Role.GUEST, Role.MEMBER, Role.MEMBER):
        household.change_role(ann.member_id, role)
        assert roles(household) == {"ann@example.com": role}


def test_who_is_removed_is_gone(household: Household) -> None:
    """Given two members, when one is removed, then the other is left, and removing again finds nobody."""
    ann, bob = (household.invite(f"{name}@example.com", Role.OWNER) for name in ("ann", "bob"))
    household.remove(ann.member_id)

    assert list(household.all()) == [bob]
    with pytest.raises(MemberNotFoundError):
        household.remove(ann.member_id)
    with pytest.raises(MemberNotFoundError):
        household.change_role(ann.member_id, Role.GUEST)
