"""Who asks, and where: nothing else can be looked at before these are right."""

from __future__ import annotations

import re
from dataclasses import dataclass

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
    UnknownRegionError,
)

from scripts.doctoring.findings import Finding, Level
from scripts.doctoring.looking import Clients, code_of, message_of

# Services without which there is no door, and which are not everywhere.
_NEEDED = {"rekognition": "Amazon Rekognition", "kinesisvideo": "Kinesis Video Streams"}
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_INVALID = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"})
_LOGIN = "Log in again (aws sso login, or aws configure with a new access key)."


# Who is not connected should hear that soon.
_BRIEFLY = Config(retries={"mode": "standard", "max_attempts": 2}, connect_timeout=5, read_timeout=10)


@dataclass(frozen=True)
class Identity:
    """Who the credentials say one is."""

    account_id: str
    arn: str


def look_at_region(session: boto3.Session) -> Finding:
    """Whether a region is chosen, and has what a door needs."""
    region = session.region_name
    if not region:
        return _blocking(
            "region",
            "No region is set.",
            "Say one: --region us-east-1, or aws configure set region us-east-1.",
        )
    try:
        partition = session.get_partition_for_region(region)
    except UnknownRegionError:
        return _blocking("region", f"{region} is no AWS region.", "Check its spelling, such as eu-west-1.")
    missing = [
        name
        for service, name in _NEEDED.items()
        if region not in session.get_available_regions(service, partition)
    ]
    if missing:
        return _blocking(
            "region",
            f"{region} has no {' and no '.join(missing)}.",
            "Choose a region that has both, such as us-east-1, us-west-2, eu-west-1 or eu-central-1.",
        )
    return Finding("region", Level.OK, f"The region {region} has Rekognition and Kinesis Video.")


def look_at_credentials(clients: Clients) -> tuple[Identity | None, Finding]:
    """Who one is; None, with the reason, where AWS does not know."""
    try:
        caller = clients("sts", config=_BRIEFLY).get_caller_identity()
    except ClientError as error:
        return None, _refused(error)
    except (NoCredentialsError, PartialCredentialsError) as error:
        return None, _blocking("credentials", f"There are no AWS credentials. {error}", _how_to_get_some())
    except (
        CredentialRetrievalError,
        SSOTokenLoadError,
        TokenRetrievalError,
        UnauthorizedSSOTokenError,
    ) as error:
        return None, _blocking("credentials", f"The AWS credentials cannot be used. {error}", _LOGIN)
    except EndpointConnectionError as error:
        return None, _blocking("credentials", f"AWS cannot be reached. {error}", "Check the connection.")
    except BotoCoreError as error:
        return None, _blocking("credentials", f"AWS cannot be asked. {error}", "Check the AWS configuration.")
    identity = Identity(caller["Account"], caller["Arn"])
    return identity, _told(identity)


def _told(identity: Identity) -> Finding:
    if re.fullmatch(r"arn:[a-z-]+:iam::\d+:root", identity.arn):
        return Finding(
            "credentials",
            Level.WARNING,
            f"Account {identity.account_id}, as its root user, who may do everything.",
            "Make a user of your own in IAM Identity Center, and delete the root user's access keys.",
        )
    return Finding("credentials", Level.OK, f"Account {identity.account_id}, as {identity.arn}.")


def _refused(error: ClientError) -> Finding:
    code = code_of(error)
    if code in _EXPIRED:
        return _blocking("credentials", "The AWS credentials have expired.", _LOGIN)
    if code in _INVALID:
        return _blocking(
            "credentials",
            "AWS does not know these credentials.",
            "Check AWS_ACCESS_KEY_ID, AWS_PROFILE and ~/.aws/credentials, or log in again.",
        )
    return _blocking("credentials", f"AWS refuses the credentials ({code}). {message_of(error)}", _LOGIN)


def _how_to_get_some() -> str:
    return "Type aws configure sso (or aws configure), or set AWS_PROFILE to a profile that you have."


def _blocking(check: str, summary: str, advice: str) -> Finding:
    return Finding(check, Level.PROBLEM, summary, advice, blocks_deployment=True)
