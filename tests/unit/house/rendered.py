"""template.yaml as one mode deploys it: conditions decided, names in the place of what is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

STACK = "home"
_REFERENCE = re.compile(r"\$\{([^}!]+)\}")

Template = Mapping[str, Any]


class Rendered:
    """Values of a template in a mode. A resource reads <LogicalId>, its attributes <LogicalId.Attribute>."""

    def __init__(self, template: Template, mode: str) -> None:
        self.parameters = {
            name: str(spec.get("Default", f"<{name}>")) for name, spec in template["Parameters"].items()
        }
        self.parameters["FaceSearchMode"] = mode
        self.conditions = template["Conditions"]
        self.resources: dict[str, Any] = {
            name: resource
            for name, resource in template["Resources"].items()
            if "Condition" not in resource or self.holds(resource["Condition"])
        }

    def of_type(self, kind: str) -> dict[str, Any]:
        """The properties, with values, of all resources of a type, by logical id."""
        found = {k: self.value(r["Properties"]) for k, r in self.resources.items() if r["Type"] == kind}
        assert found, f"no {kind} in the template"
        return found

    def value(self, source: Any) -> Any:
        """A value with its intrinsic functions worked out."""
        if isinstance(source, list):
            return [self.value(item) for item in source]
        if not isinstance(source, dict):
            return source
        if len(source) == 1:
            ((name, argument),) = source.items()
            if name == "Ref":
                return self._named(argument)
            if name == "Fn::GetAtt":
                return self._named(argument if isinstance(argument, str) else ".".join(argument))
            if name == "Fn::Sub":
                return self._sub(argument)
            if name == "Fn::If":
                return self.value(argument[1] if self.holds(argument[0]) else argument[2])
        return {key: self.value(item) for key, item in source.items()}

    def holds(self, condition: str) -> bool:
        """Whether a condition is true here."""
        return self._decide(self.conditions[condition])

    def _decide(self, source: Mapping[str, Any]) -> bool:
        ((name, argument),) = source.items()
        if name == "Fn::Not":
            return not self._decide(argument[0])
        assert name == "Fn::Equals", name
        left, right = self.value(argument)
        return bool(left == right)

    def _sub(self, argument: Any) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else argument
        values = {name: self.value(value) for name, value in variables.items()}
        return _REFERENCE.sub(lambda found: values.get(found[1]) or self._variable(values, found[1]), text)

    def _variable(self, values: Mapping[str, str], name: str) -> str:
        return values[name] if name in values else self._named(name)

    def _named(self, name: str) -> str:
        if name == "AWS::StackName":
            return STACK
        if name in self.parameters:
            return self.parameters[name]
        if not name.startswith("AWS::"):
            assert name.partition(".")[0] in self.resources, f"{name} is not there in this mode"
        return f"<{name}>"
