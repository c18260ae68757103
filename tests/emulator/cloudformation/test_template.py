"""Templates as text: tags, sections and what is refused."""

from __future__ import annotations

import pytest

from emulator.cloudformation.errors import TemplateError
from emulator.cloudformation.template import load_template, transforms


def _with_resource(properties: str) -> str:
    return f"Resources:\n  Thing:\n    Type: AWS::SQS::Queue\n    Properties:\n{properties}"


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref Name", {"Ref": "Name"}),
        ("!GetAtt Queue.Arn", {"Fn::GetAtt": ["Queue", "Arn"]}),
        ("!GetAtt [Queue, Arn]", {"Fn::GetAtt": ["Queue", "Arn"]}),
        ("!Sub '${A}-b'", {"Fn::Sub": "${A}-b"}),
        ("!Join ['-', [a, !Ref B]]", {"Fn::Join": ["-", ["a", {"Ref": "B"}]]}),
        ("!If [C, !Ref AWS::NoValue, 1]", {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, 1]}),
        ("!Base64 text", {"Fn::Base64": "text"}),
    ],
)
def test_a_tag_becomes_its_function(short: str, long: object) -> None:
    """Short forms and long forms are the same."""
    template = load_template(_with_resource(f"      Value: {short}\n"))

    assert template["Resources"]["Thing"]["Properties"]["Value"] == long


def test_a_policy_version_stays_text() -> None:
    """2012-10-17 without quotes is no date."""
    template = load_template(_with_resource("      Version: 2012-10-17\n"))

    assert template["Resources"]["Thing"]["Properties"]["Version"] == "2012-10-17"


def test_json_is_a_template_too() -> None:
    """A JSON template is read."""
    assert load_template('{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}')["Resources"]["Q"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Resources: {}", "At least one Resources member"),
        ("just text", "must be a mapping"),
        ("Resources: [", "Template format error"),
        ("Ressources: {}\nResources: {Q: {Type: T}}", r"\[Ressources\]"),
        ("Resources: {Q: {Typ: T}}", "every resource needs a Type"),
        ("Resources: {Not-Good: {Type: T}}", "non alphanumeric"),
        ("AWSTemplateFormatVersion: 2011-01-01\nResources: {Q: {Type: T}}", "must be 2010-09-09"),
        ("Resources: {Q: {Type: !Nonsense x}}", "unknown tag !Nonsense"),
        ("Resources:\n  Q: {Type: T}\n  Q: {Type: T}", "duplicate key 'Q'"),
        ("Resources: {Q: {Type: !!python/object:os.system x}}", "Template format error"),
    ],
)
def test_what_is_wrong_is_said(text: str, words: str) -> None:
    """A template that cannot be used is refused with its reason."""
    with pytest.raises(TemplateError, match=words):
        load_template(text)


def test_transforms_are_named_in_order() -> None:
    """A transform is a name, a list, or a map with a name."""
    both = "Transform: [AWS::LanguageExtensions, {Name: AWS::Include}]\nResources: {Q: {Type: T}}"

    assert transforms(load_template(both)) == ["AWS::LanguageExtensions", "AWS::Include"]
    assert transforms({}) == []
