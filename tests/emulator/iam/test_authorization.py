"""Requests of a role are allowed by its policies or refused in AWS's words, in every protocol."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.iam.policies import Decision, evaluate, parse_policy
from emulator.iam.requests import Place, access_requests
from emulator.iam.sessions import RoleSession
from tests.conftest import Emulator, start_emulator
from tests.emulator.asking import code_of, eventually, make_queue
from tests.emulator.conftest import FunctionMaker

ACCOUNT = "123456789012"
HERE = Place("us-east-1", ACCOUNT)


class Role:
    """A role of the test's own, and clients that have assumed it."""

    def __init__(self, emulator: Emulator, name: str) -> None:
        self.emulator = emulator
        self.name = name
        self.iam = emulator.client("iam")
        self.arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        self.session = RoleSession.of_role(self.arn, "tester")

    def allow(self, action: str | list[str], resource: str, effect: str = "Allow", **more: Any) -> None:
        """Let the role have this one statement."""
        statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_role_policy(RoleName=self.name, PolicyName=effect, PolicyDocument=document)

    def client(self, service: str, endpoint_url: str = "") -> Any:
        """A client with the session's credentials."""
        return boto3.session.Session().client(  # type: ignore[call-overload]  # any service by name
            service,
            endpoint_url=endpoint_url or self.emulator.endpoint_url,
            region_name="us-east-1",
            config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
            **self.session.credentials,
        )


@pytest.fixture
def role(emulator: Emulator, name: str) -> Role:
    """A role that may do nothing."""
    return Role(emulator, name)


Ask = Callable[[Any], Any]
REFUSALS: list[tuple[str, Ask, str]] = [
    ("dynamodb", lambda aws: aws.get_item(TableName="t", Key={"id": {"S": "1"}}), "AccessDeniedException"),
    ("kinesis", lambda aws: aws.list_streams(), "AccessDeniedException"),
    ("secretsmanager", lambda aws: aws.get_secret_value(SecretId="s"), "AccessDeniedException"),
    ("ssm", lambda aws: aws.get_parameter(Name="p"), "AccessDeniedException"),
    (
        "events",
        lambda aws: aws.put_events(Entries=[{"Source": "s"}]),
        "AccessDeniedException",
    ),
    ("sqs", lambda aws: aws.get_queue_url(QueueName="q"), "AccessDenied"),
    ("sns", lambda aws: aws.publish(PhoneNumber="+15555550100", Message="m"), "AuthorizationError"),
    ("iam", lambda aws: aws.list_roles(), "AccessDenied"),
    ("s3", lambda aws: aws.list_buckets(), "AccessDenied"),
    ("s3", lambda aws: aws.put_object(Bucket="b", Key="k", Body=b"x"), "AccessDenied"),
    ("lambda", lambda aws: aws.list_functions(), "AccessDeniedException"),
    ("lambda", lambda aws: aws.invoke(FunctionName="f"), "AccessDeniedException"),
    ("kinesisvideo", lambda aws: aws.describe_stream(StreamName="v"), "AccessDeniedException"),
    ("rekognition", lambda aws: aws.list_collections(), "AccessDeniedException"),
    ("cloudwatch", lambda aws: aws.list_metrics(), "AccessDeniedException"),
    ("cloudformation", lambda aws: aws.describe_stacks(), "AccessDenied"),
    ("cloudfront", lambda aws: aws.list_distributions(), "AccessDenied"),
    ("apigateway", lambda aws: aws.get_rest_apis(), "AccessDeniedException"),
]


@pytest.mark.parametrize(("service", "ask", "code"), REFUSALS)
def test_a_role_without_policies_is_refused_everything(role: Role, service: str, ask: Ask, code: str) -> None:
    """Each service in its own protocol, with the code that it has for it."""
    assert code_of(lambda: ask(role.client(service))) == code


def test_a_refusal_says_who_what_and_why(role: Role) -> None:
    """Word for word as AWS puts it."""
    with pytest.raises(ClientError) as refused:
        role.client("dynamodb").get_item(TableName="Visits", Key={"id": {"S": "1"}})
    assert refused.value.response["Error"]["Message"] == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role.name}/tester is not authorized to perform: "
        f"dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Visits "
        "because no identity-based policy allows the dynamodb:GetItem action"
    )


def test_a_policy_counts_at_once_and_for_its_resource_alone(role: Role, name: str) -> None:
    """Given two queues, when one may be written to, then the other may not; and then neither."""
    mine, arn = make_queue(role.emulator.client("sqs"), name)
    other, _ = make_queue(role.emulator.client("sqs"), f"{name}-other")
    aws = role.client("sqs")
    role.allow("sqs:SendMessage", arn)

    aws.send_message(QueueUrl=mine, MessageBody="m")
    assert code_of(lambda: aws.send_message(QueueUrl=other, MessageBody="m")) == "AccessDenied"
    assert code_of(lambda: aws.receive_message(QueueUrl=mine)) == "AccessDenied"
    role.iam.delete_role_policy(RoleName=role.name, PolicyName="Allow")
    assert code_of(lambda: aws.send_message(QueueUrl=mine, MessageBody="m")) == "AccessDenied"


