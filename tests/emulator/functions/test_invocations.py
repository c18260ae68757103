"""What an invocation answers: success, errors, time-outs, crashes, and what runs around them."""

from __future__ import annotations

import base64
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.emulator.asking import code_of, eventually, make_queue, queued, runs

HANDLER = """
import os, signal, subprocess, sys, time
STARTED = time.time()
def handler(event, context):
    print("asked for", event["do"])
    if event["do"] == "raise": raise ValueError("boom")
    if event["do"] == "exit": os._exit(3)
    if event["do"] == "kill": os.kill(os.getpid(), signal.SIGKILL)
    if event["do"] == "sleep": time.sleep(event.get("seconds", 30))
    if event["do"] == "big": return "x" * 7_000_000
    if event["do"] == "leave a child":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        os.write(1, f"child {child.pid}\\n".encode()); os._exit(1)
    return {"pid": os.getpid(), "started": STARTED, "left": context.get_remaining_time_in_millis(),
            "arn": context.invoked_function_arn, "id": context.aws_request_id, "do": event["do"],
            "client": context.client_context and context.client_context.custom}
"""


def ask(client: Any, name: str, do: str, **event: Any) -> tuple[str | None, Any]:
    """FunctionError and payload of an invocation."""
    answer = client.invoke(FunctionName=name, Payload=json.dumps({"do": do, **event}))
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


def test_a_worker_stays_warm(emulator: Any, name: str, make_function: Any) -> None:
    """The same process answers again, with the context that AWS gives."""
    make_function(name, HANDLER, Timeout=7)
    client = emulator.client("lambda")
    _, first = ask(client, name, "greet")
    _, second = ask(client, name, "greet")
    assert first["pid"] == second["pid"]
    assert first["id"] != second["id"]
    assert first["arn"].endswith(f":function:{name}")
    assert 5000 < second["left"] <= 7000


def test_an_exception_is_an_unhandled_function_error(emulator: Any, name: str, make_function: Any) -> None:
    """Status 200, FunctionError, and AWS's payload; the worker goes on."""
    make_function(name, HANDLER)
    client = emulator.client("lambda")
    _, before = ask(client, name, "greet")
    error, payload = ask(client, name, "raise")
    assert (error, payload["errorType"], payload["errorMessage"]) == ("Unhandled", "ValueError", "boom")
    assert payload["stackTrace"]
    assert ask(client, name, "greet")[1]["pid"] == before["pid"]


@pytest.mark.parametrize(("do", "how"), [("exit", "exit status 3"), ("kill", "signal: killed")])
def test_a_crash_is_a_runtime_exit_error(
    emulator: Any, name: str, make_function: Any, do: str, how: str
) -> None:
    """The process ends: Runtime.ExitError, and the next invocation starts cold."""
    make_function(name, HANDLER)
    client = emulator.client("lambda")
    error, payload = ask(client, name, do)
    assert (error, payload["errorType"]) == ("Unhandled", "Runtime.ExitError")
    assert payload["errorMessage"].endswith(f"Runtime exited with error: {how}")
    assert ask(client, name, "greet")[0] is None


def test_a_function_that_runs_too_long_is_killed(emulator: Any, name: str, make_function: Any) -> None:
    """Its timeout is over: AWS's words, and a new process for the next."""
    make_function(name, HANDLER, Timeout=1)
    client = emulator.client("lambda")
    _, before = ask(client, name, "greet")
    started = time.monotonic()
    error, payload = ask(client, name, "sleep")
    assert 0.9 < time.monotonic() - started < 25
    assert error == "Unhandled"
    assert payload["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert ask(client, name, "greet")[1]["pid"] != before["pid"]
    with pytest.raises(ProcessLookupError):
        os.kill(before["pid"], 0)


def test_what_a_dead_function_left_behind_is_ended(emulator: Any, name: str, make_function: Any) -> None:
    """A child process of a crashed worker does not stay."""
    make_function(name, HANDLER)
    assert ask(emulator.client("lambda"), name, "leave a child")[0] == "Unhandled"
    log = (emulator.data_dir / "logs" / f"{name}.log").read_text()
    child = int(log.partition("child ")[2].split()[0])
    eventually(lambda: not runs(child))


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import no_such_package\ndef handler(event, context): pass", "Runtime.ImportModuleError"),
        ("def other(event, context): pass", "Runtime.HandlerNotFound"),
        ("def handler(event, context:", "Runtime.UserCodeSyntaxError"),
    ],
)
def test_a_function_that_cannot_be_loaded_says_why(
    emulator: Any, name: str, make_function: Any, source: str, kind: str
) -> None:
    """An init error is the invocation's answer, each time."""
    make_function(name, source)
    for _ in range(2):
        error, payload = ask(emulator.client("lambda"), name, "greet")
        assert (error, payload["errorType"]) == ("Unhandled", kind)


