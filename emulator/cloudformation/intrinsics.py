"""Resolves intrinsic functions, conditions and pseudo parameters.

Source: "Intrinsic function reference" and "Pseudo parameters reference" of the AWS documentation.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.cloudformation.errors import TemplateError

NO_VALUE = "AWS::NoValue"

_SUBSTITUTION = re.compile(r"\$\{(!?)([^}]*)\}")
_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]+)\}\}")


class _Nothing:
    """What Ref AWS::NoValue resolves to: the key or item that holds it disappears."""


_NOTHING = _Nothing()


@dataclass(frozen=True)
class Provisioned:
    """A resource as intrinsic functions see it: what Ref returns and what GetAtt finds."""

    ref: str
    attributes: Mapping[str, Any]


@dataclass
class Scope:
    """Everything a template's functions may refer to.

    `resources` grows while a stack is deployed. `dynamic` reads {{resolve:...}} references.
    """

    parameters: Mapping[str, Any]
    pseudo: Mapping[str, Any]
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    resources: dict[str, Provisioned] = field(default_factory=dict)
    exports: Mapping[str, str] = field(default_factory=dict)
    dynamic: Callable[[str, str], str] | None = None
    imported: set[str] = field(default_factory=set)

    def resolve(self, value: Any) -> Any:
        """Return `value` without any function left in it. Raises TemplateError."""
        resolved = self._resolve(value)
        return None if resolved is _NOTHING else resolved

    def holds(self, condition: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a named condition is true."""
        if condition not in self.conditions:
            raise TemplateError(f"Template format error: Unresolved condition {condition}")
        if condition in seen:
            raise TemplateError(f"Template error: the condition {condition} refers to itself")
        return self._condition(self.conditions[condition], seen | {condition})

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._dynamic(value)
        if isinstance(value, list):
            return [item for item in map(self._resolve, value) if item is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref":
                return self._ref(argument)
            if isinstance(name, str) and name.startswith("Fn::"):
                return self._call(name, argument)
        resolved = {key: self._resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _NOTHING}

    def _call(self, name: str, argument: Any) -> Any:
        function = _FUNCTIONS.get(name)
        if function is None:
            raise TemplateError(f"Template error: the function {name} is not available here")
        return function(self, argument)

    def _dynamic(self, text: str) -> str:
        if "{{resolve:" not in text:
            return text
        read = self.dynamic
        if read is None:
            raise TemplateError(f"Template error: dynamic references are not available here: {text}")
        return _DYNAMIC_REFERENCE.sub(lambda match: read(match[1], match[2]), text)

    def _ref(self, name: Any) -> Any:
        if name == NO_VALUE:
            return _NOTHING
        for source in (self.parameters, self.pseudo):
            if name in source:
                return source[name]
        if name in self.resources:
            return self.resources[name].ref
        raise TemplateError(f"Template format error: Unresolved resource dependencies [{name}]")

    def _get_att(self, argument: Any) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        if not isinstance(parts, list) or len(parts) < 2:
            raise TemplateError(f"Template error: Fn::GetAtt needs a resource and an attribute: {argument}")
        logical_id, attribute = str(parts[0]), ".".join(str(self._resolve(part)) for part in parts[1:])
        if logical_id not in self.resources:
            raise TemplateError(
                f"Template error: instance of Fn::GetAtt references undefined resource {logical_id}"
            )
        attributes = self.resources[logical_id].attributes
        if attribute not in attributes:
            raise TemplateError(
                f"Template error: the resource {logical_id} has no attribute {attribute}"
                f" here (it has: {', '.join(sorted(attributes)) or 'none'})"
            )
        return attributes[attribute]

    def _sub(self, argument: Any) -> str:
        text, variables = argument if isinstance(argument, list) else (argument, {})
        if not isinstance(text, str) or not isinstance(variables, dict):
            raise TemplateError("Template error: Fn::Sub takes a string, or a string and a map of variables")

        def replace(match: re.Match[str]) -> str:
            if match[1]:
                return "${" + match[2] + "}"
            name = match[2].strip()
            if name in variables:
                return _as_text(self._resolve(variables[name]))
            return _as_text(self._get_att(name) if "." in name else self._ref(name))

        return self._dynamic(_SUBSTITUTION.sub(replace, text))

    def _join(self, argument: Any) -> str:
        delimiter, items = self._pair("Fn::Join", argument)
        resolved = self._resolve(items)
        if not isinstance(resolved, list):
            raise TemplateError("Template error: Fn::Join takes a delimiter and a list")
        return self._dynamic(str(delimiter).join(_as_text(item) for item in resolved))

    def _select(self, argument: Any) -> Any:
        index, items = (self._resolve(item) for item in self._pair("Fn::Select", argument))
        if not isinstance(items, list) or not 0 <= int(index) < len(items):
            raise TemplateError(
                "Template error: Fn::Select cannot select nonexistent value at index " + str(index)
            )
        return items[int(index)]

    def _split(self, argument: Any) -> list[str]:
        delimiter, text = self._pair("Fn::Split", argument)
        return str(self._resolve(text)).split(str(delimiter))

    def _find_in_map(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) != 3:
            raise TemplateError("Template error: Fn::FindInMap takes a map, a first and a second key")
        name, first, second = (str(self._resolve(item)) for item in argument)
        try:
            return self.mappings[name][first][second]
        except KeyError as err:
            raise TemplateError(
                f"Template error: Unable to get mapping for {name}::{first}::{second}"
            ) from err

    def _if(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) != 3:
            raise TemplateError("Template error: Fn::If takes a condition and two values")
        return self._resolve(argument[1] if self.holds(argument[0]) else argument[2])

    def _import_value(self, argument: Any) -> str:
        name = str(self._resolve(argument))
        if name not in self.exports:
            raise TemplateError(f"No export named {name} found.")
        self.imported.add(name)
        return self.exports[name]

    def _base64(self, argument: Any) -> str:
        return base64.b64encode(str(self._resolve(argument)).encode()).decode()

    def _get_azs(self, argument: Any) -> list[str]:
        region = self._resolve(argument) or self.pseudo["AWS::Region"]
        return [f"{region}{zone}" for zone in "abc"]

    def _length(self, argument: Any) -> int:
        items = self._resolve(argument)
        if not isinstance(items, list):
            raise TemplateError("Template error: Fn::Length takes a list")
        return len(items)

    def _to_json_string(self, argument: Any) -> str:
        return json.dumps(self._resolve(argument), separators=(",", ":"))

    def _boolean(self, argument: Any) -> str:
        raise TemplateError("Template error: And, Or, Not and Equals belong in Conditions")

    @staticmethod
    def _pair(name: str, argument: Any) -> list[Any]:
        if not isinstance(argument, list) or len(argument) != 2:
            raise TemplateError(f"Template error: every {name} object requires two parameters")
        return argument

    def _condition(self, value: Any, seen: frozenset[str]) -> bool:
        """Evaluate a condition expression; `seen` are the named conditions being evaluated."""
        if not isinstance(value, dict) or len(value) != 1:
            raise TemplateError(f"Template error: {value} is not a condition")
        ((name, argument),) = value.items()
        if name == "Condition":
            return self.holds(argument, seen)
        if name == "Fn::Equals":
            left, right = (self._resolve(item) for item in self._pair(name, argument))
            return bool(_as_text(left) == _as_text(right))
        if not isinstance(argument, list):
            raise TemplateError(f"Template error: {name} takes a list of conditions")
        results = (self._condition(item, seen) for item in argument)
        if name == "Fn::Not" and len(argument) == 1:
            return not next(results)
        if name == "Fn::And":
            return all(results)
        if name == "Fn::Or":
            return any(results)
        raise TemplateError(f"Template error: {name} is not a condition function")


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dict, list)):
        raise TemplateError("Template error: a list or a map stands where text is needed")
    return str(value)


_FUNCTIONS: dict[str, Callable[[Scope, Any], Any]] = {
    # The methods are private to callers, not to this table.
    "Fn::And": Scope._boolean,
    "Fn::Base64": Scope._base64,
    "Fn::Equals": Scope._boolean,
    "Fn::FindInMap": Scope._find_in_map,
    "Fn::GetAZs": Scope._get_azs,
    "Fn::GetAtt": Scope._get_att,
    "Fn::If": Scope._if,
    "Fn::ImportValue": Scope._import_value,
    "Fn::Join": Scope._join,
    "Fn::Length": Scope._length,
    "Fn::Not": Scope._boolean,
    "Fn::Or": Scope._boolean,
    "Fn::Select": Scope._select,
    "Fn::Split": Scope._split,
    "Fn::Sub": Scope._sub,
    "Fn::ToJsonString": Scope._to_json_string,
}