def test_an_explicit_deny_says_so(role: Role) -> None:
    """Given an Allow of everything, when a Deny names the action, then it is refused."""
    role.allow("*", "*")
    role.allow("ssm:GetParameter", "*", effect="Deny")
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        role.client("ssm").get_parameter(Name="p")


def test_a_missing_object_is_a_secret_of_those_who_may_list(role: Role, name: str) -> None:
    """S3 answers 403 for a key that is not there, unless the caller may list the bucket."""
    role.emulator.client("s3").create_bucket(Bucket=name)
    aws = role.client("s3")
    role.allow("s3:GetObject", f"arn:aws:s3:::{name}/*")
    assert code_of(lambda: aws.get_object(Bucket=name, Key="none")) == "AccessDenied"
    assert code_of(lambda: aws.head_object(Bucket=name, Key="none")) == "403"
    role.allow(["s3:GetObject", "s3:ListBucket"], "*")
    assert code_of(lambda: aws.get_object(Bucket=name, Key="none")) == "NoSuchKey"
    assert code_of(lambda: aws.head_object(Bucket=name, Key="none")) == "404"


def test_a_link_opens_what_its_signer_may_read(role: Role, name: str) -> None:
    """Given a presigned address, when the signer loses the permission, then it is refused."""
    plain = role.emulator.client("s3")
    plain.create_bucket(Bucket=name)
    plain.put_object(Bucket=name, Key="photo", Body=b"jpeg")
    role.allow("s3:GetObject", f"arn:aws:s3:::{name}/photo")
    link = role.client("s3").generate_presigned_url("get_object", {"Bucket": name, "Key": "photo"})

    with urllib.request.urlopen(link, timeout=10) as answer:  # noqa: S310 - the emulator
        assert answer.read() == b"jpeg"
    role.iam.delete_role_policy(RoleName=role.name, PolicyName="Allow")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(link, timeout=10)  # noqa: S310 - as above
    with refused.value:
        assert refused.value.code == 403


def test_names_are_looked_up_where_they_do_not_make_the_arn(role: Role, name: str) -> None:
    """Given policies that name a video stream and a secret by ARN, both may be asked for by name."""
    plain = role.emulator.client("kinesisvideo")
    stream = plain.create_stream(StreamName=name, DataRetentionInHours=1)["StreamARN"]
    secret = role.emulator.client("secretsmanager").create_secret(Name=name, SecretString="s")["ARN"]
    role.allow("*", stream)
    assert role.client("kinesisvideo").describe_stream(StreamName=name)["StreamInfo"]["StreamARN"] == stream
    role.allow("*", secret)
    assert role.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"] == "s"


def test_a_producer_s_stream_is_judged_by_its_headers(role: Role, name: str) -> None:
    """Given a role, when it sends to a stream that it may not send to, then PutMedia is refused at once."""
    role.emulator.client("kinesisvideo").create_stream(StreamName=name, DataRetentionInHours=1)
    scope = "AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/kinesisvideo/aws4_request, Signature=0"
    headers = {
        "Authorization": scope,
        "X-Amz-Security-Token": role.session.credentials["aws_session_token"],
        "x-amzn-stream-name": name,
        "x-amzn-fragment-timecode-type": "ABSOLUTE",
    }
    request = urllib.request.Request(f"{role.emulator.endpoint_url}/putMedia", b"", headers)  # noqa: S310 - ours
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)  # noqa: S310 - as above
    with refused.value as answer:
        assert (answer.code, answer.headers["x-amzn-ErrorType"]) == (403, "AccessDeniedException")


