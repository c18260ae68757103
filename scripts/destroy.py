"""Removes a deployment of Smart Door with everything in it: photos, faces, visits, video, logins, logs, code.

scripts/destroy               says what goes, asks, removes it, and looks whether anything is left
scripts/destroy --yes         for programs
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from scripts.deploying.conversation import Account, account, answer, is_answerable, run
from scripts.deploying.errors import DeclinedError, DeploymentError, UsageError
from scripts.deploying.packaging import bucket_name
from scripts.deploying.progress import Progress
from scripts.deploying.remains import is_checked, is_there, remains, remove_log_groups
from scripts.deploying.removal import (
    GONE,
    Item,
    contents,
    empty,
    empty_buckets,
    items_of,
    stop_backups,
)
from scripts.deploying.stacks import find_stack, follow, newest_event, wait_until_idle

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef, StackTypeDef

_ATTEMPTS = 3
_EPILOG = """\
exit codes: 0 everything is gone, or there was nothing; 1 something is left (it is named), or you said no;
2 wrong use; 130 Ctrl-C
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Destroy; the exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/destroy",
        description="Remove Smart Door from your AWS account, with all photos, faces, visits and video.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--stack", default="smart-door", metavar="NAME", help="the stack's name (default: %(default)s)"
    )
    parser.add_argument("--region", help="the AWS region (default: the one that is configured)")
    parser.add_argument("--yes", action="store_true", help="do not ask: for programs")
    options = parser.parse_args(arguments)
    return run(
        lambda: _destroy(options.stack, options.region, asks=not options.yes),
        lambda: "Some of it may be gone. Type the same again to remove the rest.",
    )


def _destroy(name: str, region: str | None, *, asks: bool) -> None:
    if asks and not is_answerable():
        raise UsageError("nobody can be asked here: give --yes to remove everything without a question")
    where = account(region)
    cloudformation: CloudFormationClient = where.session.client("cloudformation")
    stack = find_stack(cloudformation, name)
    if stack:
        stack = wait_until_idle(
            cloudformation, stack, Progress("Waiting for what CloudFormation does now ...")
        )
    items = items_of(where.session, stack.get("StackId", name)) if stack else []
    code = Item("(code)", "AWS::S3::Bucket", bucket_name(name, where.account_id, where.region))
    if stack is None and not is_there(where.session, code):
        print(f"There is no stack {name} in {where.region} of account {where.account_id}: nothing to remove.")
        return
    print(f"Account {where.account_id}, region {where.region}, stack {name}: this will be removed for good\n")
    for line in contents(where.session, [*items, code]):
        print(f"  {line}")
    print(f"\n  with {len(items)} resources: functions, queues, logs, roles, pages, addresses.\n")
    if asks and answer(f"Type {name} to remove all of this: ").strip() != name:
        raise DeclinedError("nothing was removed")
    if stack:
        _delete(where, cloudformation, stack, items)
        remove_log_groups(where.session, items)
    _remove_code(where, code.physical_id)
    print("\nLooking whether anything is left ...")
    left = remains(where.session, [*items, code])
    if left:
        named = "\n  ".join(left)
        raise DeploymentError(f"this is left; type scripts/destroy again, or remove it yourself:\n  {named}")
    looked_for = sum(map(is_checked, items)) + 1
    print(f"  Nothing: {looked_for} resources were looked for, and all are gone.")
    print("  Metrics and traces stay until AWS drops them; nobody's name, number or face is in them.")


def _delete(
    where: Account, cloudformation: CloudFormationClient, stack: StackTypeDef, items: Sequence[Item]
) -> None:
    """Delete the stack. While functions still ran, a photo may have come after its bucket was emptied."""
    stack_id = stack.get("StackId", stack["StackName"])
    stop_backups(where.session, items)
    failures: dict[str, str] = {}
    progress = Progress()

    def notice(event: StackEventTypeDef) -> None:
        if event.get("ResourceStatus") == "DELETE_FAILED":
            failures[event.get("LogicalResourceId", "")] = event.get("ResourceStatusReason", "")
        progress(event)

    for _ in range(_ATTEMPTS):
        print("\nEmptying the buckets ...")
        print(f"  {empty_buckets(where.session, items)} objects deleted")
        print("\nDeleting the stack (CloudFront takes some minutes) ...", flush=True)
        failures.clear()
        after = newest_event(cloudformation, stack_id)
        cloudformation.delete_stack(StackName=stack_id)
        if follow(cloudformation, stack_id, after, notice)["StackStatus"] == "DELETE_COMPLETE":
            return
    reasons = "; ".join(
        f"{name}: {reason}" for name, reason in failures.items() if name != stack["StackName"]
    )
    raise DeploymentError(
        f"{stack['StackName']} could not be deleted: {reasons or 'CloudFormation gave no reason'}"
    )


def _remove_code(where: Account, bucket: str) -> None:
    s3 = where.session.client("s3")
    empty(s3, bucket)
    try:
        s3.delete_bucket(Bucket=bucket)
    except ClientError as err:
        if err.response["Error"]["Code"] not in GONE:
            raise


if __name__ == "__main__":
    sys.exit(main())
