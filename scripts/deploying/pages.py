"""The pages of a deployed stack: uploaded with their configuration, and fetched anew by CloudFront."""

from __future__ import annotations

import uuid
from pathlib import Path

import boto3

from scripts.deploying.stacks import Deployment
from scripts.sites import Published, door_configuration, owner_configuration, publish_sites


def publish(session: boto3.Session, deployment: Deployment, folder: Path) -> Published:
    """Upload what differs; where anything does, have CloudFront forget its copies (within about a minute)."""
    outputs = deployment.outputs
    published = publish_sites(
        session.client("s3"),
        outputs["SiteBucketName"],
        folder,
        {
            "owner": owner_configuration(outputs, session.region_name, outputs["LoginUrl"]),
            "door": door_configuration(outputs),
        },
        is_compressed=True,
    )
    if published:
        session.client("cloudfront").create_invalidation(
            DistributionId=outputs["DistributionId"],
            InvalidationBatch={
                "Paths": {"Quantity": 1, "Items": ["/*"]},  # one path, however many files
                "CallerReference": str(uuid.uuid4()),
            },
        )
    return published
