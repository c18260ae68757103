"""scripts/deploy and scripts/destroy against the emulator, with what goes to Lambda.

A home is deployed, changed and destroyed: each test goes on from the one before it.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from botocore.exceptions import ClientError

from scripts.deploying.packaging import package
from tests.conftest import ROOT, start_emulator
from tests.contract.portraits import grace, jpeg
from tests.deployment.conftest import Builds
from tests.deployment.home import SECONDS, Home, Said

OWNER = ("--owner-phone", "+15555550123", "--owner-email", "owner@example.com")


@pytest.fixture(scope="module")
def home(builds: Builds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """An account of its own."""
    built = builds.for_lambda.template.parent
    folder = tmp_path_factory.mktemp("deploy")
    shutil.copytree(ROOT / "static-sites", folder / "sites")
    emulator = start_emulator(folder / "data")
    yield Home(emulator, f"home-{uuid.uuid4().hex[:8]}", built, folder / "sites")
    emulator.stop()


@pytest.fixture(scope="module")
def interrupted(home: Home) -> Said:
    """The first deployment, at which somebody pressed Ctrl-C after the first resource."""
    process = subprocess.Popen(
        home.command(home.deploying("--yes", *OWNER)),
        env=home.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("    1/"):
            process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=SECONDS)
    return Said(process.returncode, "".join(lines), err)


@pytest.fixture(scope="module")
def deployed(home: Home, interrupted: Said) -> Said:
    """The second deployment, with which everything is there."""
    return home.deploy()


def test_ctrl_c_says_what_goes_on(interrupted: Said) -> None:
    """CloudFormation does not stop with the command; up to there it told each step."""
    assert interrupted.code == 130, interrupted.err
    assert "CloudFormation goes on" in interrupted.err
    assert "Traceback" not in interrupted.err
    assert "template-" in interrupted.part("Uploading code")
    assert "add       VisitsTable" in interrupted.part("What will change")
    assert "REPLACE" not in interrupted.out


def test_the_next_deployment_waits_for_it_and_publishes(home: Home, deployed: Said) -> None:
    """It ends with the addresses, keeps the parameters, and the pages and the login are there."""
    assert deployed.code == 0, deployed.err
    assert "Waiting for what is still under way" in deployed.out
    assert "Nothing: the stack is as the template says." in deployed.out
    outputs = home.outputs()
    for said in (outputs["OwnerUrl"], outputs["DoorUrl"], f"--stream {outputs['VideoStreamName']}"):
        assert said in deployed.out
    assert "owner@example.com has an e-mail with a first password" in deployed.out
    page = home.emulator.client("s3").get_object(Bucket=outputs["SiteBucketName"], Key="owner/config.json")
    assert page["ContentType"].startswith("application/json")
    assert page["CacheControl"] == "no-cache"
    assert page["ContentEncoding"] == "br"
    assert outputs["OwnerPageClientId"].encode() in brotli.decompress(page["Body"].read())
    assert home.invalidations() == 1


def test_deploying_again_changes_nothing(home: Home, deployed: Said) -> None:
    """No object is uploaded, no resource is touched, CloudFront keeps its copies."""
    before = home.describe()

    said = home.deploy()

    assert said.code == 0, said.err
    assert "\n  0 of " in said.part("Uploading code")
    assert said.part("What will change").strip(" .\n") == "Nothing: the stack is as the template says"
    assert said.part("Publishing the pages").strip(" .\n") == "Nothing: they are as they were"
    assert home.describe() == before
    assert home.invalidations() == 1


def test_one_parameter_and_one_page_change_only_that(home: Home, deployed: Said) -> None:
    """All other parameters keep their values."""
    (home.sites / "shared/tokens.css").write_text("/* changed */")

    said = home.deploy("--parameter", "VisitMinutes=9")

    assert said.code == 0, said.err
    both = ["OwnerApiFunction", "ProcessFaceMatchesFunction"]
    changes = [line.split() for line in said.part("What will change").splitlines()[1:]]
    assert sorted(changes) == [["change", name, "AWS::Lambda::Function", "Environment"] for name in both]
    deployed_now = [line.split() for line in said.part("Deploying ...").splitlines()[1:]]
    assert sorted(name for _, _, name in deployed_now) == both
    assert said.part("Publishing the pages ...").splitlines()[1:-1] == ["  shared/tokens.css"]
    parameters = {item["ParameterKey"]: item["ParameterValue"] for item in home.describe()["Parameters"]}
    assert (parameters["VisitMinutes"], parameters["OwnerPhone"]) == ("9", "+15555550123")
    assert home.invalidations() == 2


def test_the_table_marks_what_is_replaced_and_no_leaves_all_as_it_is(home: Home, deployed: Said) -> None:
    """Another door has another video stream: what the old one holds would go, which is said before."""
    said = home.run_and_answer(*home.deploying("--door-id", "garage"), answer="n")

    assert said.code == 1
    lines = said.part("What will change").splitlines()
    replaced = next(line for line in lines if " VideoStream " in line)
    assert replaced.split()[:3] == ["REPLACE", "VideoStream", "AWS::KinesisVideo::Stream"]
    assert "Name (with all that is in it)" in replaced
    assert "This deletes what is stored in VideoStream." in said.out
    assert "nothing was changed" in said.err
    assert home.outputs()["DoorId"] == "front"
    assert home.emulator.client("cloudformation").list_change_sets(StackName=home.stack)["Summaries"] == []


def test_another_door_and_another_mode_can_be_had_at_any_time(home: Home, deployed: Said) -> None:
    """What belongs to the door before goes: its stream, its processor, its notifications."""
    video, rekognition = home.emulator.client("kinesisvideo"), home.emulator.client("rekognition")

    for options in (("--door-id", "garage"), ("--mode", "stream-processor"), ("--door-id", "back")):
        said = home.deploy(*options)
        assert said.code == 0, said.err
        assert "FAILED" not in said.out

    (stream,) = video.list_streams()["StreamInfoList"]
    assert stream["StreamName"] == f"{home.stack}-back"
    (processor,) = rekognition.list_stream_processors()["StreamProcessors"]
    assert processor["Name"] == f"{home.stack}-back"
    described = rekognition.describe_stream_processor(Name=processor["Name"])
    assert described["Input"]["KinesisVideoStream"]["Arn"] == stream["StreamARN"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--parameter", "VisitMinutes=99"), "VisitMinutes cannot be '99': it must be a number from 1 to 60"),
        (("--owner-phone", "0123"), "OwnerPhone cannot be '0123': it must be an E.164 number"),
        (("--mode", "magic"), "FaceSearchMode cannot be 'magic': it must be fragments or stream-processor"),
        (("--parameter", "Visitminutes=9"), "There is no parameter Visitminutes: do you mean VisitMinutes?"),
        (("--stack", "Home"), "cannot be the stack's name"),
        (("--stack", "home-of-amazons"), "cannot be the stack's name"),
        (("--stack", "another"), "OwnerPhone is needed: give --owner-phone"),
        (("--built", "nowhere"), "nothing was built in nowhere"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_done(
    home: Home, deployed: Said, options: tuple[str, ...], words: str
) -> None:
    """In words that say what is possible, with exit code 2."""
    before = home.describe()

    said = home.deploy(*options)

    assert (said.code, "Traceback" in said.err) == (2, False)
    assert words in said.err
    assert "What will change" not in said.out
    assert home.describe() == before


def test_the_doctor_can_stop_a_deployment(home: Home, deployed: Said, tmp_path: Path) -> None:
    """With advice; --skip-doctor goes on to the question all the same, and no removes what was prepared."""
    home.emulator.client("rekognition").create_collection(CollectionId="left-visitors")
    parameters = (home.built / "template.yaml").read_text().partition("\nResources:\n")[0]
    (tmp_path / "template.yaml").write_text(f"{parameters}\nResources:\n  Queue: {{Type: AWS::SQS::Queue}}\n")
    command = home.deploying("--stack", "left", "--owner-phone", "+15555550123", built=tmp_path)

    said = home.run(*command, "--yes")
    assert (said.code, "Follow its advice, or give --skip-doctor" in said.err) == (1, True)
    assert "is left of an earlier installation" in said.out
    assert "What will change" not in said.out

    # The first question is for the owner's address, which may be empty.
    said = home.run_and_answer(*command, "--skip-doctor", answer="owner@example\n\nn")
    assert "It must be an e-mail address, or empty." in said.out
    assert (said.code, "Deploy this?" in said.out) == (1, True)
    said = home.run("scripts.destroy", "--stack", "left", "--yes")  # the code that was uploaded
    assert (said.code, "1 object " in said.out) == (0, True)
    home.emulator.client("rekognition").delete_collection(CollectionId="left-visitors")


def test_a_failure_names_the_resource_and_leaves_the_stack_as_it_was(
    home: Home, deployed: Said, tmp_path: Path
) -> None:
    """CloudFormation takes back what it did; the next deployment is as before."""
    broken = "Resources:\n  Broken: {Type: AWS::S3::Bucket, Properties: {BucketName: x}}\n"
    template = package(home.built / "template.yaml", str)  # with absolute paths
    (tmp_path / "template.yaml").write_text(template.replace("Resources:\n", broken, 1))

    said = home.run(*home.deploying("--yes", built=tmp_path))

    assert said.code == 1
    assert "UPDATE_ROLLBACK_COMPLETE: Broken (AWS::S3::Bucket): " in said.err
    assert "FAILED   Broken: " in said.out
    assert "Nothing: the stack is as the template says." in home.deploy().out


def test_destroying_needs_the_name(home: Home, deployed: Said) -> None:
    """Another answer, or nobody who could answer, removes nothing."""
    before = home.describe()
    said = home.run_and_answer("scripts.destroy", "--stack", home.stack, answer="yes")
    assert (said.code, "nothing was removed" in said.err) == (1, True)
    said = home.run("scripts.destroy", "--stack", home.stack)
    assert (said.code, "give --yes" in said.err) == (2, True)
    assert home.describe() == before


def test_destroying_removes_everything_that_was_there(home: Home, deployed: Said) -> None:
    """Photos in all their versions, faces, tables without a backup, code: AWS is asked afterwards."""
    client, outputs = home.emulator.client, home.outputs()

    def is_gone(service: str, operation: str, **names: str) -> None:
        with pytest.raises(ClientError):
            getattr(client(service), operation)(**names)

    s3, photos = client("s3"), outputs["PhotosBucketName"]
    s3.put_bucket_versioning(Bucket=photos, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        s3.put_object(Bucket=photos, Key="photos/front/a/best.jpg", Body=body)
    s3.delete_object(Bucket=photos, Key="photos/front/a/best.jpg")
    client("rekognition").index_faces(CollectionId=outputs["CollectionId"], Image={"Bytes": jpeg(grace())})

    said = home.run_and_answer("scripts.destroy", "--stack", home.stack, answer=home.stack)

    assert said.code == 0, said.err
    assert "1 face " in said.out
    assert "all are gone" in said.out
    is_gone("cloudformation", "describe_stacks", StackName=home.stack)
    is_gone("rekognition", "describe_collection", CollectionId=outputs["CollectionId"])
    is_gone("kinesisvideo", "describe_stream", StreamName=outputs["VideoStreamName"])
    is_gone("kinesis", "describe_stream_summary", StreamName=outputs["FaceSearchResultsName"])
    is_gone("cognito-idp", "describe_user_pool", UserPoolId=outputs["UserPoolId"])
    assert s3.list_buckets()["Buckets"] == []
    assert client("dynamodb").list_tables()["TableNames"] == []
    assert client("lambda").list_functions()["Functions"] == []
    assert client("logs").describe_log_groups()["logGroups"] == []


def test_destroying_again_finds_nothing(home: Home, deployed: Said) -> None:
    """That is no failure."""
    said = home.run("scripts.destroy", "--yes", "--stack", home.stack)

    assert (said.code, said.err) == (0, "")
    assert "nothing to remove" in said.out
