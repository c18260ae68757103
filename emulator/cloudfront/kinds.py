"""The kinds of things that CloudFront keeps: all are a configuration with an id and an ETag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """One kind. `named_by` is where a distribution's behaviours or origins name one of them."""

    name: str
    id_prefix: str
    plural: str
    missing: str
    conflict: str
    in_use: str
    named_by: str = ""

    @property
    def config(self) -> str:
        """The name of its configuration in requests and answers."""
        return f"{self.name}Config"


DISTRIBUTION = Kind(
    "Distribution",
    "E",
    "Distributions",
    "NoSuchDistribution",
    "DistributionAlreadyExists",
    "DistributionNotDisabled",
)
ORIGIN_ACCESS_CONTROL = Kind(
    "OriginAccessControl",
    "E",
    "OriginAccessControls",
    "NoSuchOriginAccessControl",
    "OriginAccessControlAlreadyExists",
    "OriginAccessControlInUse",
    "OriginAccessControlId",
)
RESPONSE_HEADERS_POLICY = Kind(
    "ResponseHeadersPolicy",
    "",
    "ResponseHeadersPolicies",
    "NoSuchResponseHeadersPolicy",
    "ResponseHeadersPolicyAlreadyExists",
    "ResponseHeadersPolicyInUse",
    "ResponseHeadersPolicyId",
)
CACHE_POLICY = Kind(
    "CachePolicy",
    "",
    "CachePolicies",
    "NoSuchCachePolicy",
    "CachePolicyAlreadyExists",
    "CachePolicyInUse",
    "CachePolicyId",
)
ORIGIN_REQUEST_POLICY = Kind(
    "OriginRequestPolicy",
    "",
    "OriginRequestPolicies",
    "NoSuchOriginRequestPolicy",
    "OriginRequestPolicyAlreadyExists",
    "OriginRequestPolicyInUse",
    "OriginRequestPolicyId",
)
KINDS = (DISTRIBUTION, ORIGIN_ACCESS_CONTROL, RESPONSE_HEADERS_POLICY, CACHE_POLICY, ORIGIN_REQUEST_POLICY)

_SECURITY_HEADERS: Mapping[str, Any] = {
    "Name": "Managed-SecurityHeadersPolicy",
    "SecurityHeadersConfig": {
        "XSSProtection": {"Override": False, "Protection": True, "ModeBlock": True},
        "FrameOptions": {"Override": False, "FrameOption": "SAMEORIGIN"},
        "ReferrerPolicy": {"Override": False, "ReferrerPolicy": "strict-origin-when-cross-origin"},
        "ContentTypeOptions": {"Override": True},
        "StrictTransportSecurity": {"Override": False, "AccessControlMaxAgeSec": 31536000},
    },
}


def _origin_request(name: str, headers: Mapping[str, Any], others: str) -> dict[str, Any]:
    return {
        "Name": name,
        "HeadersConfig": headers,
        "CookiesConfig": {"CookieBehavior": others},
        "QueryStringsConfig": {"QueryStringBehavior": others},
    }


# Where a behaviour says Compress, only a policy that takes Accept-Encoding into account lets it.
_COMPRESSED: Mapping[str, Any] = {
    "EnableAcceptEncodingGzip": True,
    "EnableAcceptEncodingBrotli": True,
    "HeadersConfig": {"HeaderBehavior": "none"},
    "CookiesConfig": {"CookieBehavior": "none"},
    "QueryStringsConfig": {"QueryStringBehavior": "none"},
}
_HOST = {"Quantity": 1, "Items": ["host"]}
_CORS = {
    "Quantity": 3,
    "Items": ["origin", "access-control-request-headers", "access-control-request-method"],
}
# AWS's managed policies by id. Source: "Use managed ... policies" of the CloudFront documentation.
MANAGED: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "CachePolicy": {
        "658327ea-f89d-4fab-a63d-7e88639e58f6": {
            "Name": "Managed-CachingOptimized",
            "MinTTL": 1,
            "ParametersInCacheKeyAndForwardedToOrigin": _COMPRESSED,
        },
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": {"Name": "Managed-CachingDisabled", "MinTTL": 0},
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": {
            "Name": "Managed-CachingOptimizedForUncompressedObjects",
            "MinTTL": 1,
        },
    },
    "OriginRequestPolicy": {
        "216adef6-5c7f-47e4-b989-5492eafa07d3": _origin_request(
            "Managed-AllViewer", {"HeaderBehavior": "allViewer"}, "all"
        ),
        "b689b0a8-53d0-40ab-baf2-68738e2966ac": _origin_request(
            "Managed-AllViewerExceptHostHeader", {"HeaderBehavior": "allExcept", "Headers": _HOST}, "all"
        ),
        "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": _origin_request(
            "Managed-CORS-S3Origin", {"HeaderBehavior": "whitelist", "Headers": _CORS}, "none"
        ),
    },
    "ResponseHeadersPolicy": {"67f7725c-6f97-4210-82d7-5512b31e9d03": _SECURITY_HEADERS},
}
