"""The AWS CLI deploys a stack, which nobody here wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import CREDENTIALS, Emulator
from tests.emulator.cloudformation.conftest import OneStack

TEMPLATE = """
Parameters:
  Seconds: {Type: Number, Default: 20}
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: !Ref Seconds}
Outputs:
  Url: {Value: !Ref Jobs}
"""


def _aws(emulator: Emulator, *arguments: str) -> str:
    program = Path(sys.executable).parent / "aws"
    environment = {name.upper(): value for name, value in CREDENTIALS.items()}
    finished = subprocess.run(
        [program, "--endpoint-url", emulator.endpoint_url, "--output", "json", "cloudformation", *arguments],
        env={**os.environ, **environment, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_the_aws_cli_deploys_and_deletes(emulator: Emulator, stack: OneStack, tmp_path: Path) -> None:
    """deploy makes a change set, which is executed; then describe-stacks, list-stacks and delete-stack."""
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE)

    options = ["--parameter-overrides", "Seconds=30", "--no-execute-changeset"]  # its waiting takes 30 s
    said = _aws(emulator, "deploy", "--stack-name", stack.name, "--template-file", str(file), *options)
    change_set = next(word for word in said.split() if ":changeSet/" in word)
    _aws(emulator, "execute-change-set", "--change-set-name", change_set)
    assert stack.wait() == "CREATE_COMPLETE"
    described = json.loads(_aws(emulator, "describe-stacks", "--stack-name", stack.name))

    assert described["Stacks"][0]["Outputs"][0]["OutputKey"] == "Url"
    assert stack.name in _aws(emulator, "list-stacks")
    stack_id = stack.describe()["StackId"]
    _aws(emulator, "delete-stack", "--stack-name", stack.name)
    assert stack.wait(stack_id) == "DELETE_COMPLETE"