def test_an_answer_that_is_too_large_is_an_error(emulator: Any, name: str, make_function: Any) -> None:
    """More than 6 MB do not pass."""
    make_function(name, HANDLER)
    error, payload = ask(emulator.client("lambda"), name, "big")
    assert (error, payload["errorType"]) == ("Unhandled", "Function.ResponseSizeTooLarge")


def test_the_tail_of_the_log_comes_along(emulator: Any, name: str, make_function: Any) -> None:
    """LogType Tail: START, what was printed, END and REPORT; and all of it in the function's file."""
    make_function(name, HANDLER)
    answer = emulator.client("lambda").invoke(FunctionName=name, LogType="Tail", Payload='{"do": "greet"}')
    tail = base64.b64decode(answer["LogResult"]).decode()
    for word in ("START RequestId", "asked for greet", "END RequestId", "REPORT RequestId", "Init Duration"):
        assert word in tail
    assert tail in (emulator.data_dir / "logs" / f"{name}.log").read_text()


def test_invocations_at_once_run_in_workers_of_their_own(
    emulator: Any, name: str, make_function: Any
) -> None:
    """As on AWS: one process serves one invocation at a time."""
    make_function(name, HANDLER)
    client = emulator.client("lambda")
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: ask(client, name, "sleep", seconds=1), range(3)))
    assert len({answer["pid"] for _, answer in answers}) == 3


def test_reserved_concurrency_throttles(emulator: Any, name: str, make_function: Any) -> None:
    """Beyond it: TooManyRequestsException; none reserved any more: it runs."""
    make_function(name, HANDLER)
    client = emulator.client("lambda")
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    assert client.get_function(FunctionName=name)["Concurrency"] == {"ReservedConcurrentExecutions": 0}
    assert code_of(lambda: ask(client, name, "greet")) == "TooManyRequestsException"
    client.delete_function_concurrency(FunctionName=name)
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName=name)
    assert ask(client, name, "greet")[0] is None


def test_requests_that_aws_refuses(emulator: Any, name: str, make_function: Any) -> None:
    """No JSON, too large, another version, no such function."""
    make_function(name, HANDLER)
    client = emulator.client("lambda")
    assert (
        code_of(lambda: client.invoke(FunctionName=name, Payload="{no")) == "InvalidRequestContentException"
    )
    large = json.dumps("x" * 7_000_000)
    assert code_of(lambda: client.invoke(FunctionName=name, Payload=large)) == "RequestTooLargeException"
    assert code_of(lambda: client.invoke(FunctionName=name, Qualifier="7")) == "ResourceNotFoundException"
    assert code_of(lambda: client.invoke(FunctionName="nobody")) == "ResourceNotFoundException"
    assert client.invoke(FunctionName=name, InvocationType="DryRun")["StatusCode"] == 204


def test_the_client_context_arrives(emulator: Any, name: str, make_function: Any) -> None:
    """ClientContext is base64 JSON in a header."""
    make_function(name, HANDLER)
    context = base64.b64encode(json.dumps({"custom": {"door": "front"}}).encode()).decode()
    answer = emulator.client("lambda").invoke(
        FunctionName=name, ClientContext=context, Payload='{"do": "greet"}'
    )
    assert json.loads(answer["Payload"].read())["client"] == {"door": "front"}


