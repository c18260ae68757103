"""What the doctor says of a deployed door, as one thing after the other is put right or breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from scripts.doctor import Level
from scripts.doctoring.deployed import look_at_distribution
from scripts.doctoring.looking import Clients, Stack, Subject
from tests.contract.put_media import put_media
from tests.contract.video import fragments
from tests.doctor.conftest import Patient
from tests.doctor.door_stack import DOOR, make_stack, outputs_of

ROOT = Path(__file__).resolve().parents[2]
TOPIC = "arn:aws:sns:us-east-1:123456789012:fragments"


@pytest.fixture(scope="module")
def door(described_emulator: Patient) -> str:
    """The name of a stack in the mode fragments."""
    described_emulator.describe()
    name = f"door-{uuid4().hex[:8]}"
    assert make_stack(described_emulator, name, DOOR, FaceSearchMode="fragments") == "CREATE_COMPLETE"
    return name


@pytest.fixture(scope="module")
def other_door(described_emulator: Patient) -> str:
    """The name of a stack in the mode stream-processor, without its processor."""
    described_emulator.describe()
    name = f"door-{uuid4().hex[:8]}"
    parameters = {"FaceSearchMode": "stream-processor", "CameraSends": "motion"}
    assert make_stack(described_emulator, name, DOOR, **parameters) == "CREATE_COMPLETE"
    return name


@pytest.fixture
def processor(patient: Patient, other_door: str) -> Iterator[str]:
    """That stack's stream processor, stopped."""
    rekognition, name = patient.client("rekognition"), f"{other_door}-front"
    rekognition.create_stream_processor(
        Name=name,
        Input={"KinesisVideoStream": {"Arn": "arn:aws:kinesisvideo:us-east-1:123456789012:stream/gone/1"}},
        Output={"KinesisDataStream": {"Arn": "arn:aws:kinesis:us-east-1:123456789012:stream/gone"}},
        Settings={"FaceSearch": {"CollectionId": f"{other_door}-visitors"}},
        RoleArn="arn:aws:iam::123456789012:role/gone",
    )
    yield name
    rekognition.delete_stream_processor(Name=name)


def test_mode_and_owner_are_those_of_the_stack(patient: Patient, other_door: str) -> None:
    """Given a stack, when nobody says mode and number, then the stack's are taken."""
    patient.describe(sms_sandbox=True)
    assert patient.examine(other_door).mode == "stream-processor"
    assert "+15555550100" in patient.finding("owner's phone", other_door).summary


def test_another_mode_than_the_stacks_is_told(patient: Patient, other_door: str) -> None:
    """Given a stack in one mode, when the other is examined, then it is said that a deployment changes it."""
    findings = patient.examine(other_door, "fragments").findings
    warned = [finding for finding in findings if finding.check == "mode"]
    assert [finding.level for finding in warned] == [Level.WARNING, Level.OK]


def test_its_names_are_its_own(patient: Patient, door: str) -> None:
    """Given a stack with its collection, stream and login, then none of them is in the way."""
    report = patient.examine(door)
    assert report.blocking == ()
    assert patient.finding("collection", door).summary.endswith("holds 0 faces.")


def test_a_collection_that_was_deleted_is_missed(patient: Patient, other_door: str) -> None:
    """Given a stack whose collection somebody deleted, then nobody can be recognised, and how to go on."""
    rekognition, name = patient.client("rekognition"), f"{other_door}-visitors"
    rekognition.delete_collection(CollectionId=name)
    found = patient.finding("collection", other_door)
    rekognition.create_collection(CollectionId=name)
    assert found.level is Level.PROBLEM
    assert f"create-collection --collection-id {name}" in found.command


def test_video_is_missed_until_it_comes(patient: Patient, door: str) -> None:
    """Given no video, then the command of the producer is told; given a fragment, then when it came."""
    missed = patient.finding("video", door)
    assert missed.level is Level.WARNING
    assert f"--stream {door}-front" in missed.command
    put_media(patient.emulator, f"{door}-front", fragments()[:1])
    found = patient.finding("video", door)
    assert found.level is Level.OK
    assert re.search(r"the last fragment \d+ seconds? ago", found.summary)


def test_a_camera_that_sends_only_motion_may_be_silent(patient: Patient, other_door: str) -> None:
    """Given CameraSends=motion and no video, then that is fine, and how to be sure is told."""
    found = patient.finding("video", other_door)
    assert found.level is Level.OK
    assert "walk past it" in found.advice


def test_an_alarm_that_counts_with_another_limit_is_told(patient: Patient, door: str) -> None:
    """Given a limit at AWS that the stack does not know, then the command that tells it is there."""
    assert "spend alarm" not in {finding.check for finding in patient.examine(door).findings}
    patient.describe(sms_monthly_spend_limit_usd=50)
    found = patient.finding("spend alarm", door)
    assert "counts with $100 a month, AWS with $50" in found.summary
    assert found.command.endswith("--parameter SmsMonthlyLimit=50")


def test_notifications_are_what_the_mode_fragments_lives_on(patient: Patient, door: str) -> None:
    """Given none, or disabled ones, then no face is searched; given enabled ones, then all is well."""
    video = patient.client("kinesisvideo")
    assert patient.finding("notifications", door).level is Level.PROBLEM
    for status, level in (("ENABLED", Level.OK), ("DISABLED", Level.PROBLEM)):
        video.update_notification_configuration(
            StreamName=f"{door}-front",
            NotificationConfiguration={"Status": status, "DestinationConfig": {"Uri": TOPIC}},
        )
        assert patient.finding("notifications", door).level is level


