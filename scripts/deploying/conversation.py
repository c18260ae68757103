"""What deploy and destroy have in common in talking to people: an account, questions, errors, Ctrl-C."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from scripts.deploying.errors import CommandError, UsageError

INTERRUPTED = 130

# The name is part of the login's host name and of a bucket's name; Cognito refuses the three words.
_STACK_NAME = re.compile(r"(?!.*(aws|amazon|cognito))[a-z][a-z0-9-]{0,29}")


@dataclass(frozen=True)
class Account:
    """Whose AWS this is, and where."""

    session: boto3.Session
    account_id: str
    region: str


def account(region: str | None) -> Account:
    """The account of the credentials in use. Raises UsageError where credentials or a region are missing."""
    session = boto3.Session(region_name=region)
    if not session.region_name:
        raise UsageError("no region is set. Give one: --region eu-west-1 (or set AWS_DEFAULT_REGION)")
    try:
        account_id = session.client("sts").get_caller_identity()["Account"]
    except (NoCredentialsError, PartialCredentialsError) as err:
        raise UsageError(
            "no AWS credentials are set. Type: aws configure sso (or set AWS_PROFILE, or AWS_ACCESS_KEY_ID"
            " and AWS_SECRET_ACCESS_KEY)"
        ) from err
    return Account(session, account_id, session.region_name)


def check_stack_name(name: str) -> None:
    """Raise UsageError for a name that some resource of the stack could not be called after."""
    if not _STACK_NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the stack's name: it must be 1 to 30 lower-case letters, digits or dashes,"
            " begin with a letter, and not contain aws, amazon or cognito"
        )


def is_answerable() -> bool:
    """Whether somebody sits at the other end."""
    return sys.stdin.isatty()


def answer(question: str) -> str:
    """What the person types; "" where nothing comes any more."""
    try:
        return input(question)
    except EOFError:
        return ""


def run(command: Callable[[], None], when_interrupted: Callable[[], str]) -> int:
    """Run a command to its exit code, with every failure in words on standard error."""
    try:
        command()
    except KeyboardInterrupt:
        _complain(f"\nStopped. {when_interrupted()}".rstrip())
        return INTERRUPTED
    except CommandError as error:
        _complain(f"smart-door: {error}")
        return error.exit_code
    except (BotoCoreError, ClientError) as error:
        _complain(f"smart-door: AWS does not do what is asked of it: {error}")
        return 1
    return 0


def _complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
