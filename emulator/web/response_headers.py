"""Applies a response headers policy, as "Understand response headers policies" of CloudFront describes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

_FIXED = (
    ("ContentSecurityPolicy", "Content-Security-Policy", "ContentSecurityPolicy"),
    ("FrameOptions", "X-Frame-Options", "FrameOption"),
    ("ReferrerPolicy", "Referrer-Policy", "ReferrerPolicy"),
)


def apply(policy: Mapping[str, Any], response: web.StreamResponse, origin: str | None) -> None:
    """Set and remove headers. `origin` is the request's Origin header."""
    for name in policy.get("RemoveHeadersConfig", {}).get("Items", []):
        response.headers.pop(name["Header"], None)
    for header, value, override in _headers(policy, origin):
        if override or header not in response.headers:
            response.headers[header] = value


def _headers(policy: Mapping[str, Any], origin: str | None) -> Iterator[tuple[str, str, bool]]:
    """Header, value, and whether it replaces one that the origin sent."""
    security = policy.get("SecurityHeadersConfig", {})
    for part, header, key in _FIXED:
        if part in security:
            yield header, str(security[part][key]), bool(security[part]["Override"])
    if "ContentTypeOptions" in security:
        yield "X-Content-Type-Options", "nosniff", bool(security["ContentTypeOptions"]["Override"])
    if "StrictTransportSecurity" in security:
        yield "Strict-Transport-Security", _transport(security["StrictTransportSecurity"]), True
    if "XSSProtection" in security:
        yield "X-XSS-Protection", _xss(security["XSSProtection"]), bool(security["XSSProtection"]["Override"])
    for item in policy.get("CustomHeadersConfig", {}).get("Items", []):
        yield item["Header"], item["Value"], bool(item["Override"])
    if origin and "CorsConfig" in policy:
        yield from _cors(policy["CorsConfig"], origin)


def _transport(config: Mapping[str, Any]) -> str:
    parts = [f"max-age={config['AccessControlMaxAgeSec']}"]
    parts += ["includeSubDomains"] if config.get("IncludeSubdomains") else []
    return "; ".join(parts + (["preload"] if config.get("Preload") else []))


def _xss(config: Mapping[str, Any]) -> str:
    if not config["Protection"]:
        return "0"
    return "1; mode=block" if config.get("ModeBlock") else "1"


def _cors(config: Mapping[str, Any], origin: str) -> Iterator[tuple[str, str, bool]]:
    override = bool(config["OriginOverride"])
    allowed = config["AccessControlAllowOrigins"]["Items"]
    if "*" not in allowed and origin not in allowed:
        return
    yield "Access-Control-Allow-Origin", "*" if "*" in allowed else origin, override
    if config["AccessControlAllowCredentials"]:
        yield "Access-Control-Allow-Credentials", "true", override
    for key, header in (
        ("AccessControlAllowMethods", "Access-Control-Allow-Methods"),
        ("AccessControlAllowHeaders", "Access-Control-Allow-Headers"),
        ("AccessControlExposeHeaders", "Access-Control-Expose-Headers"),
    ):
        if config.get(key, {}).get("Items"):
            yield header, ", ".join(config[key]["Items"]), override
    if "AccessControlMaxAgeSec" in config:
        yield "Access-Control-Max-Age", str(config["AccessControlMaxAgeSec"]), override
