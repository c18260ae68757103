"""The template that goes to AWS comes up here, and does what it says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from scripts.local_stack import package
from tests.conftest import ROOT, Emulator, start_emulator
from tests.contract.put_media import put_media
from tests.contract.video import fragments
from tests.emulator.cloudformation.conftest import OneStack

NOTIFICATION_TAG = "AWS_KINESISVIDEO_NOTIFICATION"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
PARAMETERS = {
    "OwnerPhone": "+15555550123",
    "OwnerEmail": "owner@example.com",
    "FaceSearchMode": "stream-processor",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator of its own: the template's pages are at the web port's own address."""
    running = start_emulator(tmp_path_factory.mktemp("home") / "data")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def deployed(home: Emulator) -> OneStack:
    """The template, deployed."""
    stack = OneStack(home, "home")
    parameters = {**PARAMETERS, "SiteUrl": home.web_url, "PhotoOrigin": home.endpoint_url}
    status = stack.create(package(ROOT / "template.yaml"), parameters, Capabilities=CAPABILITIES)
    failed = [reason for state, reason in stack.history() if state == "CREATE_FAILED"]
    assert (status, failed) == ("CREATE_COMPLETE", [])
    return stack


def test_every_resource_is_there(deployed: OneStack, home: Emulator) -> None:
    """What the template asks for is what the services show."""
    outputs = deployed.outputs()

    table = home.client("dynamodb").describe_time_to_live(TableName=deployed.physical_id("VisitsTable"))
    assert table["TimeToLiveDescription"]["AttributeName"] == "delete_at"
    s3 = home.client("s3")
    photos = {"Bucket": outputs["PhotosBucketName"]}
    rules = s3.get_bucket_lifecycle_configuration(**photos)["Rules"]
    assert rules[0]["Expiration"] == {"Days": 30}
    assert s3.get_public_access_block(**photos)["PublicAccessBlockConfiguration"]["BlockPublicPolicy"]
    video = home.client("kinesisvideo").describe_stream(StreamName=outputs["VideoStreamName"])["StreamInfo"]
    assert video["DataRetentionInHours"] == 24
    processor = home.client("rekognition").describe_stream_processor(Name=outputs["StreamProcessorName"])
    assert processor["Status"] in ("STARTING", "RUNNING")
    mappings = home.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert "ReportBatchItemFailures" in mappings[0]["FunctionResponseTypes"]
    secret = home.client("secretsmanager").get_secret_value(SecretId=deployed.physical_id("PasscodeKey"))
    assert len(secret["SecretString"]) == 64


