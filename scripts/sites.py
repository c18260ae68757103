"""Publishes the owner and door pages to the site bucket, with the configuration that they read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brotli

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import PutObjectRequestTypeDef

SITES = ("owner", "door", "shared")

# Names carry no hash, so browsers ask each time whether a file changed; CloudFront answers most of that.
# For a service worker it is what lets a new version through.
_CACHE_CONTROL = "no-cache"

# Not what this machine's list of types happens to say.
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True)
class Published:
    """The keys that were written and those that were removed; it is false where nothing was."""

    uploaded: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.uploaded or self.removed)


def publish_sites(
    s3: S3Client,
    bucket: str,
    folder: Path,
    configurations: Mapping[str, Any],
    *,
    is_compressed: bool = False,
) -> Published:
    """Upload every file of `folder`'s sites that is not there yet in that form; remove what it has no more.

    `configurations` maps a site's name to what its config.json says. A page is stored under its folder's
    name too ("owner/"), since CloudFront looks nothing up for an address that ends in a slash. With
    `is_compressed`, texts are stored as Brotli at its best: smaller than what CloudFront makes of them on the
    way, and every browser that has what the pages need takes it over HTTPS.
    """
    files = {
        **dict(_files(folder)),
        **{
            f"{site}/config.json": json.dumps(configuration, indent=2).encode()
            for site, configuration in configurations.items()
        },
    }
    for key in [key for key in files if key.endswith("/index.html")]:
        files[key.removesuffix("index.html")] = files[key]
    texts = {key for key in files if is_compressed and not content_type(key).startswith("image/png")}
    files.update({key: brotli.compress(files[key], mode=brotli.MODE_TEXT) for key in texts})
    stored = _stored(s3, bucket)
    changed = {key: body for key, body in files.items() if stored.get(key) != _digest(body)}
    for key, body in changed.items():
        upload: PutObjectRequestTypeDef = {
            "Bucket": bucket,
            "Key": key,
            "Body": body,
            "ContentType": content_type(key),
            "CacheControl": _CACHE_CONTROL,
        }
        if key in texts:
            upload["ContentEncoding"] = "br"
        s3.put_object(**upload)
    gone = sorted(stored.keys() - files.keys())
    for key in gone:
        s3.delete_object(Bucket=bucket, Key=key)
    return Published(tuple(changed), tuple(gone))


def owner_configuration(outputs: Mapping[str, str], region: str, login_url: str) -> dict[str, Any]:
    """What the owner page needs to know, from the stack's outputs."""
    return {
        "login_url": login_url,
        "client_id": outputs["OwnerPageClientId"],
        "region": region,
        "door_names": {outputs["DoorId"]: outputs["DoorName"]},
    }


def door_configuration(outputs: Mapping[str, str]) -> dict[str, Any]:
    """What the door page needs to know, from the stack's outputs; the greeting is there where one is set."""
    doors = [{"door_id": outputs["DoorId"], "name": outputs["DoorName"]}]
    greeting = outputs.get("Greeting")
    return {"doors": doors, "greeting": greeting} if greeting else {"doors": doors}


def content_type(key: str) -> str:
    """A file's Content-Type, by the name it is stored under: browsers refuse scripts of another."""
    if key.endswith("/"):
        return "text/html; charset=utf-8"
    kind = _TYPES.get(Path(key).suffix, "application/octet-stream")
    return kind if kind.startswith("image/") else f"{kind}; charset=utf-8"


def _stored(s3: S3Client, bucket: str) -> dict[str, str]:
    """Each stored key with its MD5, which is S3's ETag for an object that was put in one piece."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {item["Key"]: item["ETag"].strip('"') for page in pages for item in page.get("Contents", [])}


def _digest(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for site in SITES:
        for path in sorted((folder / site).rglob("*")):
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path.read_bytes()
