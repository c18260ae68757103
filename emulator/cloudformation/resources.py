"""All resource types there are."""

from __future__ import annotations

from emulator.cloudformation import (
    resources_apis,
    resources_functions,
    resources_identity,
    resources_invocations,
    resources_login,
    resources_messaging,
    resources_settings,
    resources_sites,
    resources_storage,
    resources_streams,
)
from emulator.cloudformation.custom_resources import CustomResources
from emulator.cloudformation.errors import ResourceFailedError
from emulator.cloudformation.resource_types import ResourceType

_MODULES = (
    resources_apis,
    resources_functions,
    resources_identity,
    resources_invocations,
    resources_login,
    resources_messaging,
    resources_settings,
    resources_sites,
    resources_storage,
    resources_streams,
)

RESOURCE_TYPES: dict[str, ResourceType] = {kind.name: kind for module in _MODULES for kind in module.TYPES}


def find_resource_type(name: str, custom: CustomResources) -> ResourceType:
    """The type of that name. Raises ResourceFailedError, naming it, if nobody implements it."""
    if name.startswith("Custom::") or name == "AWS::CloudFormation::CustomResource":
        return custom.resource_type(name)
    if name not in RESOURCE_TYPES:
        raise ResourceFailedError(f"{name}: the emulator does not have this resource type")
    return RESOURCE_TYPES[name]
