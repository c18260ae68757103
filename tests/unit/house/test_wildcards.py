"""No permission covers more than it must: over the template as AWS's translator makes it, in both modes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from emulator.cloudformation.template import load_template
from emulator.cloudformation.transforms import translate_sam
from scripts.local_stack import package
from tests.unit.house.conftest import ROOT

REGION = "us-east-1"

# Actions that no resource can be named for. Source: AWS's Service Authorization Reference.
WITHOUT_A_NAME = {
    "rekognition:DetectFaces": "the picture is in the request, there is no resource",
    "rekognition:CompareFaces": "both pictures are in the request",
    "sns:CheckIfPhoneNumberIsOptedOut": "a telephone number has no ARN",
    "kinesis:ListStreams": "it lists them; Lambda asks for it when an event source mapping is made",
    "xray:PutTraceSegments": "X-Ray has no resource for it",
    "xray:PutTelemetryRecords": "X-Ray has no resource for it",
}
# A text message goes to a telephone number, which has no ARN: everything but topics.
TEXTS = {"Effect": "Allow", "Action": "sns:Publish", "NotResource": "arn:<AWS::Partition>:sns:*:*:*"}

# Names of ours that end in a star.
OF_ANY_NAME = {
    ":streamprocessor/<AWS::StackName>-*": "when DoorId changes, the old door's processor is deleted",
}

# Resource policies that speak to everybody: each forbids something to all, or is limited by its condition.
TO_EVERYBODY = {
    "PhotosBucketPolicy": "denies connections without encryption",
    "SiteBucketPolicy": "denies connections without encryption",
    "FragmentNotificationsPolicy": "allows principals of this account only",
}


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, with where it stands."""

    resource: str
    content: dict[str, Any]

    def strings(self, element: str) -> list[str]:
        """The element's values as text."""
        value = self.content.get(element, [])
        return [_text(item) for item in (value if isinstance(value, list) else [value])]


@cache
def resources(mode: str) -> dict[str, Any]:
    """The translated template's resources (conditions undecided, as there)."""
    template = load_template(package(ROOT / "template.yaml"))
    defaults = {name: str(spec.get("Default", "x")) for name, spec in template["Parameters"].items()}
    # The APIs' documents are files: only their permissions, which are resources of the template, count here.
    for resource in template["Resources"].values():
        resource.get("Properties", {}).pop("DefinitionBody", None)
    translated = translate_sam(template, {**defaults, "FaceSearchMode": mode}, REGION)
    found: dict[str, Any] = translated["Resources"]
    return found


def statements(mode: str, *kinds: str) -> Iterator[Statement]:
    """Every statement of the policies of resources of these types."""
    for name, resource in resources(mode).items():
        if resource["Type"] not in kinds:
            continue
        properties = resource["Properties"]
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", ())]
        documents += [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
        for document in documents:
            found = document["Statement"]
            for content in found if isinstance(found, list) else [found]:
                yield Statement(name, content)


@pytest.fixture(params=["fragments", "stream-processor"])
def mode(request: pytest.FixtureRequest) -> str:
    """A mode of face search."""
    return str(request.param)


def test_no_role_may_do_anything_with_a_star(mode: str) -> None:
    """Actions are named, one by one; whoever adds s3:Get* has to say which."""
    found = list(statements(mode, "AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"))
    assert len(found) > 30
    for statement in found:
        assert statement.content["Effect"] == "Allow"
        assert not [action for action in statement.strings("Action") if "*" in action], statement
        assert "NotAction" not in statement.content


def test_every_resource_is_named_where_aws_allows_a_name(mode: str) -> None:
    """What stands at a star is listed above, with the reason."""
    starred = set()
    for statement in statements(mode, "AWS::IAM::Role"):
        if "NotResource" in statement.content:
            content = {name: _text(value) for name, value in statement.content.items()}
            assert content == TEXTS, statement
        for resource in statement.strings("Resource"):
            if resource == "*":
                starred |= set(statement.strings("Action"))
            else:
                named = resource.removesuffix("/*")  # what is in a bucket
                assert "*" not in named or named.endswith(tuple(OF_ANY_NAME)), resource
    assert starred == WITHOUT_A_NAME.keys()


def test_a_role_is_assumed_by_the_service_that_needs_it(mode: str) -> None:
    """By nobody else, and Rekognition only for this account."""
    for name, resource in resources(mode).items():
        if resource["Type"] != "AWS::IAM::Role":
            continue
        (statement,) = resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        service = statement["Principal"]["Service"]
        expected = "rekognition.amazonaws.com" if name == "StreamProcessorRole" else "lambda.amazonaws.com"
        assert service in (expected, [expected])
        if name == "StreamProcessorRole":
            assert "aws:SourceAccount" in json.dumps(statement["Condition"])


def test_every_function_has_its_own_role_and_no_policy_of_awss(mode: str) -> None:
    """AWS's policies name no resources, and change without asking."""
    functions = {
        name: found for name, found in resources(mode).items() if found["Type"] == "AWS::Lambda::Function"
    }
    roles = {name: _text(found["Properties"]["Role"]) for name, found in functions.items()}
    assert roles == {name: f"<{name}Role.Arn>" for name in functions}
    for resource in resources(mode).values():
        assert not resource.get("Properties", {}).get("ManagedPolicyArns")


def test_a_function_writes_its_own_log_only(mode: str) -> None:
    """The group that its LoggingConfig names."""
    for name, resource in resources(mode).items():
        if resource["Type"] == "AWS::Lambda::Function":
            group = resource["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
            writes = [
                one.strings("Resource")
                for one in statements(mode, "AWS::IAM::Role")
                if one.resource == f"{name}Role" and "logs:PutLogEvents" in one.strings("Action")
            ]
            assert writes == [[f"<{group}.Arn>"]]


def test_no_resource_is_open_to_everybody(mode: str) -> None:
    """Policies of buckets, topics and queues: a principal `*` denies, or is bound to this account."""
    kinds = ("AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy")
    everybody = set()
    for statement in statements(mode, *kinds):
        principal = statement.content["Principal"]
        if principal in ("*", {"AWS": "*"}):
            everybody.add(statement.resource)
            if statement.content["Effect"] == "Allow":
                account = {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}
                assert statement.content["Condition"] == account
        else:
            assert principal["Service"].endswith(".amazonaws.com")
            assert "Condition" in statement.content, f"{statement}: a service acts for whom?"
    assert everybody == TO_EVERYBODY.keys()


def test_a_function_is_called_by_one_rule_topic_or_api(mode: str) -> None:
    """Every permission to invoke says from where."""
    permissions = [one for one in resources(mode).values() if one["Type"] == "AWS::Lambda::Permission"]
    assert len(permissions) >= 5
    for permission in permissions:
        assert "SourceArn" in permission["Properties"], permission


def _text(value: Any) -> str:
    """A value as one text: references in angle brackets."""
    if isinstance(value, str):
        return value.replace("${", "<").replace("}", ">")
    if isinstance(value, dict) and len(value) == 1:
        ((name, argument),) = value.items()
        if name in ("Ref", "Fn::GetAtt"):
            return f"<{argument if isinstance(argument, str) else '.'.join(argument)}>"
        if name == "Fn::Sub" and isinstance(argument, str):
            return _text(argument)
        if name == "Fn::Join":
            return "".join(_text(part) for part in argument[1])
    return json.dumps(value)
