"""Invitations to a user pool: moto sends none, and gives who is invited no password.

AWS: AdminCreateUser in "Amazon Cognito user pools API Reference"; a password that is not given is made up
to the pool's rules, and `MessageAction` RESEND makes another one. The message is that of the pool's
`InviteMessageTemplate`, unless its trigger words another one (emulator.invitations).
"""

from __future__ import annotations

import string
from typing import Any

from emulator.effects import CURRENT, Invitation

_SUBJECT = "Your temporary password"
_MESSAGE = "Your username is {username} and temporary password is {####}."
_SYMBOLS = "!@#$%*+-="
_KINDS = (_SYMBOLS, string.digits, string.ascii_lowercase, string.ascii_uppercase)
_LEAST_LENGTH = 12


def repair() -> None:
    """Put it right in moto."""
    from moto.cognitoidp.models import CognitoIdpBackend, UserStatus

    create = CognitoIdpBackend.admin_create_user

    def create_and_invite(
        self: Any,
        user_pool_id: str,
        username: str,
        message_action: str | None,
        temporary_password: str | None,
        attributes: list[dict[str, str]],
    ) -> Any:
        pool = self.describe_user_pool(user_pool_id)
        password = temporary_password or _password(pool)
        if message_action == "RESEND":  # moto would put another user in the place of the one who is there
            user = self.admin_get_user(user_pool_id, username)
            user.password, user.status = password, UserStatus.FORCE_CHANGE_PASSWORD
        else:
            user = create(self, user_pool_id, username, message_action, password, attributes)
        address = user.attribute_lookup.get("email")
        if message_action != "SUPPRESS" and address:
            CURRENT.effects.happened.append(_invitation(pool, user, username, address))
        return user

    CognitoIdpBackend.admin_create_user = create_and_invite


def _password(pool: Any) -> str:
    """One of every kind of character, however few the pool asks for; the same again when replayed."""
    from moto.moto_api._internal import mock_random

    rules = pool.extended_config.get("Policies", {}).get("PasswordPolicy", {})
    length = max(_LEAST_LENGTH, int(rules.get("MinimumLength", 0)))
    return "".join(mock_random.choice(_KINDS[place % len(_KINDS)]) for place in range(length))


def _invitation(pool: Any, user: Any, login: str, address: str) -> Invitation:
    config = pool.extended_config
    template = config.get("AdminCreateUserConfig", {}).get("InviteMessageTemplate", {})
    return Invitation(
        to=address,
        pool_id=pool.id,
        username=user.username,
        login=login,
        password=user.password,
        attributes={"cognito:user_status": user.status, **user.attribute_lookup},
        subject=template.get("EmailSubject", _SUBJECT),
        message=template.get("EmailMessage", _MESSAGE),
        trigger_arn=config.get("LambdaConfig", {}).get("CustomMessage", ""),
    )
