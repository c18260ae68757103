"""The account that the emulator plays: its file, and what it makes AWS's clients see."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from emulator.__main__ import main
from emulator.account import Account, AccountDescription, AccountFileError
from tests.conftest import Emulator, start_emulator
from tests.emulator.asking import code_of

Describe = Callable[..., None]
_VERSIONS = itertools.count()


@pytest.fixture(scope="module")
def account_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with the account's description."""
    file = tmp_path_factory.mktemp("account") / "account.json"
    file.write_text("{}")
    return file


@pytest.fixture(scope="module")
def described(account_file: Path) -> Iterator[Emulator]:
    """An emulator that plays it."""
    running = start_emulator(account_file.parent / "data", "--account", str(account_file))
    yield running
    running.stop()


@pytest.fixture
def describe(account_file: Path) -> Iterator[Describe]:
    """Change the account of the running emulator."""

    def write(**fields: Any) -> None:
        account_file.write_text(json.dumps(fields) + " " * next(_VERSIONS))

    yield write
    write()


# --- The file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "it is no JSON object"),
        ("{", "Expecting property name"),
        ('{"sandbox": true}', "there is no field 'sandbox'; there are credentials, denied, "),
        ('{"sms_sandbox": "yes"}', "sms_sandbox must be true or false"),
        ('{"credentials": "good"}', "credentials must be one of valid, root, expired, invalid"),
        ('{"stream_processors": true}', "stream_processors must be one of available, strict, closed, absent"),
        ('{"sms_verified_numbers": ["5550100"]}', "must be a list of texts such as +15555550123"),
        ('{"denied": "sns:Publish"}', "must be a list of texts such as sns:GetSMSAttributes"),
        ('{"lambda_concurrent_executions": -1}', "must be a number from 0"),
        ('{"lambda_concurrent_executions": true}', "must be a number from 0"),
    ],
)
def test_a_file_that_describes_no_account_says_why(tmp_path: Path, text: str, reason: str) -> None:
    """Given a wrong file, when the emulator would start with it, then one line says what is wrong."""
    file = tmp_path / "account.json"
    file.write_text(text)
    with pytest.raises(AccountFileError) as refused:
        Account(file)
    assert str(refused.value).startswith(f"{file} describes no account: ")
    assert reason in str(refused.value)


def test_the_command_refuses_a_file_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given a mistyped name, when the emulator is started, then exit code 2 and one line."""
    code = main(["--account", str(tmp_path / "gone.json"), "--data", str(tmp_path / "data")])
    assert code == 2
    assert capsys.readouterr().err == (
        f"emulator: {tmp_path}/gone.json describes no account: No such file or directory\n"
    )


def test_without_a_file_everything_works() -> None:
    """Given no file, then the account is out of the sandbox and has all that there is."""
    account = Account().now()
    assert account == AccountDescription()
    assert (account.credentials, account.stream_processors, account.sms_sandbox) == (
        "valid",
        "available",
        False,
    )


def test_a_file_that_becomes_wrong_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Given a running emulator, when its file is broken, then the last good one counts and the log tells."""
    file = tmp_path / "account.json"
    file.write_text('{"sms_sandbox": true}')
    account = Account(file)
    file.write_text('{"sms_sandbox": "perhaps"}')
    assert account.now().sms_sandbox
    assert "sms_sandbox must be true or false; the account stays as it was" in caplog.text
    file.unlink()
    assert account.now().sms_sandbox
    file.write_text("{}")
    assert not account.now().sms_sandbox


# --- What clients see ---------------------------------------------------------------------------------------


def test_text_messages_are_as_described(described: Emulator, describe: Describe) -> None:
    """Given a description, then SNS tells sandbox, numbers and limit; what clients set stands beside it."""
    describe(
        sms_sandbox=True,
        sms_verified_numbers=["+15555550100"],
        sms_pending_numbers=["+15555550101"],
        sms_monthly_spend_limit_usd=1,
        sms_origination_numbers=["+18005550100"],
    )
    sns = described.client("sns")
    assert sns.get_sms_sandbox_account_status()["IsInSandbox"] is True
    assert sns.list_sms_sandbox_phone_numbers()["PhoneNumbers"] == [
        {"PhoneNumber": "+15555550100", "Status": "Verified"},
        {"PhoneNumber": "+15555550101", "Status": "Pending"},
    ]
    (number,) = sns.list_origination_numbers()["PhoneNumbers"]
    assert (number["PhoneNumber"], number["NumberCapabilities"]) == ("+18005550100", ["SMS"])
    sns.set_sms_attributes(attributes={"DefaultSMSType": "Transactional"})
    assert sns.get_sms_attributes()["attributes"] == {
        "MonthlySpendLimit": "1",
        "DefaultSMSType": "Transactional",
    }
    assert sns.get_sms_attributes(attributes=["DefaultSMSType"])["attributes"] == {
        "DefaultSMSType": "Transactional"
    }


