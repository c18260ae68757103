"""Parameters: defaults, types, constraints."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.cloudformation.errors import TemplateError
from emulator.cloudformation.parameters import resolve_parameters


def _template(**spec: Any) -> dict[str, Any]:
    return {"Parameters": {"P": {"Type": "String", **spec}}}


def test_a_default_counts_until_a_value_is_given() -> None:
    """The default, the value, and the value of the last time."""
    template = _template(Default="a")

    assert resolve_parameters(template, {})["P"].value == "a"
    assert resolve_parameters(template, {"P": "b"})["P"].value == "b"
    kept = resolve_parameters(template, {}, previous={"P": "c"}, use_previous=frozenset({"P"}))
    assert kept["P"].value == "c"


@pytest.mark.parametrize(
    ("spec", "value", "words"),
    [
        ({"AllowedPattern": "[a-z]+"}, "A1", "match pattern"),
        ({"AllowedPattern": "[a-z]+"}, "ok\n", "match pattern"),
        ({"AllowedPattern": "a", "ConstraintDescription": "be an a."}, "b", "be an a."),
        ({"AllowedValues": ["x", 3, True]}, "y", "AllowedValues"),
        ({"MinLength": 3}, "ab", "at least 3 characters"),
        ({"MaxLength": "3"}, "abcd", "at most 3 characters"),
        ({"Type": "Number"}, "many", "be a number"),
        ({"Type": "Number", "MinValue": 2}, "1", "not less than 2"),
        ({"Type": "Number", "MaxValue": 2}, "3", "not greater than 2"),
        ({"Type": "List<Number>"}, "1,x", "be a number"),
        ({"Type": "AWS::Nonsense"}, "1", "Unrecognized parameter type"),
    ],
)
def test_a_broken_constraint_is_named(spec: dict[str, Any], value: str, words: str) -> None:
    """Each constraint refuses what it should."""
    with pytest.raises(TemplateError, match=words):
        resolve_parameters(_template(**spec), {"P": value})


def test_allowed_values_may_be_numbers_and_booleans() -> None:
    """Parameters are text, whatever YAML made of the list."""
    template = _template(AllowedValues=["x", 3, True], Default=True)

    assert resolve_parameters(template, {})["P"].value == "true"
    assert resolve_parameters(template, {"P": "3"})["P"].value == "3"


def test_lists_are_split() -> None:
    """CommaDelimitedList becomes a list without blanks around items."""
    assert resolve_parameters(_template(Type="CommaDelimitedList"), {"P": "a, b"})["P"].value == ["a", "b"]


def test_a_missing_or_an_unknown_parameter_is_refused() -> None:
    """Both are errors in AWS's words."""
    with pytest.raises(TemplateError, match=r"\[P\] must have values"):
        resolve_parameters(_template(), {})
    with pytest.raises(TemplateError, match=r"\[Q\] do not exist"):
        resolve_parameters(_template(Default="a"), {"Q": "1"})


def test_a_secret_parameter_is_not_shown() -> None:
    """NoEcho hides the value."""
    parameter = resolve_parameters(_template(NoEcho=True), {"P": "secret"})["P"]

    assert (parameter.value, parameter.shown) == ("secret", "****")


def test_a_systems_manager_parameter_is_read() -> None:
    """The value is the name there; Ref gets what it says."""
    template = _template(Type="AWS::SSM::Parameter::Value<String>")
    parameter = resolve_parameters(template, {"P": "/a/b"}, read_ssm={"/a/b": "found"}.__getitem__)["P"]

    assert (parameter.text, parameter.value) == ("/a/b", "found")
