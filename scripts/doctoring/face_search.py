"""Does the account have what the chosen mode of face search needs?

Stream processors are closed to accounts that did not use them before 2026-04-30. No operation tells whether
an account is among those, and what a closed account is answered was not measured: nobody had one. What is
done here: an account that has a stream processor has them. Otherwise one is asked for, with streams, role and
collection that do not exist. If that is refused as forbidden although the caller's policies allow it, the
account is closed; if the request itself is found fault with, it was looked at, so the account is probably
open; and if it is made after all (stopped, which costs nothing), it is deleted at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from botocore.exceptions import ClientError

from scripts.doctoring.findings import Finding, Level
from scripts.doctoring.looking import DENIED, Subject, code_of, message_of

CHECK = "stream processors"
# Refusals of what was asked for, not of the asking.
_FOUND_FAULT = frozenset(
    {
        "InvalidParameterException",
        "ResourceNotFoundException",
        "ValidationException",
        "LimitExceededException",
    }
)
_ADVICE = (
    "Choose the mode fragments, which works in every account and costs less. If you know that the account has"
    " stream processors, scripts/deploy --skip-doctor goes on regardless."
)


def look_at_mode(subject: Subject) -> Iterator[Finding]:
    """Whether the mode does in this account, and what a change of the mode means."""
    deployed = subject.stack.parameters.get("FaceSearchMode", "") if subject.stack else ""
    if deployed and deployed != subject.mode:
        yield Finding(
            "mode",
            Level.WARNING,
            f"The stack runs in the mode {deployed}; a deployment in the mode {subject.mode} changes that.",
            "Visitors, visits and photos stay as they are.",
        )
    if subject.mode == "fragments":
        yield Finding("mode", Level.OK, "The mode fragments works in every account.")
        return
    yield _stream_processors(subject)


def _stream_processors(subject: Subject) -> Finding:
    rekognition = subject.clients("rekognition")
    try:
        existing = rekognition.list_stream_processors(MaxResults=1)["StreamProcessors"]
    except ClientError as error:
        if code_of(error) not in DENIED or _is_by_policy(error, "ListStreamProcessors"):
            raise
        return _closed(f"Rekognition refuses to list them ({code_of(error)})")
    if existing:
        return Finding(CHECK, Level.OK, "This account has stream processors.")
    return _probe(subject)


def _probe(subject: Subject) -> Finding:
    rekognition, name = subject.clients("rekognition"), f"{subject.stack_name}-doctor-{secrets.token_hex(4)}"
    place = f"{subject.region}:{subject.account_id}"
    try:
        rekognition.create_stream_processor(
            Name=name,
            Input={
                "KinesisVideoStream": {"Arn": f"arn:aws:kinesisvideo:{place}:stream/{name}/1000000000000"}
            },
            Output={"KinesisDataStream": {"Arn": f"arn:aws:kinesis:{place}:stream/{name}"}},
            Settings={"FaceSearch": {"CollectionId": name}},
            RoleArn=f"arn:aws:iam::{subject.account_id}:role/{name}",
        )
    except ClientError as error:
        return _told_refusal(error)
    return _remove(subject, name)


def _told_refusal(error: ClientError) -> Finding:
    code = code_of(error)
    if code in _FOUND_FAULT:
        return Finding(
            CHECK,
            Level.OK,
            "This account can probably have stream processors: Rekognition found fault only with the names"
            f" that were made up to ask for one ({code}).",
            "The deployment shows it for certain, and is taken back if it cannot.",
        )
    if code not in DENIED or _is_by_policy(error, "CreateStreamProcessor"):
        raise error
    return _closed(f"Rekognition refuses to create one ({code}), and not because of a policy")


def _is_by_policy(error: ClientError, operation: str) -> bool:
    """Whether IAM refused: it names the action always, and uses the same code as the service."""
    return f"rekognition:{operation}" in message_of(error)


def _closed(why: str) -> Finding:
    return Finding(
        CHECK,
        Level.PROBLEM,
        f"This account can hardly have stream processors in this region: {why}. AWS gives them only to"
        " accounts that used them before 2026-04-30.",
        _ADVICE,
        blocks_deployment=True,
    )


def _remove(subject: Subject, name: str) -> Finding:
    try:
        subject.clients("rekognition").delete_stream_processor(Name=name)
    except ClientError as error:
        return Finding(
            CHECK,
            Level.WARNING,
            "This account can have stream processors. The one made to find out could not be deleted"
            f" ({code_of(error)}); it is stopped and costs nothing.",
            "Delete it:",
            f"aws rekognition delete-stream-processor --name {name} --region {subject.region}",
        )
    return Finding(CHECK, Level.OK, "This account can have stream processors.")