def test_the_apis_and_the_login_answer(deployed: OneStack, home: Emulator) -> None:
    """Without a token 401 on every owner method, a wrong body 400, and the login has its form."""
    url = home.web_url
    document = package(ROOT / "template.yaml")
    assert "api-specs/owner.yaml" in document

    for method, path in (
        ("GET", "/api/owner/visits"),
        ("GET", "/api/owner/visits/front/01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        ("POST", "/api/owner/visits/front/01ARZ3NDEKTSV4RRFFQ69G5FAV/decision"),
        ("GET", "/api/owner/visitors"),
    ):
        assert urllib3.request(method, f"{url}{path}").status == 401
    wrong = urllib3.request("POST", f"{url}/api/door/redeem", json={})
    assert (wrong.status, wrong.json()["code"]) == (400, "request_invalid")
    client = deployed.outputs()["OwnerPageClientId"]
    challenge = "&code_challenge_method=S256&code_challenge=" + "a" * 43
    query = f"response_type=code&client_id={client}&redirect_uri={url}/owner/&scope=openid+email{challenge}"
    form = urllib3.request("GET", f"{url}/login-service/home-123456789012/oauth2/authorize?{query}")
    assert b'name="password"' in form.data


def test_a_changed_parameter_changes_what_it_must(deployed: OneStack, home: Emulator) -> None:
    """The functions that read it are updated, and nothing else."""
    parameters = {
        **PARAMETERS,
        "SiteUrl": home.web_url,
        "PhotoOrigin": home.endpoint_url,
        "VisitMinutes": "7",
    }

    template = package(ROOT / "template.yaml")
    assert deployed.update(template, parameters, Capabilities=CAPABILITIES) == "UPDATE_COMPLETE"

    name = deployed.physical_id("ProcessFaceMatchesFunction")
    configuration = home.client("lambda").get_function_configuration(FunctionName=name)
    assert configuration["Environment"]["Variables"]["VISIT_MINUTES"] == "7"
    events = deployed.client.describe_stack_events(StackName=deployed.name)["StackEvents"]
    updated = {event["LogicalResourceId"] for event in events if event["ResourceStatus"] == "UPDATE_COMPLETE"}
    assert updated == {"ProcessFaceMatchesFunction", "OwnerApiFunction", "home"}


def test_the_mode_of_face_search_can_be_changed_and_changed_back(deployed: OneStack, home: Emulator) -> None:
    """What the new mode needs comes, what only the old one needed goes: processor, notifications."""
    template = package(ROOT / "template.yaml")
    parameters = {**PARAMETERS, "SiteUrl": home.web_url, "PhotoOrigin": home.endpoint_url}
    video = {"StreamName": deployed.outputs()["VideoStreamName"]}
    kinesis_video, rekognition = home.client("kinesisvideo"), home.client("rekognition")

    other_mode = {**parameters, "FaceSearchMode": "fragments"}
    assert deployed.update(template, other_mode, Capabilities=CAPABILITIES) == "UPDATE_COMPLETE"

    assert rekognition.list_stream_processors()["StreamProcessors"] == []
    configured = kinesis_video.describe_notification_configuration(**video)["NotificationConfiguration"]
    topic_arn = deployed.physical_id("FragmentNotifications")
    assert configured == {"Status": "ENABLED", "DestinationConfig": {"Uri": topic_arn}}
    (subscription,) = home.client("sns").list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
    assert subscription["Protocol"] == "lambda"
    assert deployed.outputs()["FaceSearchMode"] == "fragments"
    assert "StreamProcessorName" not in deployed.outputs()

    what_cannot_be_searched_ends_in_the_queue(deployed, home, topic_arn)

    assert deployed.update(template, parameters, Capabilities=CAPABILITIES) == "UPDATE_COMPLETE"

    configured = kinesis_video.describe_notification_configuration(**video)["NotificationConfiguration"]
    assert configured["Status"] == "DISABLED"
    assert len(rekognition.list_stream_processors()["StreamProcessors"]) == 1


def what_cannot_be_searched_ends_in_the_queue(deployed: OneStack, home: Emulator, topic_arn: str) -> None:
    """A notification of another stream, one of a fragment that is not there, one of a video without H.264."""
    outputs = deployed.outputs()
    video = home.client("kinesisvideo").describe_stream(StreamName=outputs["VideoStreamName"])["StreamInfo"]
    (stored,) = put_media(home, outputs["VideoStreamName"], fragments("vp8")[:1], {NOTIFICATION_TAG: ""})
    foreign = video["StreamARN"].replace(outputs["VideoStreamName"], "somebody-elses")
    for stream_arn, number in ((foreign, "1"), (video["StreamARN"], "2")):
        notification = {
            "StreamArn": stream_arn,
            "FragmentNumber": number,
            "FragmentStartProducerTimestamp": 1795221531005,
            "FragmentStartServerTimestamp": 1795221531207,
            "NotificationType": "PERSISTED",
            "NotificationPayload": {},
        }
        home.client("sns").publish(TopicArn=topic_arn, Message=json.dumps(notification))

    failed: dict[str, str] = {}
    give_up_at = time.monotonic() + 120
    while failed.keys() != {"1", "2", stored}:
        assert time.monotonic() < give_up_at, failed
        answer = home.client("sqs").receive_message(
            QueueUrl=outputs["FailedFragmentsQueueUrl"], MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        for message in answer.get("Messages", ()):
            record = json.loads(message["Body"])
            (sent,) = record["requestPayload"]["Records"]
            number = json.loads(sent["Sns"]["Message"])["FragmentNumber"]
            failed[number] = record["responsePayload"]["errorType"]
    assert failed == {"1": "ForeignStreamError", "2": "FragmentGoneError", stored: "FrameDecodeError"}


def test_the_stack_is_still_there_after_a_restart(deployed: OneStack, home: Emulator) -> None:
    """Stacks, APIs and distributions are kept; the APIs answer as before."""
    outputs = deployed.outputs()
    home.stop()
    ports = {
        kind: int(url.rpartition(":")[2])
        for kind, url in (("port", home.endpoint_url), ("web_port", home.web_url))
    }

    again = start_emulator(Path(home.data_dir), **ports)

    assert OneStack(again, "home").outputs() == outputs
    assert urllib3.request("GET", f"{again.web_url}/api/owner/visits").status == 401
    assert json.loads(urllib3.request("GET", f"{again.web_url}/healthz").data)["deployed"]
    again.stop()
