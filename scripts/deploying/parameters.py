"""The parameters of the template: which there are, and whether values are possible.

Values are checked here so that a wrong one is told in plain words before anything is built; CloudFormation
checks them again. Source of the constraints: "Parameters" in AWS's CloudFormation user guide.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from scripts.deploying.errors import UsageError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef

Ask = Callable[[str], str]

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags, whose contents matter to nobody here."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


@dataclass(frozen=True)
class Parameter:
    """One parameter as the template declares it."""

    name: str
    spec: Mapping[str, Any]

    @property
    def description(self) -> str:
        """What it is for, in the template's words."""
        return str(self.spec.get("Description", "")).strip()

    @property
    def is_required(self) -> bool:
        """Whether somebody must give a value at the first deployment."""
        return "Default" not in self.spec

    def problem(self, value: str) -> str | None:
        """Why the value is not possible, to be read after "must be"; None if it is."""
        spec = self.spec
        fits = True
        if "AllowedValues" in spec:
            fits = value in [str(allowed) for allowed in spec["AllowedValues"]]
        elif spec.get("Type") == "Number":
            fits = bool(_NUMBER.fullmatch(value)) and (
                float(spec.get("MinValue", value)) <= float(value) <= float(spec.get("MaxValue", value))
            )
        else:
            shortest, longest = int(spec.get("MinLength", 0)), int(spec.get("MaxLength", 4096))
            matches = re.fullmatch(str(spec.get("AllowedPattern", ".*")), value, re.DOTALL)
            fits = bool(matches) and shortest <= len(value) <= longest
        return None if fits else self._possible()

    def _possible(self) -> str:
        """Which values are possible, in words."""
        spec = self.spec
        if "AllowedValues" in spec:
            *others, last = [str(value) for value in spec["AllowedValues"]]
            return f"{', '.join(others)} or {last}" if others else last
        if "ConstraintDescription" in spec:
            return str(spec["ConstraintDescription"]).rstrip(".")
        if spec.get("Type") == "Number":
            bounds = [spec.get("MinValue"), spec.get("MaxValue")]
            return "a number" + (f" from {bounds[0]} to {bounds[1]}" if None not in bounds else "")
        if "MaxLength" in spec:
            return f"{spec.get('MinLength', 0)} to {spec['MaxLength']} characters long"
        return f"of the form {spec.get('AllowedPattern')}"


def declared_parameters(template: Path) -> dict[str, Parameter]:
    """The template's parameters by name, in its order."""
    document = yaml.load(template.read_text(), Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    return {name: Parameter(name, spec) for name, spec in document.get("Parameters", {}).items()}


def check(declared: Mapping[str, Parameter], given: Mapping[str, str]) -> None:
    """Raise UsageError, naming every value that is not possible, or a parameter that is not there."""
    problems = []
    for name, value in given.items():
        if name not in declared:
            close = difflib.get_close_matches(name, declared, n=1)
            hint = f"do you mean {close[0]}?" if close else f"there are {', '.join(declared)}."
            problems.append(f"There is no parameter {name}: {hint}")
        elif problem := declared[name].problem(value):
            problems.append(f"{name} cannot be {value!r}: it must be {problem}.")
    if problems:
        raise UsageError("\n  ".join(problems))


def ask_for(parameter: Parameter, ask: Ask, say: Callable[[str], None]) -> str:
    """Ask until the answer is possible."""
    say(parameter.description)
    while True:
        answer = ask(f"  {parameter.name}: ").strip()
        problem = parameter.problem(answer)
        if problem is None:
            return answer
        say(f"  It must be {problem}.")


def request_values(
    declared: Mapping[str, Parameter], given: Mapping[str, str], kept: Mapping[str, str]
) -> list[ParameterTypeDef]:
    """What CloudFormation is asked for: values given now; all others as `kept` by the stack, or defaults."""
    values: list[ParameterTypeDef] = []
    for name in declared:
        if name in given:
            values.append({"ParameterKey": name, "ParameterValue": given[name]})
        elif name in kept:
            values.append({"ParameterKey": name, "UsePreviousValue": True})
    return values
