"""State lives in one folder and survives a restart."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Emulator, start_emulator
from tests.emulator.asking import eventually, make_queue, phone_messages, queued, runs
from tests.emulator.conftest import ROLE


class Machine:
    """An emulator that can be switched off and on again, with the same data."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "data"
        self.emulator: Emulator = start_emulator(self.data_dir)

    def restart(self, *options: str) -> None:
        """Stop as Ctrl-C does, and start."""
        assert self.emulator.stop() == 0
        self.emulator = start_emulator(self.data_dir, *options)

    def pull_the_plug(self) -> None:
        """End the process without a warning, and start."""
        self.emulator.process.kill()
        self.emulator.process.wait()
        self.emulator = start_emulator(self.data_dir)

    def client(self, service_name: str) -> Any:
        """A client of the emulator that runs now."""
        return self.emulator.client(service_name)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine of the test's own."""
    machine = Machine(tmp_path)
    yield machine
    machine.emulator.stop()


def test_everything_that_moto_keeps_is_the_same_after_a_restart(machine: Machine) -> None:
    """Ids, secrets, times, items, objects: the journal makes them again, also after a kill."""
    before = _make_one_of_each(machine)
    machine.pull_the_plug()
    assert _look_at_each(machine, before["names"]) == before["seen"]
    machine.restart()
    assert _look_at_each(machine, before["names"]) == before["seen"]


