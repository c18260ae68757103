"""Uploads the pages of a deployed stack, with their configuration, and has CloudFront fetch them anew."""

from __future__ import annotations

import argparse
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.sites import door_configuration, owner_configuration, publish_sites

_SITES = Path(__file__).resolve().parent.parent / "static-sites"


def main(arguments: Sequence[str] | None = None) -> int:
    """Upload; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.publish", description=__doc__)
    parser.add_argument("--stack", default="smart-door", help="the stack's name (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        owner_url, uploaded = _publish(options.stack)
    except (BotoCoreError, ClientError) as error:
        print(f"publish: {error}", file=sys.stderr)
        return 1
    print(f"{uploaded} files uploaded. The owner page is at {owner_url}")
    return 0


def _publish(stack_name: str) -> tuple[str, int]:
    session = boto3.Session()
    stack = session.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    uploaded = publish_sites(
        session.client("s3"),
        outputs["SiteBucketName"],
        _SITES,
        {
            "owner": owner_configuration(outputs, session.region_name, outputs["LoginUrl"]),
            "door": door_configuration(outputs),
        },
    )
    if uploaded:
        session.client("cloudfront").create_invalidation(
            DistributionId=outputs["DistributionId"],
            InvalidationBatch={
                "Paths": {"Quantity": 1, "Items": ["/*"]},
                "CallerReference": str(uuid.uuid4()),
            },
        )
    return outputs["OwnerUrl"], uploaded


if __name__ == "__main__":
    sys.exit(main())
