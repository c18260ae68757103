"""What of a viewer's request reaches a custom origin: the cache policy's and the origin request policy's sum.

Source: "Understand cache policies", "Understand origin request policies" and "HTTP request headers and
CloudFront behavior" of the CloudFront documentation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from multidict import CIMultiDict, MultiMapping

# What always reaches the origin.
_ALWAYS = frozenset({"content-type", "if-match", "if-modified-since", "if-none-match", "if-range", "range"})
_NEVER = frozenset(
    {"connection", "content-length", "expect", "host", "keep-alive", "te", "transfer-encoding", "upgrade"}
)
_ALL = ("allViewer", "allViewerAndWhitelistCloudFront", "allExcept")


def forwarded_headers(
    headers: Iterable[tuple[str, str]], method: str, policies: Iterable[Mapping[str, Any]]
) -> CIMultiDict[str]:
    """The viewer's headers that go on; Authorization, without a policy, only of requests that write."""
    wanted = list(policies)
    kept: CIMultiDict[str] = CIMultiDict()
    for name, value in headers:
        lower = name.lower()
        if lower in _NEVER:
            continue
        writes = lower == "authorization" and method not in ("GET", "HEAD")
        if lower in _ALWAYS or writes or any(_takes(policy, lower) for policy in wanted):
            kept.add(name, value)
    return kept


def forwards_query(name: str, policies: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a query parameter goes on."""
    return any(_selected(policy.get("QueryStringsConfig", {}), "QueryString", name) for policy in policies)


def forwarded_query(query: MultiMapping[str], policies: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The query parameters that go on."""
    wanted = list(policies)
    return [(name, value) for name, value in query.items() if forwards_query(name, wanted)]


def _takes(policy: Mapping[str, Any], header: str) -> bool:
    if header == "cookie":
        behavior = policy.get("CookiesConfig", {}).get("CookieBehavior", "none")
        return bool(behavior == "all")
    return _selected(policy.get("HeadersConfig", {}), "Header", header)


def _selected(config: Mapping[str, Any], what: str, name: str) -> bool:
    """Whether a HeadersConfig or QueryStringsConfig lets `name` through."""
    behavior = config.get(f"{what}Behavior", "none")
    listed = {item.lower() for item in config.get(f"{what}s", {}).get("Items", [])}
    if behavior == "allExcept":
        return name.lower() not in listed
    if behavior == "whitelist":
        return name.lower() in listed
    return behavior in (*_ALL, "all")