def test_an_event_that_fails_is_tried_three_times_and_then_told(
    emulator: Any, name: str, make_function: Any
) -> None:
    """Asynchronous: accepted at once, retried twice, then dead-letter queue and on-failure destination."""
    sqs, client = emulator.client("sqs"), emulator.client("lambda")
    letters_url, letters = make_queue(sqs, f"{name}-letters")
    failures_url, failures = make_queue(sqs, f"{name}-failures")
    make_function(name, HANDLER, DeadLetterConfig={"TargetArn": letters})
    client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnFailure": {"Destination": failures}}
    )
    answer = client.invoke(FunctionName=name, InvocationType="Event", Payload='{"do": "raise"}')
    assert answer["StatusCode"] == 202
    (failure,) = eventually(lambda: queued(sqs, failures_url))
    record = json.loads(failure)
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestPayload"] == {"do": "raise"}
    assert record["responsePayload"]["errorMessage"] == "boom"
    assert [json.loads(letter) for letter in queued(sqs, letters_url)] == [{"do": "raise"}]
    assert (emulator.data_dir / "logs" / f"{name}.log").read_text().count("START") == 3


def test_an_event_that_succeeds_can_be_told_too(emulator: Any, name: str, make_function: Any) -> None:
    """OnSuccess; and MaximumRetryAttempts is kept as it was put."""
    sqs, client = emulator.client("sqs"), emulator.client("lambda")
    url, arn = make_queue(sqs, name)
    make_function(name, HANDLER)
    client.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=0, DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    assert client.get_function_event_invoke_config(FunctionName=name)["MaximumRetryAttempts"] == 0
    client.invoke(FunctionName=name, InvocationType="Event", Payload='{"do": "greet"}')
    (told,) = eventually(lambda: queued(sqs, url))
    assert json.loads(told)["responsePayload"]["do"] == "greet"
    client.delete_function_event_invoke_config(FunctionName=name)
    call = lambda: client.get_function_event_invoke_config(FunctionName=name)  # noqa: E731  # reads better here
    assert code_of(call) == "ResourceNotFoundException"


def test_the_environment_is_lambdas(emulator: Any, name: str, make_function: Any) -> None:
    """AWS's reserved variables, the function's own, and the endpoint of this emulator."""
    source = "import os\ndef handler(event, context): return dict(os.environ)"
    folder = make_function(name, source, Environment={"Variables": {"DOOR_IDS": "front"}}, MemorySize=256)
    answer = emulator.client("lambda").invoke(FunctionName=name)
    environment = json.loads(answer["Payload"].read())
    expected = {
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": emulator.endpoint_url,
        "LAMBDA_TASK_ROOT": str(folder),
        "_HANDLER": "app.handler",
        "DOOR_IDS": "front",
    }
    assert {key: environment.get(key) for key in expected} == expected
    assert environment["_X_AMZN_TRACE_ID"].endswith("Sampled=0")


def test_powertools_run_as_on_aws_and_without_delay(emulator: Any, name: str, make_function: Any) -> None:
    """Logger, Metrics and Tracer work here: no daemon is needed, nothing waits for one."""
    source = """
import time, boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
logger, metrics, tracer = Logger(), Metrics(), Tracer()
sts = boto3.client("sts")
@tracer.capture_method
def who():
    tracer.put_annotation("door_id", "front")
    return sts.get_caller_identity()["Account"]
@logger.inject_lambda_context(log_event=True)
@metrics.log_metrics(capture_cold_start_metric=True)
@tracer.capture_lambda_handler
def handler(event, context):
    started = time.monotonic()
    account = who()
    metrics.add_metric("Visits", "Count", 1)
    logger.info("one line", extra={"door_id": "front"})
    return {"account": account, "seconds": time.monotonic() - started}
"""
    variables = {"POWERTOOLS_SERVICE_NAME": "door", "POWERTOOLS_METRICS_NAMESPACE": "SmartDoor"}
    make_function(name, source, Environment={"Variables": variables}, TracingConfig={"Mode": "Active"})
    client = emulator.client("lambda")
    answers = [client.invoke(FunctionName=name, Payload="{}", LogType="Tail") for _ in range(3)]
    payloads = [json.loads(answer["Payload"].read()) for answer in answers]
    assert all("FunctionError" not in answer for answer in answers), payloads
    assert payloads[-1]["account"] == "123456789012"
    assert min(payload["seconds"] for payload in payloads) < 1
    log = base64.b64decode(answers[-1]["LogResult"]).decode()
    assert '"message":"one line"' in log
    assert "SmartDoor" in log
    assert "ERROR" not in log
