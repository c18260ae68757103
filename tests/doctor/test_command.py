"""scripts/doctor as people and programs use it: its words, its JSON, its exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from scripts.doctor import Finding, Level, Report, main, render
from tests.doctor.conftest import Patient

ROOT = Path(__file__).resolve().parents[2]
NEW_ACCOUNT = {
    "stream_processors": "closed",
    "sms_sandbox": True,
    "sms_verified_numbers": ["+15555550100"],
    "sms_monthly_spend_limit_usd": 1,
    "sms_origination_numbers": [],
    "lambda_concurrent_executions": 10,
}
TOLD = """\
Stack smart-door, mode stream-processor, region us-east-1

ok       Account 123456789012, as arn:aws:sts::123456789012:user/moto.
ok       The region us-east-1 has Rekognition and Kinesis Video.
ok       The stack smart-door is not there yet: a deployment makes it.
PROBLEM  This account can hardly have stream processors in this region: Rekognition
         refuses to create one (AccessDeniedException), and not because of a policy. AWS
         gives them only to accounts that used them before 2026-04-30.
           Choose the mode fragments, which works in every account and costs less. If you
           know that the account has stream processors, scripts/deploy --skip-doctor goes
           on regardless.
warning  Text messages reach verified numbers only: the account is in the SMS sandbox (1
         number is verified). Visitors with other numbers never get their passcode.
           In the console: Amazon SNS, Text messaging (SMS), Exit SMS sandbox. AWS answers
           within a day or so; until then, verify each number there.
ok       The owner's number +15555550100 is verified.
"""


def test_a_new_account_in_plain_words(patient: Patient, capsys: pytest.CaptureFixture[str]) -> None:
    """Given a new account, when the doctor looks, then it reads like this; exit code 1."""
    patient.describe(**NEW_ACCOUNT)
    code = main(["--region", "us-east-1", "--mode", "stream-processor", "--owner-phone", "+15555550100"])
    said = capsys.readouterr().out
    assert code == 1
    assert said.startswith(TOLD)
    assert said.endswith("\n1 problem and 4 warnings. A deployment would fail now.\n")


def test_warnings_alone_are_no_failure(patient: Patient, capsys: pytest.CaptureFixture[str]) -> None:
    """Given the same account in the other mode, then a deployment goes through: exit code 0."""
    patient.describe(**NEW_ACCOUNT)
    assert main(["--region", "us-east-1", "--owner-phone", "+15555550100"]) == 0
    assert capsys.readouterr().out.endswith("\n4 warnings. Nothing stands in the way of a deployment.\n")


def test_json_is_for_programs(patient: Patient, capsys: pytest.CaptureFixture[str]) -> None:
    """Given --json, then one document says the same as the text."""
    patient.describe(lambda_concurrent_executions=10)
    assert main(["--region", "us-east-1", "--stack", "home", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {key: document[key] for key in ("stack", "mode", "region", "deployable")} == {
        "stack": "home", "mode": "fragments", "region": "us-east-1", "deployable": True,
    }  # fmt: skip
    (warned,) = [finding for finding in document["findings"] if finding["level"] == "warning"]
    assert set(warned) == {"check", "level", "summary", "advice", "command", "blocks_deployment"}
    assert warned["check"] == "functions"


@pytest.mark.parametrize(
    "arguments",
    [["--mode", "magic"], ["--owner-phone", "5550100"], ["--colour"], ["somewhere"]],
)
def test_wrong_use_is_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Given an option that is none, or a value that cannot be, then exit code 2 and which one it is."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_a_profile_that_is_not_there_is_wrong_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given AWS_PROFILE with a name that nobody has, then one line says so, without a traceback."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert main([]) == 2
    assert capsys.readouterr().err == "doctor: The config profile (nobody) could not be found\n"


def test_help_names_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """Given --help, then options and exit codes are there."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for word in ("--stack", "--region", "--mode", "--owner-phone", "--json", "Exit code: 0 all fine"):
        assert word in said


def test_the_launcher_can_be_executed() -> None:
    """Given the repository, then scripts/doctor is a program."""
    assert os.access(ROOT / "scripts/doctor", os.X_OK)


def test_a_command_is_never_broken_into_lines() -> None:
    """Given a long command, when it is rendered, then it can be copied as it is."""
    command = "aws " + " ".join(f"--option-{n} value" for n in range(20))
    finding = Finding("any", Level.WARNING, "A line. " * 30, "Do this:", command)
    lines = render(Report("home", "fragments", "us-east-1", [finding])).splitlines()
    assert f"           $ {command}" in lines
    assert all(len(line) <= 90 for line in lines if command not in line)


@pytest.mark.parametrize(
    ("levels", "blocks", "words"),
    [
        ([Level.OK], False, "All is well. Nothing stands in the way of a deployment."),
        (
            [Level.UNKNOWN],
            False,
            "1 thing could not be looked at. Nothing stands in the way of a deployment.",
        ),
        (
            [Level.PROBLEM, Level.PROBLEM, Level.WARNING, Level.UNKNOWN, Level.UNKNOWN],
            True,
            "2 problems, 1 warning and 2 things could not be looked at. A deployment would fail now.",
        ),
    ],
)
def test_the_last_line_sums_it_up(levels: list[Level], blocks: bool, words: str) -> None:
    """Given findings of all levels, then the summary counts them and says whether to deploy."""
    findings = [Finding("any", level, "Something.", blocks_deployment=blocks) for level in levels]
    assert render(Report("home", "fragments", "us-east-1", findings)).splitlines()[-1] == words
