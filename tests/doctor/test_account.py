"""What the doctor says of an account before a deployment: every answer, provoked."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from scripts.doctor import Level, examine
from tests.doctor.conftest import Patient

PHONE = "+15555550100"


def test_an_account_in_which_everything_works(patient: Patient) -> None:
    """Given such an account, when it is examined, then all is well and every check has said so."""
    report = patient.examine("smart-door", "stream-processor")
    assert {finding.level for finding in report.findings} == {Level.OK}
    assert [finding.check for finding in report.findings] == [
        "credentials", "region", "stack", "stream processors", "text messages", "sender", "spend limit",
        "functions", "collection", "login",
    ]  # fmt: skip
    assert report.blocking == report.problems == ()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("expired", "The AWS credentials have expired."),
        ("invalid", "AWS does not know these credentials."),
    ],
)
def test_bad_credentials_stop_the_examination(patient: Patient, state: str, words: str) -> None:
    """Given credentials that are no good, when the account is examined, then that alone is said, first."""
    patient.describe(credentials=state)
    report = patient.examine("smart-door")
    assert [finding.check for finding in report.findings] == ["credentials", "region"]
    assert report.findings[0].summary == words
    assert report.findings[0].advice
    assert report.blocking == (report.findings[0],)


def test_no_credentials_at_all(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given none, when the account is examined, then the advice says how to get some."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    found = patient.finding("credentials")
    assert "There are no AWS credentials" in found.summary
    assert "aws configure" in found.advice
    assert found.blocks_deployment


def test_an_endpoint_that_nobody_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given no connection, when the account is examined, then that is said, without a traceback."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    report = examine(boto3.Session(region_name="us-east-1"), "smart-door")
    assert "AWS cannot be reached" in report.findings[0].summary


def test_the_root_user_is_warned(patient: Patient) -> None:
    """Given credentials of the root user, when the account is examined, then it goes on with a warning."""
    patient.describe(credentials="root")
    found = patient.finding("credentials")
    assert found.level is Level.WARNING
    assert "root user" in found.summary


@pytest.mark.parametrize(
    ("region", "words"),
    [
        (None, "No region is set."),
        ("mars-1", "mars-1 is no AWS region."),
        ("eu-west-3", "eu-west-3 has no Amazon Rekognition."),
        ("eu-north-1", "eu-north-1 has no Amazon Rekognition and no Kinesis Video Streams."),
    ],
)
def test_a_region_that_will_not_do(region: str | None, words: str) -> None:
    """Given no region, or one without what a door needs, then nothing else is looked at."""
    (found,) = examine(boto3.Session(region_name=region), "smart-door").findings
    assert (found.check, found.level, found.summary) == ("region", Level.PROBLEM, words)
    assert found.blocks_deployment


@pytest.mark.parametrize("name", ["Smart-Door", "9doors", "d" * 51, "my_door", "laws", "cognito-door"])
def test_a_stack_name_that_the_login_cannot_take(patient: Patient, name: str) -> None:
    """Given a name that CloudFormation or Cognito refuses, then that is said before either does."""
    found = patient.finding("stack name", name)
    assert found.level is Level.PROBLEM
    assert found.blocks_deployment


# --- Stream processors --------------------------------------------------------------------------------------


def test_the_mode_fragments_asks_nothing_of_stream_processors(patient: Patient) -> None:
    """Given an account that they are closed to, when the mode is fragments, then all is well."""
    patient.describe(stream_processors="closed")
    report = patient.examine("smart-door", "fragments")
    assert report.problems == ()
    assert "fragments works in every account" in patient.finding("mode").summary


@pytest.mark.parametrize(
    ("state", "level", "words"),
    [
        ("available", Level.OK, "can have stream processors."),
        ("strict", Level.OK, "can probably have stream processors"),
        ("closed", Level.PROBLEM, "can hardly have stream processors in this region"),
        ("absent", Level.PROBLEM, "can hardly have stream processors in this region"),
    ],
)
def test_whether_stream_processors_can_be_had(patient: Patient, state: str, level: Level, words: str) -> None:
    """Given each kind of account, when it is asked for one, then the answer is told and nothing stays."""
    patient.describe(stream_processors=state)
    found = patient.finding("stream processors", "smart-door", "stream-processor")
    assert found.level is level
    assert words in found.summary
    assert found.blocks_deployment == (level is Level.PROBLEM)
    assert ("Choose the mode fragments" in found.advice) == (level is Level.PROBLEM)
    patient.describe()
    assert _processors_of(patient, "smart-door-doctor") == []


def test_an_account_that_has_one_is_not_asked_for_another(patient: Patient, stack_name: str) -> None:
    """Given a stream processor, when creating is closed, then the account has them all the same."""
    rekognition = patient.client("rekognition")
    rekognition.create_stream_processor(
        Name=stack_name,
        Input={"KinesisVideoStream": {"Arn": "arn:aws:kinesisvideo:us-east-1:123456789012:stream/v/1"}},
        Output={"KinesisDataStream": {"Arn": "arn:aws:kinesis:us-east-1:123456789012:stream/d"}},
        Settings={"FaceSearch": {"CollectionId": "faces"}},
        RoleArn="arn:aws:iam::123456789012:role/any",
    )
    patient.describe(stream_processors="closed")
    found = patient.finding("stream processors", "smart-door", "stream-processor")
    rekognition.delete_stream_processor(Name=stack_name)
    assert found.summary == "This account has stream processors."


@pytest.mark.parametrize("operation", ["ListStreamProcessors", "CreateStreamProcessor"])
def test_a_policy_is_not_taken_for_a_closed_account(patient: Patient, operation: str) -> None:
    """Given a policy that denies the question, then nobody could look: the account may have them."""
    patient.describe(denied=[f"rekognition:{operation}"])
    found = patient.finding("mode", "smart-door", "stream-processor")
    assert found.level is Level.UNKNOWN
    assert f"needs the permission rekognition:{operation}" in found.summary


def test_one_that_cannot_be_deleted_again_is_named(patient: Patient) -> None:
    """Given a policy that denies deleting, when one was made to find out, then people can delete it."""
    patient.describe(denied=["rekognition:DeleteStreamProcessor"])
    found = patient.finding("stream processors", "smart-door", "stream-processor")
    (left,) = _processors_of(patient, "smart-door-doctor")
    patient.describe()
    patient.client("rekognition").delete_stream_processor(Name=left)
    assert found.level is Level.WARNING
    assert found.command.startswith(f"aws rekognition delete-stream-processor --name {left} ")


def _processors_of(patient: Patient, prefix: str) -> list[str]:
    found = patient.client("rekognition").list_stream_processors()["StreamProcessors"]
    return [one["Name"] for one in found if one["Name"].startswith(prefix)]


# --- Text messages ------------------------------------------------------------------------------------------


def test_outside_of_the_sandbox_every_number_gets_messages(patient: Patient) -> None:
    """Given an account out of the sandbox, then nobody's number has to be verified."""
    report = patient.examine("smart-door", owner_phone=PHONE)
    assert "owner's phone" not in {finding.check for finding in report.findings}
    assert patient.finding("text messages").level is Level.OK


