"""`python -m emulator` as a person uses it, and the AWS CLI against it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from emulator.coverage import coverage_table
from tests.conftest import start_emulator
from tests.ports import free_port

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m emulator` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "emulator", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, **environment},
        check=False,
    )


def test_help_says_how_clients_reach_it() -> None:
    """--help names every option and what a client must be told."""
    answer = run("--help")
    assert answer.returncode == 0
    for word in (
        "--port",
        "--web-port",
        "--data",
        "--fresh",
        "--operations",
        "AWS_ENDPOINT_URL",
        "us-east-1",
    ):
        assert word in answer.stdout


def test_profiles_and_proxies_of_this_machine_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who works with AWS has a profile and a proxy: a stack comes up all the same."""
    with monkeypatch.context() as this_machine:
        this_machine.setenv("AWS_PROFILE", "work")
        this_machine.setenv("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:9")
        this_machine.setenv("http_proxy", "http://127.0.0.1:9")
        emulator = start_emulator(tmp_path / "data")
    try:
        parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "here"}}
        cloudformation = emulator.client("cloudformation")
        cloudformation.create_stack(
            StackName="home", TemplateBody=json.dumps({"Resources": {"Parameter": parameter}})
        )
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName="home", WaiterConfig={"Delay": 1, "MaxAttempts": 240}
        )
    finally:
        emulator.stop()


@pytest.mark.parametrize("option", ["--port", "--web-port"])
def test_a_taken_port_is_one_clear_line(tmp_path: Path, option: str) -> None:
    """Another program has the port: exit code 2, one line, no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port, free = taken.getsockname()[1], free_port()
        second = "--web-port" if option == "--port" else "--port"
        answer = run(option, str(port), second, str(free), "--data", str(tmp_path))
    assert answer.returncode == 2
    assert (
        answer.stderr
        == f"emulator: port {port} is taken by another program; choose another one with {option}\n"
    )


@pytest.mark.parametrize("folder", [".", "/", str(ROOT.parent)])
def test_a_folder_of_other_files_is_not_taken(folder: str) -> None:
    """--data of the folder one is in, of the home or above: refused before anything is touched."""
    answer = run("--fresh", "--data", folder)
    assert answer.returncode == 2
    assert answer.stderr == (
        f"emulator: {Path(folder).expanduser().resolve()} holds other files;"
        " choose a new or empty folder with --data\n"
    )


def test_an_interrupt_while_it_starts_is_no_error(tmp_path: Path) -> None:
    """Ctrl-C in the first second: it ends without a traceback."""
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "emulator", "--data", str(tmp_path / "data")],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    imported: list[str] = []
    try:
        for line in process.stderr:
            imported.append(line.split()[-1])
            if imported[-1] == "botocore":  # it is at the services now
                process.send_signal(signal.SIGINT)
                break
        _, rest = process.communicate(timeout=120)
    finally:
        process.kill()
        process.wait()
    assert "emulator.starting" in imported
    assert process.returncode == 0
    assert "Traceback" not in rest


def test_both_ports_must_differ(tmp_path: Path) -> None:
    """Said before anything starts, and not as if another program had the port."""
    answer = run("--port", "4566", "--web-port", "4566", "--data", str(tmp_path / "data"))
    assert answer.returncode == 2
    assert "are both 4566: give them different ports" in answer.stderr
    assert not (tmp_path / "data").exists()


def test_a_folder_has_one_emulator(emulator: Any) -> None:
    """A second one on the same data is refused in one line."""
    ports = ["--port", str(free_port()), "--web-port", str(free_port())]
    answer = run(*ports, "--data", str(emulator.data_dir))
    assert answer.returncode == 2
    assert answer.stderr.endswith("is used by another emulator; choose another folder with --data\n")
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_that_is_none_is_wrong_use(tmp_path: Path, port: str) -> None:
    """Exit code 2 and the reason."""
    answer = run("--port", port, "--data", str(tmp_path))
    assert answer.returncode == 2
    assert "--port" in answer.stderr


def test_a_port_of_the_environment_that_is_none_is_wrong_use_too(tmp_path: Path) -> None:
    """PORT and WEB_PORT are read like the options."""
    assert run("--data", str(tmp_path), PORT="nonsense").returncode == 2


def test_operations_prints_the_table_of_what_is_there() -> None:
    """The coverage table comes from the services, so it cannot lie."""
    table = coverage_table()
    assert run("--operations").stdout == table
    assert "| lambda | Invoke |" in table
    assert "PutItem" in table


def aws(emulator: Any, *arguments: str) -> Any:
    """Run the AWS CLI against the emulator and return its JSON."""
    command = Path(sys.executable).with_name("aws")
    answer = subprocess.run(
        [
            str(command),
            "--endpoint-url",
            emulator.endpoint_url,
            "--region",
            "us-east-1",
            "--output",
            "json",
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_PAGER": ""},
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout) if answer.stdout.strip().startswith(("{", "[")) else answer.stdout


def test_the_aws_cli_works(emulator: Any, make_function: Any, name: str, tmp_path: Path) -> None:
    """A handful of commands of AWS's own tool: REST-XML, JSON, query, REST-JSON."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"photo")
    aws(emulator, "s3", "mb", f"s3://{name}")
    aws(emulator, "s3", "cp", str(photo), f"s3://{name}/photos/one.jpg")
    assert "photos/one.jpg" in aws(emulator, "s3", "ls", f"s3://{name}", "--recursive")
    topic = aws(emulator, "sns", "create-topic", "--name", name)["TopicArn"]
    assert aws(emulator, "sns", "publish", "--topic-arn", topic, "--message", "hello")["MessageId"]
    aws(emulator, "kinesis", "create-stream", "--stream-name", name, "--shard-count", "1")
    make_function(name, "def handler(event, context): return {'hello': event['who']}")
    answer = tmp_path / "answer.json"
    aws(
        emulator, "lambda", "invoke", "--function-name", name, "--payload", '{"who": "door"}', str(answer)
    )  # fmt: skip
    assert json.loads(answer.read_text()) == {"hello": "door"}
