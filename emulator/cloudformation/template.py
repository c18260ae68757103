"""Reads templates: YAML with CloudFormation's tags, or JSON, into plain dicts with `Fn::` keys.

Source: "CloudFormation template sections" and "Intrinsic function reference" of the AWS documentation.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

from emulator.cloudformation.errors import TemplateError

Template = dict[str, Any]

SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Globals",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    }
)
SHORT_FORMS = {"Ref": "Ref", "Condition": "Condition"} | {
    name: f"Fn::{name}"
    for name in (
        "And",
        "Base64",
        "Cidr",
        "Equals",
        "FindInMap",
        "GetAZs",
        "GetAtt",
        "If",
        "ImportValue",
        "Join",
        "Length",
        "Not",
        "Or",
        "Select",
        "Split",
        "Sub",
        "ToJsonString",
        "Transform",
    )
}
_FORMAT_VERSION = "2010-09-09"


class _Loader(yaml.SafeLoader):
    """YAML as CloudFormation reads it: its tags, no duplicate keys, no dates."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen and key != "<<":
                raise TemplateError(
                    f"Template format error: duplicate key '{key}' (line {key_node.start_mark.line + 1})"
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _construct_tag(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if suffix not in SHORT_FORMS:
        raise TemplateError(f"Template format error: unknown tag !{suffix} (line {node.start_mark.line + 1})")
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)  # noqa: S101 - YAML has no fourth kind of node
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {SHORT_FORMS[suffix]: value}


_Loader.add_multi_constructor("!", _construct_tag)
# "2012-10-17" is a policy version, not a date.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_document(text: str) -> Any:
    """Parse YAML or JSON with CloudFormation's tags. Raises TemplateError."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    except yaml.YAMLError as err:
        raise TemplateError(f"Template format error: {err}") from err


def load_template(text: str) -> Template:
    """Parse a template and check its sections. Raises TemplateError with AWS's words."""
    template = load_document(text)
    if not isinstance(template, dict):
        raise TemplateError("Template format error: the template must be a mapping with Resources.")
    version = template.get("AWSTemplateFormatVersion")
    if version not in (None, _FORMAT_VERSION):
        raise TemplateError("Template format error: AWSTemplateFormatVersion must be 2010-09-09.")
    unknown = sorted(str(name) for name in template if name not in SECTIONS)
    if unknown:
        raise TemplateError(f"Invalid template property or properties [{', '.join(unknown)}]")
    _check_resources(template.get("Resources"))
    return template


def transforms(template: Template) -> list[str]:
    """The names in the template's Transform section, in order."""
    declared = template.get("Transform", [])
    names = declared if isinstance(declared, list) else [declared]
    return [name["Name"] if isinstance(name, dict) else str(name) for name in names]


def _check_resources(resources: Any) -> None:
    if not isinstance(resources, dict) or not resources:
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    for name, resource in resources.items():
        if not isinstance(name, str) or not name.isalnum():
            raise TemplateError(f"Template format error: Resource name {name} is non alphanumeric.")
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise TemplateError(f"Template format error: [/Resources/{name}] every resource needs a Type.")