@pytest.mark.parametrize(
    ("numbers", "level", "words"),
    [
        ({"sms_verified_numbers": [PHONE]}, Level.OK, "is verified"),
        ({"sms_pending_numbers": [PHONE]}, Level.PROBLEM, "enter the code that was sent to it"),
        ({"sms_verified_numbers": ["+15555550999"]}, Level.PROBLEM, "add it and enter the code"),
    ],
)
def test_in_the_sandbox_the_owners_number_counts(
    patient: Patient, numbers: dict[str, list[str]], level: Level, words: str
) -> None:
    """Given the sandbox, then the owner's number is looked for among those that are verified."""
    patient.describe(sms_sandbox=True, **numbers)
    found = patient.finding("owner's phone", owner_phone=PHONE)
    assert found.level is level
    assert words in f"{found.summary} {found.advice}"
    assert not found.blocks_deployment
    assert patient.finding("text messages").level is Level.WARNING


def test_in_the_sandbox_a_number_that_nobody_said_cannot_be_looked_for(patient: Patient) -> None:
    """Given the sandbox and no number, then the advice says how to say it."""
    patient.describe(sms_sandbox=True)
    found = patient.finding("owner's phone")
    assert found.level is Level.UNKNOWN
    assert "--owner-phone" in found.advice


