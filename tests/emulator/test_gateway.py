"""The one door: which service a request goes to, and what is said where there is none."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError

from tests.emulator.asking import code_of, get


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("cloudwatch", "list_metrics"),
        ("dynamodb", "list_tables"),
        ("events", "list_rules"),
        ("iam", "list_roles"),
        ("kinesis", "list_streams"),
        ("logs", "describe_log_groups"),
        ("s3", "list_buckets"),
        ("secretsmanager", "list_secrets"),
        ("sns", "list_topics"),
        ("sqs", "list_queues"),
        ("ssm", "describe_parameters"),
        ("sts", "get_caller_identity"),
    ],
)
def test_every_moto_service_answers_its_own_clients(emulator: Any, service: str, operation: str) -> None:
    """A signed request reaches the service that its credential scope names."""
    answer = getattr(emulator.client(service), operation)()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    ("service", "operation", "code", "status"),
    [
        ("glue", "get_databases", "UnknownOperationException", 400),
        ("ec2", "describe_instances", "InvalidAction", 400),
        ("route53", "list_hosted_zones", "UnknownOperationException", 404),
    ],
)
def test_a_service_that_is_not_there_is_named(
    emulator: Any, service: str, operation: str, code: str, status: int
) -> None:
    """JSON, query and REST clients get AWS's own code for it, in a message that names what is missing."""
    with pytest.raises(ClientError, match=f"has no service {service}") as refused:
        getattr(emulator.client(service), operation)()
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_an_operation_that_is_not_there_is_named(emulator: Any) -> None:
    """Whatever the protocol, the answer names the operation, under the code that AWS's service has for it."""
    missing: list[tuple[str, str, Callable[[], Any]]] = [
        (
            "CreateGlobalTable",
            "UnknownOperationException",
            lambda: emulator.client("dynamodb").create_global_table(
                GlobalTableName="any", ReplicationGroup=[]
            ),
        ),
        (
            "GetDataProtectionPolicy",
            "InvalidAction",
            lambda: emulator.client("sns").get_data_protection_policy(ResourceArn="any"),
        ),
        (
            "ListBucketMetricsConfigurations",
            "NotImplemented",
            lambda: emulator.client("s3").list_bucket_metrics_configurations(Bucket="any-bucket"),
        ),
    ]
    for operation, code, call in missing:
        with pytest.raises(ClientError, match=f"has no operation {operation} of") as refused:
            call()
        assert refused.value.response["Error"]["Code"] == code


def test_requests_without_a_signature_are_refused(emulator: Any) -> None:
    """As on AWS: a missing token, and for objects access denied."""
    assert (
        code_of(emulator.client("dynamodb", signature_version=UNSIGNED).list_tables)
        == "MissingAuthenticationToken"
    )
    anonymous = emulator.client("s3", signature_version=UNSIGNED)
    assert code_of(lambda: anonymous.get_object(Bucket="any-bucket", Key="any")) == "AccessDenied"


def test_cognitos_public_operations_need_no_signature(emulator: Any, name: str) -> None:
    """Sign-in and the key set are public on AWS too."""
    pool = emulator.client("cognito-idp").create_user_pool(PoolName=name)["UserPool"]["Id"]
    assert b'"keys"' in get(f"{emulator.endpoint_url}/{pool}/.well-known/jwks.json")[1]
    public = emulator.client("cognito-idp", signature_version=UNSIGNED)
    refused = code_of(
        lambda: public.initiate_auth(AuthFlow="USER_PASSWORD_AUTH", ClientId="nobody", AuthParameters={})
    )
    assert refused == "ResourceNotFoundException"


