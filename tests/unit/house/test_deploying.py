"""The parts of scripts/deploy and scripts/destroy: parameters, packaging, the table of changes, launching."""

from __future__ import annotations

import io
import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from scripts.deploying.change_sets import Change, ChangeSet
from scripts.deploying.conversation import account, check_stack_name, run
from scripts.deploying.deploy_options import TEMPLATE, parse
from scripts.deploying.errors import DeploymentError, UsageError
from scripts.deploying.packaging import CodeBucket, bucket_name, package
from scripts.deploying.parameters import Parameter, ask_for, check, declared_parameters, request_values
from scripts.deploying.removal import empty
from scripts.deploying.table import loses_data, table

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ACCOUNT = "123456789012"
ROOT = Path(__file__).resolve().parents[3]


# --- parameters -----------------------------------------------------------------------------------------


def test_the_templates_own_defaults_are_possible() -> None:
    """Every default passes the check that values from the command line must pass."""
    declared = declared_parameters(TEMPLATE)

    assert {"OwnerPhone", "DoorId", "FaceSearchMode", "VisitMinutes"} <= declared.keys()
    check(
        declared,
        {name: str(item.spec["Default"]) for name, item in declared.items() if "Default" in item.spec},
    )


@pytest.mark.parametrize(
    ("spec", "possible", "impossible", "words"),
    [
        ({"Type": "Number", "MinValue": 1, "MaxValue": 60}, "60", "61", "a number from 1 to 60"),
        ({"Type": "Number", "MinValue": 1, "MaxValue": 60}, "1.5", "one", "a number from 1 to 60"),
        ({"Type": "Number"}, "-3", "", "a number"),
        ({"AllowedValues": ["a", "b", 3]}, "3", "c", "a, b or 3"),
        ({"AllowedValues": ["only"]}, "only", "", "only"),
        ({"AllowedPattern": "^[a-z]+$"}, "abc", "abc\n", "of the form ^[a-z]+$"),
        ({"AllowedPattern": "^[a-z]+$", "ConstraintDescription": "letters."}, "a", "A", "letters"),
        ({"MinLength": 1, "MaxLength": 3}, "abc", "abcd", "1 to 3 characters long"),
    ],
)
def test_a_value_that_is_not_possible_is_told_with_what_is(
    spec: dict[str, object], possible: str, impossible: str, words: str
) -> None:
    """Ranges, lists, patterns and lengths, in words for people."""
    parameter = Parameter("Thing", spec)

    assert parameter.problem(possible) is None
    assert parameter.problem(impossible) == words


def test_all_wrong_values_are_told_at_once() -> None:
    """And a name that is not there comes with the one that is meant, or with all."""
    declared = {"PhotoDays": Parameter("PhotoDays", {"Type": "Number"})}

    with pytest.raises(UsageError) as caught:
        check(declared, {"PhotoDays": "many", "Photodays": "1", "Colour": "blue"})

    for words in (
        "PhotoDays cannot be 'many'",
        "do you mean PhotoDays?",
        "no parameter Colour: there are PhotoDays",
    ):
        assert words in str(caught.value)


def test_somebody_is_asked_until_the_answer_is_possible() -> None:
    """What is wrong with an answer is said before the next question."""
    answers = iter(["0123", " +15555550123 "])
    said: list[str] = []

    value = ask_for(declared_parameters(TEMPLATE)["OwnerPhone"], lambda _: next(answers), said.append)

    assert value == "+15555550123"
    assert "E.164" in said[-1]


def test_values_that_are_not_given_are_those_of_the_stack() -> None:
    """UsePreviousValue for them; a parameter that is new takes its default, one that has gone is left out."""
    declared = {name: Parameter(name, {}) for name in ("Given", "Kept", "New")}

    values = request_values(declared, {"Given": "1"}, {"Given": "0", "Kept": "2", "Gone": "3"})

    assert values == [
        {"ParameterKey": "Given", "ParameterValue": "1"},
        {"ParameterKey": "Kept", "UsePreviousValue": True},
    ]