def test_passing_a_role_needs_permission_for_that_service(role: Role, name: str) -> None:
    """Given iam:PassRole for another service, when a stream processor gets the role, then it is refused."""
    processor = {
        "Name": name,
        "Input": {"KinesisVideoStream": {"Arn": f"arn:aws:kinesisvideo:us-east-1:{ACCOUNT}:stream/v/1"}},
        "Output": {"KinesisDataStream": {"Arn": f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/d"}},
        "Settings": {"FaceSearch": {"CollectionId": "c"}},
        "RoleArn": role.arn,
    }
    aws = role.client("rekognition")
    role.allow("rekognition:*", "*")
    assert code_of(lambda: aws.create_stream_processor(**processor)) == "AccessDeniedException"
    passed_to = {"StringEquals": {"iam:PassedToService": "rekognition.amazonaws.com"}}
    role.allow(["rekognition:*", "iam:PassRole"], "*", Condition=passed_to)
    assert code_of(lambda: aws.create_stream_processor(**processor)) == "AccessDeniedException"
    both = [
        {"Effect": "Allow", "Action": "rekognition:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": role.arn, "Condition": passed_to},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": both})
    role.iam.put_role_policy(RoleName=role.name, PolicyName="Allow", PolicyDocument=document)
    aws.create_stream_processor(**processor)
    aws.delete_stream_processor(Name=name)


def test_a_policy_that_cannot_be_judged_is_an_error(role: Role) -> None:
    """Neither yes nor no: the element that is not understood is named."""
    role.allow("ssm:*", "*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    with pytest.raises(ClientError, match="IpAddress is not understood") as failed:
        role.client("ssm").get_parameter(Name="p")
    assert failed.value.response["Error"]["Code"] == "InternalFailure"


def test_credentials_of_a_role_that_is_gone_are_worth_nothing(role: Role) -> None:
    """As when AWS no longer knows the session."""
    role.iam.delete_role(RoleName=role.name)
    assert code_of(lambda: role.client("ssm").get_parameter(Name="p")) == "UnrecognizedClientException"


def test_an_attached_policy_of_aws_counts(role: Role) -> None:
    """Given AWS's policy for functions that read streams, then streams may be listed."""
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole"
    role.iam.attach_role_policy(RoleName=role.name, PolicyArn=arn)
    assert "StreamNames" in role.client("kinesis").list_streams()
    role.iam.detach_role_policy(RoleName=role.name, PolicyArn=arn)
    assert code_of(lambda: role.client("kinesis").list_streams()) == "AccessDeniedException"


FUNCTION = """
import boto3

def handler(event, context):
    try:
        return boto3.client("ssm").get_parameter(Name=event["name"])["Parameter"]["Value"]
    except Exception as error:
        return error.response["Error"]["Message"]
"""


def test_a_function_acts_as_its_role(role: Role, name: str, make_function: FunctionMaker) -> None:
    """Given a function, when its role gets a permission, then its next invocation has it, warm as it is."""
    role.emulator.client("ssm").put_parameter(Name=name, Value="v", Type="String")
    make_function(name, FUNCTION, Role=role.arn)

    def asked() -> str:
        answer = role.emulator.client("lambda").invoke(
            FunctionName=name, Payload=json.dumps({"name": name}).encode()
        )
        return str(json.loads(answer["Payload"].read()))

    assert asked().startswith(
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role.name}/{name} is not authorized"
    )
    role.allow("ssm:GetParameter", f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/{name}")
    assert asked() == "v"


def test_a_stream_is_polled_as_the_function_s_role(
    role: Role, name: str, make_function: FunctionMaker
) -> None:
    """Given a role that may not read the stream, when it gets AWS's policy, then records come."""
    kinesis = role.emulator.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.put_record(StreamName=name, Data=b"{}", PartitionKey="p")
    folder = make_function(
        name, "import pathlib\ndef handler(e, c): pathlib.Path('seen').write_text('x')\n", Role=role.arn
    )
    mappings = role.emulator.client("lambda")
    mapping = mappings.create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/{name}",
        StartingPosition="TRIM_HORIZON",
    )["UUID"]
    time.sleep(0.5)
    assert not (folder / "seen").exists()
    role.iam.attach_role_policy(
        RoleName=role.name, PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole"
    )
    mappings.update_event_source_mapping(UUID=mapping, BatchSize=10)  # polls at once, not in half a minute
    assert eventually((folder / "seen").exists)
    mappings.delete_event_source_mapping(UUID=mapping)


def test_roles_are_enforced_after_a_restart(tmp_path: Any) -> None:
    """Given a role and a session, when the emulator starts again, then both mean what they meant."""
    first = start_emulator(tmp_path / "data")
    role = Role(first, "kept")
    role.allow("ssm:GetParameter", "*")
    first.stop()
    role.emulator = start_emulator(tmp_path / "data")
    assert code_of(lambda: role.client("ssm").get_parameter(Name="p")) == "ParameterNotFound"
    assert code_of(lambda: role.client("ssm").describe_parameters()) == "AccessDeniedException"
    role.emulator.stop()


def test_a_decision_costs_next_to_nothing() -> None:
    """Given a role of twenty statements, then a thousand decisions take far less than a second."""
    tables = [HERE.arn("dynamodb", f"table/{number}") for number in range(20)]
    allowing = [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": table} for table in tables]
    statements = parse_policy({"Statement": allowing}, "test")
    began = time.process_time()
    for _ in range(1000):
        (wanted,) = access_requests("dynamodb", "GetItem", {"TableName": "19"}, HERE)
        assert evaluate(statements, wanted) is Decision.ALLOWED
    assert time.process_time() - began < 0.5
