"""Looks at the AWS account and says in plain words what will work, with advice for what will not.

    scripts/doctor                          before a deployment, or after it
    scripts/doctor --mode stream-processor  can this account have stream processors?
    scripts/doctor --json                   for programs

Exit codes: 0 all fine, or warnings only; 1 something does not work; 2 wrong use.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

import boto3
from botocore.exceptions import BotoCoreError

from scripts.doctoring import deployed, face_search, quotas, stack, text_messages
from scripts.doctoring.findings import Finding, Level, Report, as_json, render
from scripts.doctoring.identity import look_at_credentials, look_at_region
from scripts.doctoring.looking import LOOKING_FAILED, Check, Clients, Stack, Subject

__all__ = ["Finding", "Level", "Report", "as_json", "examine", "main", "render"]

MODES = ("fragments", "stream-processor")
_PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")

STACK = Check("stack", "The stack", "cloudformation", stack.look_at_stack)
ACCOUNT = (
    Check("stack name", "The stack's name", "cloudformation", stack.look_at_name),
    Check("mode", "Face search", "rekognition", face_search.look_at_mode),
    Check("text messages", "Text messages", "sns", text_messages.look_at_sandbox),
    Check("sender", "Who text messages come from", "sns", text_messages.look_at_origination_numbers),
    Check("spend limit", "What text messages may cost", "sns", text_messages.look_at_spend_limit),
    Check("functions", "How many functions may run", "lambda", quotas.look_at_functions),
    Check(
        "face search rate", "How often faces may be looked for", "servicequotas", quotas.look_at_rekognition
    ),
)
NAMES = (
    Check("collection", "The face collection", "rekognition", stack.look_at_collection),
    Check("video stream", "The video stream's name", "kinesisvideo", stack.look_at_video_stream_name),
    Check("login", "The login's address", "cognito-idp", stack.look_at_login_address),
)
"""What the stack makes under names of its own: is that there with it, and only with it?"""
DEPLOYED = (
    Check("video", "The video", "kinesisvideo", deployed.look_at_video),
    Check("searching", "Whether faces are searched", "kinesisvideo", deployed.look_at_notifications),
    Check("searching", "Whether faces are searched", "rekognition", deployed.look_at_stream_processor),
    Check("failures", "What failed", "sqs", deployed.look_at_queues),
    Check("pages", "The pages", "s3", deployed.look_at_pages),
    Check("address", "The pages' address", "cloudfront", deployed.look_at_distribution),
    Check("owners", "Who can log in", "cognito-idp", deployed.look_at_owners),
)


def examine(
    session: boto3.Session, stack_name: str, mode: str | None = None, *, owner_phone: str | None = None
) -> Report:
    """Look at the account of the session, in its region.

    `mode` is "fragments" or "stream-processor"; None takes the stack's, or fragments where there is none.
    `owner_phone` (E.164) is the owner's number; None takes the stack's, if it is there.
    Nothing is changed, but see `face_search` for the mode stream-processor. What AWS refuses is a finding and
    raises nothing. `Report.blocking` are the findings that make a deployment fail; `render(report)` is the
    text for people.
    """
    region, stop = (
        look_at_region(session),
        Report(stack_name, mode or MODES[0], session.region_name or "", ()),
    )
    if region.blocks_deployment:
        return replace(stop, findings=(region,))
    clients = Clients(session)
    identity, credentials = look_at_credentials(clients)
    if identity is None:
        return replace(stop, findings=(credentials, region))
    found, not_found = _find_stack(clients, stack_name)
    subject = Subject(
        clients=clients,
        region=session.region_name,
        account_id=identity.account_id,
        stack_name=stack_name,
        mode=mode or (found and found.parameters.get("FaceSearchMode")) or MODES[0],
        owner_phone=owner_phone or (found and found.parameters.get("OwnerPhone")) or "",
        stack=found,
    )
    findings = [credentials, region, *not_found]
    for check in _checks(subject, knows_stack=not not_found):
        findings += check.findings(subject)
    return Report(stack_name, subject.mode, session.region_name, tuple(findings))


def _find_stack(clients: Clients, stack_name: str) -> tuple[Stack | None, list[Finding]]:
    """The stack, if there is one; and why that is not known, if it is not."""
    try:
        return stack.find_stack(clients, stack_name), []
    except LOOKING_FAILED as error:
        return None, [STACK.not_looked(error)]


def _checks(subject: Subject, *, knows_stack: bool) -> Iterator[Check]:
    if knows_stack:
        yield STACK
    yield from ACCOUNT
    if knows_stack:
        yield from NAMES
    if subject.stack is not None and subject.stack.is_complete:
        yield from DEPLOYED


def main(arguments: Sequence[str] | None = None) -> int:
    """Examine and print; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        session = boto3.Session(region_name=options.region)
    except (BotoCoreError, ValueError) as error:  # a profile that is not there, a file that cannot be read
        print(f"doctor: {error}", file=sys.stderr)
        return 2
    report = examine(session, options.stack, options.mode, owner_phone=options.owner_phone)
    print(as_json(report) if options.json else render(report), end="\n" if options.json else "")
    return 1 if report.problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/doctor",
        description="Looks at the AWS account and says in plain words what will work.",
        epilog="Exit code: 0 all fine, or warnings only; 1 something does not work; 2 wrong use.",
    )
    parser.add_argument("--stack", default="smart-door", help="the stack's name (default: %(default)s)")
    parser.add_argument("--region", help="where the stack is, or will be (default: as the AWS CLI is set up)")
    parser.add_argument(
        "--mode", choices=MODES, help="how faces are searched (default: as deployed, or fragments)"
    )
    parser.add_argument(
        "--owner-phone",
        type=_phone_number,
        metavar="NUMBER",
        help="the owner's number, such as +15555550123 (default: as deployed)",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON, for programs")
    return parser


def _phone_number(text: str) -> str:
    if not _PHONE_NUMBER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number such as +15555550123")
    return text


if __name__ == "__main__":
    sys.exit(main())