def test_options_and_parameters_are_the_same_thing(capsys: pytest.CaptureFixture[str]) -> None:
    """--owner-phone is OwnerPhone; the same twice is a mistake."""
    options = parse(["--owner-phone", "+1", "--door-name", "Gate", "--parameter", "PhotoDays=7"])
    assert options.parameters == {"OwnerPhone": "+1", "DoorName": "Gate", "PhotoDays": "7"}

    for wrong in (["--door-id", "a", "--parameter", "DoorId=b"], ["--parameter", "PhotoDays"]):
        with pytest.raises(SystemExit) as caught:
            parse(wrong)
        assert caught.value.code == 2
    assert "DoorId is given twice" in capsys.readouterr().err


# --- packaging ------------------------------------------------------------------------------------------


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Client]:
    """A client of an S3 without buckets."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield boto3.client("s3", region_name="eu-west-1")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A template with a function, a layer and an included file."""
    for folder in ("Door", "Layer/python"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "Door/app.py").write_text("x = 1\n")
    (tmp_path / "Layer/python/lib.py").write_text("y = 1\n")
    (tmp_path / "api.yaml").write_text("openapi: 3.0.3\n")
    lines = [
        "CodeUri: Door",
        "ContentUri: Layer/",
        "Parameters: {Location: ./api.yaml}",
        "Location: s3://a/b",
    ]
    (tmp_path / "template.yaml").write_text("\n".join(lines))
    return tmp_path / "template.yaml"


def test_packaging_uploads_what_is_local_once(built: Path, s3: S3Client) -> None:
    """The address says the content: the same files are not uploaded again, changed ones alone are."""
    first = CodeBucket(s3, "home", ACCOUNT, "eu-west-1")
    first.ensure()
    text = package(built, first.address_of)
    assert len(first.uploaded) == 3
    assert text.count(f"s3://{first.bucket}/") == 3
    assert "Location: s3://a/b" in text
    os.utime(built.parent / "Door/app.py", (0, 0))

    again = CodeBucket(s3, "home", ACCOUNT, "eu-west-1")
    again.ensure()
    assert package(built, again.address_of) == text
    assert again.uploaded == []

    (built.parent / "Door/app.py").write_text("x = 2\n")
    changed = CodeBucket(s3, "home", ACCOUNT, "eu-west-1")
    package(built, changed.address_of)
    assert [key.partition("-")[0] for key in changed.uploaded] == ["Door"]
    assert changed.prune() == 1  # what nothing names any more


def test_a_folder_becomes_a_zip_of_its_files(built: Path, s3: S3Client) -> None:
    """Which Lambda can unpack as it is."""
    code = CodeBucket(s3, "home", ACCOUNT, "eu-west-1")
    code.ensure()

    key = code.address_of(built.parent / "Layer").rpartition("/")[2]

    body = s3.get_object(Bucket=code.bucket, Key=key)["Body"].read()
    assert zipfile.ZipFile(io.BytesIO(body)).namelist() == ["python/lib.py"]


def test_the_bucket_of_code_is_private(s3: S3Client) -> None:
    """Nothing in it can be made public."""
    code = CodeBucket(s3, "home", ACCOUNT, "eu-west-1")
    code.ensure()
    code.ensure()

    blocked = s3.get_public_access_block(Bucket=code.bucket)["PublicAccessBlockConfiguration"]
    assert all(blocked.values())
    assert s3.get_bucket_location(Bucket=code.bucket)["LocationConstraint"] == "eu-west-1"


def test_a_build_that_is_not_there_is_told_with_what_to_do(tmp_path: Path, s3: S3Client) -> None:
    """Instead of an upload of nothing."""
    with pytest.raises(DeploymentError, match="make build"):
        CodeBucket(s3, "home", ACCOUNT, "eu-west-1").address_of(tmp_path / "gone")


