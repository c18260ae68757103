"""Text messages, in memory and through SNS: each once, and errors that say who may be tried again."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from smart_door.adapters.messages_sns import SnsMessages
from smart_door.domain.errors import (
    MessageNotSentError,
    MessageRefusedError,
    SmartDoorError,
)
from smart_door.domain.ports import Messages
from smart_door.domain.refusals import PhoneUnreachableError
from tests.contract.conftest import Aws
from tests.fakes import FakeMessages

OWNER = "+15555550100"
TOPIC = "arn:aws:sns:us-east-1:123456789012:owner"


@dataclass
class Home:
    """The port, and what the phones got: pairs of number and text."""

    messages: Messages
    received: Callable[[], list[tuple[str, str]]]


@pytest.fixture(params=["fake", "sns"])
def home(request: pytest.FixtureRequest) -> Home:
    """The port's two fulfilments."""
    if request.param == "fake":
        fake = FakeMessages()
        return Home(fake, lambda: fake.to_visitors + [(OWNER, text) for text in fake.to_owner])
    aws: Aws = request.getfixturevalue("aws")
    sns = aws.client("sns")
    topic_arn = sns.create_topic(Name=f"owner-{uuid4().hex[:8]}")["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sms", Endpoint=OWNER)

    def received() -> list[tuple[str, str]]:
        with urllib.request.urlopen(f"{aws.web_url}/phone/messages") as answer:  # noqa: S310  # the emulator
            return [(message["to"], message["text"]) for message in json.load(answer)]

    return Home(SnsMessages(sns, topic_arn), received)


def test_a_visitor_gets_the_text_once(home: Home) -> None:
    """Given a phone number, when a text goes there, then that phone has it once, as it was written."""
    text = f"Hello Zoë, your code {uuid4().hex}"
    home.messages.text("+15555550123", text)
    assert [got for got in home.received() if got[1] == text] == [("+15555550123", text)]


def test_the_owner_gets_the_text_once(home: Home) -> None:
    """Given an owner who subscribed, when the owner is told, then the owner's phone has it once."""
    text = f"Someone is at the front door {uuid4().hex}"
    home.messages.tell_owner(text)
    assert [got for got in home.received() if got[1] == text] == [(OWNER, text)]


@pytest.mark.parametrize("code", ["InvalidParameter", "InvalidParameterValue", "OptedOut"])
def test_a_number_out_of_reach_is_the_owners_to_correct(code: str) -> None:
    """Given a number that SNS does not send to, when a text goes there, then the error is the number's."""
    with pytest.raises(PhoneUnreachableError) as raised:
        answered(code, 400).text("+15555550123", "Hello")
    assert "+15555550123" not in f"{raised.value}{raised.value.__cause__}"
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    ("code", "status"), [("Throttled", 429), ("InternalError", 500), ("ServiceUnavailable", 503)]
)
@pytest.mark.parametrize("to_owner", [False, True])
def test_trouble_at_sns_is_worth_another_try(code: str, status: int, to_owner: bool) -> None:
    """Given SNS out of order, when a message is sent, then it is not sent and may be later."""
    with pytest.raises(MessageNotSentError) as raised:
        send(answered(code, status), to_owner)
    assert raised.value.code == code


@pytest.mark.parametrize("code", ["AuthorizationError", "NotFound", "KMSDisabled"])
@pytest.mark.parametrize("to_owner", [False, True])
def test_a_refusal_is_not(code: str, to_owner: bool) -> None:
    """Given no permission or no topic, when a message is sent, then it is refused for good."""
    with pytest.raises(MessageRefusedError) as raised:
        send(answered(code, 403), to_owner)
    assert raised.value.code == code


def test_a_wrong_parameter_of_the_topic_is_no_phone_number() -> None:
    """Given a wrong topic, when the owner is told, then nobody blames a phone number."""
    with pytest.raises(MessageRefusedError):
        answered("InvalidParameter", 400).tell_owner("Hello")


def test_whether_a_phone_answered_stop_is_known(home: Home) -> None:
    """Given a phone that takes messages, then it did not opt out."""
    assert home.messages.has_opted_out("+15555550123") is False


def test_a_phone_that_answered_stop_is_told_from_one_that_is_none() -> None:
    """Given SNS's answers, then one is a yes and the other an error of the number's."""
    client = boto3.client(
        "sns", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    number = {"phoneNumber": "+15555550123"}
    with Stubber(client) as stubber:
        stubber.add_response("check_if_phone_number_is_opted_out", {"isOptedOut": True}, number)
        assert SnsMessages(client, TOPIC).has_opted_out("+15555550123")
        stubber.add_client_error(
            "check_if_phone_number_is_opted_out", "InvalidParameter", "no: +15555550123", 400
        )
        with pytest.raises(PhoneUnreachableError):
            SnsMessages(client, TOPIC).has_opted_out("+15555550123")


def test_no_error_repeats_the_phone_number() -> None:
    """Given SNS's habit of naming the number in its texts, when it refuses, then ours do not."""
    for code, status in (("AuthorizationError", 403), ("InternalError", 500), ("InvalidParameter", 400)):
        with pytest.raises(SmartDoorError) as raised:
            answered(code, status).text("+15555550123", "Hello")
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__


def test_nothing_that_answers_is_worth_another_try() -> None:
    """Given no connection, when a message is sent, then it is not sent and may be later."""
    client = boto3.client(
        "sns",
        region_name="us-east-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(connect_timeout=1, retries={"total_max_attempts": 1}),
    )
    with pytest.raises(MessageNotSentError):
        SnsMessages(client, TOPIC).tell_owner("Hello")


def send(messages: Messages, to_owner: bool) -> None:
    """A message on either of the two ways."""
    if to_owner:
        messages.tell_owner("Hello")
    else:
        messages.text("+15555550123", "Hello")


def answered(code: str, status: int) -> SnsMessages:
    """The adapter before an SNS that gives one answer, an error whose text names the phone number."""
    client = boto3.client(
        "sns", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    stubber = Stubber(client)
    stubber.add_client_error("publish", code, "on resource: +15555550123", status)
    stubber.activate()
    return SnsMessages(client, TOPIC)