def test_objects_of_any_key_and_size_come_back_whole(emulator: Any, name: str) -> None:
    """Keys keep their percent signs, blanks and letters; bodies of many megabytes pass."""
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=name)
    body = bytes(range(256)) * 4096 * 12  # 12 MiB
    for key in ("plain", "with blank/and ümlaut%2Fpercent+plus.bin"):
        s3.put_object(
            Bucket=name, Key=key, Body=body, ContentType="image/jpeg", Metadata={"door_id": "front"}
        )
        found = s3.get_object(Bucket=name, Key=key)
        assert found["Body"].read() == body
        assert (found["ContentType"], found["Metadata"]) == ("image/jpeg", {"door_id": "front"})
        assert s3.head_object(Bucket=name, Key=key)["ContentLength"] == len(body)


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_presigned_address_works_until_it_expires(emulator: Any, name: str, version: str) -> None:
    """A link is good for its seconds and then refused, in both signature versions."""
    s3 = emulator.client("s3", signature_version=version)
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="photo.jpg", Body=b"photo")
    photo = {"Bucket": name, "Key": "photo.jpg"}
    long, short = (s3.generate_presigned_url("get_object", Params=photo, ExpiresIn=s) for s in (600, 1))
    assert get(long) == (200, b"photo")
    time.sleep(2.1)
    status, body = get(short)
    assert status == 403
    assert b"<Code>AccessDenied</Code>" in body


def test_many_clients_at_once_do_not_disturb_each_other(emulator: Any, name: str) -> None:
    """moto is not thread safe; the emulator is: concurrent counting loses nothing."""
    dynamodb = emulator.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def count(_: int) -> None:
        dynamodb.update_item(
            TableName=name,
            Key={"id": {"S": "counter"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(60)))
    found = dynamodb.get_item(TableName=name, Key={"id": {"S": "counter"}})["Item"]
    assert found["n"] == {"N": "60"}


def test_a_long_poll_of_a_queue_holds_up_nobody(emulator: Any, name: str) -> None:
    """A waiting receive returns as soon as there is a message, and others are answered meanwhile."""
    sqs = emulator.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    with ThreadPoolExecutor(1) as threads:
        started = time.monotonic()
        waiting = threads.submit(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20))
        time.sleep(0.5)
        sqs.send_message(QueueUrl=url, MessageBody="here")
        answer = waiting.result()
    assert [message["Body"] for message in answer["Messages"]] == ["here"]
    assert time.monotonic() - started < 19


def test_an_empty_long_poll_takes_its_time(emulator: Any, name: str) -> None:
    """Nothing comes: the receive ends when its wait is over, without messages."""
    sqs = emulator.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes={"ReceiveMessageWaitTimeSeconds": "1"})["QueueUrl"]
    started = time.monotonic()
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    assert 0.9 < time.monotonic() - started < 20


def processor_seconds(pid: int) -> float:
    """What a process has used of processors so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_stream_stays_fast_when_it_is_long(emulator: Any, name: str) -> None:
    """Puts and reads cost no more with the records that are there (moto alone: quadratic)."""
    kinesis = emulator.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    records = [{"Data": b"x", "PartitionKey": "p"}] * 500
    times = []
    for _ in range(12):
        before = processor_seconds(emulator.process.pid)
        sequence = kinesis.put_records(StreamName=name, Records=records)["Records"][-1]["SequenceNumber"]
        times.append(processor_seconds(emulator.process.pid) - before)
    assert min(times[-3:]) < 5 * max(min(times[:3]), 0.05)
    iterator = kinesis.get_shard_iterator(
        StreamName=name,
        ShardId="shardId-000000000000",
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        StartingSequenceNumber=sequence,
    )["ShardIterator"]
    assert [found["SequenceNumber"] for found in kinesis.get_records(ShardIterator=iterator)["Records"]] == [
        sequence
    ]


def test_records_are_read_in_order_from_every_kind_of_position(emulator: Any, name: str) -> None:
    """TRIM_HORIZON, AFTER_SEQUENCE_NUMBER, AT_TIMESTAMP and LATEST begin where they say."""
    kinesis = emulator.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    put = [
        kinesis.put_record(StreamName=name, Data=str(n), PartitionKey="p")["SequenceNumber"] for n in range(4)
    ]

    def read(**position: Any) -> list[bytes]:
        iterator = kinesis.get_shard_iterator(StreamName=name, ShardId="shardId-000000000000", **position)
        found = kinesis.get_records(ShardIterator=iterator["ShardIterator"])
        return [record["Data"] for record in found["Records"]]

    assert put == sorted(put, key=int)
    assert read(ShardIteratorType="TRIM_HORIZON") == [b"0", b"1", b"2", b"3"]
    assert read(ShardIteratorType="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=put[1]) == [b"2", b"3"]
    assert read(ShardIteratorType="AT_TIMESTAMP", Timestamp=time.time() - 3600) == [b"0", b"1", b"2", b"3"]
    assert read(ShardIteratorType="LATEST") == []