def test_a_stream_processor_that_is_gone_is_a_problem(patient: Patient, other_door: str) -> None:
    """Given the other mode and no processor, then nobody is recognised."""
    assert "is gone" in patient.finding("stream processor", other_door).summary


def test_a_stream_processor_that_does_not_run_is_a_problem(
    patient: Patient, other_door: str, processor: str
) -> None:
    """Given a stopped processor, then nobody is recognised."""
    found = patient.finding("stream processor", other_door)
    assert f"{processor} is STOPPED" in found.summary
    assert found.level is Level.PROBLEM


def test_what_failed_for_good_is_counted(patient: Patient, door: str) -> None:
    """Given records in the queue of failures, then their number is told; none are told where none are."""
    assert "failures" not in {finding.check for finding in patient.examine(door).findings}
    patient.client("sqs").send_message(
        QueueUrl=outputs_of(patient, door)["FailedRecordsQueueUrl"], MessageBody="{}"
    )
    assert "about 1 in the last days" in patient.finding("failures", door).summary


def test_pages_are_missed_until_they_are_uploaded(patient: Patient, door: str) -> None:
    """Given an empty bucket, then both are missing; given one page, then the other is."""
    bucket = outputs_of(patient, door)["SiteBucketName"]
    assert "The owner and the door page are not uploaded" in patient.finding("pages", door).summary
    for page, left in (("owner", Level.PROBLEM), ("door", Level.OK)):
        for key in (f"{page}/", f"{page}/config.json"):
            patient.client("s3").put_object(Bucket=bucket, Key=key, Body=b"page")
        assert patient.finding("pages", door).level is left


def test_owners_are_missed_invited_and_there(patient: Patient, door: str) -> None:
    """Given nobody, an invitation, or somebody with a password, then it is said who owns the home."""
    cognito, pool = patient.client("cognito-idp"), outputs_of(patient, door)["UserPoolId"]
    nobody = patient.finding("owners", door)
    assert (nobody.level, "--group-name owner" in nobody.command) == (Level.PROBLEM, True)
    cognito.admin_create_user(UserPoolId=pool, Username="guest@example.com")
    homeless = patient.finding("owners", door)
    assert (homeless.level, homeless.summary[:22]) == (Level.PROBLEM, "Nobody owns the home: ")
    assert "admin-add-user-to-group --group-name owner --username guest@example.com" in homeless.command
    cognito.admin_create_user(UserPoolId=pool, Username="owner@example.com")
    cognito.admin_add_user_to_group(UserPoolId=pool, Username="owner@example.com", GroupName="owner")
    invited = patient.finding("owners", door)
    assert invited.level is Level.WARNING
    assert "--username owner@example.com" in invited.command
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="owner@example.com", Password="Front-door-1!", Permanent=True
    )
    there = patient.finding("owners", door)
    assert (there.level, there.summary) == (
        Level.OK,
        "1 can decide and manage on the owner page; 1 more can log in.",
    )


def test_pages_that_cloudfront_does_not_serve_are_a_problem(patient: Patient, door: str) -> None:
    """Given a distribution that is turned off, then that is said; one that is on is not worth a line."""
    cloudfront, key = patient.client("cloudfront"), outputs_of(patient, door)["DistributionId"]
    assert "address" not in {finding.check for finding in patient.examine(door).findings}
    answer = cloudfront.get_distribution_config(Id=key)
    off = {**answer["DistributionConfig"], "Enabled": False}
    cloudfront.update_distribution(Id=key, IfMatch=answer["ETag"], DistributionConfig=off)
    assert "turned off" in patient.finding("address", door).summary


class CloudFrontAtWork:
    """A distribution that is still on its way to CloudFront's places, which takes no time in the emulator."""

    def get_distribution(self, Id: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        """The distribution."""
        return {"Distribution": {"Id": Id, "Status": "InProgress", "DistributionConfig": {"Enabled": True}}}


def test_pages_that_cloudfront_is_still_distributing_need_a_minute() -> None:
    """Given a new distribution, then the pages may not be there yet, and that is no problem."""
    clients = cast(Clients, lambda _: CloudFrontAtWork())
    (found,) = look_at_distribution(
        Subject(clients, "us-east-1", "123456789012", "door", "fragments", "", Stack("CREATE_COMPLETE"))
    )
    assert found.level is Level.WARNING


@pytest.mark.parametrize(
    ("action", "check"),
    [
        ("kinesisvideo:GetDataEndpoint", "video"),
        ("kinesisvideo:ListFragments", "video"),
        ("kinesisvideo:DescribeNotificationConfiguration", "searching"),
        ("sqs:GetQueueAttributes", "failures"),
        ("s3:ListBucket", "pages"),
        ("cloudfront:GetDistribution", "address"),
        ("cognito-idp:ListUsers", "owners"),
        ("cognito-idp:ListUsersInGroup", "owners"),
    ],
)
def test_a_denied_look_at_the_door_names_its_permission(
    patient: Patient, door: str, action: str, check: str
) -> None:
    """Given one action denied, then one check could not look and says what it needs."""
    patient.describe(denied=[action])
    found = patient.finding(check, door)
    assert found.level is Level.UNKNOWN
    assert f"needs the permission {action})" in found.summary


def test_the_template_has_what_the_doctor_looks_for() -> None:
    """Given the outputs and parameters that the doctor names, then template.yaml has them."""
    template = (ROOT / "template.yaml").read_text()
    for source in (ROOT / "scripts/doctoring").glob("*.py"):
        text = source.read_text()
        for name in re.findall(r'output\("(\w+)"\)|"(\w+Url)"|parameters\.get\("(\w+)"', text):
            assert re.search(rf"^  {''.join(name)}:$", template, re.MULTILINE), (
                f"{source.name} looks for {name}"
            )