@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1", "ap-southeast-1"])
def test_the_longest_stack_name_still_makes_a_bucket_name(region: str) -> None:
    """S3 takes 63 characters."""
    longest = "a" * 30
    check_stack_name(longest)

    assert len(bucket_name(longest, ACCOUNT, region)) <= 63
    with pytest.raises(UsageError):
        check_stack_name(longest + "a")


def test_emptying_deletes_every_version_of_more_objects_than_one_call_takes(s3: S3Client) -> None:
    """Versions and delete markers too, else the bucket could not be deleted."""
    s3.create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="photos", VersioningConfiguration={"Status": "Enabled"})
    for number in range(1001):
        s3.put_object(Bucket="photos", Key=f"{number % 700}", Body=b"")
    s3.delete_object(Bucket="photos", Key="1")

    assert empty(s3, "photos") == 1002
    s3.delete_bucket(Bucket="photos")
    assert empty(s3, "photos") == 0  # it has gone


# --- what will change -------------------------------------------------------------------------------------


def _change_set(*changes: Change) -> ChangeSet:
    return ChangeSet("arn:change-set", "arn:stack", "home", creates=False, changes=changes)


def test_the_table_shows_first_what_goes() -> None:
    """Replaced and removed in capitals, with the loss; then what may be, what changes, what is new."""
    change_set = _change_set(
        Change("Add", "New", "AWS::SQS::Queue"),
        Change("Modify", "Code", "AWS::Lambda::Function", "False", ("Code", "Environment")),
        Change("Modify", "Perhaps", "AWS::Lambda::Permission", "Conditional", ("FunctionName",)),
        Change("Remove", "Old", "AWS::SNS::Topic", policy="Delete"),
        Change("Remove", "Photos", "AWS::S3::Bucket", policy="Retain"),
        Change("Modify", "Video", "AWS::KinesisVideo::Stream", "True", ("Name",)),
    )

    assert table(change_set).splitlines() == [
        "  REPLACE   Video    AWS::KinesisVideo::Stream  Name (with all that is in it)",
        "  REMOVE    Old      AWS::SNS::Topic",
        "  replace?  Perhaps  AWS::Lambda::Permission    FunctionName",
        "  change    Code     AWS::Lambda::Function      Code, Environment",
        "  add       New      AWS::SQS::Queue",
        "  keep      Photos   AWS::S3::Bucket",
        "",
        "  1 replaced; 1 removed; 1 replaced if need be; 1 changed; 1 added; 1 left in the account.",
    ]
    assert loses_data(change_set) == ["Video"]


def test_a_change_of_outputs_alone_is_told() -> None:
    """CloudFormation lists no resource then."""
    assert "No resource changes" in table(_change_set())


# --- the commands -----------------------------------------------------------------------------------------


def test_without_credentials_or_region_the_way_to_get_them_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, no traceback."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def look(region: str | None) -> None:
        account(region)

    assert run(lambda: look(None), str) == 2
    assert "--region" in capsys.readouterr().err
    assert run(lambda: look("eu-west-1"), str) == 2
    assert "aws configure sso" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["deploy", "destroy", "doctor"])
def test_a_command_sets_up_its_environment_and_starts_there(tmp_path: Path, name: str) -> None:
    """From any folder: make makes the environment, whose Python runs the module with all arguments."""
    root = tmp_path / "a folder"
    (root / "scripts").mkdir(parents=True)
    (root / ".venv/bin").mkdir(parents=True)
    for script in (name, "launch"):
        (root / "scripts" / script).write_text((ROOT / "scripts" / script).read_text())
        (root / "scripts" / script).chmod(0o755)
    assert os.access(ROOT / "scripts" / name, os.X_OK)
    for program in (root / ".venv/bin/python", tmp_path / "make"):
        program.write_text('#!/bin/sh\nfor argument; do printf "%s|" "$argument"; done\necho\n')
        program.chmod(0o755)

    done = subprocess.run(
        [root / "scripts" / name, "--door-name", "Front door"],
        cwd="/",
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == f"-P|-m|scripts.{name}|--door-name|Front door|\n"
    assert done.stderr.endswith(f"-C|{root}|.venv/.test|\n")
