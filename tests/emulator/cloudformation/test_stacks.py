"""Stacks: created, updated, rolled back and deleted, with everything that AWS tools look at."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Emulator
from tests.emulator.asking import code_of
from tests.emulator.cloudformation.conftest import OneStack

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 45}}
WRONG = {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "red"}}


def test_a_stack_makes_its_resources_and_says_its_outputs(stack: OneStack, emulator: Emulator) -> None:
    """Parameters, conditions, references and attributes arrive where they should."""
    status = stack.create(
        """
        Parameters:
          Seconds: {Type: Number, Default: 30}
          Secret: {Type: String, NoEcho: true, Default: hidden}
        Conditions:
          Never: !Equals [a, b]
        Resources:
          Jobs:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: !Ref Seconds
              RedrivePolicy: {deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 3}
          Failed: {Type: AWS::SQS::Queue}
          Absent: {Type: AWS::SQS::Queue, Condition: Never}
        Outputs:
          Url: {Value: !Ref Jobs, Description: Where jobs are.}
          Arn: {Value: !Sub '${Jobs.Arn}'}
          Nothing: {Value: x, Condition: Never}
        """,
        {"Seconds": "45"},
    )

    assert status == "CREATE_COMPLETE"
    outputs = stack.outputs()
    assert set(outputs) == {"Url", "Arn"}
    attributes = emulator.client("sqs").get_queue_attributes(QueueUrl=outputs["Url"], AttributeNames=["All"])
    assert attributes["Attributes"]["VisibilityTimeout"] == "45"
    assert json.loads(attributes["Attributes"]["RedrivePolicy"])["maxReceiveCount"] == 3
    assert attributes["Attributes"]["QueueArn"] == outputs["Arn"]
    shown = {item["ParameterKey"]: item["ParameterValue"] for item in stack.describe()["Parameters"]}
    assert shown == {"Seconds": "45", "Secret": "****"}
    resources = stack.client.list_stack_resources(StackName=stack.name)["StackResourceSummaries"]
    assert {item["LogicalResourceId"] for item in resources} == {"Jobs", "Failed"}


def test_an_unknown_type_fails_the_stack_and_rolls_it_back(stack: OneStack, emulator: Emulator) -> None:
    """The reason names the type; what was made before has gone."""
    status = stack.create({"Good": QUEUE, "Bad": {"Type": "AWS::EC2::Instance", "DependsOn": "Good"}})

    assert status == "ROLLBACK_COMPLETE"
    assert ("CREATE_FAILED", "AWS::EC2::Instance: the emulator does not have this resource type") in (
        stack.history("Bad")
    )
    assert stack.history("Good")[-1][0] == "DELETE_COMPLETE"
    assert emulator.client("sqs").list_queues(QueueNamePrefix=stack.name).get("QueueUrls", []) == []


def test_an_unknown_property_fails_the_stack(stack: OneStack) -> None:
    """Nothing is silently ignored."""
    assert stack.create({"Bad": WRONG}) == "ROLLBACK_COMPLETE"
    assert "AWS::SQS::Queue: the emulator does not have the property Colour" in stack.history("Bad")[-1][1]


def test_a_failed_call_is_the_reason(stack: OneStack) -> None:
    """What the service said is in the events, with operation and code."""
    stack.create(
        {"Rule": {"Type": "AWS::Events::Rule", "Properties": {"EventBusName": "nobody", "EventPattern": {}}}}
    )

    status, reason = stack.history("Rule")[-1]
    assert status == "CREATE_FAILED"
    assert "PutRule: ResourceNotFoundException" in reason


def test_on_failure_decides_what_remains(stack: OneStack, emulator: Emulator) -> None:
    """DO_NOTHING keeps what was made."""
    status = stack.create({"Good": QUEUE, "Bad": {**WRONG, "DependsOn": "Good"}}, OnFailure="DO_NOTHING")

    assert status == "CREATE_FAILED"
    assert emulator.client("sqs").list_queues(QueueNamePrefix=stack.name)["QueueUrls"]


def test_an_update_touches_only_what_changed(stack: OneStack) -> None:
    """The other resource has no event, and keeps its physical id."""
    stack.create({"Kept": QUEUE, "Changed": QUEUE})
    before = {name: stack.physical_id(name) for name in ("Kept", "Changed")}

    changed = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}}
    assert stack.update({"Kept": QUEUE, "Changed": changed}) == "UPDATE_COMPLETE"

    assert {name: stack.physical_id(name) for name in before} == before
    assert [status for status, _ in stack.history("Kept") if status.startswith("UPDATE")] == []
    assert stack.history("Changed")[-1][0] == "UPDATE_COMPLETE"


def test_a_changed_name_makes_a_new_resource_and_tells_those_who_refer_to_it(
    stack: OneStack, emulator: Emulator
) -> None:
    """The new one first, then whoever uses it, then the old one is deleted."""

    def resources(name: str) -> dict[str, object]:
        queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"{stack.name}-{name}"}}
        where = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Queue"}}}
        return {"Queue": queue, "Where": where}

    stack.create(resources("one"))

    assert stack.update(resources("two")) == "UPDATE_COMPLETE"

    urls = emulator.client("sqs").list_queues(QueueNamePrefix=stack.name)["QueueUrls"]
    assert [url.rpartition("-")[2] for url in urls] == ["two"]
    where = emulator.client("ssm").get_parameter(Name=stack.physical_id("Where"))["Parameter"]["Value"]
    assert where == urls[0]


def test_a_failed_update_brings_everything_back(stack: OneStack, emulator: Emulator) -> None:
    """Changed properties, replaced and new resources: as before, and the template too."""
    stack.create({"Changed": QUEUE, "Replaced": QUEUE})
    replaced = stack.physical_id("Replaced")

    status = stack.update(
        {
            "Changed": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}},
            "Replaced": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"{stack.name}-new"}},
            "New": QUEUE,
            "Bad": {**WRONG, "DependsOn": ["Changed", "Replaced", "New"]},
        }
    )

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    sqs = emulator.client("sqs")
    assert len(sqs.list_queues(QueueNamePrefix=stack.name)["QueueUrls"]) == 2
    assert stack.physical_id("Replaced") == replaced
    got = sqs.get_queue_attributes(
        QueueUrl=stack.physical_id("Changed"), AttributeNames=["VisibilityTimeout"]
    )
    assert got["Attributes"]["VisibilityTimeout"] == "45"
    template = stack.client.get_template(StackName=stack.name)["TemplateBody"]
    assert set(template["Resources"]) == {"Changed", "Replaced"}


def test_a_resource_that_left_the_template_is_deleted(stack: OneStack, emulator: Emulator) -> None:
    """Unless its policy says to keep it."""
    retained = {**QUEUE, "DeletionPolicy": "Retain"}
    stack.create({"Stays": QUEUE, "Goes": QUEUE, "Left": retained})
    left = stack.physical_id("Left")

    stack.update({"Stays": QUEUE})

    urls = emulator.client("sqs").list_queues(QueueNamePrefix=stack.name)["QueueUrls"]
    assert sorted(urls) == sorted([stack.physical_id("Stays"), left])
    emulator.client("sqs").delete_queue(QueueUrl=left)


def test_an_update_without_a_change_is_refused(stack: OneStack) -> None:
    """As AWS says it, which tools look for."""
    stack.create({"Queue": QUEUE})

    with pytest.raises(ClientError, match=r"No updates are to be performed\.") as refused:
        stack.update({"Queue": QUEUE})
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_a_deleted_stack_leaves_nothing_but_its_history(stack: OneStack, emulator: Emulator) -> None:
    """By name it is gone, by id it is told."""
    stack.create({"Queue": QUEUE})
    stack_id = stack.describe()["StackId"]

    assert stack.delete() == "DELETE_COMPLETE"

    assert code_of(stack.describe) == "ValidationError"
    assert stack.describe(stack_id)["StackStatus"] == "DELETE_COMPLETE"
    assert emulator.client("sqs").list_queues(QueueNamePrefix=stack.name).get("QueueUrls", []) == []


def test_a_stack_that_cannot_be_deleted_says_which_resource(stack: OneStack, emulator: Emulator) -> None:
    """A bucket with something in it; once it is empty, it works."""
    stack.create({"Bucket": {"Type": "AWS::S3::Bucket"}})
    s3, bucket = emulator.client("s3"), stack.physical_id("Bucket")
    s3.put_object(Bucket=bucket, Key="a", Body=b"a")

    assert stack.delete() == "DELETE_FAILED"
    assert "BucketNotEmpty" in stack.history("Bucket")[-1][1]

    s3.delete_object(Bucket=bucket, Key="a")
    assert stack.delete() == "DELETE_COMPLETE"


def test_exports_can_be_imported_and_are_protected(stack: OneStack, emulator: Emulator) -> None:
    """An export that another stack uses cannot go."""
    exported = {"Value": "shared value", "Export": {"Name": f"{stack.name}-export"}}
    stack.create({"Resources": {"Queue": QUEUE}, "Outputs": {"Shared": exported}})
    importer = OneStack(emulator, f"{stack.name}-importer")
    value = {"Fn::ImportValue": f"{stack.name}-export"}
    importer.create({"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}})

    found = emulator.client("ssm").get_parameter(Name=importer.physical_id("P"))["Parameter"]["Value"]
    assert found == "shared value"
    assert code_of(lambda: stack.client.delete_stack(StackName=stack.name)) == "ValidationError"

    importer.delete()
    assert stack.delete() == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    "template",
    [
        "Resources: {}",
        "Resources: {A: {Type: T, Properties: {V: !Ref Nobody}}}",
        "not a template",
        "Resources: [",
    ],
)
def test_a_wrong_template_makes_no_stack(stack: OneStack, template: str) -> None:
    """It is refused at once."""
    assert code_of(lambda: stack.create(template)) == "ValidationError"
    assert code_of(stack.describe) == "ValidationError"


def test_errors_have_the_codes_that_aws_gives(stack: OneStack) -> None:
    """Existing, missing, unknown."""
    stack.create({"Queue": QUEUE})

    assert code_of(lambda: stack.create({"Queue": QUEUE})) == "AlreadyExistsException"
    missing = {"StackName": f"{stack.name}-no"}
    assert code_of(lambda: stack.client.get_template(**missing)) == "ValidationError"
    assert (
        code_of(lambda: stack.client.update_stack(TemplateBody="Resources: {}", **missing))
        == "ValidationError"
    )
    assert code_of(lambda: stack.client.detect_stack_drift(StackName=stack.name)) == "InvalidAction"
    assert stack.client.delete_stack(**missing)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_template_in_s3_is_read(stack: OneStack, emulator: Emulator) -> None:
    """TemplateURL, as large templates need it."""
    s3, bucket = emulator.client("s3"), f"{stack.name}-templates"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="t.json", Body=json.dumps({"Resources": {"Queue": QUEUE}}))

    stack.client.create_stack(StackName=stack.name, TemplateURL=f"https://{bucket}.s3.amazonaws.com/t.json")

    assert stack.wait() == "CREATE_COMPLETE"


def test_a_template_can_be_validated(stack: OneStack) -> None:
    """ValidateTemplate says the parameters, or what is wrong."""
    template = (
        "Parameters: {P: {Type: String, Default: a, NoEcho: true}}\nResources: {Q: {Type: AWS::SQS::Queue}}"
    )

    answer = stack.client.validate_template(TemplateBody=template)

    assert answer["Parameters"] == [{"ParameterKey": "P", "DefaultValue": "a", "NoEcho": True}]
    assert code_of(lambda: stack.client.validate_template(TemplateBody="Resources: {}")) == "ValidationError"


def test_roles_and_transforms_need_a_capability(stack: OneStack) -> None:
    """Whoever deploys must have said so."""
    trust = {"Version": "2012-10-17", "Statement": []}
    role: dict[str, Any] = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    named = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": trust, "RoleName": stack.name},
    }
    transformed = {"Transform": "AWS::LanguageExtensions", "Resources": {"Queue": QUEUE}}

    for template, given in (({"R": role}, []), ({"R": named}, ["CAPABILITY_IAM"]), (transformed, [])):
        refused = code_of(lambda t=template, g=given: stack.create(t, Capabilities=g))  # type: ignore[misc]  # bound now
        assert refused == "InsufficientCapabilitiesException"
    assert stack.create({"R": named}, Capabilities=["CAPABILITY_NAMED_IAM"]) == "CREATE_COMPLETE"
