"""Replaces what is local in a template (code, layers, included files) by addresses in S3."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from scripts.artefacts import files_of, zip_folder
from scripts.deploying.errors import DeploymentError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType

AddressOf = Callable[[Path], str]

_LOCAL = re.compile(r"(?P<key>\b(?:CodeUri|ContentUri|Location):\s*)(?P<path>[\w./-]+)(?=\s*(?:}|$))", re.M)
_BLOCK_BYTES = 1 << 20


def package(template: Path, address_of: AddressOf) -> str:
    """The template's text with `address_of(absolute path)` for every local folder and file."""
    root = template.resolve().parent
    return _LOCAL.sub(
        lambda match: match["key"] + address_of((root / match["path"]).resolve()), template.read_text()
    )


class CodeBucket:
    """The bucket of a stack's code. A name says the content, so what is there is not uploaded again.

    `account_id` owns the bucket: its name can be guessed, and code must not come from somebody else's.
    """

    def __init__(self, s3: S3Client, stack_name: str, account_id: str, region: str) -> None:
        self._s3 = s3
        self._region = region
        self._account_id = account_id
        self.bucket = bucket_name(stack_name, account_id, region)
        self.used: set[str] = set()
        self.uploaded: list[str] = []

    def ensure(self) -> None:
        """Make the bucket unless it is there. Raises DeploymentError if its name belongs to somebody else."""
        if not self._is_there():
            self._make()

    def _is_there(self) -> bool:
        try:
            self._s3.head_bucket(Bucket=self.bucket, ExpectedBucketOwner=self._account_id)
        except ClientError as err:
            status = err.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 403:
                raise DeploymentError(
                    f"The bucket {self.bucket} may not be used: it belongs to another account, or your"
                    " credentials may not read it. Another --stack gives another name."
                ) from err
            if status != 404:
                raise
            return False
        return True

    def _make(self) -> None:
        region = self._region
        if region == "us-east-1":
            self._s3.create_bucket(Bucket=self.bucket)
        else:
            location: BucketLocationConstraintType = region  # type: ignore[assignment] # a region's name
            self._s3.create_bucket(
                Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": location}
            )
        self._s3.put_public_access_block(
            Bucket=self.bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
        )

    def address_of(self, path: Path) -> str:
        """Upload a folder as a zip, or a file as it is, unless it is there; its address."""
        if not path.exists():
            raise DeploymentError(f"{path} is not there. Type: make build")
        suffix = ".zip" if path.is_dir() else path.suffix
        key = self._place(f"{path.stem}-{_digest(path)}{suffix}", lambda: _content(path))
        return f"s3://{self.bucket}/{key}"

    def template_url(self, text: str) -> str:
        """Upload the packaged template; the address that CloudFormation reads it from."""
        body = text.encode()
        key = self._place(f"template-{hashlib.sha256(body).hexdigest()[:32]}.yaml", lambda: body)
        return f"https://{self.bucket}.s3.{self._region}.amazonaws.com/{key}"

    def prune(self) -> int:
        """Remove what earlier deployments used and this one does not; how many objects."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        stale = [
            item["Key"] for page in pages for item in page.get("Contents", []) if item["Key"] not in self.used
        ]
        for key in stale:
            self._s3.delete_object(Bucket=self.bucket, Key=key, ExpectedBucketOwner=self._account_id)
        return len(stale)

    def _place(self, key: str, body: Callable[[], bytes]) -> str:
        self.used.add(key)
        if not self._has(key):
            self._s3.put_object(
                Bucket=self.bucket, Key=key, Body=body(), ExpectedBucketOwner=self._account_id
            )
            self.uploaded.append(key)
        return key

    def _has(self, key: str) -> bool:
        try:
            self._s3.head_object(Bucket=self.bucket, Key=key, ExpectedBucketOwner=self._account_id)
        except ClientError as err:
            if err.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise
        return True


def bucket_name(stack_name: str, account_id: str, region: str) -> str:
    """The bucket of a stack's code: at most 63 characters, for stack names of at most 30."""
    return f"{stack_name}-code-{account_id}-{region}"


def _digest(path: Path) -> str:
    """Of names and contents."""
    digest = hashlib.sha256()
    for file in files_of(path) if path.is_dir() else (path,):
        name = file.relative_to(path).as_posix() if path.is_dir() else ""
        digest.update(f"{name}\0{file.stat().st_size}\0".encode())
        with file.open("rb") as source:
            while block := source.read(_BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()[:32]


def _content(path: Path) -> bytes:
    return zip_folder(path) if path.is_dir() else path.read_bytes()
