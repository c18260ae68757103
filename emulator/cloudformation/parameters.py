"""The parameters of a stack: defaults, types and constraints.

Source: "CloudFormation template Parameters syntax" of the AWS documentation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.cloudformation.errors import TemplateError
from emulator.cloudformation.template import Template

HIDDEN = "****"

_SSM_VALUE = re.compile(r"AWS::SSM::Parameter::Value<(?P<inner>.+)>")
_SCALAR_TYPES = re.compile(
    r"String|AWS::EC2::[A-Za-z:]+|AWS::Route53::HostedZone::Id|AWS::SSM::Parameter::Name"
)
_LIST_TYPES = re.compile(r"CommaDelimitedList|List<.+>")
_ATTRIBUTES = frozenset(
    {
        "AllowedPattern",
        "AllowedValues",
        "ConstraintDescription",
        "Default",
        "Description",
        "MaxLength",
        "MaxValue",
        "MinLength",
        "MinValue",
        "NoEcho",
        "Type",
    }
)


@dataclass(frozen=True)
class Parameter:
    """One parameter with its value.

    `text` is what the caller gave, `value` what Ref returns: a string or a list of strings.
    """

    name: str
    text: str
    value: str | list[str]
    no_echo: bool

    @property
    def shown(self) -> str:
        """The value as DescribeStacks may show it."""
        return HIDDEN if self.no_echo else self.text


def resolve_parameters(
    template: Template,
    given: Mapping[str, str],
    *,
    previous: Mapping[str, str] | None = None,
    use_previous: frozenset[str] = frozenset(),
    read_ssm: Callable[[str], str] | None = None,
) -> dict[str, Parameter]:
    """Match what the caller gave with what the template declares.

    `use_previous` names parameters whose value is taken from `previous` (UsePreviousValue).
    `read_ssm` reads a Systems Manager parameter for the AWS::SSM::Parameter::Value types.
    Raises TemplateError in AWS's words.
    """
    declared: Mapping[str, Any] = template.get("Parameters") or {}
    unknown = sorted((given.keys() | use_previous) - declared.keys())
    if unknown:
        raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    texts = {name: _text(spec["Default"]) for name, spec in declared.items() if "Default" in spec}
    texts |= {name: (previous or {})[name] for name in use_previous if name in (previous or {})}
    texts |= given
    missing = sorted(declared.keys() - texts.keys())
    if missing:
        raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")
    return {name: _resolve(name, spec, texts[name], read_ssm) for name, spec in declared.items()}


def _resolve(
    name: str, spec: Mapping[str, Any], text: str, read_ssm: Callable[[str], str] | None
) -> Parameter:
    unknown = sorted(spec.keys() - _ATTRIBUTES)
    if unknown:
        raise TemplateError(f"Invalid template parameter property '{unknown[0]}'")
    kind = spec.get("Type")
    if not isinstance(kind, str):
        raise TemplateError(
            f"Template format error: Every Parameters object must contain a Type member ({name})."
        )
    ssm = _SSM_VALUE.fullmatch(kind)
    content = text
    if ssm:
        if read_ssm is None:
            raise TemplateError(f"Parameter {name} reads Systems Manager, which is not available here")
        content, kind = read_ssm(text), ssm["inner"]
    value: str | list[str] = content
    if _LIST_TYPES.fullmatch(kind):
        value = [item.strip() for item in content.split(",")] if content else []
    elif kind != "Number" and not _SCALAR_TYPES.fullmatch(kind):
        raise TemplateError(f"Template format error: Unrecognized parameter type: {kind}")
    for item in value if isinstance(value, list) else [value]:
        _check(name, spec, item, is_number=kind in ("Number", "List<Number>"))
    return Parameter(name, text, value, str(spec.get("NoEcho", "false")).lower() == "true")


def _check(name: str, spec: Mapping[str, Any], value: str, *, is_number: bool) -> None:
    problem = _broken_constraint(spec, value)
    if is_number:
        problem = _number_problem(spec, value) or problem
    if problem:
        explanation = spec.get("ConstraintDescription")
        raise TemplateError(
            f"Parameter {name} failed to satisfy constraint: {explanation}"
            if explanation
            else f"Parameter '{name}' must {problem}"
        )


def _broken_constraint(spec: Mapping[str, Any], value: str) -> str | None:
    allowed = spec.get("AllowedValues")
    if allowed is not None and value not in [_text(item) for item in allowed]:
        return f"be one of AllowedValues [{', '.join(_text(item) for item in allowed)}]"
    if "AllowedPattern" in spec and not re.fullmatch(spec["AllowedPattern"], value):
        return f"match pattern {spec['AllowedPattern']}"
    if "MinLength" in spec and len(value) < int(spec["MinLength"]):
        return f"contain at least {spec['MinLength']} characters"
    if "MaxLength" in spec and len(value) > int(spec["MaxLength"]):
        return f"contain at most {spec['MaxLength']} characters"
    return None


def _number_problem(spec: Mapping[str, Any], value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "be a number"
    if "MinValue" in spec and number < float(spec["MinValue"]):
        return f"be a number not less than {spec['MinValue']}"
    if "MaxValue" in spec and number > float(spec["MaxValue"]):
        return f"be a number not greater than {spec['MaxValue']}"
    return None


def _text(value: Any) -> str:
    """AllowedValues may hold YAML booleans and numbers; parameters are always text."""
    return str(value).lower() if isinstance(value, bool) else str(value)
