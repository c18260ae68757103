"""Which distribution serves, and what it says about a path. Read through CloudFront's own API."""

from __future__ import annotations

import asyncio
import fnmatch
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from emulator import clients

KEEP_SECONDS = 1.0
_DEFAULT_METHODS = ("GET", "HEAD")
_CODINGS = {"br": "EnableAcceptEncodingBrotli", "gzip": "EnableAcceptEncodingGzip"}
_PolicyReader = Callable[[str, str], Mapping[str, Any]]


@dataclass(frozen=True)
class Behavior:
    """What happens to requests of one path pattern. Policies are their configurations, {} for none.

    `codings` (br, gzip) are what viewers who take them get: behaviour and cache policy both have to want it.
    """

    pattern: str
    origin: Mapping[str, Any]
    methods: tuple[str, ...]
    codings: frozenset[str]
    cache_policy: Mapping[str, Any]
    origin_request_policy: Mapping[str, Any]
    response_headers_policy: Mapping[str, Any]

    def matches(self, path: str) -> bool:
        """Whether the pattern (with * and ?) fits; the slash it begins with may be left out."""
        pattern = self.pattern if self.pattern.startswith(("/", "*")) else f"/{self.pattern}"
        return fnmatch.fnmatchcase(path, pattern.replace("[", "[[]"))


@dataclass(frozen=True)
class Distribution:
    """A distribution as deployed."""

    distribution_id: str
    arn: str
    aliases: tuple[str, ...]
    root_object: str
    behaviors: tuple[Behavior, ...]
    error_responses: Mapping[int, Mapping[str, Any]]

    def behavior(self, path: str) -> Behavior:
        """The first one whose pattern fits; the default one is the last and fits everything."""
        return next(behavior for behavior in self.behaviors if behavior.matches(path))


class Distributions:
    """The enabled distributions, read again when they are older than KEEP_SECONDS."""

    def __init__(self) -> None:
        self._found: list[Distribution] = []
        self._read_at = -KEEP_SECONDS
        self._lock = asyncio.Lock()

    async def find(self, host: str) -> Distribution | None:
        """The distribution with this alias; else the newest one, since all share this machine's address."""
        async with self._lock:
            if time.monotonic() - self._read_at > KEEP_SECONDS:
                self._found = await asyncio.to_thread(_read_all)
                self._read_at = time.monotonic()
        by_alias = [item for item in self._found if host in item.aliases]
        candidates = by_alias or self._found
        return candidates[-1] if candidates else None


def _read_all() -> list[Distribution]:
    cloudfront = clients.client("cloudfront")
    summaries = cloudfront.list_distributions()["DistributionList"].get("Items", [])

    @cache  # behaviours share policies
    def policy(kind: str, identity: str) -> Mapping[str, Any]:
        return _policy(cloudfront, kind, identity)

    return [_read(cloudfront, summary, policy) for summary in summaries if summary["Enabled"]]


def _read(cloudfront: Any, summary: Mapping[str, Any], policy: _PolicyReader) -> Distribution:
    config = cloudfront.get_distribution_config(Id=summary["Id"])["DistributionConfig"]
    origins = {origin["Id"]: origin for origin in config["Origins"]["Items"]}
    default = {**config["DefaultCacheBehavior"], "PathPattern": "*"}
    declared = [*config.get("CacheBehaviors", {}).get("Items", []), default]
    return Distribution(
        distribution_id=summary["Id"],
        arn=summary["ARN"],
        aliases=tuple(config.get("Aliases", {}).get("Items", [])),
        root_object=config.get("DefaultRootObject", ""),
        behaviors=tuple(_behavior(item, origins, policy) for item in declared),
        error_responses={
            item["ErrorCode"]: item for item in config.get("CustomErrorResponses", {}).get("Items", [])
        },
    )


def _behavior(item: Mapping[str, Any], origins: Mapping[str, Any], policy: _PolicyReader) -> Behavior:
    cache_policy = policy("CachePolicy", item.get("CachePolicyId", ""))
    return Behavior(
        pattern=item["PathPattern"],
        origin=origins[item["TargetOriginId"]],
        methods=tuple(item.get("AllowedMethods", {}).get("Items", _DEFAULT_METHODS)),
        codings=frozenset(
            coding for coding, wish in _CODINGS.items() if item.get("Compress") and cache_policy.get(wish)
        ),
        cache_policy=cache_policy,
        origin_request_policy=policy("OriginRequestPolicy", item.get("OriginRequestPolicyId", "")),
        response_headers_policy=policy("ResponseHeadersPolicy", item.get("ResponseHeadersPolicyId", "")),
    )


def _policy(cloudfront: Any, kind: str, identity: str) -> Mapping[str, Any]:
    """The configuration of the policy that a behaviour names; {} for none or one that has gone."""
    if not identity:
        return {}
    read = {
        "CachePolicy": cloudfront.get_cache_policy,
        "OriginRequestPolicy": cloudfront.get_origin_request_policy,
        "ResponseHeadersPolicy": cloudfront.get_response_headers_policy,
    }[kind]
    try:
        config: Mapping[str, Any] = read(Id=identity)[kind][f"{kind}Config"]
    except ClientError:
        return {}
    # A cache policy's headers, cookies and query strings are one level deeper.
    return config.get("ParametersInCacheKeyAndForwardedToOrigin", config) if kind == "CachePolicy" else config