@pytest.mark.parametrize(("limit", "level"), [(1, Level.WARNING), (4.5, Level.WARNING), (50, Level.OK)])
def test_the_monthly_spend_limit(patient: Patient, limit: float, level: Level) -> None:
    """Given a limit, then it is told as a number of messages, and a small one is a warning."""
    patient.describe(sms_monthly_spend_limit_usd=limit)
    found = patient.finding("spend limit")
    assert found.level is level
    assert f"${limit:g} a month: about {int(limit * 100)} messages" in found.summary


@pytest.mark.parametrize(
    ("phone", "level"), [(None, Level.WARNING), (PHONE, Level.WARNING), ("+4915112345678", Level.OK)]
)
def test_without_an_origination_number(patient: Patient, phone: str | None, level: Level) -> None:
    """Given none, then the US and Canada get no messages, and most other countries do."""
    patient.describe(sms_origination_numbers=[])
    assert patient.finding("sender", owner_phone=phone).level is level


# --- Quotas -------------------------------------------------------------------------------------------------


def test_a_new_account_runs_ten_functions_at_a_time(patient: Patient) -> None:
    """Given a new account's limit, then it is a warning with the command that asks for more."""
    patient.describe(lambda_concurrent_executions=10)
    found = patient.finding("functions")
    assert found.level is Level.WARNING
    assert "--quota-code L-B99A9384" in found.command


def test_rates_of_face_search(patient: Patient) -> None:
    """Given a region's default of five a second, then it is enough; given two, faces are found late."""
    patient.describe(rekognition_search_faces_by_image_per_second=5, rekognition_detect_faces_per_second=25)
    assert patient.finding("face search rate").level is Level.OK
    patient.describe(rekognition_search_faces_by_image_per_second=2)
    found = patient.finding("face search rate")
    assert found.level is Level.WARNING
    assert "2 SearchFacesByImage a second" in found.summary


# --- Permissions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "check"),
    [
        ("cloudformation:DescribeStacks", "stack"),
        ("rekognition:DescribeCollection", "collection"),
        ("kinesisvideo:DescribeStream", "video stream"),
        ("cognito-idp:DescribeUserPoolDomain", "login"),
        ("sns:GetSMSSandboxAccountStatus", "text messages"),
        ("sns:GetSMSAttributes", "spend limit"),
        ("sns:ListOriginationNumbers", "sender"),
        ("lambda:GetAccountSettings", "functions"),
        ("servicequotas:ListServiceQuotas", "face search rate"),
    ],
)
def test_a_check_that_is_denied_says_what_it_needs_and_the_rest_goes_on(
    patient: Patient, action: str, check: str
) -> None:
    """Given one action denied, then one check could not look and all others did."""
    patient.describe(denied=[action])
    report = patient.examine("smart-door")
    (found,) = report.of(Level.UNKNOWN)
    assert found.check == check
    assert f"could not look (needs the permission {action})" in found.summary
    assert report.blocking == ()
    assert len(report.of(Level.OK)) >= 7


def test_what_is_not_known_of_the_stack_is_not_taken_for_missing(patient: Patient) -> None:
    """Given that nobody may look at the stack, then its names are not judged: they may be its own."""
    patient.describe(denied=["cloudformation:DescribeStacks"])
    checks = {finding.check for finding in patient.examine("smart-door").findings}
    assert checks.isdisjoint({"collection", "login", "video stream"})


def test_the_examination_leaves_nothing_behind(patient: Patient, tmp_path: Path) -> None:
    """Given an account, when it is examined in both modes, then nothing in it has changed."""
    before = _inventory(patient)
    patient.examine("smart-door", "fragments")
    patient.examine("smart-door", "stream-processor")
    assert _inventory(patient) == before


def _inventory(patient: Patient) -> list[object]:
    return [
        patient.client("rekognition").list_stream_processors()["StreamProcessors"],
        patient.client("rekognition").list_collections()["CollectionIds"],
        patient.client("kinesisvideo").list_streams()["StreamInfoList"],
        patient.client("s3").list_buckets()["Buckets"],
        patient.client("cloudformation").describe_stacks()["Stacks"],
        patient.client("sns").list_topics()["Topics"],
    ]
