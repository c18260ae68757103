"""In which order a stack's resources can be made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from emulator.cloudformation.errors import TemplateError

_SUBSTITUTION = re.compile(r"\$\{([^!}][^}]*)\}")


def references(value: Any) -> Iterator[str]:
    """Every name that Ref, GetAtt or Sub inside `value` points to (also parameters)."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for name, argument in value.items():
            if name == "Ref" and isinstance(argument, str):
                yield argument
            elif name == "Fn::GetAtt":
                yield argument.split(".", 1)[0] if isinstance(argument, str) else str(argument[0])
            elif name == "Fn::Sub":
                yield from _substituted(argument)
            yield from references(argument)


def creation_order(resources: Mapping[str, Any], known: frozenset[str]) -> list[str]:
    """Logical ids, each after all it depends on; otherwise in the order of the template.

    `known` are parameters and pseudo parameters. Raises TemplateError for unknown names and circles.
    """
    sorter: TopologicalSorter[str] = TopologicalSorter()
    unresolved: set[str] = set()
    for logical_id, resource in resources.items():
        explicit = resource.get("DependsOn", [])
        needed = set(references(resource.get("Properties", {})))
        needed |= {explicit} if isinstance(explicit, str) else set(explicit)
        unresolved |= needed - resources.keys() - known
        sorter.add(logical_id, *[name for name in resources if name in needed])
    if unresolved:
        raise TemplateError(
            "Template format error: Unresolved resource dependencies"
            f" [{', '.join(sorted(unresolved))}] in the Resources block of the template"
        )
    try:
        return list(sorter.static_order())
    except CycleError as err:
        circle = ", ".join(sorted(set(err.args[1])))
        raise TemplateError(f"Circular dependency between resources: [{circle}]") from err


def _substituted(argument: Any) -> Iterator[str]:
    text, variables = argument if isinstance(argument, list) else (argument, {})
    for name in _SUBSTITUTION.findall(str(text)):
        if name.strip() not in variables:
            yield name.strip().split(".", 1)[0]
