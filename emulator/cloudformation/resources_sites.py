"""CloudFront: distributions and the policies they name.

Templates write plain lists where the API wants {Quantity, Items}, and spell a few names in another way;
apart from that the two forms are the same, so the API's own model drives the conversion.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from botocore.model import Shape

from emulator.cloudformation.resource_types import ONE_MACHINE, TAGS, Made, Request, ResourceType, names

_SPELLING = {
    "AcmCertificateArn": "ACMCertificateArn",
    "HTTPPort": "HTTPPort",
    "IPV6Enabled": "IsIPV6Enabled",
    "IamCertificateId": "IAMCertificateId",
    "OriginSSLProtocols": "OriginSslProtocols",
    "SslSupportMethod": "SSLSupportMethod",
}


def _create_distribution(request: Request) -> Made:
    config = _distribution_config(request, str(uuid.uuid4()))
    return _distribution(
        request.call("cloudfront", "CreateDistribution", DistributionConfig=config)["Distribution"]
    )


def _update_distribution(request: Request) -> Made:
    current = request.call("cloudfront", "GetDistributionConfig", Id=request.physical_id)
    config = _distribution_config(request, current["DistributionConfig"]["CallerReference"])
    answer = request.call(
        "cloudfront",
        "UpdateDistribution",
        Id=request.physical_id,
        IfMatch=current["ETag"],
        DistributionConfig=config,
    )
    return _distribution(answer["Distribution"])


def _distribution(described: Mapping[str, Any]) -> Made:
    identity = described["Id"]
    return Made(identity, {"Id": identity, "DomainName": described["DomainName"]})


def _distribution_config(request: Request, reference: str) -> dict[str, Any]:
    given = dict(request.properties["DistributionConfig"])
    given = {"Comment": "", **given, "CallerReference": reference}
    given["DefaultCacheBehavior"] = _behavior(given["DefaultCacheBehavior"])
    given["CacheBehaviors"] = [_behavior(item) for item in given.get("CacheBehaviors", [])]
    given["Origins"] = [_origin(item) for item in given.get("Origins", [])]
    shape = request.client("cloudfront").meta.service_model.shape_for("DistributionConfig")
    config: dict[str, Any] = _for_api(given, shape, request)
    return config


def _behavior(given: Mapping[str, Any]) -> dict[str, Any]:
    behavior = dict(given)
    methods = behavior.pop("AllowedMethods", None)
    cached = behavior.pop("CachedMethods", ["GET", "HEAD"])
    if methods is not None:
        behavior["AllowedMethods"] = {
            "Quantity": len(methods),
            "Items": methods,
            "CachedMethods": {"Quantity": len(cached), "Items": cached},
        }
    return behavior


def _origin(given: Mapping[str, Any]) -> dict[str, Any]:
    origin = dict(given)
    if "CustomOriginConfig" in origin:
        origin["CustomOriginConfig"] = {"HTTPPort": 80, "HTTPSPort": 443, **origin["CustomOriginConfig"]}
    if "S3OriginConfig" in origin:
        origin["S3OriginConfig"] = {"OriginAccessIdentity": "", **origin["S3OriginConfig"]}
    if "OriginCustomHeaders" in origin:
        origin["CustomHeaders"] = origin.pop("OriginCustomHeaders")
    return origin


def _for_api(value: Any, shape: Shape, request: Request) -> Any:
    if shape.type_name == "structure":
        members: Mapping[str, Shape] = shape.members  # type: ignore[attr-defined]  # of StructureShape
        if isinstance(value, list) and "Items" in members:
            items = _for_api(value, members["Items"], request)
            # Items is left out where there are none.
            return {"Quantity": len(items), "Items": items} if items else {"Quantity": 0}
        if not isinstance(value, Mapping):
            raise request.fail(f"{shape.name}: {value!r} is not a map")
        converted: dict[str, Any] = {}
        if "Quantity" in members and isinstance(value.get("Items"), list):
            converted["Quantity"] = len(value["Items"])
        for name, item in value.items():
            api_name = _SPELLING.get(str(name), str(name))
            if api_name not in members:
                raise request.fail(f"the emulator does not have the property {shape.name}.{name}")
            converted[api_name] = _for_api(item, members[api_name], request)
        return converted
    if shape.type_name == "list" and isinstance(value, list):
        member: Shape = shape.member  # type: ignore[attr-defined]  # of ListShape
        return [_for_api(item, member, request) for item in value]
    return value


def _delete_distribution(request: Request) -> None:
    current = request.call("cloudfront", "GetDistributionConfig", Id=request.physical_id)
    tag = current["ETag"]
    if current["DistributionConfig"]["Enabled"]:
        disabled = {**current["DistributionConfig"], "Enabled": False}
        tag = request.call(
            "cloudfront",
            "UpdateDistribution",
            Id=request.physical_id,
            IfMatch=tag,
            DistributionConfig=disabled,
        )["ETag"]
    request.call("cloudfront", "DeleteDistribution", Id=request.physical_id, IfMatch=tag)


def _policy_type(kind: str) -> ResourceType:
    """OriginAccessControl, ResponseHeadersPolicy, CachePolicy, OriginRequestPolicy: one form for all."""
    config_name = f"{kind}Config"

    def config(request: Request) -> Any:
        shape = request.client("cloudfront").meta.service_model.shape_for(config_name)
        return _for_api(request.properties[config_name], shape, request)

    def create(request: Request) -> Made:
        answer = request.call("cloudfront", f"Create{kind}", **{config_name: config(request)})
        identity = answer[kind]["Id"]
        return Made(identity, {"Id": identity})

    def update(request: Request) -> Made:
        request.call(
            "cloudfront",
            f"Update{kind}",
            Id=request.physical_id,
            IfMatch=_etag(request, kind),
            **{config_name: config(request)},
        )
        return Made(request.physical_id, request.attributes)

    def delete(request: Request) -> None:
        request.call("cloudfront", f"Delete{kind}", Id=request.physical_id, IfMatch=_etag(request, kind))

    return ResourceType(
        f"AWS::CloudFront::{kind}", names(config_name), create, delete, update, required=names(config_name)
    )


def _etag(request: Request, kind: str) -> str:
    return str(request.call("cloudfront", f"Get{kind}", Id=request.physical_id)["ETag"])


TYPES = (
    ResourceType(
        "AWS::CloudFront::Distribution",
        names("DistributionConfig"),
        _create_distribution,
        _delete_distribution,
        _update_distribution,
        required=names("DistributionConfig"),
        accepted={"Tags": TAGS, "ContinuousDeploymentPolicyId": ONE_MACHINE},
    ),
    _policy_type("OriginAccessControl"),
    _policy_type("ResponseHeadersPolicy"),
    _policy_type("CachePolicy"),
    _policy_type("OriginRequestPolicy"),
)
