"""What a deployment would do to each resource, found without doing it: the changes of a change set.

Source: "DescribeChangeSet" and "ResourceChange" of CloudFormation's API reference. What a resource that is
made anew will be called is not known beforehand; CloudFormation writes the same placeholder for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from emulator.cloudformation.deployment import active_resources
from emulator.cloudformation.errors import TemplateError
from emulator.cloudformation.graph import creation_order
from emulator.cloudformation.intrinsics import Provisioned, Scope
from emulator.cloudformation.models import Resource, Stack
from emulator.cloudformation.preparation import Prepared
from emulator.cloudformation.resource_types import ResourceType

KNOWN_LATER = "{{changeSet:KNOWN_AFTER_APPLY}}"
_ATTRIBUTES = ("DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "Metadata")

FindType = Callable[[str], ResourceType]
_Change = dict[str, Any]


class _KnownLater(Mapping[str, Any]):
    """The attributes of a resource that does not exist yet: all there, none known."""

    def __getitem__(self, _: str) -> str:
        return KNOWN_LATER

    def __contains__(self, _: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def planned_changes(stack: Stack, prepared: Prepared, find_type: FindType) -> list[_Change]:
    """ResourceChange structures: first what is added or modified, in the order of the work, then removals."""
    wanted = active_resources(prepared.template, prepared.scope)
    scope = replace(prepared.scope, resources={}, imported=set())
    known = (
        frozenset(scope.parameters)
        | frozenset(scope.pseudo)
        | {"AWS::NoValue"}
        | prepared.template["Resources"].keys()
    )
    changes = []
    for name in creation_order(wanted, known):
        declared, existing = wanted[name], stack.resources.get(name)
        change = _added(name, declared) if existing is None else None
        if existing:
            before = stack.template.get("Resources", {}).get(name, {})
            change = _modified(existing, before, declared, scope, find_type)
        is_new = change is not None and change.get("Replacement") != "False"
        scope.resources[name] = (
            Provisioned(KNOWN_LATER, _KnownLater())
            if existing is None or is_new
            else Provisioned(existing.ref, existing.attributes)
        )
        if change:
            changes.append(change)
    return changes + [_removed(item) for name, item in stack.resources.items() if name not in wanted]


def _added(name: str, declared: Mapping[str, Any]) -> _Change:
    return {
        "Action": "Add",
        "LogicalResourceId": name,
        "ResourceType": declared["Type"],
        "Scope": [],
        "Details": [],
    }


def _removed(resource: Resource) -> _Change:
    return {
        "Action": "Remove",
        "PolicyAction": resource.deletion_policy,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.type,
        "Scope": [],
        "Details": [],
    }


def _modified(
    existing: Resource,
    before: Mapping[str, Any],
    declared: Mapping[str, Any],
    scope: Scope,
    find_type: FindType,
) -> _Change | None:
    """The change of a resource that is there; None where nothing changes."""
    wanted = _resolved(declared.get("Properties") or {}, scope)
    names = existing.properties.keys() | wanted.keys()
    changed = sorted(name for name in names if existing.properties.get(name) != wanted.get(name))
    attributes = [name for name in _ATTRIBUTES if before.get(name) != declared.get(name)]
    if not changed and not attributes:
        return None
    kind = find_type(existing.type)
    details = [_detail(kind, existing.properties, name, wanted.get(name)) for name in changed]
    effects = {detail["Target"]["RequiresRecreation"] for detail in details}
    replacement = "True" if "Always" in effects else "Conditional" if "Conditionally" in effects else "False"
    if declared["Type"] != existing.type:
        replacement = "True"
    change = {
        "Action": "Modify",
        "LogicalResourceId": existing.logical_id,
        "PhysicalResourceId": existing.physical_id,
        "ResourceType": declared["Type"],
        "Replacement": replacement,
        "Scope": [*(["Properties"] if changed else []), *attributes],
        "Details": details + [_attribute_detail(name) for name in attributes],
    }
    if replacement == "True":
        keeps = existing.replace_policy == "Retain"
        change["PolicyAction"] = "ReplaceAndRetain" if keeps else "ReplaceAndDelete"
    return change


def _resolved(properties: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """The properties without functions; one that cannot be computed yet is known later."""
    found: dict[str, Any] = {}
    for name, value in properties.items():
        try:
            found |= scope.resolve({name: value})
        except TemplateError:  # such as Fn::Select of a list that only the new resource has
            found[name] = KNOWN_LATER
    return found


def _detail(kind: ResourceType, before: Mapping[str, Any], name: str, value: Any) -> _Change:
    is_later = KNOWN_LATER in str(value)
    recreates = kind.replaces({name: before.get(name)}, {name: value})
    recreation = "Never" if not recreates else "Conditionally" if is_later else "Always"
    return {
        "Target": {"Attribute": "Properties", "Name": name, "RequiresRecreation": recreation},
        "Evaluation": "Dynamic" if is_later else "Static",
    }


def _attribute_detail(name: str) -> _Change:
    return {"Target": {"Attribute": name, "RequiresRecreation": "Never"}, "Evaluation": "Static"}
