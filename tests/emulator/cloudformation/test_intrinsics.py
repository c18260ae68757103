"""Intrinsic functions, conditions and the order of creation."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.cloudformation.errors import TemplateError
from emulator.cloudformation.graph import creation_order
from emulator.cloudformation.intrinsics import Provisioned, Scope


def _scope(**conditions: Any) -> Scope:
    return Scope(
        parameters={"Name": "door", "Size": "3", "Many": ["a", "b"]},
        pseudo={"AWS::Region": "us-east-1", "AWS::AccountId": "123456789012"},
        mappings={"Map": {"us-east-1": {"Key": "mapped"}}},
        conditions=conditions,
        resources={"Queue": Provisioned("http://queue", {"Arn": "arn:queue", "Nested.Value": "deep"})},
        exports={"shared": "exported"},
        dynamic=lambda kind, reference: f"<{kind} {reference}>",
    )


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ({"Ref": "Name"}, "door"),
        ({"Ref": "Queue"}, "http://queue"),
        ({"Ref": "AWS::Region"}, "us-east-1"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:queue"),
        ({"Fn::GetAtt": "Queue.Nested.Value"}, "deep"),
        ({"Fn::Sub": "${Name}-${Queue.Arn}-${!Name}-${AWS::Region}"}, "door-arn:queue-${Name}-us-east-1"),
        ({"Fn::Sub": ["${X}/${Name}", {"X": {"Ref": "Size"}}]}, "3/door"),
        ({"Fn::Join": ["-", [1, {"Ref": "Name"}, True]]}, "1-door-true"),
        ({"Fn::Join": [",", {"Ref": "Many"}]}, "a,b"),
        ({"Fn::Select": ["1", {"Ref": "Many"}]}, "b"),
        ({"Fn::Split": ["-", "a-b"]}, ["a", "b"]),
        ({"Fn::Select": [0, {"Fn::Split": ["/", "x/y"]}]}, "x"),
        ({"Fn::FindInMap": ["Map", {"Ref": "AWS::Region"}, "Key"]}, "mapped"),
        ({"Fn::ImportValue": "shared"}, "exported"),
        ({"Fn::Base64": "hi"}, "aGk="),
        ({"Fn::GetAZs": ""}, ["us-east-1a", "us-east-1b", "us-east-1c"]),
        ({"Fn::Length": {"Ref": "Many"}}, 2),
        ({"Fn::ToJsonString": {"a": {"Ref": "Name"}}}, '{"a":"door"}'),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ({"Fn::If": ["Yes", "then", "else"]}, "then"),
        ({"Fn::If": ["No", "then", "else"]}, "else"),
        ("{{resolve:ssm:/a/b}}!", "<ssm /a/b>!"),
        (
            {"Fn::Sub": "{{resolve:secretsmanager:${Name}:SecretString:k}}"},
            "<secretsmanager door:SecretString:k>",
        ),
    ],
)
def test_a_function_resolves(value: Any, resolved: Any) -> None:
    """Each function returns what AWS's does."""
    scope = _scope(Yes={"Fn::Equals": ["a", "a"]}, No={"Fn::Not": [{"Condition": "Yes"}]})

    assert scope.resolve(value) == resolved


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"Ref": "Nobody"}, r"Unresolved resource dependencies \[Nobody\]"),
        ({"Fn::GetAtt": ["Nobody", "Arn"]}, "undefined resource Nobody"),
        ({"Fn::GetAtt": ["Queue", "Colour"]}, "no attribute Colour"),
        ({"Fn::Select": [7, ["a"]]}, "nonexistent value at index 7"),
        ({"Fn::FindInMap": ["Map", "eu-west-1", "Key"]}, "Map::eu-west-1::Key"),
        ({"Fn::ImportValue": "nothing"}, "No export named nothing"),
        ({"Fn::If": ["Unknown", 1, 2]}, "Unresolved condition Unknown"),
        ({"Fn::Cidr": ["10.0.0.0/16", 1, 8]}, "Fn::Cidr is not available"),
        ({"Fn::Join": ["", [{"Ref": "Many"}]]}, "where text is needed"),
        ({"Fn::Equals": [1, 1]}, "belong in Conditions"),
    ],
)
def test_what_cannot_be_resolved_is_said(value: Any, words: str) -> None:
    """A function that leads nowhere names what it wanted."""
    with pytest.raises(TemplateError, match=words):
        _scope().resolve(value)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"Fn::And": [{"Fn::Equals": [1, "1"]}, {"Fn::Equals": ["a", "a"]}]}, True),
        ({"Fn::Or": [{"Fn::Equals": [1, 2]}, {"Fn::Equals": ["a", "a"]}]}, True),
        ({"Fn::Not": [{"Fn::Equals": [{"Ref": "Name"}, ""]}]}, True),
        ({"Fn::And": [{"Fn::Equals": [1, 1]}, {"Fn::Equals": [1, 2]}]}, False),
    ],
)
def test_conditions_hold_or_not(condition: Any, holds: bool) -> None:
    """And, Or, Not and Equals."""
    assert _scope(C=condition).holds("C") is holds


def test_a_condition_that_refers_to_itself_is_refused() -> None:
    """It would never end."""
    with pytest.raises(TemplateError, match="refers to itself"):
        _scope(A={"Condition": "B"}, B={"Condition": "A"}).holds("A")


def test_resources_come_after_what_they_need() -> None:
    """Ref, GetAtt, Sub and DependsOn all count; the rest keeps the template's order."""
    resources = {
        "A": {"Properties": {"V": {"Fn::Sub": "${B.Arn}-${P}-${!C}"}}},
        "B": {"Properties": {"V": [{"Fn::GetAtt": ["D", "Arn"]}]}},
        "C": {"DependsOn": "A", "Properties": {"V": {"Fn::Sub": ["${x}", {"x": {"Ref": "D"}}]}}},
        "D": {},
    }

    order = creation_order(resources, frozenset({"P"}))

    assert order.index("D") < order.index("B") < order.index("A") < order.index("C")


def test_circles_and_unknown_names_are_refused() -> None:
    """Both before anything is made, naming the resources."""
    with pytest.raises(TemplateError, match=r"Circular dependency between resources: \[A, B\]"):
        creation_order({"A": {"Properties": {"V": {"Ref": "B"}}}, "B": {"DependsOn": ["A"]}}, frozenset())
    with pytest.raises(TemplateError, match=r"Unresolved resource dependencies \[Nobody\]"):
        creation_order({"A": {"Properties": {"V": {"Ref": "Nobody"}}}}, frozenset())