def test_in_the_sandbox_only_verified_numbers_get_messages(described: Emulator, describe: Describe) -> None:
    """Given the sandbox, when messages are published, then AWS takes both and one arrives."""
    describe(sms_sandbox=True, sms_verified_numbers=["+15555550100"])
    sns = described.client("sns")
    for number in ("+15555550177", "+15555550100"):
        assert sns.publish(PhoneNumber=number, Message="who is there?")["MessageId"]
    messages = urllib3.request("GET", f"{described.web_url}/phone/messages").json()
    assert [message["to"] for message in messages] == ["+15555550100"]


def test_a_number_that_answered_stop_gets_nothing(described: Emulator, describe: Describe) -> None:
    """Given such a number, then SNS tells of it when asked, takes a message for it, and it never arrives."""
    describe(sms_opted_out_numbers=["+15555550178"])
    sns = described.client("sns")
    opted_out = {
        number: sns.check_if_phone_number_is_opted_out(phoneNumber=number)["isOptedOut"]
        for number in ("+15555550178", "+15555550199")
    }
    assert opted_out == {"+15555550178": True, "+15555550199": False}
    for number in opted_out:
        sns.publish(PhoneNumber=number, Message="are you there?")
    messages = urllib3.request("GET", f"{described.web_url}/phone/messages").json()
    assert [message["to"] for message in messages if message["text"] == "are you there?"] == ["+15555550199"]


def test_quotas_are_as_described(described: Emulator, describe: Describe) -> None:
    """Given a new account's quotas, then Service Quotas and Lambda say the same."""
    describe(lambda_concurrent_executions=10, rekognition_search_faces_by_image_per_second=5)
    quotas = described.client("service-quotas")
    found = quotas.get_service_quota(ServiceCode="lambda", QuotaCode="L-B99A9384")["Quota"]
    assert (found["QuotaName"], found["Value"]) == ("Concurrent executions", 10)
    limits = described.client("lambda").get_account_settings()["AccountLimit"]
    assert limits["ConcurrentExecutions"] == 10
    rates = {
        one["QuotaName"]: one["Value"]
        for one in quotas.list_service_quotas(ServiceCode="rekognition")["Quotas"]
    }
    assert sorted(rates.values()) == [5, 100]
    assert code_of(lambda: quotas.list_service_quotas(ServiceCode="braket")) == "NoSuchResourceException"
    assert code_of(lambda: quotas.list_services()) == "UnknownOperationException"


@pytest.mark.parametrize(
    ("state", "in_json", "in_xml"),
    [
        ("expired", "ExpiredTokenException", "ExpiredToken"),
        ("invalid", "UnrecognizedClientException", "InvalidClientTokenId"),
    ],
)
def test_bad_credentials_are_refused_in_each_services_words(
    described: Emulator, describe: Describe, state: str, in_json: str, in_xml: str
) -> None:
    """Given credentials that are no good, then every service refuses them, own or moto's."""
    describe(credentials=state)
    assert code_of(described.client("sts").get_caller_identity) == in_xml
    assert code_of(described.client("s3").list_buckets) == in_xml
    assert code_of(described.client("dynamodb").list_tables) == in_json
    assert code_of(described.client("rekognition").list_collections) == in_json
    assert code_of(described.client("kinesisvideo").list_streams) == in_json


def test_the_root_user_is_who_one_is(described: Emulator, describe: Describe) -> None:
    """Given root credentials, then the caller's ARN says so and everything works."""
    describe(credentials="root")
    assert described.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:root"
    assert "TableNames" in described.client("dynamodb").list_tables()


def test_what_an_organization_denies_nobody_may_do(described: Emulator, describe: Describe) -> None:
    """Given denied actions, then those are refused as a policy refuses them, and others are not."""
    describe(denied=["sns:ListTopics", "s3:ListAllMyBuckets"])
    with pytest.raises(ClientError, match="is not authorized to perform: sns:ListTopics") as refused:
        described.client("sns").list_topics()
    assert refused.value.response["Error"]["Code"] == "AuthorizationError"
    assert code_of(described.client("s3").list_buckets) == "AccessDenied"
    assert "attributes" in described.client("sns").get_sms_attributes()


@pytest.mark.parametrize(
    ("state", "created", "listed"),
    [
        ("strict", "InvalidParameterException", ""),
        ("closed", "AccessDeniedException", ""),
        ("absent", "AccessDeniedException", "AccessDeniedException"),
    ],
)
def test_stream_processors_are_as_described(
    described: Emulator, describe: Describe, state: str, created: str, listed: str
) -> None:
    """Given an account without them, then they are refused, and image operations are not."""
    describe(stream_processors=state)
    rekognition = described.client("rekognition")
    refused = code_of(
        lambda: rekognition.create_stream_processor(
            Name="front",
            Input={"KinesisVideoStream": {"Arn": "arn:aws:kinesisvideo:us-east-1:123456789012:stream/v/1"}},
            Output={"KinesisDataStream": {"Arn": "arn:aws:kinesis:us-east-1:123456789012:stream/d"}},
            Settings={"FaceSearch": {"CollectionId": "faces"}},
            RoleArn="arn:aws:iam::123456789012:role/any",
        )
    )
    assert refused == created
    if listed:
        assert code_of(rekognition.list_stream_processors) == listed
    else:
        assert rekognition.list_stream_processors()["StreamProcessors"] == []
    assert "CollectionIds" in rekognition.list_collections()
