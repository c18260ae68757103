"""Custom resources: a function that is asked, and answers by a PUT to the address it was given."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.conftest import Emulator, start_emulator
from tests.emulator.cloudformation.conftest import OneStack
from tests.emulator.conftest import ROLE, FunctionMaker

ANSWERS = """
import json
import urllib.request

def handler(event, context):
    asked = event["ResourceProperties"]
    if asked.get("Silent"):
        return
    fails = asked.get("Fails") and event["RequestType"] == "Create"
    answer = {
        "Status": "FAILED" if fails else "SUCCESS",
        "Reason": asked.get("Fails", ""),
        "PhysicalResourceId": asked["Id"],
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Seen": event["RequestType"] + " " + json.dumps(asked["Number"])},
    }
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request)
    print("ASKED", event["RequestType"], event.get("PhysicalResourceId"))
"""


@pytest.fixture
def thing(emulator: Emulator, name: str, make_function: FunctionMaker) -> Any:
    """`thing(**properties)`: a template with a custom resource and what it said as an output."""
    make_function(name, ANSWERS)
    token = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"

    def template(**properties: Any) -> dict[str, Any]:
        made = {"ServiceToken": token, "Id": "one", "Number": 7, **properties}
        return {
            "Resources": {"Thing": {"Type": "Custom::Thing", "Properties": made}},
            "Outputs": {
                "Seen": {"Value": {"Fn::GetAtt": ["Thing", "Seen"]}},
                "Id": {"Value": {"Ref": "Thing"}},
            },
        }

    return template


def test_a_custom_resource_is_created_and_its_data_found(stack: OneStack, thing: Any) -> None:
    """Numbers reach the function as text, its Data is found by GetAtt, its id by Ref."""
    assert stack.create(thing()) == "CREATE_COMPLETE"
    assert stack.outputs() == {"Seen": 'Create "7"', "Id": "one"}


def test_a_custom_resource_is_updated(stack: OneStack, thing: Any) -> None:
    """The function is asked again."""
    stack.create(thing())

    assert stack.update(thing(Number=8)) == "UPDATE_COMPLETE"
    assert stack.outputs() == {"Seen": 'Update "8"', "Id": "one"}


def test_a_new_physical_id_deletes_the_old_resource(stack: OneStack, thing: Any, emulator: Emulator) -> None:
    """The function is told to delete the one that it replaced."""
    stack.create(thing())

    stack.update(thing(Id="two"))

    assert stack.outputs()["Id"] == "two"
    log = (emulator.data_dir / "logs" / f"{stack.name}.log").read_text()
    assert "ASKED Delete one" in log


def test_a_new_physical_id_is_taken_back_with_the_update(
    stack: OneStack, thing: Any, emulator: Emulator
) -> None:
    """Given a failure later on, the function is asked to update again, and to delete the second one."""
    stack.create(thing())
    with_failure = thing(Id="two")
    bucket = {"Type": "AWS::S3::Bucket", "DependsOn": "Thing", "Properties": {"BucketName": "x"}}
    with_failure["Resources"]["Broken"] = bucket

    assert stack.update(with_failure) == "UPDATE_ROLLBACK_COMPLETE"

    assert stack.outputs()["Id"] == "one"
    log = (emulator.data_dir / "logs" / f"{stack.name}.log").read_text()
    asked = [line for line in log.splitlines() if line.startswith("ASKED ")]
    assert asked == ["ASKED Create None", "ASKED Update one", "ASKED Update two", "ASKED Delete two"]


def test_a_failed_custom_resource_gives_its_reason(stack: OneStack, thing: Any, emulator: Emulator) -> None:
    """It is in the events; the function is asked to delete what it may have left."""
    assert stack.create(thing(Fails="no such camera")) == "ROLLBACK_COMPLETE"
    assert any("no such camera" in reason for _, reason in stack.history("Thing"))
    log = (emulator.data_dir / "logs" / f"{stack.name}.log").read_text()
    assert "ASKED Delete one" in log


def test_a_silent_function_fails_after_its_time(stack: OneStack, thing: Any) -> None:
    """ServiceTimeout says how long; as it does not answer the deletion either, that has failed too."""
    assert stack.create(thing(Silent="yes", ServiceTimeout=1)) == "ROLLBACK_FAILED"
    assert any("did not receive a response" in reason for _, reason in stack.history("Thing"))


def test_a_stop_does_not_wait_for_a_custom_resource(tmp_path: Path) -> None:
    """The emulator stops at once; started again, the stack has failed and says why."""
    emulator = start_emulator(tmp_path / "data")
    folder = tmp_path / "function"
    folder.mkdir()
    (folder / "app.py").write_text(ANSWERS)
    emulator.client("lambda").create_function(
        FunctionName="silent",
        Runtime="python3.13",
        Role=ROLE,
        Handler="app.handler",
        Code={"S3Bucket": "hot-reload", "S3Key": str(folder)},
    )
    token = "arn:aws:lambda:us-east-1:123456789012:function:silent"
    thing = {"Type": "Custom::Thing", "Properties": {"ServiceToken": token, "Silent": "yes"}}
    template = json.dumps({"Resources": {"Thing": thing}})
    emulator.client("cloudformation").create_stack(StackName="waiting", TemplateBody=template)
    time.sleep(1)

    assert emulator.stop() == 0

    again = start_emulator(tmp_path / "data")
    described = OneStack(again, "waiting").describe()
    again.stop()
    assert described["StackStatus"] in ("CREATE_FAILED", "ROLLBACK_FAILED")
    assert described["StackStatusReason"] == "The emulator was stopped during this operation"


def test_an_answer_that_nobody_waits_for_is_refused(emulator: Emulator) -> None:
    """The address works once."""
    answer = urllib3.request(
        "PUT", f"{emulator.endpoint_url}/custom-resources/guessed", body=b"{}", retries=False
    )

    assert answer.status == 403
