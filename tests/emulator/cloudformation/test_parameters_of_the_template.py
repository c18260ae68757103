"""No parameter of template.yaml takes a value out of its range: CreateStack says so, and nothing is made."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.cloudformation.parameters import resolve_parameters
from emulator.cloudformation.template import load_template
from scripts.local_stack import package
from tests.conftest import ROOT, Emulator

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
NEEDED = {"OwnerPhone": "+15555550123"}
TEMPLATE = ROOT / "template.yaml"
PARAMETERS: dict[str, Any] = load_template(TEMPLATE.read_text())["Parameters"]

# As small as a template can be: each value is one call.
PARAMETERS_ALONE = json.dumps({"Parameters": PARAMETERS, "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})

# What patterns must not let through: values that people might well type.
NO_MATCH = {
    "DoorId": ["", "Front", "front door", "front/door", "f" * 33, "front\n"],
    "OwnerPhone": ["", "5555550123", "+0555555012", "+1 555 555 0123", "+15555", "+1555555012345678", "tel"],
    "OwnerEmail": ["owner", "owner@example", "ow ner@example.com", "a@b@example.com", " "],
    "SiteUrl": ["example.com", "https://example.com/", "ftp://example.com", "https://"],
    "PhotoOrigin": ["example.com", "https://example.com/photos", "s3://photos"],
}
ODD = ["a b\n", "\u00e4", "x" * 4000, "${AWS::AccountId}"]


def out_of_range() -> Iterator[tuple[str, str]]:
    """Every parameter with values that its constraints exclude."""
    for name, spec in PARAMETERS.items():
        if spec["Type"] == "Number":
            yield from ((name, "many"), (name, ""))
        if "MinValue" in spec:
            yield from ((name, str(spec["MinValue"] - 1)), (name, "-1"))
        if "MaxValue" in spec:
            yield from ((name, str(spec["MaxValue"] + 1)), (name, "1e9"))
        if "MinLength" in spec:
            yield name, "x" * (spec["MinLength"] - 1)
        if "MaxLength" in spec:
            yield name, "x" * (spec["MaxLength"] + 1)
        if "AllowedValues" in spec:
            yield from ((name, "unheard-of"), (name, f"{spec['AllowedValues'][0]} "))
        if "AllowedPattern" in spec:
            odd = [value for value in ODD if not re.fullmatch(spec["AllowedPattern"], value)]
            assert odd, f"{name} takes anything"
            yield from ((name, value) for value in [*NO_MATCH.get(name, ()), *odd])


def in_range() -> Iterator[tuple[str, str]]:
    """The outermost values that are still allowed."""
    for name, spec in PARAMETERS.items():
        for limit in ("MinValue", "MaxValue"):
            if limit in spec:
                yield name, str(spec[limit])
        if "MaxLength" in spec:
            yield name, "x" * spec["MaxLength"]
        yield from ((name, str(value)) for value in spec.get("AllowedValues", ()))


def refusal(emulator: Emulator, body: str, stack: str, parameters: dict[str, str]) -> str:
    """What CloudFormation says against these parameters, before it makes anything."""
    cloudformation = emulator.client("cloudformation")
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    with pytest.raises(ClientError) as refused:
        cloudformation.create_stack(
            StackName=stack, TemplateBody=body, Parameters=given, Capabilities=CAPABILITIES
        )
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    with pytest.raises(ClientError, match="does not exist"):
        cloudformation.describe_stacks(StackName=stack)
    return str(refused.value.response["Error"]["Message"])


def test_every_parameter_is_constrained() -> None:
    """Or else the values that are tried below would leave one out."""
    unconstrained = PARAMETERS.keys() - {name for name, _ in out_of_range()}
    assert unconstrained == set()


@pytest.mark.parametrize(("name", "value"), list(out_of_range()))
def test_a_value_out_of_range_is_refused(emulator: Emulator, name: str, value: str) -> None:
    """With the parameter's name and what it must be, in the template's own words where it has some."""
    said = refusal(emulator, PARAMETERS_ALONE, f"refused-{name}", {**NEEDED, name: value})

    explanation = PARAMETERS[name].get("ConstraintDescription")
    if explanation:
        assert said == f"Parameter {name} failed to satisfy constraint: {explanation}"
    else:
        assert re.match(rf"Parameter '{name}' must (be|contain) .*\w", said)


@pytest.mark.parametrize(("name", "value"), list(in_range()))
def test_the_outermost_values_are_allowed(name: str, value: str) -> None:
    """A limit belongs to its range."""
    resolved = resolve_parameters({"Parameters": PARAMETERS}, {**NEEDED, name: value})
    assert resolved[name].text == value


def test_the_whole_template_is_refused_as_well(emulator: Emulator) -> None:
    """Before it is even translated; and the owner's phone, which alone has no default, is asked for."""
    body = package(TEMPLATE)

    assert refusal(emulator, body, "refused", {}) == "Parameters: [OwnerPhone] must have values"
    said = refusal(emulator, body, "refused", {**NEEDED, "VisitMinutes": "0"})
    assert said == "Parameter 'VisitMinutes' must be a number not less than 1"