def _make_one_of_each(machine: Machine) -> dict[str, Any]:
    pool = machine.client("cognito-idp").create_user_pool(PoolName="homes")["UserPool"]["Id"]
    app = machine.client("cognito-idp").create_user_pool_client(
        UserPoolId=pool,
        ClientName="owner",
        GenerateSecret=True,
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
    )["UserPoolClient"]["ClientId"]
    machine.client("secretsmanager").create_secret(Name="key", SecretString="of the passcodes")
    machine.client("ssm").put_parameter(Name="/site", Value="http://127.0.0.1:8080", Type="String")
    machine.client("events").create_event_bus(Name="door")
    machine.client("events").put_rule(
        Name="rule", EventBusName="door", EventPattern='{"source": ["smart-door"]}'
    )
    machine.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    machine.client("logs").create_log_group(logGroupName="group")
    topic = machine.client("sns").create_topic(Name="owner")["TopicArn"]
    machine.client("sns").subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15555550100")
    make_queue(machine.client("sqs"), "letters")
    cloudwatch = machine.client("cloudwatch")
    cloudwatch.put_dashboard(DashboardName="door", DashboardBody='{"widgets": []}')
    cloudwatch.put_metric_alarm(
        AlarmName="late",
        Namespace="AWS/Lambda",
        MetricName="IteratorAge",
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=60000,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName="late", StateValue="ALARM", StateReason="trying it out")
    s3 = machine.client("s3")
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="small.jpg", Body=b"\xff\xd8 small", ContentType="image/jpeg")
    s3.put_object(Bucket="photos", Key="large.jpg", Body=bytes(range(256)) * 4096)
    dynamodb = machine.client("dynamodb")
    dynamodb.create_table(
        TableName="visits",
        KeySchema=[{"AttributeName": "door_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "door_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.update_time_to_live(
        TableName="visits", TimeToLiveSpecification={"Enabled": True, "AttributeName": "delete_at"}
    )
    dynamodb.put_item(TableName="visits", Item={"door_id": {"S": "front"}, "photo": {"B": b"\x00\xff"}})
    machine.client("kinesis").create_stream(StreamName="records", ShardCount=1)
    machine.client("kinesis").put_record(StreamName="records", Data=b"one", PartitionKey="p")
    names = {"pool": pool, "app": app, "topic": topic}
    return {"names": names, "seen": _look_at_each(machine, names)}


def _look_at_each(machine: Machine, names: dict[str, str]) -> dict[str, Any]:
    cognito, s3, kinesis = machine.client("cognito-idp"), machine.client("s3"), machine.client("kinesis")
    iterator = kinesis.get_shard_iterator(
        StreamName="records", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    large = s3.get_object(Bucket="photos", Key="large.jpg")
    return {
        "pool": _plain(cognito.describe_user_pool(UserPoolId=names["pool"])["UserPool"]),
        "app": _plain(cognito.describe_user_pool_client(UserPoolId=names["pool"], ClientId=names["app"])),
        "secret": _plain(machine.client("secretsmanager").get_secret_value(SecretId="key")),
        "parameter": _plain(machine.client("ssm").get_parameter(Name="/site")),
        "rule": _plain(machine.client("events").describe_rule(Name="rule", EventBusName="door")),
        "role": _plain(machine.client("iam").get_role(RoleName="role")),
        "groups": _plain(machine.client("logs").describe_log_groups()),
        "alarms": _plain(machine.client("cloudwatch").describe_alarms()),
        "dashboard": _plain(machine.client("cloudwatch").get_dashboard(DashboardName="door")),
        "subscriptions": _plain(machine.client("sns").list_subscriptions_by_topic(TopicArn=names["topic"])),
        "objects": _plain(s3.list_objects_v2(Bucket="photos")["Contents"]),
        "small": s3.get_object(Bucket="photos", Key="small.jpg")["Body"].read(),
        "large": large["Body"].read(),
        "item": machine.client("dynamodb").scan(TableName="visits")["Items"],
        "ttl": _plain(machine.client("dynamodb").describe_time_to_live(TableName="visits")),
        "records": _plain(kinesis.get_records(ShardIterator=iterator)["Records"]),
    }


def _plain(answer: Any) -> Any:
    """Without what belongs to the one call: request id, date."""
    if isinstance(answer, dict):
        return {
            key: value for key, value in answer.items() if key not in ("ResponseMetadata", "LastAccessedDate")
        }
    return answer


def test_a_login_goes_on_after_a_restart(machine: Machine) -> None:
    """Users, passwords and refresh tokens stay; a wrong password stays wrong."""
    cognito = machine.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="homes")["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    app = cognito.create_user_pool_client(UserPoolId=pool, ClientName="owner", ExplicitAuthFlows=flows)
    app_id = app["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="owner@example.com")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="owner@example.com", Password="Correct-horse-1", Permanent=True
    )

    def sign_in(flow: str, **parameters: str) -> Any:
        answer = machine.client("cognito-idp").initiate_auth(
            ClientId=app_id, AuthFlow=flow, AuthParameters=parameters
        )
        return answer["AuthenticationResult"]

    first = sign_in("USER_PASSWORD_AUTH", USERNAME="owner@example.com", PASSWORD="Correct-horse-1")
    machine.pull_the_plug()
    assert sign_in("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=first["RefreshToken"])["IdToken"]
    assert sign_in("USER_PASSWORD_AUTH", USERNAME="owner@example.com", PASSWORD="Correct-horse-1")["IdToken"]
    with pytest.raises(machine.client("cognito-idp").exceptions.ClientError, match="NotAuthorizedException"):
        sign_in("USER_PASSWORD_AUTH", USERNAME="owner@example.com", PASSWORD="Wrong-horse-1")


def test_an_upload_in_parts_goes_on_after_a_restart(machine: Machine) -> None:
    """The upload id is the same again."""
    s3 = machine.client("s3")
    s3.create_bucket(Bucket="clips")
    upload = s3.create_multipart_upload(Bucket="clips", Key="clip.mp4")["UploadId"]
    part = {"Bucket": "clips", "Key": "clip.mp4", "UploadId": upload}
    first = s3.upload_part(**part, PartNumber=1, Body=b"a" * 5 * 1024**2)["ETag"]
    machine.restart()
    s3 = machine.client("s3")
    second = s3.upload_part(**part, PartNumber=2, Body=b"b")["ETag"]
    tags = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]
    s3.complete_multipart_upload(**part, MultipartUpload={"Parts": tags})
    assert s3.head_object(Bucket="clips", Key="clip.mp4")["ContentLength"] == 5 * 1024**2 + 1


def test_messages_in_a_queue_are_there_once(machine: Machine) -> None:
    """What was deleted stays deleted, what was received can still be deleted, the rest is there."""
    sqs = machine.client("sqs")
    url, _ = make_queue(sqs, "letters")
    for text in ("deleted", "in flight", "waiting"):
        sqs.send_message(QueueUrl=url, MessageBody=text)
    deleted = sqs.receive_message(QueueUrl=url)["Messages"][0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=deleted["ReceiptHandle"])
    in_flight = sqs.receive_message(QueueUrl=url)["Messages"][0]
    machine.pull_the_plug()
    sqs = machine.client("sqs")
    url = sqs.get_queue_url(QueueName="letters")["QueueUrl"]
    assert queued(sqs, url) == ["waiting"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=in_flight["ReceiptHandle"])


def test_nothing_is_delivered_twice_by_a_replay(machine: Machine) -> None:
    """Texts that were sent are on the phone once; a queue that a topic fed has its message once."""
    sns, sqs = machine.client("sns"), machine.client("sqs")
    _, arn = make_queue(sqs, "fed")
    topic = sns.create_topic(Name="owner")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15555550100")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="someone is there")
    sns.publish(PhoneNumber="+15555550123", Message="your code")
    machine.restart()
    assert phone_messages(machine.emulator, "+15555550100") == ["someone is there"]
    assert phone_messages(machine.emulator, "+15555550123") == ["your code"]
    sqs = machine.client("sqs")
    assert len(queued(sqs, sqs.get_queue_url(QueueName="fed")["QueueUrl"])) == 1


def test_a_torn_journal_is_tolerated_and_said(machine: Machine) -> None:
    """Half a last line: everything before it is there, and the log says what was dropped."""
    machine.client("ssm").put_parameter(Name="/kept", Value="yes", Type="String")
    machine.emulator.stop()
    with (machine.data_dir / "aws" / "journal.jsonl").open("a") as journal:
        journal.write('{"at": 17952, "service": "ss')
    machine.emulator = start_emulator(machine.data_dir)
    assert machine.client("ssm").get_parameter(Name="/kept")["Parameter"]["Value"] == "yes"
    assert "was torn: 28 bytes dropped" in (machine.data_dir.parent / "emulator.log").read_text()
    machine.client("ssm").put_parameter(Name="/after", Value="yes", Type="String")
    machine.restart()
    assert machine.client("ssm").get_parameter(Name="/after")["Parameter"]["Value"] == "yes"


def test_fresh_forgets_everything(machine: Machine) -> None:
    """--fresh starts anew."""
    machine.client("ssm").put_parameter(Name="/kept", Value="no", Type="String")
    machine.restart("--fresh")
    assert machine.client("ssm").describe_parameters()["Parameters"] == []


SLOW_COPY = """
import base64, json, pathlib, time
def handler(event, context):
    out = pathlib.Path(__file__).with_name("seen.txt")
    for record in event["Records"]:
        time.sleep(0.02)
        with out.open("a") as seen:
            seen.write(base64.b64decode(record["kinesis"]["data"]).decode() + "\\n")
"""


def test_a_stream_is_read_on_where_it_was(machine: Machine, tmp_path: Path) -> None:
    """Killed in the middle of its records: afterwards none is missing, and the reading did not start over."""
    folder = tmp_path / "function"
    folder.mkdir()
    (folder / "app.py").write_text(SLOW_COPY)
    machine.client("kinesis").create_stream(StreamName="records", ShardCount=1)
    arn = machine.client("kinesis").describe_stream_summary(StreamName="records")["StreamDescriptionSummary"]
    client = machine.client("lambda")
    client.create_function(
        FunctionName="copy",
        Runtime="python3.13",
        Role=ROLE,
        Handler="app.handler",
        Timeout=30,
        Code={"S3Bucket": "hot-reload", "S3Key": str(folder)},
    )
    client.create_event_source_mapping(
        FunctionName="copy", EventSourceArn=arn["StreamARN"], StartingPosition="LATEST", BatchSize=10
    )
    records = [{"Data": str(number), "PartitionKey": "p"} for number in range(100)]
    machine.client("kinesis").put_records(StreamName="records", Records=records)

    def seen() -> list[str]:
        path = folder / "seen.txt"
        return path.read_text().split() if path.exists() else []

    eventually(lambda: len(seen()) >= 35)
    machine.pull_the_plug()
    eventually(lambda: "99" in seen())
    time.sleep(0.5)
    found = seen()
    assert set(found) == {str(number) for number in range(100)}
    assert len(found) <= 100 + 10  # the batch that was cut off ran again, and nothing else
    machine.restart()
    time.sleep(1)
    assert seen() == found


def test_no_worker_stays_behind(machine: Machine, tmp_path: Path) -> None:
    """Neither a clean stop nor a kill of the emulator leaves a function's process, even a hanging one."""
    folder = tmp_path / "function"
    folder.mkdir()
    (folder / "app.py").write_text(
        "import os, time\ndef handler(event, context):\n    time.sleep(event or 0)\n    return os.getpid()\n"
    )
    client = machine.client("lambda")
    code = {"S3Bucket": "hot-reload", "S3Key": str(folder)}
    client.create_function(
        FunctionName="sleeper", Runtime="python3.13", Role=ROLE, Handler="app.handler", Timeout=60, Code=code
    )

    def worker() -> int:
        answer = machine.client("lambda").invoke(FunctionName="sleeper", Payload="0")
        return int(json.loads(answer["Payload"].read()))

    first = worker()
    machine.client("lambda").invoke(FunctionName="sleeper", InvocationType="Event", Payload="50")
    time.sleep(0.3)
    machine.pull_the_plug()
    eventually(lambda: not runs(first))
    second = worker()
    assert machine.emulator.stop() == 0
    assert not runs(second)
    machine.emulator = start_emulator(machine.data_dir)


def test_an_accepted_event_is_seen_through_after_a_restart(machine: Machine, tmp_path: Path) -> None:
    """An asynchronous invocation that a kill cut off runs again."""
    folder = tmp_path / "function"
    folder.mkdir()
    (folder / "app.py").write_text(
        "import pathlib, time\n"
        "def handler(event, context):\n"
        "    folder = pathlib.Path(__file__).parent\n"
        "    (folder / 'begun').touch()\n"
        "    time.sleep(0 if (folder / 'restarted').exists() else 60)\n"
        "    (folder / 'done').touch()\n"
    )
    client = machine.client("lambda")
    code = {"S3Bucket": "hot-reload", "S3Key": str(folder)}
    client.create_function(
        FunctionName="patient", Runtime="python3.13", Role=ROLE, Handler="app.handler", Timeout=90, Code=code
    )
    client.invoke(FunctionName="patient", InvocationType="Event")
    eventually((folder / "begun").exists)
    (folder / "restarted").touch()
    machine.pull_the_plug()
    eventually((folder / "done").exists)
